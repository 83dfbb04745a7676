import { createHash, randomBytes, randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Bytes, utf8 } from "../wire/bytes.ts";
import { contextSteps } from "./context-steps.ts";
import { runAll } from "./finding.ts";

type Generator = (index: number, connection: number) => Bytes;

/** Names of the steps that find something in two connections of 64 contexts each. */
function findings(generate: Generator, count = 64): string[] {
  const connections = ["main", "other"].map((name, connection) => ({
    name,
    contexts: Array.from({ length: count }, (_, index) => generate(index, connection)),
  }));
  return runAll(contextSteps, { connections })
    .filter(({ kind }) => kind === "finding")
    .map(({ step }) => step);
}

const uint = (value: bigint, length: number) => Buffer.from(value.toString(16).padStart(2 * length, "0"), "hex");
const littleEndian = (value: bigint, length: number) => Buffer.from(uint(value, length)).reverse();
/** Nanoseconds, as requests that follow each other by about a tenth of a millisecond would see them. */
const clock = (index: number, connection: number) =>
  1_790_000_000_000_000_000n + BigInt(connection) * 5_000_000_000n + BigInt(index) * 100_000n + BigInt((index * 7919) % 30_000);
const seeded = (seed: string) => (index: number) => createHash("sha256").update(`${seed} ${index}`).digest();

const NOTHING: string[] = [];

describe("contexts that nobody can guess are not blamed, whatever their form", () => {
  it.each<[string, Generator]>([
    ["32 random octets", () => randomBytes(32)],
    ["16 random octets", () => randomBytes(16)],
    ["4 random octets and a counter", (i) => Buffer.concat([randomBytes(4), uint(BigInt(i), 1)])],
    ["255 random octets", () => randomBytes(255)],
    ["a UUID in text", () => utf8(randomUUID())],
    ["random octets in hexadecimal text", () => utf8(randomBytes(8).toString("hex"))],
    ["random octets in base64", () => utf8(randomBytes(12).toString("base64"))],
    ["a fixed prefix before 8 random octets", () => Buffer.concat([utf8("acme/attestation/"), randomBytes(8)])],
    ["8 random octets before fixed ones", () => Buffer.concat([randomBytes(8), Buffer.alloc(24)])],
    ["a time and a counter before 10 random octets", (i, c) => Buffer.concat([uint(clock(i, c), 8), uint(BigInt(i), 4), randomBytes(10)])],
    ["random octets of random length", () => randomBytes(8 + Math.floor(Math.random() * 24))],
    ["secret seed, another one for each connection", (i, c) => seeded(`secret ${c}`)(i)],
  ])("%s", (_, generate) => {
    for (let again = 0; again < 50; again++) expect(findings(generate)).toEqual(NOTHING);
  });

  it("one random octet, as long as it is new on the connection", () => {
    for (let again = 0; again < 50; again++) {
      const shuffled = [0, 1].map(() => {
        const order = new Map(Array.from({ length: 256 }, (_, value) => [randomBytes(8).toString("hex"), value]));
        return [...order.keys()].sort().map((key) => Buffer.from([order.get(key) ?? 0]));
      });
      expect(findings((index, connection) => shuffled[connection]?.[index] ?? Buffer.alloc(0))).toEqual(NOTHING);
    }
  });

  it("and too few contexts decide nothing but uniqueness", () => {
    expect(findings((index) => Buffer.from([index]), 3)).toEqual(NOTHING);
    expect(findings(() => Buffer.from([1]), 3)).toEqual(["contexts-unique"]);
  });
});

describe("contexts that can be guessed are found", () => {
  it.each<[string, Generator, string[]]>([
    ["a counter of one octet", (i) => Buffer.from([i]), ["contexts-increment", "contexts-change"]],
    ["a counter of eight octets", (i, c) => uint(BigInt(1000 * c + i), 8), ["contexts-increment", "contexts-change"]],
    ["a little-endian counter", (i, c) => littleEndian(BigInt(1000 * c + i), 8), ["contexts-increment", "contexts-change"]],
    ["a counter in steps", (i, c) => uint(BigInt(c) * 77n + BigInt(i) * 0x9e3779b97f4a7c15n, 12), ["contexts-increment"]],
    ["a counter in text", (i, c) => utf8(`request-${1000 * (c + 1) + i}`), ["contexts-increment", "contexts-change"]],
    [
      "random octets of the connection, then a counter",
      (i, c) => Buffer.concat([seeded(String(c))(0), uint(BigInt(i), 4)]),
      ["contexts-increment", "contexts-change"],
    ],
    ["milliseconds", (i, c) => uint(clock(i, c) / 1_000_000n + BigInt(i), 8), ["contexts-increment", "contexts-change"]],
    ["nanoseconds", (i, c) => uint(clock(i, c), 8), ["contexts-change"]],
    ["nanoseconds in text", (i, c) => utf8(String(clock(i, c))), ["contexts-change"]],
    [
      "16 random bits in 32 octets, whose repeats are left out",
      (i) => Buffer.concat([Buffer.alloc(30), seeded("few")(i).subarray(0, 2)]),
      ["contexts-repeated", "contexts-change"],
    ],
    ["the same seed on each connection", (i) => seeded("fixed")(i), ["contexts-repeated"]],
    ["a seed of the second, shifted by one", (i, c) => seeded("second")(i + c), ["contexts-repeated"]],
    [
      "bits that are seldom one",
      () => randomBytes(16).map((octet, at) => (at % 2 ? 0 : octet & (octet >> 1) & (octet >> 3) & 0x05)),
      ["contexts-change"],
    ],
  ])("%s", (_, generate, expected) => {
    expect(findings(generate)).toEqual(expect.arrayContaining(expected));
    expect(findings(generate).filter((name) => name !== "contexts-unique" && !expected.includes(name))).toEqual(NOTHING);
  });

  it("a context that comes twice on a connection", () => {
    const contexts = Array.from({ length: 64 }, () => randomBytes(32));
    expect(findings((index) => contexts[index === 40 ? 3 : index] ?? Buffer.alloc(0))).toEqual(expect.arrayContaining(["contexts-unique"]));
  });
});
