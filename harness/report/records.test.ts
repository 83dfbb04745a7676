import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { InputError } from "../input/input-error.ts";
import { baselineSchema } from "./baseline.ts";
import { jsonLinesReporter } from "./jsonl.ts";
import { resultRecordOf, revisionsOf } from "./recording.ts";
import { parseReport, readReport, reportRecord } from "./records.ts";
import { failure, footer, header, ledger, result, scratch } from "./testing/records.ts";

const results = [result(), failure({ instance: "a/b#c[client]" })];
const lines = [header, ...results, footer(results)].map((record) => JSON.stringify(record));
const text = (...records: string[]) => records.map((line) => `${line}\n`).join("");
const edited = (index: number, change: object) =>
  text(...lines.with(index, JSON.stringify({ ...JSON.parse(lines[index] ?? ""), ...change })));

describe("a report in JSON Lines", () => {
  it("is read as it was written", () => {
    const file = scratch("report.jsonl");
    const reporter = jsonLinesReporter(file);
    reporter.begin(header);
    for (const record of results) reporter.result(record);
    reporter.end(footer(results), []);
    expect(readReport(file)).toEqual({ header, results, footer: footer(results) });
    expect(readFileSync(file, "utf8")).toBe(text(...lines));
  });
  it("holds each result as soon as it was reported", () => {
    const file = scratch("report.jsonl");
    const reporter = jsonLinesReporter(file);
    reporter.begin(header);
    reporter.result(result());
    expect(readReport(file)).toEqual({ header, results: [result()], footer: undefined });
    reporter.abort("interrupted");
    expect(readReport(file).footer).toBeUndefined();
  });
  it("may end in a line that a crash has cut, and is then aborted", () => {
    expect(parseReport(text(...lines.slice(0, 2)) + lines[2]?.slice(0, 40), "r")).toEqual({
      header,
      results: [results[0]],
      footer: undefined,
    });
    expect(parseReport(lines.join("\n"), "r").footer).toBeDefined();
  });
  it.each([
    ["a line that is no JSON", text(lines[0] ?? "", "{", lines[1] ?? ""), /^r:2: expected one JSON object/],
    ["an empty line", text(lines[0] ?? "", "", lines[1] ?? ""), /^r:2: /],
    ["no header", text(...lines.slice(1)), /^r:1: expected the header, found a result/],
    ["two headers", text(lines[0] ?? "", ...lines), /^r:2: a second header/],
    ["an empty file", "", /^r:1: expected the header of a report, found an empty file/],
    ["an unknown outcome", edited(1, { outcome: "ok" }), /^r:2: outcome: /],
    ["an unknown member", edited(2, { extra: 1 }), /^r:3: .*extra/],
    ["an unknown type", edited(1, { type: "note" }), /^r:2: type/],
    ["a missing member", edited(1, { reproduce: undefined }), /^r:2: reproduce/],
    ["a result twice", text(...lines.toSpliced(2, 0, lines[1] ?? "")), /^r:3: a second result of expat/],
    ["a date that is none", edited(0, { startedAt: "yesterday" }), /^r:1: startedAt/],
    ["a footer with an outcome left out", edited(3, { counts: { pass: 2 } }), /^r:4: counts/],
    [
      "a footer that does not fit",
      text(...lines.toSpliced(1, 1)),
      /^r:3: the footer does not fit the results: it says executed 2, the results are 1/,
    ],
    ["something behind the footer", text(...lines, lines[1] ?? ""), /^r:5: a result after the footer/],
  ])("is refused with %s", (_, report, message) => {
    expect(() => parseReport(report, "r")).toThrow(InputError);
    expect(() => parseReport(report, "r")).toThrow(message);
  });
  it("is refused where there is none", () => {
    expect(() => readReport("/nonexistent/r.jsonl")).toThrow("/nonexistent/r.jsonl: no such file");
    const file = scratch("x");
    writeFileSync(file, "not a report\n");
    expect(() => readReport(file)).toThrow(`${file}:1: `);
  });
});

it("the records and the baseline have a JSON Schema", () => {
  expect(z.toJSONSchema(reportRecord)).toMatchObject({
    oneOf: [{ additionalProperties: false }, { additionalProperties: false }, { additionalProperties: false }],
  });
  expect(z.toJSONSchema(baselineSchema)).toMatchObject({ required: ["baseline"] });
});

describe("the record of a result", () => {
  const made = {
    check: "a/b",
    instance: "a/b[server]",
    title: "t",
    why: undefined,
    kind: "negative",
    requirements: ["x"],
    goal: undefined,
    position: "attester/server",
    parameters: { cipherSuite: "c", signatureScheme: "s" },
    outcome: "fail",
    detail: "d",
  } as const;
  it("leaves out what is not there, and fits the schema", () => {
    const record = resultRecordOf(made, { expectation: "unexpected" }, "cmd");
    expect(record).not.toHaveProperty("why");
    expect(record).not.toHaveProperty("baseline");
    expect(parseReport(text(JSON.stringify(header), JSON.stringify(record)), "r").results).toEqual([record]);
  });
  it("carries the mistakes that were named, and what was sent", () => {
    const mistakes = [{ id: "finished/other-role", title: "t", hint: "h", requirements: ["x"] }];
    const record = resultRecordOf({ ...made, mistakes, sent: "a Certificate" }, { expectation: "unexpected" }, "cmd");
    expect(record).toMatchObject({ mistakes, sent: "a Certificate" });
    expect(parseReport(text(JSON.stringify(header), JSON.stringify(record)), "r").results).toEqual([record]);
  });
  it("carries the reason of the baseline", () => {
    const record = resultRecordOf({ ...made, why: "w" }, { expectation: "expected", reason: "known since long" }, "cmd");
    expect(record).toMatchObject({ why: "w", baseline: "known since long", expectation: "expected", reproduce: "cmd" });
  });
});

describe("the revisions of the ledger", () => {
  it("stand once each", () => {
    const [entry] = [...ledger.values()];
    if (!entry) throw new Error("the fixture is empty");
    const two = new Map([
      ["a", entry],
      ["b", entry],
      ["c", { ...entry, revision: "RFC 9261" }],
    ]);
    expect(revisionsOf(two)).toEqual([entry.revision, "RFC 9261"]);
  });
});
