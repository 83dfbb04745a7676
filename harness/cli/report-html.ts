import { InputError } from "../input/input-error.ts";
import { readText } from "../input/text-file.ts";
import { writeWhole } from "../input/whole-file.ts";
import { type Matrix, parseMatrix } from "../matrix/records.ts";
import { pageHtml } from "../page/html.ts";
import { identityOf } from "../page/labels.ts";
import { pageData, type Read } from "../page/pack.ts";
import { parseReport, type Report } from "../report/records.ts";
import { loadGoals } from "../scenario/goals.ts";
import { loadLedger } from "../scenario/ledger.ts";
import { version } from "../version.ts";

export interface ReportHtmlOptions {
  /** `-` is standard output. */
  readonly out: string;
}

type Content = { readonly file: string; readonly report: Report } | { readonly file: string; readonly matrix: Matrix };

/**
 * `report html`: writes one page of reports of runs and of matrices; what is left out, and what was cut short, is said on standard error. Throws
 * InputError that names what is wrong with each file; nothing is written then.
 */
export function reportHtmlCommand(files: readonly string[], { out }: ReportHtmlOptions): void {
  const contents = readAll(files);
  const reports = contents.flatMap((one) => ("report" in one ? [{ file: one.file, content: one.report }] : []));
  const matrices = contents.flatMap((one) => ("matrix" in one ? [{ file: one.file, content: one.matrix }] : []));
  const html = pageHtml(
    pageData({
      suite: version,
      ledger: loadLedger(),
      goals: loadGoals(),
      reports: latest(reports, ({ header }) => identityOf(header), "reports"),
      matrices: latest(matrices, ({ header: { implementations, profile } }) => JSON.stringify([implementations, profile]), "matrices"),
    }),
  );
  for (const { file, content } of [...reports, ...matrices]) {
    if (content.footer === undefined) say(`${file}: it has no footer: the run was cut short, and the page says so`);
  }
  if (out === "-") process.stdout.write(html);
  else writeWhole(out, html);
}

/** Of those that are of the same, the one that was started last; others are named. */
function latest<T extends { readonly header: { readonly startedAt: string } }>(
  all: readonly Read<T>[],
  identity: (content: T) => string,
  what: string,
): Read<T>[] {
  const groups = new Map<string, Read<T>[]>();
  for (const one of all) groups.set(identity(one.content), [...(groups.get(identity(one.content)) ?? []), one]);
  return [...groups.values()].map((group) => {
    // Of the same moment (the same file twice) the one that was given last.
    const last = group.reduce((best, one) =>
      Date.parse(one.content.header.startedAt) >= Date.parse(best.content.header.startedAt) ? one : best,
    );
    if (group.length > 1)
      say(`${group.length} ${what} of the same: ${group.map(({ file }) => file).join(", ")}; ${last.file} counts, the last`);
    return last;
  });
}

function readAll(files: readonly string[]): Content[] {
  const problems: string[] = [];
  const contents = files.flatMap((file): Content[] => {
    try {
      return [read(file)];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(error.message);
      return [];
    }
  });
  if (problems.length > 0) throw new InputError(problems.join("\n"));
  return contents;
}

/** A report or a matrix, by its first record. */
function read(file: string): Content {
  const text = readText(file);
  const type = typeOf(text.slice(0, (text.indexOf("\n") + 1 || text.length + 1) - 1));
  if (type === "matrix-header") return { file, matrix: parseMatrix(text, file) };
  if (type === "campaign") {
    throw new InputError(`${file}:1: expected the report of a run or a matrix, found that of a campaign: \`report show\` prints it`);
  }
  return { file, report: parseReport(text, file) };
}

function typeOf(line: string): unknown {
  try {
    return (JSON.parse(line) as { type?: unknown } | null)?.type;
  } catch {
    return undefined;
  }
}

function say(text: string): void {
  process.stderr.write(`expat-conformance: ${text}\n`);
}
