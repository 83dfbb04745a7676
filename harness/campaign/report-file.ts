import { InputError } from "../input/input-error.ts";
import { jsonLines } from "../input/json-lines.ts";
import { readText } from "../input/text-file.ts";
import { writeWhole } from "../input/whole-file.ts";
import { type CampaignReport, type CellRecord, campaignRecord, type DifferenceRecord, type FindingRecord } from "./records.ts";
import { disagreementIn } from "./report-totals.ts";

/** The order of the records in a report. */
const ORDER = ["campaign", "finding", "difference", "cell", "footer"] as const;

/**
 * Writes a report in JSON Lines, its records in the order of `inOrder`: a file whole or not at all; `-` is standard output. Throws
 * InputError where the path cannot be written.
 */
export function writeCampaignReport(path: string, report: CampaignReport): void {
  const { header, findings, differences, cells, footer } = inOrder(report);
  const text = [header, ...findings, ...differences, ...cells, footer].map((record) => `${JSON.stringify(record)}\n`).join("");
  if (path === "-") process.stdout.write(text);
  else writeWhole(path, text);
}

/**
 * Reads and checks a report. Throws InputError that names file and line where a record or the order of records is wrong, or that says what
 * does not fit together: a report that lost lines, or has no footer, must not count as whole.
 */
export function readCampaignReport(file: string): CampaignReport {
  const text = readText(file);
  const findings: FindingRecord[] = [];
  const differences: DifferenceRecord[] = [];
  const cells: CellRecord[] = [];
  let header: CampaignReport["header"] | undefined;
  let footer: CampaignReport["footer"] | undefined;
  let before: (typeof ORDER)[number] | undefined;
  if (isReportOfRun(text)) throw new InputError(`${file}:1: expected the report of a campaign (\`fuzz\`), found that of a \`run\``);
  for (const { record, fail } of jsonLines(text, file, campaignRecord)) {
    const { type } = record;
    if (before === undefined && type !== "campaign") fail(`expected the header of a campaign's report, found a ${type}`);
    if (before === "footer") fail(`a ${type} after the footer, which ends a report`);
    if (before !== undefined && type === "campaign") fail("a second header");
    if (before !== undefined && ORDER.indexOf(type) < ORDER.indexOf(before))
      fail(`a ${type} after a ${before}: the order is ${ORDER.join(", ")}`);
    before = type;
    if (type === "campaign") header = record;
    else if (type === "finding") findings.push(record);
    else if (type === "difference") differences.push(record);
    else if (type === "cell") cells.push(record);
    else footer = record;
  }
  if (header === undefined)
    throw new InputError(`${file}:1: expected the header of a campaign's report, found ${text === "" ? "an empty file" : "no record"}`);
  if (footer === undefined)
    throw new InputError(
      `${file}: no footer: the report is cut, or its campaign did not come to an end (\`fuzz --resume\` goes on with it)`,
    );
  const report = { header, findings, differences, cells, footer };
  const problem = disagreementIn(report);
  if (problem !== undefined) throw new InputError(`${file}: does not fit together: ${problem}`);
  return report;
}

/** The same report with its records in the one order that does not depend on how they came about: by first case, then by name. */
export function inOrder(report: CampaignReport): CampaignReport {
  const paths = report.header.iuts.map(({ path }) => path);
  const place = ({ iut }: { readonly iut: string }) => paths.indexOf(iut);
  return {
    ...report,
    findings: report.findings.toSorted((a, b) => a.first - b.first || place(a) - place(b) || byText(a.cause, b.cause)),
    differences: report.differences.toSorted((a, b) => a.first - b.first || byText(differenceKey(a), differenceKey(b))),
    cells: report.cells.toSorted((a, b) => byText(a.cell, b.cell) || place(a) - place(b)),
  };
}

/** What differences that are one have in common. */
export function differenceKey({ cell, free, did }: DifferenceRecord): string {
  return JSON.stringify([cell, free, Object.entries(did).toSorted(([a], [b]) => byText(a, b))]);
}

// Not by the rules of a language: the order is the same on each machine.
function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

// Both are called reports: what people confuse is worth a word of its own.
function isReportOfRun(text: string): boolean {
  return text.startsWith('{"type":"header"');
}
