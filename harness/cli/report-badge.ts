import { writeWhole } from "../input/whole-file.ts";
import { readWholeReport } from "../report/any-report.ts";
import { badgeEndpoint, badgeOf, badgeSvg } from "../report/badge.ts";
import { UsageError } from "./problem.ts";

export interface ReportBadgeOptions {
  /** `-` is standard output. */
  readonly out?: string;
  readonly shields?: string;
  readonly label: string;
}

/** `report badge`: writes the badge of a whole report; returns 0. Throws InputError where the report is cut short, and writes nothing then. */
export function reportBadgeCommand(file: string, { out, shields, label }: ReportBadgeOptions): number {
  if (out === "-" && shields === "-") throw new UsageError("--out - and --shields - both want standard output: leave one of them out");
  const badge = badgeOf(readWholeReport(file), label);
  // Who names no file wants to see the badge.
  if (out !== undefined || shields === undefined) write(out ?? "-", badgeSvg(badge));
  if (shields !== undefined) write(shields, badgeEndpoint(badge));
  return 0;
}

function write(path: string, text: string): void {
  if (path === "-") process.stdout.write(text);
  else writeWhole(path, text);
}
