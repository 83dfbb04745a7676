import { InputError } from "../input/input-error.ts";
import { readText } from "../input/text-file.ts";
import { type Matrix, type MatrixFooter, parseMatrix } from "../matrix/records.ts";
import { version } from "../version.ts";
import { type FooterRecord, parseReport, type Report } from "./records.ts";

/** A report of either kind, as commands take them: of a run, or a matrix. */
export type AnyReport =
  | { readonly kind: "run"; readonly file: string; readonly report: Report }
  | { readonly kind: "matrix"; readonly file: string; readonly matrix: Matrix };

/** One that came to its end. */
export type WholeReport =
  | { readonly kind: "run"; readonly file: string; readonly report: WholeRun }
  | { readonly kind: "matrix"; readonly file: string; readonly matrix: Matrix & { readonly footer: MatrixFooter } };

export type WholeRun = Report & { readonly footer: FooterRecord };

/** What a file of JSON Lines is, by the type of its first record; undefined: none of the suite's reports. */
export function kindOfReport(text: string): "run" | "matrix" | "campaign" | undefined {
  const [first = ""] = text.split("\n", 1);
  // Read by its beginning, so that a file that is broken further on, or in this line, is still refused as what it is.
  const [, type] = /^\s*\{\s*"type"\s*:\s*"([a-z-]+)"/.exec(first) ?? [];
  return ({ header: "run", "matrix-header": "matrix", campaign: "campaign" } as const)[type ?? ""];
}

/** Reads a report of a run or a matrix, whole or cut short. Throws InputError that names file and line, or says what else the file is. */
export function readAnyReport(file: string): AnyReport {
  return parseAnyReport(readText(file), file);
}

function parseAnyReport(text: string, file: string): AnyReport {
  const kind = kindOfReport(text);
  if (kind === "campaign") {
    throw new InputError(`${file}: expected the report of a run, or a matrix; found that of a campaign, which \`report show\` prints`);
  }
  try {
    return kind === "matrix" ? { kind, file, matrix: parseMatrix(text, file) } : { kind: "run", file, report: parseReport(text, file) };
  } catch (error) {
    throw withVersion(error, text);
  }
}

/** The same of one that must be whole. Throws InputError also where there is no footer: what a run that was cut short would have found nobody knows. */
export function readWholeReport(file: string): WholeReport {
  return wholeOf(readAnyReport(file), file);
}

function wholeOf(read: AnyReport, file: string): WholeReport {
  if (read.kind === "run") return { ...read, report: whole(read.report, file) };
  const { matrix } = read;
  const { footer } = matrix;
  if (footer === undefined) throw cutShort(file, "matrix");
  return { ...read, matrix: { ...matrix, footer } };
}

/** Reads the report of a run that must be whole. Throws InputError as `readWholeReport`, and where it is a matrix. */
export function readWholeRun(file: string): WholeRun {
  return parseWholeRun(readText(file), file);
}

/** The same for a text that is at hand; `file` is what messages call it. */
export function parseWholeRun(text: string, file: string): WholeRun {
  const read = wholeOf(parseAnyReport(text, file), file);
  if (read.kind === "run") return read.report;
  throw new InputError(`${file}: expected the report of one implementation (\`run --report jsonl=FILE\`), found a matrix`);
}

function whole(report: Report, file: string): WholeRun {
  const { footer } = report;
  if (footer === undefined) throw cutShort(file, "run");
  return { ...report, footer };
}

function cutShort(file: string, what: string): InputError {
  return new InputError(`${file}: no footer: the ${what} was cut short, and what it would have found nobody knows; run it again`);
}

// What does not fit may be of a later version: then that is the thing to know.
function withVersion(error: unknown, text: string): unknown {
  const [, other] = /"suite":\{"name":"expat-conformance","version":"([^"]*)"/.exec(text.slice(0, 2000)) ?? [];
  if (!(error instanceof InputError) || other === undefined || other === version) return error;
  return new InputError(`${error.message} (the report is of version ${other} of the suite, this is ${version})`);
}
