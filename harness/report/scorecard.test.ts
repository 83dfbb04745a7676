import { describe, expect, it } from "vitest";
import type { Goals } from "../scenario/goals.ts";
import type { Outcome } from "../scenario/result.ts";
import { type GoalScore, scorecard } from "./scorecard.ts";

const goals: Goals = new Map(
  ["relay", "replay", "resumption"].map((id) => [id, { id, title: `no ${id} is possible`, wins: "the attacker is taken for another" }]),
);
const checks = [
  { id: "a", goal: "relay" },
  { id: "b", goal: "relay" },
  { id: "c", goal: "replay" },
  { id: "d", goal: "none" },
  { id: "e", goal: undefined },
];
const of = (check: string, outcome: Outcome, detail = "") => ({ check, outcome, detail });

function relay(results: ReturnType<typeof of>[], run: "whole" | "filtered" = "whole"): GoalScore {
  const [first] = scorecard(goals, checks, results, run);
  if (first === undefined) throw new Error("no line of relay");
  return first;
}

describe("the scorecard", () => {
  it("has a line for each goal, whether or not a check belongs to it", () => {
    const lines = scorecard(goals, checks, [of("c", "pass"), of("d", "fail"), of("e", "fail")], "whole");
    expect(lines.map(({ goal, state, checks: count }) => [goal, state, count])).toEqual([
      ["relay", "not-tested", 2],
      ["replay", "withstood", 1],
      ["resumption", "not-tested", 0],
    ]);
  });
  it("says withstood only where every check of the suite passed", () => {
    expect(relay([of("a", "pass"), of("b", "pass")])).toMatchObject({ state: "withstood", passed: 2, failed: [], untested: [] });
    expect(relay([of("a", "pass"), of("b", "unsupported", "signature scheme p384")])).toMatchObject({
      state: "withstood-in-part",
      passed: 1,
      untested: [{ reason: "signature scheme p384 not declared", checks: 1 }],
    });
    expect(relay([of("a", "pass")])).toMatchObject({ state: "withstood-in-part", untested: [{ reason: "not asked for", checks: 1 }] });
  });
  it("says no more than in part of a filtered run: instances may be missing", () => {
    expect(relay([of("a", "pass"), of("b", "pass")], "filtered").state).toBe("withstood-in-part");
  });
  it.each<Outcome>(["fail", "warn"])("calls an attack possible where one instance came to %s, and names the check", (outcome) => {
    expect(relay([of("a", "pass"), of("b", "pass"), of("b", outcome)])).toMatchObject({ state: "possible", passed: 1, failed: ["b"] });
  });
  it("takes an instance that is not supported for no lack, and one that was blocked for one", () => {
    expect(relay([of("a", "pass"), of("a", "unsupported", "position x"), of("b", "pass")]).state).toBe("withstood");
    expect(relay([of("a", "pass"), of("a", "blocked", "why"), of("b", "pass")])).toMatchObject({
      state: "withstood-in-part",
      passed: 1,
      untested: [{ reason: "blocked", checks: 1 }],
    });
  });
  it("takes nothing that was not decided for a pass", () => {
    for (const outcome of ["observed", "inconclusive", "harness-error", "blocked"] as const) {
      expect(relay([of("a", outcome), of("b", outcome)])).toMatchObject({
        state: "not-tested",
        passed: 0,
        untested: [{ reason: outcome, checks: 2 }],
      });
    }
  });
});
