import type { CampaignFooter } from "../campaign/records.ts";
import { isExecuted, type Outcome, outcomes } from "../scenario/result.ts";

/**
 * Whether a result is what a run may show: `stale` is a pass of what the baseline says fails, `new` does not pass and was not asked by the
 * version of the suite that --since names: a new question, and no regression.
 */
export const expectations = ["expected", "unexpected", "stale", "new"] as const;
export type Expectation = (typeof expectations)[number];

interface Row {
  /** Where no entry of the baseline names it. */
  readonly unlisted: Expectation;
  /** The same, of a check that is newer than the version that --since names. */
  readonly newer: Expectation;
  /** Where an entry that has not expired names it with this outcome; for a pass: an entry without `*` that says anything else. */
  readonly listed: Expectation;
}

/** The one table of what is expected. No entry excuses an error of the harness: it says nothing about the implementation. */
const table: Readonly<Record<Outcome, Row>> = {
  pass: { unlisted: "expected", newer: "expected", listed: "stale" },
  fail: { unlisted: "unexpected", newer: "new", listed: "expected" },
  warn: { unlisted: "expected", newer: "expected", listed: "expected" },
  observed: { unlisted: "expected", newer: "expected", listed: "expected" },
  unsupported: { unlisted: "expected", newer: "expected", listed: "expected" },
  blocked: { unlisted: "unexpected", newer: "new", listed: "expected" },
  inconclusive: { unlisted: "unexpected", newer: "new", listed: "expected" },
  "harness-error": { unlisted: "unexpected", newer: "unexpected", listed: "unexpected" },
};

/** What is expected of an outcome, by whether the baseline names it. */
export function expectationOf(outcome: Outcome, baseline: keyof Row): Expectation {
  return table[outcome][baseline];
}

/** The totals of a run, as the footer has them. */
export interface Tally {
  /** Results of checks that were carried out. */
  readonly executed: number;
  readonly counts: Readonly<Record<Outcome, number>>;
  readonly expectations: Readonly<Record<Expectation, number>>;
}

/** The totals over results; all outcomes and expectations are in it, those that did not occur with 0. */
export function tallyOf(results: Iterable<{ readonly outcome: Outcome; readonly expectation: Expectation }>): Tally {
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  const totals: Record<Expectation, number> = { expected: 0, unexpected: 0, stale: 0, new: 0 };
  let executed = 0;
  for (const { outcome, expectation } of results) {
    counts[outcome]++;
    totals[expectation]++;
    if (isExecuted(outcome)) executed++;
  }
  return { executed, counts, expectations: totals };
}

export type ExitCode = 0 | 1 | 2 | 3;

/**
 * The exit codes, first that applies. An error of ours comes first, since it puts everything else in doubt; then a run that carried
 * out nothing (all blocked or unsupported), which says more about the set-up than about conformance.
 */
const exitCodes: readonly { readonly code: ExitCode; readonly applies: (tally: Tally, notices: number) => boolean }[] = [
  { code: 2, applies: ({ counts }) => counts["harness-error"] > 0 },
  { code: 3, applies: ({ executed }) => executed === 0 },
  { code: 1, applies: ({ expectations: { unexpected, stale } }, notices) => unexpected + stale + notices > 0 },
  { code: 0, applies: () => true },
];

/**
 * The exit code of a finished run, from its totals (a footer will do) and the number of notices about its baseline: 0 nothing
 * unexpected, new checks that do not pass among it; 1 a nonconformance, or a baseline entry that is stale, expired, twice there or matches
 * nothing; 2 an error of the harness;
 * 3 nothing was carried out.
 */
export function exitCodeOf(tally: Tally, notices: number): ExitCode {
  return exitCodes.find(({ applies }) => applies(tally, notices))?.code ?? 2;
}

/**
 * The exit code of a campaign, from the footer of its report, by the same order: 2 an error of the harness, or a campaign that was given up; 3
 * nothing was played; 1 failures, or findings that could not be confirmed; 0 none.
 */
export function campaignExitCodeOf(footer: CampaignFooter): ExitCode {
  const { end, cases, failures, inconclusive, harnessErrors } = footer;
  if (harnessErrors > 0 || end === "given-up") return 2;
  if (cases === 0) return 3;
  return failures + inconclusive > 0 ? 1 : 0;
}
