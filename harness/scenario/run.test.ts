import { describe, expect, it } from "vitest";
import { cmwPayload } from "../attestation/payload.ts";
import { defaultProfile } from "../attestation/profile.ts";
import { greet } from "../iut/controlled.ts";
import { Reference } from "../reference/reference.ts";
import { loadLibrary } from "./load.ts";
import { plan } from "./plan.ts";
import type { CheckResult } from "./result.ts";
import { runInstances } from "./run.ts";

describe("the suites against the unbroken reference", () => {
  it("find nothing, and leave nothing out", async () => {
    const { cases, ledger } = loadLibrary();
    const start = () => greet(new Reference(), defaultProfile);
    const { hello, can } = await start();
    const results: CheckResult[] = [];
    await runInstances(plan(cases, hello, can), {
      start,
      workers: 2,
      ledger,
      profile: defaultProfile,
      payload: cmwPayload,
      seed: "test",
      report: (some) => results.push(...some),
    });
    const unexpected = results.filter(({ outcome }) => outcome !== "pass" && outcome !== "observed");
    expect(unexpected.map(({ instance, outcome, detail }) => `${instance} ${outcome} ${detail.slice(0, 300)}`)).toEqual([]);
  });
});
