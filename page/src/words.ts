import type { VerdictRow } from "../../harness/page/data.ts";

/** What the page says in place of names of the records; a sign stands beside a word and never alone. */

type Outcome = VerdictRow["outcome"];

/** How an outcome looks: `good`, `bad`, `mind` (look at it) or `quiet`. */
export type Tone = "good" | "bad" | "mind" | "quiet";

interface OutcomeWords {
  readonly word: string;
  readonly sign: string;
  readonly tone: Tone;
  readonly means: string;
}

export const outcomeWords: Readonly<Record<Outcome, OutcomeWords>> = {
  pass: { word: "passed", sign: "✓", tone: "good", means: "as the specifications say" },
  fail: { word: "failed", sign: "✗", tone: "bad", means: "a MUST is broken" },
  warn: { word: "warning", sign: "!", tone: "mind", means: "a SHOULD is broken" },
  observed: { word: "observed", sign: "○", tone: "quiet", means: "the texts leave it open; nobody is blamed" },
  unsupported: { word: "not supported", sign: "–", tone: "quiet", means: "not declared, or not in common" },
  blocked: { word: "blocked", sign: "□", tone: "mind", means: "what comes before it did not succeed, so nothing is known" },
  inconclusive: { word: "inconclusive", sign: "?", tone: "mind", means: "differs from run to run" },
  "harness-error": { word: "harness error", sign: "#", tone: "mind", means: "an error of the suite, never of the implementation" },
};

/** Who is to blame, in words with their names. */
export function blameWords(verdict: NonNullable<VerdictRow["blame"]>["verdict"], attester: string, relyingParty: string): string {
  const words: Readonly<Record<typeof verdict, string>> = {
    "attester-sent-invalid": `${attester} sent invalid`,
    "attester-refused-valid": `${attester} refused valid`,
    "relying-party-sent-invalid": `${relyingParty} sent invalid`,
    "relying-party-refused-valid": `${relyingParty} refused valid`,
    "relying-party-accepted-invalid": `${relyingParty} accepted invalid`,
    both: "both at fault",
    "open-point": "nobody found at fault: an open point, or unseen",
  };
  return words[verdict];
}

type GoalState = "withstood" | "withstood-in-part" | "possible" | "not-tested";

export const goalWords: Readonly<Record<GoalState, OutcomeWords>> = {
  withstood: { word: "withstood", sign: "✓", tone: "good", means: "all checks of the goal passed" },
  "withstood-in-part": { word: "withstood in part", sign: "◐", tone: "mind", means: "those checks that were carried out passed" },
  possible: { word: "attack possible", sign: "✗", tone: "bad", means: "a check failed" },
  "not-tested": { word: "not tested", sign: "–", tone: "quiet", means: "no check was carried out" },
};

/** `1 exchange`, `2,000 exchanges`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${numbers.format(count)} ${count === 1 ? one : many}`;
}

const numbers = new Intl.NumberFormat("en");

/** A number for people. */
export function number(count: number): string {
  return numbers.format(count);
}

/** A moment as `2026-01-02 03:04 UTC`. */
export function moment(iso: string): string {
  return `${iso.slice(0, 16).replace("T", " ")} UTC`;
}
