import { beforeAll, describe, expect, it } from "vitest";
import { appraisalSteps, judgedSteps, validate } from "../appraisal/appraise.ts";
import { contextSteps } from "../appraisal/context-steps.ts";
import { emptySteps } from "../appraisal/empty-steps.ts";
import { requestSteps } from "../appraisal/request-steps.ts";
import type { AppraisalInput } from "../appraisal/state.ts";
import { loadLibrary } from "../scenario/load.ts";
import { equivalentFaults } from "./equivalent-faults.ts";
import { leftOut } from "./fault.ts";
import { withRules } from "./faulty.ts";
import { relyingPartyFaults } from "./relying-party-faults.ts";
import { tryFault } from "./trial.ts";

const library = loadLibrary();
const places = appraisalSteps.flatMap((step) => step.rules.map((rule) => `${step.name}/${rule.name}`));

describe("the rules of the appraisals", () => {
  it.each([
    ["of an authenticator", judgedSteps],
    ["of a request", requestSteps],
    ["of an empty authenticator", emptySteps],
    ["of contexts", contextSteps],
  ] as const)("%s have names that are unique in their step, and statements of the ledger", (_, steps) => {
    expect(new Set(steps.map(({ name }) => name)).size).toBe(steps.length);
    for (const { name: step, rules } of steps) {
      expect(new Set(rules.map(({ name }) => name)).size, step).toBe(rules.length);
      expect(rules.length, step).toBeGreaterThan(0);
      for (const { name, requirements } of rules) {
        expect(name).toMatch(/^[a-z][a-z0-9-]*$/);
        expect(requirements.length, `${step}/${name}`).toBeGreaterThan(0);
        expect(
          requirements.filter((id) => !library.ledger.has(id)),
          `${step}/${name}`,
        ).toEqual([]);
      }
    }
  });
});

describe("the faults of a relying party", () => {
  it("have unique ids, statements of the ledger, and a fault for each rule", () => {
    const ids = relyingPartyFaults.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, requirements } of relyingPartyFaults) {
      expect(requirements.length, id).toBeGreaterThan(0);
      expect(
        requirements.filter((requirement) => !library.ledger.has(requirement)),
        id,
      ).toEqual([]);
    }
    expect(places.filter((place) => !ids.includes(`relying-party/${place}-left-out`))).toEqual([]);
    expect(Object.keys(equivalentFaults).filter((id) => !ids.includes(id))).toEqual([]);
  });
});

describe("a rule that is left out", () => {
  /** What the suites have a relying party appraise, and what it said to it. */
  const appraised: { input: AppraisalInput; refusedBy: string | undefined }[] = [];

  beforeAll(async () => {
    const { failed, errors } = await tryFault(
      {
        id: "relying-party/none",
        role: "relying-party",
        title: "nothing is wrong with it; it is listened to",
        requirements: [],
        breaks: {
          parts: (right) => ({
            appraise(input) {
              const consumedContexts = new Set(input.consumedContexts);
              const verdict = right.appraise(input);
              const refusedBy = "refused" in verdict ? `${verdict.refused.step}/${verdict.refused.rule}` : undefined;
              appraised.push({ input: { ...input, consumedContexts }, refusedBy });
              return verdict;
            },
          }),
        },
      },
      { library },
    );
    expect({ failed, errors }).toEqual({ failed: [], errors: [] });
  }, 60_000);

  it.each(places)("%s lets something pass that it alone has refused, or is listed with the reason why not", (place) => {
    const refused = appraised.filter(({ refusedBy }) => refusedBy === place);
    const steps = withRules({ [place]: leftOut });
    const verdicts = refused.map(({ input }) => validate(input, steps));
    for (const verdict of verdicts) {
      if ("refused" in verdict) expect(`${verdict.refused.step}/${verdict.refused.rule}`).not.toBe(place);
    }
    const passes = verdicts.some((verdict) => "accepted" in verdict);
    const reason = equivalentFaults[`relying-party/${place}-left-out`];
    expect(passes ? "something passes" : (reason ?? "nothing passes, and no reason is given")).toBe(reason ?? "something passes");
  });
});
