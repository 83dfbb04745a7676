import { describe, expect, it } from "vitest";
import { type Outcome, outcomes } from "../scenario/result.ts";
import { type Expectation, exitCodeOf, expectationOf, tallyOf } from "./expectation.ts";

describe("the table of expectations", () => {
  const rows: [Outcome, Expectation, Expectation, Expectation][] = [
    ["pass", "expected", "stale", "expected"],
    ["fail", "unexpected", "expected", "new"],
    ["warn", "expected", "expected", "expected"],
    ["observed", "expected", "expected", "expected"],
    ["unsupported", "expected", "expected", "expected"],
    ["blocked", "unexpected", "expected", "new"],
    ["inconclusive", "unexpected", "expected", "new"],
    ["harness-error", "unexpected", "unexpected", "unexpected"],
  ];
  it("has a row for each outcome", () => expect(rows.map(([outcome]) => outcome)).toEqual([...outcomes]));
  it.each(rows)("%s: %s without a baseline entry, %s with one, %s where the check is newer", (outcome, unlisted, listed, newer) => {
    expect(expectationOf(outcome, "newer")).toBe(newer);
    expect(expectationOf(outcome, "unlisted")).toBe(unlisted);
    expect(expectationOf(outcome, "listed")).toBe(listed);
  });
});

describe("tallyOf", () => {
  it("counts all outcomes and expectations, and what was executed", () => {
    const tally = tallyOf([
      { outcome: "pass", expectation: "expected" },
      { outcome: "pass", expectation: "stale" },
      { outcome: "blocked", expectation: "unexpected" },
      { outcome: "unsupported", expectation: "expected" },
    ]);
    expect(tally.executed).toBe(2);
    expect(tally.counts).toEqual({
      pass: 2,
      fail: 0,
      warn: 0,
      observed: 0,
      unsupported: 1,
      blocked: 1,
      inconclusive: 0,
      "harness-error": 0,
    });
    expect(tally.expectations).toEqual({ expected: 2, unexpected: 1, stale: 1, new: 0 });
  });
  it("has all members for no results", () => {
    expect(Object.keys(tallyOf([]).counts)).toEqual([...outcomes]);
  });
});

describe("the exit code", () => {
  const as = (outcome: Outcome, expectation: Expectation = expectationOf(outcome, "unlisted")) => ({ outcome, expectation });
  const pass = as("pass");
  it.each([
    ["all as expected", [pass, as("observed"), as("warn"), as("unsupported")], 0, 0],
    ["an excused failure", [pass, as("fail", "expected")], 0, 0],
    ["an unexpected failure", [pass, as("fail")], 0, 1],
    ["a new check that fails", [pass, as("fail", "new")], 0, 0],
    ["a new check that fails beside a regression", [as("fail", "new"), as("fail")], 0, 1],
    ["an unexpected block", [pass, as("blocked")], 0, 1],
    ["an excused block", [pass, as("blocked", "expected")], 0, 0],
    ["inconclusive", [pass, as("inconclusive")], 0, 1],
    ["a stale result", [as("pass", "stale")], 0, 1],
    ["a notice about the baseline", [pass], 1, 1],
    ["an error of the harness", [pass, as("harness-error")], 0, 2],
    ["an error of the harness beside a failure", [as("fail"), as("harness-error")], 1, 2],
    ["an error of the harness alone", [as("harness-error")], 0, 2],
    ["no results", [], 0, 3],
    ["nothing executed, though blocked unexpectedly", [as("blocked"), as("unsupported")], 0, 3],
    ["nothing executed, with a notice", [as("unsupported")], 1, 3],
  ] as const)("%s", (_, results, notices, code) => {
    expect(exitCodeOf(tallyOf(results), notices)).toBe(code);
  });
});
