import { dirname, join, relative } from "node:path";
import { mergeReports, type ShardReport } from "../campaign/merge-reports.ts";
import type { CampaignReport, FindingRecord } from "../campaign/records.ts";
import { readCampaignReport, writeCampaignReport } from "../campaign/report-file.ts";
import { InputError } from "../input/input-error.ts";
import { campaignSummary } from "../report/campaign-summary.ts";
import { campaignExitCodeOf } from "../report/expectation.ts";
import { paletteFor } from "../report/palette.ts";
import { shellWord } from "../report/reproduce.ts";
import { UsageError } from "./problem.ts";
import { isOfRun, mergeRunsCommand } from "./report-merge-runs.ts";

export interface ReportMergeOptions {
  /** `-` is standard output. */
  readonly out?: string;
  readonly json?: boolean;
}

/**
 * `report merge`, of the parts of a run or the shards of a campaign, told apart by what the files are: returns the exit code of the whole. Throws UsageError, or InputError that
 * says all that is wrong; nothing is written then.
 */
export function reportMergeCommand(files: readonly string[], { out, json }: ReportMergeOptions): number {
  if (json && out === "-") throw new UsageError("--json and --out - both want standard output: leave one of them out");
  if (files.some(isOfRun)) return mergeRunsCommand(files, { out, json });
  const merged = mergeReports(readAll(files).map(({ file, report }) => ({ file, report: relocated(report, file, out) })));
  if (out !== undefined) writeCampaignReport(out, merged);
  if (json) process.stdout.write(`${JSON.stringify(merged)}\n`);
  else if (out !== "-") print(merged);
  return campaignExitCodeOf(merged.footer);
}

/** `report show`: prints the report of a campaign for people; returns the exit code of the campaign. Throws InputError. */
export function reportShowCommand(file: string): number {
  const report = readCampaignReport(file);
  print(report);
  return campaignExitCodeOf(report.footer);
}

function print(report: CampaignReport): void {
  const { stdout } = process;
  const look = { palette: paletteFor("auto", stdout, process.env), width: stdout.isTTY ? stdout.columns : undefined };
  stdout.write(`${campaignSummary(report, look).join("\n")}\n`);
}

function readAll(files: readonly string[]): ShardReport[] {
  const problems: string[] = [];
  const read = files.flatMap((file): ShardReport[] => {
    try {
      return [{ file, report: readCampaignReport(file) }];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(error.message);
      return [];
    }
  });
  if (problems.length > 0) throw new InputError(problems.join("\n"));
  return read;
}

/** The report with its bundles as they are reached from where the merged one will stand, and replayed from the folder of this call. */
function relocated(report: CampaignReport, file: string, out: string | undefined): CampaignReport {
  const base = out === undefined || out === "-" ? "." : dirname(out);
  return { ...report, findings: report.findings.map((finding) => relocatedFinding(finding, dirname(file), base)) };
}

function relocatedFinding(finding: FindingRecord, from: string, to: string): FindingRecord {
  const { bundle, replay } = finding;
  if (bundle === undefined) return finding;
  const place = join(from, bundle);
  // The word that names the bundle ends in its path: what comes before it was the folder in which the shard ran.
  const end = bundle.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const word = new RegExp(`'[^']*${end}'|[^\\s']*${end}(?=\\s|$)`);
  return { ...finding, bundle: relative(to, place), replay: replay.replace(word, () => shellWord(place)) };
}
