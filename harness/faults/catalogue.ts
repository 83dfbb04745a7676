import { askingFaults } from "./asking-faults.ts";
import { attesterFaults } from "./attester-faults.ts";
import { attesterStateFaults } from "./attester-state-faults.ts";
import type { Fault } from "./fault.ts";
import { knownMistakeFaults } from "./known-mistakes.ts";
import { relyingPartyFaults } from "./relying-party-faults.ts";
import { relyingPartyStateFaults } from "./relying-party-state-faults.ts";
import { tlsFaults } from "./tls-faults.ts";

/** All faults, those of an attester first. */
export const faults: readonly Fault[] = [
  ...attesterFaults,
  ...knownMistakeFaults,
  ...attesterStateFaults,
  ...askingFaults,
  ...relyingPartyFaults,
  ...relyingPartyStateFaults,
  ...tlsFaults,
];
