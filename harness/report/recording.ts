import { NO_GOAL } from "../scenario/goals.ts";
import type { Ledger } from "../scenario/ledger.ts";
import type { CheckResult } from "../scenario/result.ts";
import type { Judgement } from "./baseline.ts";
import { tallyOf } from "./expectation.ts";
import type { FooterRecord, HeaderRecord, ResultRecord } from "./records.ts";
import type { GoalScore } from "./scorecard.ts";

/** From what a run gives to the records of its report. */

/** The revisions of the specifications that the ledger was made from, each once, in the ledger's order. */
export function revisionsOf(ledger: Ledger): string[] {
  return [...new Set([...ledger.values()].map(({ revision }) => revision))];
}

/** The header; `suiteVersion` is that of the package, `startedAt` the moment the run began. */
export function headerOf(
  run: Omit<HeaderRecord, "type" | "suite" | "startedAt"> & { suiteVersion: string; startedAt: Date },
): HeaderRecord {
  const { suiteVersion, startedAt, ...rest } = run;
  return { type: "header", suite: { name: "expat-conformance", version: suiteVersion }, ...rest, startedAt: startedAt.toISOString() };
}

/** The record of a result, with what the baseline makes of it and the command that runs it alone. */
export function resultRecordOf(result: CheckResult, { expectation, reason }: Judgement, reproduce: string): ResultRecord {
  const {
    check,
    instance,
    title,
    outcome,
    requirements,
    position,
    parameters,
    detail,
    expected,
    found,
    why,
    diagnostics,
    goal,
    sent,
    mistakes,
    behaviour,
    stimulus,
  } = result;
  return {
    type: "result",
    check,
    instance,
    title,
    outcome,
    expectation,
    requirements: [...requirements],
    ...(goal !== undefined && goal !== NO_GOAL && { goal }),
    position,
    parameters: { ...parameters },
    detail,
    ...(behaviour && { behaviour: { ...behaviour } }),
    ...(expected !== undefined && { expected }),
    ...(found !== undefined && { found }),
    ...(sent !== undefined && { sent }),
    ...(mistakes !== undefined && { mistakes: mistakes.map((mistake) => ({ ...mistake, requirements: [...mistake.requirements] })) }),
    ...(stimulus && { stimulus: structuredClone(stimulus) as ResultRecord["stimulus"] }),
    ...(why !== undefined && { why }),
    ...(diagnostics !== undefined && { diagnostics }),
    ...(reason !== undefined && { baseline: reason }),
    reproduce,
  };
}

/** The footer over all results of a run that came to its end, with what became of the security goals. */
export function footerOf(results: Iterable<ResultRecord>, durationMs: number, goals: readonly GoalScore[]): FooterRecord {
  const { executed, counts, expectations } = tallyOf(results);
  return { type: "footer", executed, counts: { ...counts }, expectations: { ...expectations }, goals: [...goals], durationMs };
}
