import { describe, expect, it } from "vitest";
import { loadLibrary } from "../scenario/load.ts";
import { campaignExitCode, type PublishedProof, publishedProof, type RunCampaign, seek, verify } from "./campaign-proof.ts";
import { campaignProofJson, campaignProofMarkdown, campaignText } from "./campaign-proof-report.ts";
import { type CampaignTrial, carryOutCampaign, type FirstCase, whyNotShown } from "./campaign-trial.ts";
import type { Fault } from "./fault.ts";

const library = loadLibrary();

describe("a campaign against a fault", () => {
  it("ends at the first case that shows it, and that case alone shows it as well", async () => {
    const job = { fault: "relying-party/finished/mac-left-out", seed: "proof", from: 0, to: 400 };
    const { found, errors } = await carryOutCampaign(job, library);
    expect(errors).toEqual([]);
    expect(found?.cause).toMatch(/^relying-party\/(finished|frame|parse)\//);
    const from = found?.number ?? 0;
    expect(await carryOutCampaign({ ...job, from, to: from + 1 }, library)).toMatchObject({ found, played: 1 });
  }, 60_000);

  it("finds nothing without one", async () => {
    const job = { fault: undefined, seed: "proof", from: 0, to: 60 };
    expect(await carryOutCampaign(job, library)).toEqual({ found: undefined, errors: [], played: 60 });
  }, 60_000);

  it("says why nothing can show it, where that is so", async () => {
    const trial = await carryOutCampaign({ fault: "attester/spontaneous/context-counter", seed: "proof", from: 0, to: 0 }, library);
    expect(trial).toMatchObject({ found: undefined, played: 0, notShown: expect.stringContaining("a sample of hundreds of contexts") });
  }, 60_000);

  it("knows no fault that there is not", async () => {
    await expect(carryOutCampaign({ fault: "attester/none", seed: "proof", from: 0, to: 1 }, library)).rejects.toThrow("attester/none");
  });
});

describe("why no case can show a fault", () => {
  const varied = { id: "a/varied", steps: [{ request: { by: "iut" as const, expect: "made" as const } }] };
  const tickets = { id: "a/tickets", steps: [{ tickets: { expect: "none" as const } }] };
  const hello = { id: "a/hello", steps: [{ hello: { expect: "known" as const } }] };

  it("is what all cases that see it have in them", () => {
    expect(whyNotShown(["a/tickets", "a/hello#request-type"], [varied, tickets, hello])).toMatch(
      /tickets of a connection; it looks at what hello/,
    );
  });

  it("is nothing where one of them is varied, or none sees it", () => {
    expect(whyNotShown(["a/tickets", "a/varied#finished"], [varied, tickets])).toBeUndefined();
    expect(whyNotShown([], [varied, tickets])).toBeUndefined();
  });
});

const fault = (id: string, equivalent?: string): Fault => ({
  ...{ id, role: "attester", title: id, requirements: ["rfc9261-finished-mac"] },
  breaks: { answers: () => ({}) },
  equivalent,
});

const at = (number: number): FirstCase => ({
  number,
  kind: "edited",
  cell: "attester/server eat-cwt frame/flip",
  cause: "attester/finished/mac",
});
const nothing: CampaignTrial = { found: undefined, errors: [], played: 10 };

/** Campaigns that come to what is written here; without a fault nothing is found. */
const campaigns =
  (trials: Readonly<Record<string, Partial<CampaignTrial>>>): RunCampaign =>
  async ({ fault: id = "unbroken", from, to }) => {
    const { found, ...rest } = trials[id] ?? {};
    return { ...nothing, ...rest, found: found && from <= found.number && found.number < to ? found : undefined };
  };

describe("the proof of the campaign", () => {
  const both = [fault("one"), fault("two")];

  it("holds where every fault is found, or cannot be, and nothing without one", async () => {
    const proof = await seek(both, "s", 1200, campaigns({ one: { found: at(7) }, two: { notShown: "it counts tickets" } }));
    expect(proof).toMatchObject({ missed: [], caughtEquivalents: [], falseAlarms: [], errors: [], unbroken: 1200 });
    expect(campaignExitCode(proof)).toBe(0);
    expect(campaignText(proof)).toContain("1 of 2 found, 1 cannot be shown, 0 missed; 1200 cases without a fault, 0 false alarms");
    const published = publishedProof.parse(JSON.parse(campaignProofJson(proof)));
    expect(published.matrix).toEqual([
      { id: "one", found: at(7) },
      { id: "two", notShown: "it counts tickets" },
    ]);
    expect(campaignProofMarkdown(proof)).toContain("| `one` | 7 | attester/server eat-cwt frame/flip | `attester/finished/mac` |");
  });

  it("names what was missed, found without a fault, and found though it is equivalent", async () => {
    const faults = [fault("one"), fault("two", "nothing is wrong")];
    const proof = await seek(faults, "s", 600, campaigns({ two: { found: at(3) }, unbroken: { found: at(501) } }));
    expect(proof).toMatchObject({ missed: ["one"], caughtEquivalents: ["two"], falseAlarms: [expect.stringContaining("case 501")] });
    expect(campaignExitCode(proof)).toBe(1);
  });

  it("takes no break-down for anything", async () => {
    const broken = await seek(
      both,
      "s",
      10,
      campaigns({ one: { found: at(1) }, two: { found: at(2), errors: ["it fell over", "again"] } }),
    );
    expect(broken.errors).toEqual(["two: it fell over"]);
    expect(campaignExitCode(broken)).toBe(2);
    const rejected = await seek(both, "s", 10, () => Promise.reject(new Error("no end")));
    expect(rejected.errors).toContain("one: no end");
  });

  const published = (matrix: PublishedProof["matrix"]): PublishedProof => ({
    ...{ seed: "s", cases: 100, faults: 2, found: 1, notShown: 1, equivalent: 0 },
    ...{ missed: [], caughtEquivalents: [], falseAlarms: [], errors: [], matrix },
  });

  it("is verified by the published cases alone", async () => {
    const asked: string[] = [];
    const run = campaigns({ one: { found: at(7) }, two: { notShown: "tickets" } });
    const watched: RunCampaign = (job) => {
      asked.push(`${job.fault} ${job.from}-${job.to}`);
      return run(job);
    };
    const claims = published([
      { id: "one", found: at(7) },
      { id: "two", notShown: "tickets" },
    ]);
    expect(campaignExitCode(await verify(both, claims, 20, watched))).toBe(0);
    expect(asked.toSorted()).toEqual(["one 7-8", "two 0-0", "undefined 0-20"]);
  });

  it("does not hold where a case shows nothing any more, shows something else, or a reason is none", async () => {
    const run = campaigns({ one: { found: at(8) }, two: { notShown: "tickets" } });
    const claims = [
      { id: "one", found: at(7) },
      { id: "two", notShown: "a handshake" },
    ];
    expect((await verify(both, published(claims), 0, run)).missed).toEqual(["one", "two"]);
    const other = [{ id: "one", found: { ...at(8), cause: "attester/binding/equal" } }];
    expect((await verify([fault("one")], published(other), 0, run)).missed).toEqual(["one"]);
  });

  it("is stale where the catalogue has other faults than are published", async () => {
    const claims = published([{ id: "one", found: at(7) }, { id: "gone" }]);
    const { errors } = await verify(both, claims, 0, campaigns({ one: { found: at(7) } }));
    expect(errors).toEqual(["gone: published, and no fault of the catalogue", "two: not published; write the report again"]);
  });
});
