import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { defaultProfile } from "../attestation/profile.ts";
import { greet } from "../iut/controlled.ts";
import type { Driver } from "../iut/driver.ts";
import type { Hello } from "../iut/protocol.ts";
import { RpcCode, RpcError } from "../iut/rpc-error.ts";
import { packageRoot } from "../paths.ts";
import { Reference } from "../reference/reference.ts";
import { type Asked, askVectors, canBeAsked } from "./ask-iut.ts";
import { readRecordings } from "./read.ts";
import type { Recording } from "./schema.ts";

function vectorsOf(topic: string): Recording[] {
  return [...readRecordings(readFileSync(join(packageRoot, "vectors", `${topic}.json`), "utf8")).recordings];
}

const exchanges = vectorsOf("exchanges");
const valid = exchanges.filter(({ result }) => result === "valid").length;

/** What a driver says of the vectors: the reference, with some of its answers or its hello replaced. */
async function asking(
  change: Partial<Pick<Driver, "context" | "appraise">> | ((hello: Hello["supports"]) => Partial<Hello["supports"]>),
  vectors = exchanges,
): Promise<Asked[]> {
  const driver = await greet(new Reference(), defaultProfile);
  const hello =
    typeof change === "function"
      ? { ...driver.hello, supports: { ...driver.hello.supports, ...change(driver.hello.supports) } }
      : driver.hello;
  const answers = typeof change === "function" ? {} : change;
  const asked: Driver = {
    ...driver,
    hello,
    connect: (options) => driver.connect(options),
    context: (message) => driver.context(message),
    appraise: (recording) => driver.appraise?.(recording) ?? Promise.reject(new Error("the reference appraises")),
    stop: () => driver.stop(),
    diagnostics: () => "",
    ...answers,
  };
  return askVectors(asked, vectors, defaultProfile);
}

function tally(asked: readonly Asked[], operation: Asked["operation"]): Record<string, number> {
  const outcomes = asked.filter((one) => one.operation === operation).map(({ outcome }) => outcome);
  return Object.fromEntries(
    [...new Set(outcomes)].toSorted().map((outcome) => [outcome, outcomes.filter((one) => one === outcome).length]),
  );
}

describe("vectors without a channel", () => {
  it.each(["requests", "authenticators", "empty-and-spontaneous", "transcript", "exchanges"])(
    "are all answered rightly by the reference: %s",
    async (topic) => {
      const vectors = vectorsOf(topic);
      expect(vectors.every(canBeAsked)).toBe(true);
      const asked = await asking({}, vectors);
      expect(asked.length).toBeGreaterThanOrEqual(vectors.length);
      expect(asked.filter(({ outcome }) => outcome !== "pass")).toEqual([]);
    },
  );

  it("are no question where they are parts", () => expect(vectorsOf("bindings").some(canBeAsked)).toBe(false));

  it("are no blame for who declares neither feature", async () => {
    const asked = await asking(() => ({ features: [] }));
    expect(new Set(asked.map(({ outcome, reason }) => `${outcome}: ${reason}`))).toEqual(
      new Set(["not-supported: get-context", "not-supported: appraise"]),
    );
  });

  it("are asked only of positions, suites, formats and features that are declared", async () => {
    const reasons = async (change: (hello: Hello["supports"]) => Partial<Hello["supports"]>) =>
      new Set((await asking(change)).flatMap(({ outcome, reason }) => (outcome === "not-supported" ? [reason] : [])));
    expect(await reasons(() => ({ positions: ["relying-party/client"] }))).toEqual(new Set(["relying-party/server"]));
    expect(await reasons(() => ({ evidence: [] }))).toEqual(new Set(["application/eat+cwt", "application/eat+jwt"]));
    expect(await reasons(({ features }) => ({ features: features.filter((name) => name !== "cmw-collection") }))).toEqual(
      new Set(["cmw-collection"]),
    );
  });
});

describe("an implementation that", () => {
  it("accepts everything fails each invalid vector", async () => {
    const accepts = { context: Buffer.of(1), chain: [], attested: false };
    const counts = tally(await asking({ appraise: () => Promise.resolve({ value: accepts }) }), "appraise");
    expect(Object.keys(counts)).toEqual(["fail"]);
  });

  it("refuses everything fails each valid vector, and what it refuses besides says nothing", async () => {
    const counts = tally(await asking({ appraise: () => Promise.resolve({ refused: { code: "other" } }) }), "appraise");
    expect(counts["fail"]).toBe(valid);
    expect(Object.keys(counts).toSorted()).toEqual(["blocked", "fail"]);
  });

  it("answers with an error has not decided", async () => {
    const fails = () => Promise.reject(new RpcError(RpcCode.internal, "it fell over"));
    const asked = await asking({ appraise: fails, context: fails });
    expect(Object.keys(tally(asked, "context"))).toEqual(["fail"]);
    expect(tally(asked, "appraise")["fail"]).toBe(valid);
    expect(asked.find(({ outcome }) => outcome === "fail")?.found).toContain("it fell over");
  });

  it("tells another context fails, and refusing one fails only of messages that are right", async () => {
    const other = await asking({ context: () => Promise.resolve({ value: Buffer.from("another") }) });
    expect(tally(other, "context")).not.toHaveProperty("pass");
    const refuses = tally(await asking({ context: () => Promise.resolve({ refused: {} }) }), "context");
    expect(refuses["fail"]).toBe(2 * valid);
    expect(refuses["pass"]).toBeGreaterThan(0);
  });
});
