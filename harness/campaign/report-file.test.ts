import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { InputError } from "../input/input-error.ts";
import { readCampaignReport, writeCampaignReport } from "./report-file.ts";
import { campaigns, header, reportOf } from "./testing/campaign-records.ts";

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "expat-campaign-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "r.jsonl");
}

const cell = "relying-party/client eat-cwt binding/flip";
const failed = { cell, made: [{ outcome: "wrong" as const, cause: "relying-party/binding/equal" }] };
const error = { cell, made: [{ outcome: "harness-error" as const, cause: "harness/undefined-is-no-object" }] };
const right = { cell, made: [{ outcome: "agrees" as const }] };
const report = reportOf([right, failed, failed, error]);

describe("a campaign's report", () => {
  it("is read as it was written, whatever order its records were given in", () => {
    const file = scratch();
    fc.assert(
      fc.property(campaigns(2), (played) => {
        const iuts = ["a", "b"].map((path) => ({ path, name: path, version: "1" }));
        const made = reportOf(played, { index: 0, count: 1 }, { iuts });
        writeCampaignReport(file, { ...made, findings: made.findings.toReversed(), cells: made.cells.toReversed() });
        expect(readCampaignReport(file)).toEqual(made);
      }),
      { numRuns: 30 },
    );
    expect(readdirSync(join(file, ".."))).toEqual(["r.jsonl"]);
  });
  it("may be one of a campaign that played nothing", () => {
    const file = scratch();
    writeCampaignReport(file, reportOf([]));
    expect(readCampaignReport(file).footer).toMatchObject({ cases: 0, covered: 0, casesPerSecond: 0 });
  });
});

/** The lines of the report with some of them changed. */
function lines(change: (lines: object[]) => readonly (object | string)[]): string {
  const records = [report.header, ...report.findings, ...report.differences, ...report.cells, report.footer];
  return change(records)
    .map((record) => `${typeof record === "string" ? record : JSON.stringify(record)}\n`)
    .join("");
}
// 0 header, 1 and 2 findings, 3 to 8 cells, 9 footer.
const edited = (index: number, change: object) => lines((all) => all.with(index, { ...all[index], ...change }));

describe("a report is refused", () => {
  it.each([
    ["with nothing in it", "", /r\.jsonl:1: expected the header of a campaign's report, found an empty file$/],
    ["that is no JSON", "hello\n", /r\.jsonl:1: expected one JSON object a line/],
    [
      "that is one of run",
      '{"type":"header","seed":"s"}\n',
      /r\.jsonl:1: expected the report of a campaign \(`fuzz`\), found that of a `run`$/,
    ],
    ["with no header", lines((all) => all.slice(1)), /r\.jsonl:1: expected the header of a campaign's report, found a finding$/],
    ["with two headers", lines((all) => [all[0] ?? {}, ...all]), /r\.jsonl:2: a second header$/],
    ["with no footer", lines((all) => all.slice(0, -1)), /r\.jsonl: no footer: .*fuzz --resume/],
    ["that is cut", lines((all) => all).slice(0, -9), /r\.jsonl: no footer/],
    ["with something behind the footer", lines((all) => [...all, all[1] ?? {}]), /r\.jsonl:11: a finding after the footer/],
    [
      "in another order",
      lines((all) => all.toSpliced(4, 0, all[1] ?? {})),
      /r\.jsonl:5: a finding after a cell: the order is campaign, finding/,
    ],
    ["with an unknown member", edited(1, { extra: 1 }), /r\.jsonl:2: .*extra/],
    ["with an unknown outcome", edited(3, { outcomes: { ok: 1 } }), /r\.jsonl:4: outcomes/],
    ["with a shard out of range", edited(0, { shard: { index: 2, count: 2 } }), /: the header says shard 2 \(from 0\) of 2$/],
    [
      "with an implementation twice",
      edited(0, { iuts: [...header.iuts, ...header.iuts] }),
      /: the header has the implementation iuts\/cocos twice$/,
    ],
    ["with a finding of a stranger", edited(1, { iut: "x" }), /: a finding of x, which the header does not name$/],
    [
      "with a finding twice",
      lines((all) => all.toSpliced(1, 0, all[1] ?? {})),
      /: the finding .*binding\/equal of iuts\/cocos is there twice$/,
    ],
    ["with a cell twice", lines((all) => all.toSpliced(5, 0, all[4] ?? {})), /: the cell .* of iuts\/cocos is there twice$/],
    ["that lost a finding", lines((all) => all.toSpliced(1, 1)), /: the footer says failures 2, the records are 0$/],
    ["that lost the finding of an error", lines((all) => all.toSpliced(2, 1)), /: the footer says harnessErrors 1, the records are 0$/],
    ["that lost a cell", lines((all) => all.toSpliced(3, 1)), /: the footer says cells 6, the records are 5$/],
    [
      "whose cells lack cases",
      edited(5, { outcomes: { wrong: 2, "harness-error": 1 } }),
      /: the footer says 4 cases, the cells of iuts\/cocos have 3$/,
    ],
    [
      "whose cells failed more often",
      edited(5, { outcomes: { wrong: 3, "harness-error": 1 } }),
      /: 3 cases failed in the cells of iuts\/cocos, 2 in the findings$/,
    ],
    [
      "whose cells have no error",
      edited(5, { outcomes: { wrong: 2, agrees: 2 } }),
      /: 0 cases ended in errors of the harness in the cells of iuts\/cocos, 1 in the findings$/,
    ],
    ["whose footer counts otherwise", edited(9, { covered: 2 }), /: the footer says covered 2, the records are 1$/],
    [
      "that played too little",
      edited(0, { cases: 9 }),
      /: the footer says that all cases were played and that they were 4; the header asks for 9$/,
    ],
  ])("%s", (_, text, message) => {
    const file = scratch();
    writeFileSync(file, text);
    expect(() => readCampaignReport(file)).toThrow(InputError);
    expect(() => readCampaignReport(file)).toThrow(message);
  });
  it("where a second implementation lacks a cell", () => {
    const file = scratch();
    const iuts = ["a", "b"].map((path) => ({ path, name: path, version: "1" }));
    const both = reportOf([right], { index: 0, count: 1 }, { iuts });
    writeCampaignReport(file, { ...both, cells: both.cells.slice(0, -1) });
    expect(() => readCampaignReport(file)).toThrow(/: the cell relying-party\/client unattested certificate\/flip of b is missing$/);
  });
  it("where there is none, and where none can be written", () => {
    expect(() => readCampaignReport("/nonexistent/c.jsonl")).toThrow("/nonexistent/c.jsonl: no such file");
    expect(() => writeCampaignReport("/nonexistent/c.jsonl", report)).toThrow(
      "/nonexistent/c.jsonl: cannot be written: its folder does not exist",
    );
  });
});

it("a campaign that was stopped may have played less than it was to", () => {
  const file = scratch();
  writeFileSync(file, edited(9, { end: "stopped" }).replace('"cases":4,"positions"', '"cases":9,"positions"'));
  expect(readCampaignReport(file).footer.end).toBe("stopped");
  expect(readFileSync(file, "utf8").split("\n")).toHaveLength(11);
});
