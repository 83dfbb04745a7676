import { describe, expect, it } from "vitest";
import { cmwPayload } from "../attestation/payload.ts";
import { defaultProfile } from "../attestation/profile.ts";
import { faults } from "../faults/catalogue.ts";
import { faulty } from "../faults/faulty.ts";
import { greet } from "../iut/controlled.ts";
import { loadLibrary } from "../scenario/load.ts";
import { conductCampaign, type FinishedPart } from "./campaign.ts";
import { repertoireOf } from "./exchange.ts";
import { Findings } from "./findings.ts";
import { Generator } from "./generator.ts";
import { idOf, playPart } from "./lane.ts";
import { Player } from "./player.ts";
import { failureOf, rootCauseOf } from "./root-cause.ts";
import { SHRINK_CONNECTIONS, shrink } from "./shrink.ts";
import { variationsOf } from "./variations.ts";

const library = loadLibrary();

async function campaign(fault: string | undefined, seed: string) {
  const broken = fault === undefined ? undefined : faults.find(({ id }) => id === fault);
  if (fault !== undefined && broken === undefined) throw new Error(`no fault "${fault}"`);
  const start = () => greet(faulty(broken), defaultProfile);
  const driver = await start();
  const repertoire = repertoireOf(driver.hello);
  // RSA is slow, and the sentences are no others.
  const quick = { ...repertoire, schemes: repertoire.schemes.filter((name) => !name.startsWith("rsa")) };
  const generator = new Generator(seed, quick, variationsOf(library, driver, quick));
  await driver.stop();
  return { generator, player: new Player(start, defaultProfile, cmwPayload, seed) };
}

const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);

describe("sentences", () => {
  it("are the same for the same seed and number, whatever was generated before, and others for another seed", async () => {
    const [one, again, other] = await Promise.all([campaign(undefined, "a"), campaign(undefined, "a"), campaign(undefined, "b")]);
    const sentence = ({ generator }: typeof one, number: number) => JSON.stringify(generator.generate(number).value.value);
    const forwards = numbers(40).map((number) => sentence(one, number));
    const backwards = numbers(40).map((number) => sentence(again, 39 - number));
    expect(backwards.reverse()).toEqual(forwards);
    expect(numbers(40).map((number) => sentence(other, number))).not.toEqual(forwards);
  });

  it("visit every cell once before any comes again", async () => {
    const { generator } = await campaign(undefined, "cells");
    const varied = generator.cells.filter(({ kind }) => kind === "varied");
    const seen = new Set<unknown>();
    for (let number = 0; seen.size < varied.length; number++) {
      const cell = generator.cellOf(number);
      if (cell.kind !== "varied") continue;
      expect(seen.has(cell)).toBe(false);
      seen.add(cell);
    }
  });
});

describe("a campaign", () => {
  it("finds nothing in the unbroken reference, and declared effects and the appraisal agree", async () => {
    const { generator, player } = await campaign(undefined, "right");
    const part = await playPart(generator, [player], numbers(400));
    await player.stop();
    const [mine] = part.of;
    expect(mine?.failures).toEqual([]);
    expect(part.cases).toBe(400);
    // Most of them were played on connections that were open already.
    expect(mine?.connections).toBeLessThan(80);
  }, 120_000);

  it.each([
    ["relying-party/binding/left-out", /^relying-party\/binding\//],
    ["relying-party/finished/mac-left-out", /^relying-party\/finished\//],
    ["relying-party/freshness/context-new-left-out", /^relying-party\/freshness\//],
  ])(
    "finds %s and shrinks it to one edit, or to a sequence",
    async (fault, cause) => {
      const { generator, player } = await campaign(fault, "broken");
      for (let number = 0; ; number++) {
        if (number > 3000) throw new Error(`${fault} was not found`);
        const { arbitrary, value } = generator.generate(number);
        const [played] = await player.play(value.value, idOf("broken", number), true);
        const failure = played && failureOf(played);
        if (!played || !failure) continue;
        expect(rootCauseOf(played, failure)).toMatch(cause);
        const small = await shrink(player, arbitrary, value, failure, idOf("broken", number));
        expect(small.confirmed).toBe(true);
        expect(small.connections).toBeLessThanOrEqual(SHRINK_CONNECTIONS);
        expect(small.sentence.exercises).toHaveLength(1);
        break;
      }
      await player.stop();
    },
    120_000,
  );

  it("hands every number to one lane, and reports in their order, however many lanes there are", async () => {
    const played: number[] = [];
    const reported: number[] = [];
    const lane = (delay: number) => ({
      async play(part: readonly number[]) {
        for (let turn = 0; turn < delay; turn++) await Promise.resolve();
        played.push(...part);
        return { cases: part.length, of: [], partings: [], gaveUp: false };
      },
      stop: async () => undefined,
    });
    const report = (part: FinishedPart) => void reported.push(...part.numbers);
    // Of 961 cases the second of three shards has those from 1 to 958.
    const extent = { cases: 961, timeMs: undefined, shard: { index: 1, count: 3 }, from: 0 };
    expect(await conductCampaign([lane(1), lane(50), lane(7)], extent, report)).toEqual({ end: "cases" });
    expect(reported).toEqual(numbers(320).map((number) => 3 * number + 1));
    expect(played.toSorted((a, b) => a - b)).toEqual(reported);
  });

  it("ends where a lane cannot go on, and keeps what the others have played", async () => {
    const reported: number[] = [];
    const problem = new Error("it cannot be started");
    let turn = 0;
    const lane = {
      play: async (part: readonly number[]) => {
        if (turn++ === 2) throw problem;
        return { cases: part.length, of: [], partings: [], gaveUp: false };
      },
      stop: async () => undefined,
    };
    const extent = { cases: 1000, timeMs: undefined, shard: { index: 0, count: 1 }, from: 0 };
    expect(await conductCampaign([lane], extent, (part) => void reported.push(...part.numbers))).toEqual({ end: "given-up", problem });
    expect(reported).toEqual(numbers(200));
  });

  it("counts a cause once, with how often it came, and goes on from what a checkpoint has kept", () => {
    const one = (numbers: number[], failures: { number: number; cause: string; detail: string }[]): FinishedPart => ({
      cases: numbers.length,
      of: [{ cells: { a: { wrong: 2 } }, free: {}, failures, restarts: 0, connections: 1 }],
      partings: [],
      gaveUp: false,
      numbers,
    });
    const failures = [0, 1].map((number) => ({ number, cause: "relying-party/binding/equal", detail: "found acceptance" }));
    const findings = new Findings(["iuts/acme"]);
    expect(findings.add(one([0, 1], failures))).toHaveLength(1);
    const further = new Findings(["iuts/acme"], JSON.parse(JSON.stringify(findings.state)));
    expect(further.add(one([2, 3], failures))).toHaveLength(0);
    expect(further.causes).toMatchObject([{ first: 0, count: 4, iut: "iuts/acme" }]);
    expect(further.covered(["a", "b"])).toBe(1);
    expect([further.cases, further.ended("wrong"), further.connections]).toEqual([4, 4, 2]);
    // The state of the first has not moved with it.
    expect(findings.ended("wrong")).toBe(2);
  });
});
