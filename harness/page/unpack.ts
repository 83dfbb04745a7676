import {
  directions,
  LEFT_OUT,
  MATRIX_COLUMNS,
  NONE,
  type PackedMatrix,
  type PackedReport,
  type PageExchange,
  type PageResult,
  type PageText,
  RESULT_COLUMNS,
  type Tables,
} from "./data.ts";

/** The rows of the page's data as results again. Part of the program and of the page: nothing of Node is imported. */

// Of the private use area: what stands for a name in a pattern.
const FIRST_MARK = 0xe000;

/** A text in which each of `names`, where it occurs, is replaced by a mark; `restored` with the same names gives the text again. */
export function pattern(text: string, names: readonly string[]): string {
  const marks = new RegExp(`[${mark(0)}-${mark(names.length)}]`, "g");
  let out = text.replace(marks, "\ufffd");
  for (const [index, name] of names.entries()) if (name.length > 1) out = out.replaceAll(name, mark(index));
  return out;
}

/** The text that `pattern` was given. */
export function restored(text: string, names: readonly string[]): string {
  return names.reduceRight((out, name, index) => (name.length > 1 ? out.replaceAll(mark(index), () => name) : out), text);
}

function mark(index: number): string {
  return String.fromCharCode(FIRST_MARK + index);
}

/** The names that stand in the command of a result of a run. */
export function namesOfResult(instance: string): string[] {
  return [instance];
}

/** The names that stand in command, capture and texts of a result of a matrix, as they are and as parts of file names. */
export function namesOfExchange(
  one: Pick<PageExchange, "instance" | "attester" | "relyingParty"> & { readonly exchange: { id: string } },
): string[] {
  const { instance, exchange, attester, relyingParty } = one;
  const names = [instance, exchange.id, attester.path, attester.name, relyingParty.path, relyingParty.name];
  return names.flatMap((name) => [name, name.replace(/[^A-Za-z0-9.]+/g, "-").replace(/^-|-$/g, "")]);
}

/** What the name of an instance has behind that of its check; one that does not begin with it stands whole, behind `=`. */
export function suffixOf(id: string, instance: string): string {
  return instance.startsWith(id) && instance[id.length] !== "=" ? instance.slice(id.length) : `=${instance}`;
}

function instanceOf(id: string, suffix: string): string {
  return suffix.startsWith("=") ? suffix.slice(1) : id + suffix;
}

/** The results of a report, in its order. Throws RangeError where the numbers fit no table. */
export function resultsOf(report: PackedReport, tables: Tables): PageResult[] {
  const results: PageResult[] = [];
  for (let row = 0; row < report.rows.length; row += RESULT_COLUMNS) {
    const [check, place, verdict, diagnostics = NONE, reproduce] = report.rows.slice(row, row + RESULT_COLUMNS);
    const parts = { check: at(tables.checks, check), place: at(tables.places, place), verdict: at(tables.verdicts, verdict) };
    const instance = instanceOf(parts.check.id, parts.place.suffix);
    results.push({
      report,
      ...parts,
      instance,
      diagnostics: textOf(diagnostics, tables),
      get reproduce() {
        return restored(at(tables.patterns, reproduce), namesOfResult(instance));
      },
    });
  }
  return results;
}

/** The results of a matrix, in its order. Throws RangeError where the numbers fit no table. */
export function exchangesOf(matrix: PackedMatrix, tables: Tables): PageExchange[] {
  const { implementations, exchanges } = matrix.header;
  const results: PageExchange[] = [];
  for (let row = 0; row < matrix.rows.length; row += MATRIX_COLUMNS) {
    const [attester, relyingParty, direction, exchange, place, verdict, transcript = NONE, capture = NONE, reproduce] = matrix.rows.slice(
      row,
      row + MATRIX_COLUMNS,
    );
    const ends = {
      attester: at(implementations, attester),
      relyingParty: at(implementations, relyingParty),
      exchange: at(exchanges, exchange),
    };
    const instance = instanceOf(ends.exchange.id, at(tables.places, place).suffix);
    const names = () => namesOfExchange({ ...ends, instance });
    results.push({
      matrix,
      ...ends,
      direction: at(directions, direction),
      place: at(tables.places, place),
      verdict: at(tables.verdicts, verdict),
      instance,
      get transcript() {
        return textOf(transcript, tables);
      },
      get capture() {
        return capture === NONE ? undefined : restored(at(tables.patterns, capture), names());
      },
      get reproduce() {
        return restored(at(tables.patterns, reproduce), names());
      },
    });
  }
  return results;
}

function textOf(index: number, { texts, lines }: Tables): PageText {
  if (index === LEFT_OUT) return "left-out";
  return index === NONE ? undefined : at(texts, index).map((line) => at(lines, line));
}

function at<T>(table: readonly T[], index: number | undefined): T {
  const row = index === undefined ? undefined : table[index];
  if (row === undefined)
    throw new RangeError(`the data of the page is damaged: a table of ${table.length} rows has none of number ${index}`);
  return row;
}
