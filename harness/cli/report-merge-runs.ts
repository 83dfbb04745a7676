import { InputError } from "../input/input-error.ts";
import { readText } from "../input/text-file.ts";
import { writeWhole } from "../input/whole-file.ts";
import type { WholeRun } from "../report/any-report.ts";
import { kindOfReport, readWholeRun } from "../report/any-report.ts";
import { exitCodeOf } from "../report/expectation.ts";
import { mergeRuns, type PartReport } from "../report/merge-runs.ts";
import { paletteFor } from "../report/palette.ts";
import { goalSection, lastLine, table } from "../report/summary.ts";

/** True of a file that can be read and is the report of a run. */
export function isOfRun(file: string): boolean {
  try {
    return kindOfReport(readText(file)) === "run";
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

/** `report merge` of the parts of a run: returns the exit code of the whole. Throws InputError that says all that is wrong; nothing is written then. */
export function mergeRunsCommand(
  files: readonly string[],
  { out, json }: { readonly out?: string | undefined; readonly json?: boolean | undefined },
): number {
  const merged = mergeRuns(readAll(files));
  const { header, results, footer } = merged;
  const text = [header, ...results, footer].map((record) => `${JSON.stringify(record)}\n`).join("");
  if (out === "-") process.stdout.write(text);
  else if (out !== undefined) writeWhole(out, text);
  if (json) process.stdout.write(`${JSON.stringify(merged)}\n`);
  else if (out !== "-") print(merged, files.length);
  return exitCodeOf({ executed: footer.executed, counts: footer.counts, expectations: footer.expectations }, 0);
}

function readAll(files: readonly string[]): PartReport[] {
  const problems: string[] = [];
  const read = files.flatMap((file): PartReport[] => {
    try {
      return [{ file, report: readWholeRun(file) }];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(error.message);
      return [];
    }
  });
  if (problems.length > 0) throw new InputError(problems.join("\n"));
  return read;
}

function print({ header, results, footer }: WholeRun, parts: number): void {
  const { stdout } = process;
  const look = { palette: paletteFor("auto", stdout, process.env), width: stdout.isTTY ? stdout.columns : undefined };
  const { iut, suite, seed, filtered } = header;
  const lines = [
    `${iut.name} ${iut.version}, suite ${suite.version}, seed ${seed}: ${parts} parts, ${filtered ? "which leave a part of the checks out" : "all positions"}`,
    "",
    ...table(results, look),
    "",
    ...goalSection(footer.goals, look),
    "",
    lastLine(results, look),
  ];
  stdout.write(`${lines.join("\n")}\n`);
}
