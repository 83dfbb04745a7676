import type { Matrix } from "../matrix/records.ts";
import type { Outcome } from "../scenario/result.ts";
import type { WholeRun } from "./any-report.ts";
import { counted } from "./layout.ts";
import { inWords } from "./summary.ts";

/**
 * What a report comes to, in one word, for those who read no more of it (a badge, the status of a signed report, a heading):
 * `right`, all that was asked is as it must be; `known`, nothing fails that the baseline does not know of, but something does, or is not quite
 * right: a broken SHOULD, a failure of a new check, a baseline entry that no longer holds; `wrong`, something fails that nobody expects;
 * `nothing`, the report says nothing about the implementation: an error of the harness, or no check was carried out.
 */
export type Standing = "right" | "known" | "wrong" | "nothing";

/** A standing, with the words for it. */
export interface Verdict {
  readonly standing: Standing;
  /** `2750 passed, 3 known failures`; of a part of the checks it says so. */
  readonly text: string;
  /** Whether only a part of the checks or positions was asked for. */
  readonly part: boolean;
}

const TROUBLES = ["fail", "blocked", "inconclusive"] as const satisfies readonly Outcome[];

/** What the report of a whole run comes to. */
export function verdictOfRun({ header, results, footer }: WholeRun): Verdict {
  const { counts, executed, expectations } = footer;
  const part = header.filtered === true;
  const verdict = (standing: Standing, words: readonly string[]): Verdict => ({
    standing,
    text: words.filter((word) => word !== "").join(", ") + (part ? " (a part of the checks)" : ""),
    part,
  });
  if ((counts["harness-error"] ?? 0) > 0) return verdict("nothing", [inWords("harness-error", counts["harness-error"] ?? 0)]);
  if (executed === 0) return verdict("nothing", ["nothing was carried out"]);
  const of = (expectation: string, outcome: Outcome): number =>
    results.filter((result) => result.expectation === expectation && result.outcome === outcome).length;
  if (expectations.unexpected > 0) {
    return verdict(
      "wrong",
      TROUBLES.map((outcome) => some(of("unexpected", outcome), (count) => inWords(outcome, count))),
    );
  }
  const passed = inWords("pass", counts.pass ?? 0);
  const less = [
    some(of("expected", "fail"), (count) => counted(count, "known failure")),
    some(of("expected", "blocked"), (count) => `${count} blocked`),
    some(of("expected", "inconclusive"), (count) => `${count} inconclusive`),
    some(counts.warn ?? 0, (count) => inWords("warn", count)),
    some(expectations.new, (count) => `${count} of new checks not passed`),
    some(expectations.stale, (count) => `${count} stale in the baseline`),
  ].filter((words) => words !== "");
  return verdict(less.length === 0 ? "right" : "known", [passed, ...less]);
}

/** What a whole matrix comes to: how many of the exchanges that a pair has in common went as they must. No baseline knows of the others. */
export function verdictOfMatrix({ header, results }: Matrix): Verdict {
  const built = header.implementations.filter(({ notBuilt }) => notBuilt === undefined).length;
  const asked = results.filter(({ outcome }) => outcome !== "unsupported");
  const count = (...wanted: readonly Outcome[]): number => asked.filter(({ outcome }) => wanted.includes(outcome)).length;
  const verdict = (standing: Standing, text: string): Verdict => ({ standing, text, part: built < header.implementations.length });
  if (count("harness-error") > 0) return verdict("nothing", inWords("harness-error", count("harness-error")));
  const good = count("pass", "observed");
  if (good + count(...TROUBLES, "warn") === count("blocked")) return verdict("nothing", "nothing was carried out");
  return verdict(
    good === asked.length ? "right" : "known",
    `${counted(built, "implementation")}, ${good} of ${asked.length} exchanges right`,
  );
}

function some(count: number, words: (count: number) => string): string {
  return count > 0 ? words(count) : "";
}
