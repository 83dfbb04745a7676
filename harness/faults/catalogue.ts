import { attesterFaults } from "./attester-faults.ts";
import { attesterStateFaults } from "./attester-state-faults.ts";
import type { Fault } from "./fault.ts";
import { knownMistakeFaults } from "./known-mistakes.ts";
import { relyingPartyFaults } from "./relying-party-faults.ts";
import { relyingPartyStateFaults } from "./relying-party-state-faults.ts";
import { requestFaults } from "./request-faults.ts";
import { tlsFaults } from "./tls-faults.ts";

/** All faults, those of an attester first. */
export const faults: readonly Fault[] = [
  ...attesterFaults,
  ...knownMistakeFaults,
  ...attesterStateFaults,
  ...requestFaults,
  ...relyingPartyFaults,
  ...relyingPartyStateFaults,
  ...tlsFaults,
];
