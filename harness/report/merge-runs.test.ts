import { describe, expect, it } from "vitest";
import { InputError } from "../input/input-error.ts";
import { type Position, positions } from "../iut/protocol.ts";
import { mergeRuns, type PartReport } from "./merge-runs.ts";
import { footerOf } from "./recording.ts";
import type { HeaderRecord, ResultRecord } from "./records.ts";
import { scorecard } from "./scorecard.ts";
import { failure, header, result } from "./testing/records.ts";

const goals = new Map([["relay", { id: "relay", title: "no relay" }]]);
const checks = ["a/1", "a/2", "a/3"].map((id) => ({ id, goal: "relay" }));

/** The results of a whole run, a check of the goal in each position but one. */
const all = positions.map((position, index) =>
  result({
    instance: `a/${index}[${index}]`,
    position,
    ...(index > 0 && { goal: "relay" }),
    ...(index === 3 && { outcome: "unsupported", detail: "x" }),
  }),
);

function part(file: string, results: readonly ResultRecord[], change: Partial<HeaderRecord>): PartReport {
  const run = change.filtered === false ? "whole" : "filtered";
  const footer = footerOf(results, results.length, scorecard(goals, checks, results, run));
  return { file, report: { header: { ...header, ...change }, results, footer } };
}

const ofPositions = (file: string, ...wanted: Position[]): PartReport =>
  part(
    file,
    all.filter(({ position }) => wanted.includes(position)),
    { filtered: true, part: { positions: wanted } },
  );

describe("parts of a run", () => {
  const [a, b, c, d] = positions;
  it("of all positions are the whole run, in whatever order they are given", () => {
    const parts = [ofPositions("1", a as Position, c as Position), ofPositions("2", d as Position), ofPositions("3", b as Position)];
    const whole = part("w", all, { filtered: false }).report;
    const expected = { ...whole, footer: { ...whole.footer, durationMs: 2 } };
    expect(mergeRuns(parts)).toEqual(expected);
    expect(mergeRuns(parts.toReversed())).toEqual(expected);
    expect(mergeRuns(parts).footer.goals[0]).toMatchObject({ state: "withstood-in-part", checks: 3, passed: 2 });
  });
  it("may be joined in steps", () => {
    const first = mergeRuns([ofPositions("1", a as Position), ofPositions("2", b as Position)]);
    expect(first.header).toMatchObject({
      filtered: true,
      part: { positions: [a, b].sort((x, y) => positions.indexOf(x as Position) - positions.indexOf(y as Position)) },
    });
    expect(first.footer.goals[0]?.untested).toContainEqual({ reason: "not asked for", checks: 2 });
    const rest = ofPositions("3", c as Position, d as Position);
    expect(mergeRuns([{ file: "12", report: first }, rest]).header.filtered).toBe(false);
  });
  it("are a part as long as something was left out, or does not say", () => {
    const [one, ...others] = positions;
    const only = { filtered: true, part: { positions: [one as Position], only: ["a/*"] } };
    const rest = ofPositions("2", ...others);
    const mine = all.filter(({ position }) => position === one);
    expect(mergeRuns([part("1", mine, only), rest]).header.filtered).toBe(true);
    expect(mergeRuns([part("1", mine, { filtered: true }), rest]).header.filtered).toBe(true);
    expect(mergeRuns([part("1", mine, { filtered: undefined }), rest]).header.filtered).toBe(true);
    const both = mergeRuns([part("1", mine, only), part("2", [], { ...only, part: { ...only.part, positions: others } })]);
    expect(both.header.part).toEqual({ positions: [...positions], only: ["a/*"] });
  });
  it("begin when the first of them began", () => {
    const parts = [part("1", [], { startedAt: "2026-01-02T03:04:05Z" }), part("2", [], { startedAt: "2026-01-02T03:04:04.500Z" })];
    expect(mergeRuns(parts).header.startedAt).toBe("2026-01-02T03:04:04.500Z");
  });
});

describe("reports that do not belong together", () => {
  const one = ofPositions("one.jsonl", "attester/server");
  const { iut } = header;
  it.each<[string, PartReport[], RegExp]>([
    ["no reports", [], /found none/],
    [
      "one part twice",
      [one, { ...one, file: "again" }],
      /^again: 1 result that one.jsonl has as well, the first is a\/.*; give each part once$/,
    ],
    [
      "another version of the suite",
      [one, part("x", [], { suite: { ...header.suite, version: "9" } })],
      /^x: the version of the suite: expected "0.1.0", found "9"/,
    ],
    [
      "another implementation",
      [one, part("x", [], { iut: { ...iut, name: "y" } })],
      /^x: the implementation: expected "cocos 1.2", found "y 1.2"/,
    ],
    ["another version of it", [one, part("x", [], { iut: { ...iut, version: "2" } })], /found "cocos 2"/],
    ["other declarations", [one, part("x", [], { iut: { ...iut, hello: { ...iut.hello, tls: "other" } } })], /^x: what it declares/],
    ["another profile", [one, part("x", [], { profile: { ...header.profile, publicKey: "raw" } })], /^x: the profile/],
    ["another seed", [one, part("x", [], { seed: "t" })], /^x: the seed: expected "s", found "t".*: run all parts with the same --seed$/],
    ["another --since", [one, part("x", [], { since: "0.1.0" })], /^x: the version that --since names/],
    ["several", [one, part("x", [], { seed: "t" }), part("y", [], { seed: "u" })], /^x: .*\ny: /],
  ])("%s", (_, parts, message) => {
    expect(() => mergeRuns(parts)).toThrow(InputError);
    expect(() => mergeRuns(parts)).toThrow(message);
  });
  it("fail as they failed", () => {
    const merged = mergeRuns([one, part("x", [failure({ instance: "f[x]" })], { filtered: true })]);
    expect(merged.footer).toMatchObject({ executed: 2, expectations: { unexpected: 1 } });
  });
});
