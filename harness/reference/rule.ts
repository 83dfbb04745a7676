import type { Refusal } from "../iut/protocol.ts";

/** One thing that the reference asks before it does what it is told; the first that refuses decides. */
export interface Rule<State> {
  /** Stable: faults are named by it (harness/faults). */
  readonly name: string;
  /** A sentence that holds where it does not refuse. */
  readonly title: string;
  /** Ids of the ledger. */
  readonly requirements: readonly string[];
  refuses(state: State): { readonly refused: Refusal } | undefined;
}

/** The answer of the first rule that refuses, undefined where none does. */
export function firstRefusal<State>(rules: readonly Rule<State>[], state: State): { refused: Refusal } | undefined {
  for (const rule of rules) {
    const refusal = rule.refuses(state);
    if (refusal) return refusal;
  }
  return undefined;
}
