import type { AnnotatedMessage } from "../example/annotate.ts";
import { caseExample } from "../example/case-example.ts";
import type { ShownExchange } from "../example/exchange.ts";
import { stepExample } from "../example/step-example.ts";
import { knownMistakes } from "../explain/explain.ts";
import { paletteFor } from "../report/palette.ts";
import type { Look } from "../report/summary.ts";
import { allChecks, type Library, loadLibrary } from "../scenario/load.ts";
import { specUrl } from "../scenario/spec-url.ts";
import { toHex } from "../wire/bytes.ts";
import { type Explanation, explanationText, mistakesText, type Statement } from "./explain-text.ts";
import { UsageError } from "./problem.ts";
import { nearest, withoutParameters } from "./selection.ts";

export interface ExplainOptions {
  readonly json?: boolean;
  readonly mistakes?: boolean;
}

/** `explain`: prints what a check is about, or all known mistakes. Throws UsageError where the check is not known, or none is named. */
export async function explainCommand(id: string | undefined, { json, mistakes }: ExplainOptions): Promise<void> {
  const { stdout } = process;
  const look: Look = { palette: paletteFor("auto", stdout, process.env), width: stdout.columns };
  const print = (lines: readonly string[]): void => void stdout.write(`${lines.join("\n")}\n`);
  if (mistakes) {
    if (id !== undefined) throw new UsageError("explain --mistakes: prints all of them; name a check or give --mistakes, not both");
    if (json) print([JSON.stringify([...knownMistakes.values()].flat(), null, 2)]);
    else print(mistakesText(knownMistakes, look));
    return;
  }
  if (id === undefined) throw new UsageError("explain: expected the id of a check (`list` prints them), or --mistakes; found nothing");
  const explanation = await explain(id, loadLibrary());
  print(json ? [JSON.stringify(inJson(explanation), null, 2)] : explanationText(explanation, look));
}

async function explain(wanted: string, library: Library): Promise<Explanation> {
  // The id of an instance, as a failure prints it, names its check as well.
  const id = withoutParameters(wanted);
  const checks = allChecks(library);
  const check = checks.find((candidate) => candidate.id === id);
  const ids = checks.map((candidate) => candidate.id);
  if (check === undefined) throw new UsageError(`explain ${wanted}: no such check; ${nearest(id, ids)}`);
  const script = library.cases.find((candidate) => id === candidate.id || id.startsWith(`${candidate.id}#`));
  if (script === undefined) throw new Error(`the check ${id} belongs to no case`);
  const step = id.slice(script.id.length + 1);
  const example = step === "" ? await caseExample(script, library.cases) : stepExample(step);
  if (example === undefined) throw new Error(`no example of the step ${step}`);
  return {
    check,
    statements: check.requirements.flatMap((requirement) => statementOf(requirement, library)),
    mistakes: knownMistakes.get(step) ?? [],
    example,
  };
}

function statementOf(id: string, { ledger }: Library): Statement[] {
  const requirement = ledger.get(id);
  if (requirement === undefined) return [];
  const { spec, section, level, text, revision } = requirement;
  const [document = revision] = revision.split(/,| \(/);
  return [{ id, spec, section, level, text, document, url: specUrl(requirement) }];
}

function inJson({ check, statements, mistakes, example }: Explanation): object {
  const { id, title, why, iut, kind } = check;
  const exchange = ({ messages }: ShownExchange): object[] => messages.map(messageInJson);
  const { right, wrong } = example;
  const shown = wrong && {
    title: wrong.title,
    made: wrong.made,
    altered: wrong.altered,
    messages: exchange(wrong.exchange),
    finds: wrong.finds,
  };
  return {
    id,
    title,
    ...(why && { why }),
    iut,
    kind,
    statements,
    mistakes,
    right: { messages: exchange(right) },
    ...(shown && { wrong: shown }),
  };
}

function messageInJson({ name, fields }: AnnotatedMessage): object {
  return { name, fields: fields.map(({ path, bytes, note }) => ({ path, bytes: toHex(bytes), ...(note && { note }) })) };
}
