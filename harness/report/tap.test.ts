import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Notice } from "./baseline.ts";
import type { ResultRecord } from "./records.ts";
import { tapReporter } from "./tap.ts";
import { tapPoint } from "./tap-point.ts";
import { failure, footer, header, INSTANCE, result, scratch } from "./testing/records.ts";

interface Parsed {
  readonly ok: boolean;
  readonly count: number;
  readonly todo: number;
  readonly skip: number;
  readonly bailout: boolean | string;
  readonly points: readonly {
    readonly ok: boolean;
    readonly name: string;
    readonly todo: unknown;
    readonly skip: unknown;
    readonly diag: unknown;
  }[];
}

// The parser that tap-junit uses: what it makes of the stream is what JUnit readers get to see.
const { Parser } = createRequire(createRequire(import.meta.url).resolve("tap-junit/package.json"))("tap-parser");

function parsed(tap: string): Parsed {
  const points: Parsed["points"][number][] = [];
  let final: Omit<Parsed, "points"> | undefined;
  const parser = new Parser({ strict: true });
  parser.on("assert", (point: Parsed["points"][number]) => points.push(point));
  parser.on("complete", (found: Omit<Parsed, "points">) => {
    final = found;
  });
  parser.end(tap);
  if (final === undefined) throw new Error("the parser did not finish");
  return { ...final, points };
}

function tapOf(results: readonly ResultRecord[], notices: readonly Notice[] = []): string {
  const file = scratch("r.tap");
  const reporter = tapReporter(file);
  reporter.begin(header);
  for (const record of results) reporter.result(record);
  reporter.end(footer(results), notices);
  return readFileSync(file, "utf8");
}

describe("the TAP report", () => {
  it("has one point a result, and the plan at the end", () => {
    const tap = tapOf([result(), result({ instance: "a/b[x]" })]);
    expect(tap).toMatch(/^TAP version 14\n# expat-conformance 0\.1\.0, cocos 1\.2, seed s\nok 1 - expat\/5-binding/);
    expect(tap).toMatch(/\n1\.\.2\n$/);
    expect(parsed(tap)).toMatchObject({ ok: true, count: 2 });
  });
  it("fails for a failure, with requirements, expected, found and how to reproduce it", () => {
    const { ok, points } = parsed(tapOf([failure()]));
    expect(ok).toBe(false);
    expect(points[0]).toMatchObject({
      ok: false,
      diag: {
        message: "fail: expected a refusal, found acceptance",
        severity: "fail",
        requirements: ["expat-binding-mismatch-refused"],
        expected: "a refusal",
        found: "acceptance",
        reproduce: "npx expat-conformance run --iut iuts/cocos --only 'expat/5-binding/binding-altered[server,sha256]'",
      },
    });
  });
  it.each<[string, ResultRecord, { ok: boolean; todo?: string; skip?: string; run: boolean }]>([
    ["observed", result({ outcome: "observed", detail: "accepted" }), { ok: true, run: true }],
    ["a new check", failure({ expectation: "new" }), { ok: false, todo: "fail, a new check", run: true }],
    ["a warning", failure({ outcome: "warn", expectation: "expected" }), { ok: true, run: true }],
    ["unsupported", result({ outcome: "unsupported", detail: "feature x" }), { ok: true, skip: "unsupported: feature x", run: true }],
    [
      "an excused failure",
      failure({ expectation: "expected", baseline: "bug #7 \\o/" }),
      { ok: false, todo: "fail, known: bug #7 \\o/", run: true },
    ],
    ["a blocked check", result({ outcome: "blocked", expectation: "unexpected", detail: "no control" }), { ok: false, run: false }],
    [
      "an excused block, which no reader may count as passed",
      result({ outcome: "blocked", expectation: "expected", baseline: "its control is broken" }),
      { ok: false, todo: "blocked, known: its control is broken", run: true },
    ],
    ["a stale result", result({ expectation: "stale", baseline: "it used to fail" }), { ok: false, run: false }],
    ["an error of the harness", result({ outcome: "harness-error", expectation: "unexpected", detail: "E" }), { ok: false, run: false }],
    ["inconclusive", result({ outcome: "inconclusive", expectation: "unexpected", detail: "E" }), { ok: false, run: false }],
  ])("says of %s what it is", (_, record, { ok, todo, skip, run }) => {
    const read = parsed(tapOf([record, result({ instance: "other" })]));
    expect(read.points[0]).toMatchObject({ ok, todo: todo ?? false, skip: skip ?? false });
    expect(read.ok).toBe(run);
  });
  it.each([
    "a/b#step[server]: plain",
    "a # TODO not a directive",
    "a # SKIP not one either",
    "back\\slash # and \\# both",
    "ends in \\",
    "<x> & \"q\" 'y'",
  ])("keeps the description %j as it is", (title) => {
    const [point] = parsed(tapOf([result({ title })])).points;
    expect(point).toMatchObject({ name: `${INSTANCE}: ${title}`, todo: false, skip: false, ok: true });
  });
  it("is not taken apart by texts of an implementation", () => {
    const detail = "x\n  ...\nok 9 - forged\nBail out!\n\u001b[2J";
    const read = parsed(tapOf([failure({ title: "t {", detail, found: detail }), result({ title: "two\nok 7 - lines" })]));
    expect(read.count).toBe(2);
    expect(read.bailout).toBe(false);
    expect(read.points[0]?.name).toMatch(/ t \{\.$/);
    expect(read.points[0]?.diag).toMatchObject({ found: detail.replace("\u001b", "\\u001b") });
  });
  it("fails with a notice about the baseline, and where nothing was executed", () => {
    const notice: Notice = { kind: "stale", check: "a*", text: "b.yaml: entry 1 (a*: fail) is stale" };
    expect(parsed(tapOf([result()], [notice])).points[1]).toMatchObject({
      ok: false,
      name: "baseline: b.yaml: entry 1 (a*: fail) is stale",
    });
    const read = parsed(tapOf([result({ outcome: "unsupported", detail: "feature x" })]));
    expect(read.ok).toBe(false);
    expect(read.points[1]?.name).toMatch(/^nothing was executed/);
  });
  it("of an aborted run fails, whether it could say so or not", () => {
    const file = scratch("r.tap");
    const reporter = tapReporter(file);
    reporter.begin(header);
    reporter.result(result());
    expect(parsed(readFileSync(file, "utf8")).ok).toBe(false);
    reporter.abort("interrupted #2");
    expect(parsed(readFileSync(file, "utf8"))).toMatchObject({ ok: false, bailout: "interrupted #2" });
  });
});

describe("a test point", () => {
  it("has its YAML block indented and readable by any YAML reader", () => {
    const text = tapPoint(3, { status: "not ok", description: "d", diagnostics: { a: "x: #y\n'z'", b: ["1", "- 2"] } });
    const [first, ...block] = text.trimEnd().split("\n");
    expect(first).toBe("not ok 3 - d");
    expect([block.at(0), block.at(-1)]).toEqual(["  ---", "  ..."]);
    expect(parse(block.slice(1, -1).join("\n"))).toEqual({ a: "x: #y\n'z'", b: ["1", "- 2"] });
  });
});
