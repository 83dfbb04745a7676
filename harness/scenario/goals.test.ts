import { describe, expect, it } from "vitest";
import { InputError } from "../input/input-error.ts";
import { type GoalQuestion, goalOf, NO_GOAL } from "./goals.ts";
import { severity } from "./ledger.ts";
import { allChecks, loadLibrary } from "./load.ts";

const library = loadLibrary();
const { ledger, goals } = library;

describe("the goal of a check", () => {
  const question: GoalQuestion = {
    kind: "negative",
    iut: "relying-party",
    requirements: ["expat-aik-hash-verified", "expat-binding-verified"],
    said: undefined,
    request: false,
  };
  const of = (change: Partial<GoalQuestion>) => goalOf({ ...question, ...change }, ledger, goals, "suite.yaml: s/c");

  it("is that of the first requirement which has one, unless the case says another", () => {
    expect(of({})).toBe("key-substitution");
    expect(of({ requirements: ["expat-fresh-key-exchange", "expat-binding-verified"] })).toBe("relay");
    expect(of({ said: "replay" })).toBe("replay");
    expect(of({ said: "none" })).toBe(NO_GOAL);
  });
  it("is none of what an attacker cannot use: a refusal of what is right, an attester's mistake", () => {
    expect(of({ kind: "positive" })).toBeUndefined();
    expect(of({ kind: "probe" })).toBeUndefined();
    expect(of({ kind: "positive", request: true, requirements: ["rfc9261-context-unique"] })).toBe("replay");
    expect(of({ kind: "positive", request: true, iut: "attester", requirements: ["rfc9261-context-unique"] })).toBeUndefined();
  });
  it("has to be one that there is", () => {
    expect(() => of({ said: "rely" })).toThrow(InputError);
    expect(() => of({ said: "rely" })).toThrow(/s\/c: no goal "rely" in goals\.yaml; there are relay, replay, .*none/);
  });
});

// A case without one gets it from the ledger entry (`goal` of one of its requirements), or says itself what an attacker would win.
it("every negative check of a relying party that breaks a MUST has a goal, or says that it has none", () => {
  const left = allChecks(library).filter(
    ({ kind, iut, requirements, goal }) =>
      kind === "negative" && iut === "relying-party" && severity(requirements, ledger) === "fail" && goal === undefined,
  );
  expect(left.map(({ id, requirements }) => `${id}: goal of ${requirements.join(" or ")}?`)).toEqual([]);
});

it("every goal has checks", () => {
  const used = new Set(allChecks(library).map(({ goal }) => goal));
  expect([...goals.keys()].filter((id) => !used.has(id))).toEqual([]);
});
