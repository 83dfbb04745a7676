import { writeWhole } from "../input/whole-file.ts";
import { type AnyReport, readAnyReport } from "../report/any-report.ts";
import { markdownOfMatrix } from "../report/markdown-matrix.ts";
import { type MarkdownLook, markdownOfRun } from "../report/markdown-run.ts";
import { loadLedger } from "../scenario/ledger.ts";

export interface ReportMarkdownOptions {
  /** `-` is standard output. */
  readonly out: string;
  /** How many rows a table has at most. */
  readonly rows: number;
}

/** `report markdown`: writes the summary of all files; returns 0. Throws InputError where one is no report, and writes nothing then. */
export function reportMarkdownCommand(files: readonly string[], { out, rows }: ReportMarkdownOptions): number {
  const look: MarkdownLook = { ledger: loadLedger(), rows };
  const lines = files.map(readAnyReport).flatMap((report) => markdownOf(report, look));
  const text = `${lines.join("\n").trimEnd()}\n`;
  if (out === "-") process.stdout.write(text);
  else writeWhole(out, text);
  return 0;
}

function markdownOf(read: AnyReport, look: MarkdownLook): string[] {
  return [...(read.kind === "run" ? markdownOfRun(read.report, look) : markdownOfMatrix(read.matrix, look)), ""];
}
