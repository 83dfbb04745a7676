import type { Fault } from "./fault.ts";

export const weakenedRuleFaults: readonly Fault[] = [];
