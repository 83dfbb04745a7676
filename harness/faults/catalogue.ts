import type { Fault } from "./fault.ts";
import { relyingPartyFaults } from "./relying-party-faults.ts";

/** All faults, those of an attester first. */
export const faults: readonly Fault[] = [...relyingPartyFaults];
