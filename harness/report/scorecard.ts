import type { Check } from "../scenario/case.ts";
import type { Goal } from "../scenario/goals.ts";
import type { Outcome } from "../scenario/result.ts";

/** What became of the security goals in a run. */

/**
 * `withstood`: every check of the goal passed; `withstood-in-part`: those that were carried out did; `possible`: one failed, so the attack
 * works, and that somebody knows of it changes nothing; `not-tested`: none was carried out.
 */
export const goalStates = ["withstood", "withstood-in-part", "possible", "not-tested"] as const;
export type GoalState = (typeof goalStates)[number];

/** One line of the scorecard. */
export interface GoalScore {
  readonly goal: string;
  readonly title: string;
  readonly state: GoalState;
  /** How many checks of the goal the suite has, whatever was asked for. */
  readonly checks: number;
  readonly passed: number;
  /** Ids of checks that failed in at least one instance. */
  readonly failed: string[];
  /** Why the others were not carried out, the most frequent reason first. */
  readonly untested: { reason: string; checks: number }[];
}

interface Seen {
  readonly check: string;
  readonly outcome: Outcome;
  readonly detail: string;
}

/**
 * The scorecard: a line for each goal, over all checks of the suite, of which a run may have asked only some. A check has failed where
 * one of its instances broke a MUST or a SHOULD; it has passed where one passed and all others did as well or are not supported. Of a
 * `filtered` run nothing is withstood but in part: instances may have been left out of the checks that were asked.
 */
export function scorecard(
  goals: ReadonlyMap<string, Pick<Goal, "id" | "title">>,
  checks: readonly Pick<Check, "id" | "goal">[],
  results: Iterable<Seen>,
  run: "whole" | "filtered",
): GoalScore[] {
  const seen = new Map<string, Seen[]>();
  for (const result of results) seen.set(result.check, [...(seen.get(result.check) ?? []), result]);
  return [...goals.values()].map(({ id: goal, title }) => {
    const failed: string[] = [];
    const reasons = new Map<string, number>();
    let passed = 0;
    const mine = checks.filter((check) => check.goal === goal);
    for (const { id } of mine) {
      const instances = seen.get(id) ?? [];
      if (instances.some(({ outcome }) => outcome === "fail" || outcome === "warn")) failed.push(id);
      else if (hasPassed(instances)) passed++;
      else {
        const reason = reasonOf(instances);
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      }
    }
    const untested = [...reasons].map(([reason, count]) => ({ reason, checks: count })).sort((a, b) => b.checks - a.checks);
    return {
      goal,
      title,
      state: stateOf(passed, failed.length, run === "whole" && passed === mine.length),
      checks: mine.length,
      passed,
      failed,
      untested,
    };
  });
}

function hasPassed(instances: readonly Seen[]): boolean {
  const asked = instances.filter(({ outcome }) => outcome !== "unsupported");
  return asked.length > 0 && asked.every(({ outcome }) => outcome === "pass");
}

function stateOf(passed: number, failed: number, complete: boolean): GoalState {
  if (failed > 0) return "possible";
  if (passed === 0) return "not-tested";
  return complete ? "withstood" : "withstood-in-part";
}

// Of the instances of a check each may have its own reason; the first that is not a pass stands for them. What blocks is told elsewhere.
function reasonOf(instances: readonly Seen[]): string {
  const first = instances.find(({ outcome }) => outcome !== "pass" && outcome !== "unsupported") ?? instances[0];
  if (first === undefined) return "not asked for";
  if (first.outcome === "unsupported") return first.detail.startsWith("not observable") ? first.detail : `${first.detail} not declared`;
  return first.outcome;
}
