import type { NamedMistake } from "../appraisal/finding.ts";
import type { Position } from "../iut/protocol.ts";
import type { Behaviour } from "./ambiguities.ts";
import type { Kind } from "./case.ts";
import type { Stimulus } from "./stimulus.ts";

/**
 * What came of a check: `fail` a broken MUST, `warn` a broken SHOULD, `observed` an open point, `unsupported` declared so by name,
 * `blocked` its control or set-up failed, `inconclusive` differs between runs, `harness-error` ours and never blamed on the IUT.
 */
export const outcomes = ["pass", "fail", "warn", "observed", "unsupported", "blocked", "inconclusive", "harness-error"] as const;
export type Outcome = (typeof outcomes)[number];

/** What one run of a check came to; `detail` is for people. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly detail: string;
  readonly expected?: string;
  readonly found?: string;
  /** Of a probe: what the IUT showed, where it is one of the behaviours that the register lists. */
  readonly behaviour?: Behaviour;
  /** Where it refused what is right: what that was. */
  readonly sent?: string;
  /** Known mistakes that what was received is an instance of (harness/explain). */
  readonly mistakes?: readonly NamedMistake[];
}

/** A verdict with all that says what it is about. */
export interface CheckResult extends Verdict {
  /** The stable id, as `list` prints it. */
  readonly check: string;
  /** The id with what it was run with: `…/context-altered[server,sha384]`. */
  readonly instance: string;
  readonly title: string;
  readonly why: string | undefined;
  readonly kind: Kind;
  readonly requirements: readonly string[];
  /** The security goal that falls where the check fails; `none` or undefined: none. */
  readonly goal: string | undefined;
  readonly position: Position;
  /** What the IUT was given, of a case that is not positive. */
  readonly stimulus?: Stimulus;
  readonly parameters: { readonly cipherSuite: string; readonly signatureScheme: string };
  /** The tail of the IUT's stderr, where the check did not go as it should. */
  readonly diagnostics?: string;
}

/** True for an outcome that says that the check was carried out. */
export function isExecuted(outcome: Outcome): boolean {
  return outcome !== "unsupported" && outcome !== "blocked";
}
