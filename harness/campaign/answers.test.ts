import { describe, expect, it } from "vitest";
import { cmwPayload } from "../attestation/payload.ts";
import { defaultProfile } from "../attestation/profile.ts";
import { faults } from "../faults/catalogue.ts";
import { starterOf } from "../faults/trial.ts";
import { loadLibrary } from "../scenario/load.ts";
import { repertoireOf } from "./exchange.ts";
import { cellName, Generator } from "./generator.ts";
import { type Outcome, Player } from "./player.ts";
import { randomOf } from "./random.ts";
import { variationsOf } from "./variations.ts";

/** Plays `count` sentences of the cells whose name ends so, each with the implementation as it is after those before. */
async function outcomes(fault: string | undefined, cell: string, count = 1): Promise<Outcome[]> {
  const broken = fault === undefined ? undefined : faults.find(({ id }) => id === fault);
  if (fault !== undefined && broken === undefined) throw new Error(`no fault "${fault}"`);
  const start = starterOf(broken, false, "answers", () => undefined);
  const driver = await start();
  const all = repertoireOf(driver.hello);
  const quick = { ...all, schemes: all.schemes.filter((name) => !name.startsWith("rsa")) };
  const generator = new Generator("answers", quick, variationsOf(loadLibrary(), driver, quick));
  const player = new Player(start, defaultProfile, cmwPayload, "answers");
  const cells = generator.cells.filter((each) => cellName(each).endsWith(cell));
  expect(cells, cell).not.toEqual([]);
  const found: Outcome[] = [];
  for (const each of cells) {
    for (let number = 0; number < count; number++) {
      const sentence = generator.arbitraryOf(each).generate(randomOf(cellName(each), number), undefined).value;
      for (const { outcome } of await player.play(sentence, `answers-${number}`)) found.push(outcome);
    }
  }
  await player.stop();
  return found;
}

const steps = (all: readonly Outcome[]) => new Set(all.map((outcome) => (outcome.kind === "wrong" ? outcome.step : outcome.kind)));

describe("what an implementation makes is judged", () => {
  it("by the appraisal, where it answers a request that the texts leave open", async () => {
    const right = await outcomes(undefined, "attester/server eat-cwt extensions/add", 8);
    expect(steps(right).has("wrong")).toBe(false);
    const wrong = await outcomes("attester/finished/key-of-other-role", "attester/server eat-cwt extensions/add", 8);
    expect(steps(wrong)).toContain("finished/mac");
  });

  it("where it declines: the empty authenticator has a MAC as well", async () => {
    const cell = "attester/server rfc9261/5-authenticate/no-common-scheme";
    expect(steps(await outcomes(undefined, cell))).toEqual(new Set(["agrees"]));
    const declining = "attester/client unattested sequence/decline";
    expect(steps(await outcomes(undefined, declining, 3))).toEqual(new Set(["agrees"]));
    expect(steps(await outcomes("attester/empty-finished/certificate-left-out", declining, 3))).toEqual(new Set(["empty-finished/mac"]));
  });

  it("as a request, and not taken for a mistake of what is sent in answer to it", async () => {
    const cell = "relying-party/client unattested valid";
    expect(steps(await outcomes(undefined, cell, 6))).toEqual(new Set(["agrees"]));
    const wrong = steps(await outcomes("relying-party/request-signature-algorithms/first-alone", cell, 6));
    expect(wrong).toContain("request-signature-algorithms/as-asked");
    expect(wrong.has("harness-error")).toBe(false);
  });

  it("also where the script ends before the message that it is about", async () => {
    const found = steps(await outcomes("attester/state/last-authenticator-again", "attester/server unattested sequence/spoilt", 4));
    expect(found.has("harness-error")).toBe(false);
    expect([...found].some((step) => step.includes("/"))).toBe(true);
  });
});

describe("sequences of an attester", () => {
  it.each(["none", "decline", "asked-again", "spoilt"])("that end with %s are right in the unbroken reference", async (ending) => {
    expect(steps(await outcomes(undefined, `attester/server eat-cwt sequence/${ending}`, 4))).toEqual(new Set(["agrees"]));
  });

  it("show what is carried from one exchange to another", async () => {
    expect(steps(await outcomes("attester/state/evidence-kept", "attester/server eat-cwt sequence/none", 3))).toContain("binding/equal");
    const declining = steps(await outcomes("attester/answering/declines-never", "attester/server unattested sequence/decline", 2));
    expect(declining).toContain("valid");
  });
});

describe("sequences of a relying party", () => {
  it.each(["retry", "ask-again"])("that end with %s are right in the unbroken reference", async (ending) => {
    expect(steps(await outcomes(undefined, `relying-party/client eat-jwt sequence/${ending}`, 4))).toEqual(new Set(["agrees"]));
  });
});
