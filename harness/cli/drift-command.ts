import { InputError } from "../input/input-error.ts";
import { readText } from "../input/text-file.ts";
import { type Change, compare, type Drift, indexOf } from "../ledger/drift.ts";
import { loadTextIndexes } from "../ledger/text-index.ts";
import { oneLine } from "../report/printable.ts";
import { allChecks, loadLibrary } from "../scenario/load.ts";
import { UsageError } from "./problem.ts";

/**
 * `requirements drift`: what later revisions of the texts change of the statements, and which checks that touches. Returns the exit code:
 * 0 nothing, 1 drift. Throws InputError or UsageError.
 */
export function driftCommand(files: readonly string[], { json, spec }: { json?: boolean; spec?: string }): number {
  const indexes = loadTextIndexes();
  const specs = [...new Set(indexes.map((index) => index.spec))].sort();
  if (spec !== undefined && !specs.includes(spec)) throw new UsageError(`--spec ${spec}: expected one of ${specs.join(", ")}`);
  const candidates = indexes.filter((index) => spec === undefined || index.spec === spec);
  const checks = allChecks(loadLibrary());
  const drifts = files.map((file) => {
    const text = readSpecification(file);
    const index = indexOf(text, candidates) ?? (candidates.length === 1 ? candidates[0] : undefined);
    if (index === undefined) {
      const known = indexes.map(({ spec: name, text: which }) => `${name} (${which})`).join("; ");
      throw new InputError(`${file}: is like none of the texts that the ledger was made from: ${known}; say which with --spec`);
    }
    return { file, drift: compare(text, index) };
  });
  const touched = (change: Change) =>
    checks.filter(({ requirements }) => requirements.some((id) => change.requirements.includes(id))).map(({ id }) => id);
  if (json)
    process.stdout.write(
      `${JSON.stringify(
        drifts.map(({ file, drift }) => record(file, drift, touched)),
        null,
        2,
      )}\n`,
    );
  else for (const { file, drift } of drifts) process.stdout.write(describe(file, drift, touched));
  return drifts.some(({ drift }) => drift.changes.length > 0) ? 1 : 0;
}

// The longest of the texts has some 300,000.
const LARGEST = 2_000_000;

function readSpecification(file: string): string {
  const text = readText(file);
  if (text.length > LARGEST) throw new InputError(`${file}: expected at most ${LARGEST} characters of text, found ${text.length}`);
  if (text.trim() === "") throw new InputError(`${file}: expected the text of a specification, found an empty file`);
  if (/^\uFEFF?\s*<(?:\?xml|!DOCTYPE|html|rfc)/i.test(text)) {
    throw new InputError(`${file}: expected kramdown source (.md) or the rendered text (.txt), found XML or HTML`);
  }
  return text;
}

type Touched = (change: Change) => readonly string[];

function record(file: string, { index, kept, of, changes }: Drift, touched: Touched) {
  const described = changes.map((change) => ({
    kind: change.kind,
    requirements: change.requirements,
    ...("now" in change && { line: change.now.line, section: change.now.section, sentence: oneLine(change.now.text) }),
    checks: touched(change),
  }));
  return { file, spec: index.spec, from: index.text, sentences: { kept, of }, changes: described };
}

function describe(file: string, { index, kept, of, changes }: Drift, touched: Touched): string {
  const lines = changes.flatMap((change) => {
    const names = change.requirements.join(", ");
    const head =
      change.kind === "vanished"
        ? [`vanished  ${names}`]
        : [
            `${change.kind.padEnd(8)}  ${file}:${change.now.line}  (${change.now.section})${names && `  ${names}`}`,
            `    ${cut(change.now.text)}`,
          ];
    const ids = touched(change);
    const shown = ids.slice(0, SHOWN).join(", ") + (ids.length > SHOWN ? ` and ${ids.length - SHOWN} more` : "");
    if (change.kind === "new") return [...head, "    no entry of the ledger rests on it"];
    return [...head, ids.length > 0 ? `    checks: ${shown}` : "    no check answers it"];
  });
  const count = (kind: Change["kind"]) => changes.filter((change) => change.kind === kind).length;
  const all = new Set(changes.flatMap(touched)).size;
  const total = `${file} against ${index.spec} (${index.text}): ${kept} of ${of} sentences unchanged; of the ledger ${count("changed")} changed, ${count("vanished")} vanished; ${count("new")} new normative sentences; ${all} checks touched`;
  return `${[...lines, total].join("\n")}\n`;
}

// In the text for people; --json has all.
const SHOWN = 6;

function cut(text: string): string {
  const line = oneLine(text);
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
