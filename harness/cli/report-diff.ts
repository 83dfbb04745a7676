import { readWholeReport, type WholeReport } from "../report/any-report.ts";
import { type Change, type Difference, difference, obstacles } from "../report/diff.ts";
import type { ExitCode } from "../report/expectation.ts";
import { counted } from "../report/layout.ts";
import { type Palette, paletteFor } from "../report/palette.ts";
import { oneLine } from "../report/printable.ts";
import { UsageError } from "./problem.ts";

export interface ReportDiffOptions {
  readonly json?: boolean;
  readonly force?: boolean;
}

/**
 * `report diff`: prints what has changed; returns 1 where something got worse, 2 where the second report holds errors of the harness, else 0. Throws
 * InputError, and UsageError where the reports cannot be compared, or should not be and `force` is not given.
 */
export function reportDiffCommand(oldFile: string, newFile: string, { json, force }: ReportDiffOptions): ExitCode {
  const [before, after] = [readWholeReport(oldFile), readWholeReport(newFile)];
  const problems = obstacles(before, after);
  if (problems.length > 0 && (!force || before.kind !== after.kind)) {
    const way = before.kind === after.kind ? "; --force compares them all the same" : "";
    throw new UsageError(`expected two reports of one implementation and one profile, or two matrices: ${problems.join("; ")}${way}`);
  }
  const found = difference(before, after);
  const notes = [...problems, ...found.notes];
  if (json) process.stdout.write(`${JSON.stringify({ ...found, notes })}\n`);
  else print({ ...found, notes });
  // An error of ours puts in doubt whatever else is said.
  if (harnessErrors(after) > 0) return 2;
  return found.regressions.length > 0 ? 1 : 0;
}

function harnessErrors(read: WholeReport): number {
  const { counts } = read.kind === "run" ? read.report.footer : read.matrix.footer;
  return counts["harness-error"] ?? 0;
}

function print(found: Difference): void {
  const palette = paletteFor("auto", process.stdout, process.env);
  const { regressions, fixes, added, gone, changed, same } = found;
  const lines = [
    `old  ${oneLine(found.old)}`,
    `new  ${oneLine(found.new)}`,
    ...found.notes.map((note) => palette.doubtful(`note: ${oneLine(note)}`)),
    ...section("Regressions", regressions, palette.bad, palette),
    ...section("Fixed", fixes, palette.good, palette),
    ...section("Asked now, and not before", added, palette.strong, palette),
    ...section("Asked no more", gone, palette.strong, palette),
    ...section("Changed otherwise", changed, palette.doubtful, palette),
    "",
    [
      counted(regressions.length, "regression"),
      `${fixes.length} fixed`,
      `${added.length} added${troubled(added)}`,
      `${gone.length} gone`,
      `${changed.length} changed otherwise`,
      `${same} as before`,
    ].join(", "),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

// What is new and fails is no regression, and must not be lost among what passes.
function troubled(added: readonly Change[]): string {
  const bad = added.filter((change) => change.new !== "pass" && change.new !== "observed").length;
  return bad === 0 ? "" : ` (${bad} of them not passed)`;
}

function section(heading: string, changes: readonly Change[], colour: (text: string) => string, palette: Palette): string[] {
  if (changes.length === 0) return [];
  return ["", colour(heading), ...changes.flatMap((change) => lineOf(change, palette))];
}

function lineOf({ name, old, new: now, detail, reproduce }: Change, palette: Palette): string[] {
  const quiet = now === undefined || now === "pass";
  return [
    `  ${oneLine(name)}  ${old ?? "-"} → ${now ?? "-"}`,
    ...(quiet || detail === "" ? [] : [`      ${oneLine(detail)}`]),
    ...(quiet || reproduce === undefined ? [] : [palette.faint(`      ${oneLine(reproduce)}`)]),
  ];
}
