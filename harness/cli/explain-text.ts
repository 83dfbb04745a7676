import { type AnnotatedMessage, differences, type FieldChange } from "../example/annotate.ts";
import type { Example, JudgesWord } from "../example/exchange.ts";
import { fieldLine, messageHeading, messageText } from "../example/message-text.ts";
import { paragraph } from "../report/layout.ts";
import type { Look } from "../report/summary.ts";
import type { Check } from "../scenario/case.ts";
import type { Requirement } from "../scenario/ledger.ts";
import type { Bytes } from "../wire/bytes.ts";

/** `explain` for people: lines of text. */

/** A statement of a specification, as `explain` shows it. */
export interface Statement extends Pick<Requirement, "id" | "spec" | "section" | "level" | "text"> {
  readonly document: string;
  readonly url: string;
}

/** All that is known of a check. */
export interface Explanation {
  readonly check: Check;
  readonly statements: readonly Statement[];
  /** Those that the step can name; a case itself names none, its steps do. */
  readonly mistakes: readonly {
    readonly id: string;
    readonly title: string;
    readonly hint: string;
    readonly requirements: readonly string[];
  }[];
  readonly example: Example;
}

const OPEN = "No answer is wrong here: the texts leave it open, and what an implementation does is recorded.";
const IN_THE_HANDSHAKE = "What would be wrong does not show in these messages: it is in the handshake of the next connection.";
/** So that bytes and the name of their field fit beside each other. */
const bytesALine = ({ width }: Look): number => (width !== undefined && width < 100 ? 8 : 16);
/** Of fields that did not change, so many stand beside those that did. */
const NEIGHBOURS = 2;

/** All that is known of a check. */
export function explanationText({ check, statements, mistakes, example }: Explanation, look: Look): string[] {
  const { palette, width } = look;
  const lines = [
    `${palette.strong(check.id)}  ${check.iut}, ${check.kind}`,
    paragraph(check.title, "    ", width),
    ...(check.why === undefined ? [] : ["", palette.strong("Why it matters"), paragraph(check.why, "    ", width)]),
    "",
    palette.strong(statements.length === 1 ? "The statement" : "The statements"),
    ...statements.flatMap((statement) => statementText(statement, look)),
  ];
  lines.push("", palette.strong("A right exchange"));
  for (const message of example.right.messages) lines.push(...messageText(message, { room: bytesALine(look) }));
  if (example.wrong) lines.push(...wrongText(example, look));
  else lines.push("", paragraph(check.kind === "probe" ? OPEN : IN_THE_HANDSHAKE, "", width));
  if (mistakes.length > 0) lines.push("", palette.strong(`Known mistakes that a failure can be named by (${mistakes.length})`));
  for (const { id, title } of mistakes) lines.push(`    ${id}`, paragraph(title, "        ", width));
  return lines;
}

/** The table of all known mistakes, by step. */
export function mistakesText(steps: Iterable<readonly [string, Explanation["mistakes"]]>, { palette, width }: Look): string[] {
  const lines: string[] = [];
  let total = 0;
  for (const [step, mistakes] of steps) {
    if (mistakes.length === 0) continue;
    total += mistakes.length;
    lines.push(palette.strong(`#${step}`));
    for (const { id, title, hint, requirements } of mistakes) {
      lines.push(`    ${id}  ${palette.faint(requirements.join(", "))}`, paragraph(title, "        ", width));
      lines.push(paragraph(`mend: ${hint}`, "        ", width));
    }
  }
  return [...lines, "", `${total} known mistakes`];
}

function statementText({ id, section, document, level, text, url }: Statement, { palette, width }: Look): string[] {
  const place = section.startsWith("RFC") ? section : `${document}, ${section}`;
  return [`    ${id}  ${palette.faint(`${place}, ${level}`)}`, paragraph(text, "        ", width), `        ${palette.faint(url)}`];
}

function wrongText({ right, wrong }: Example, look: Look): string[] {
  const { palette, width } = look;
  if (wrong === undefined) return [];
  const lines = ["", palette.strong("A wrong exchange"), paragraph(wrong.title, "    ", width)];
  for (const made of wrong.made) lines.push(paragraph(`made so: ${made}`, "    ", width));
  for (const { path, right: before, wrong: after } of wrong.altered) {
    lines.push("", `    ${path}`, `      ${palette.good(`- ${before}`)}`, `      ${palette.bad(`+ ${after}`)}`);
  }
  lines.push("", paragraph("Its bytes beside those of the right one: - is right, + is wrong, ^ marks what differs.", "    ", width));
  lines.push(...exchangeDifference(right.messages, wrong.exchange.messages, look));
  lines.push("", palette.strong("What is found in the wrong one"));
  return [...lines, ...wrong.finds.flatMap((word) => wordText(word, look))];
}

function exchangeDifference(right: readonly AnnotatedMessage[], wrong: readonly AnnotatedMessage[], look: Look): string[] {
  const lines: string[] = [];
  const left = [...right];
  for (const message of wrong) {
    const at = left.findIndex(({ name }) => name === message.name);
    const [twin] = at < 0 ? [undefined] : left.splice(at, 1);
    const changes = differences(twin?.fields ?? [], message.fields);
    if (changes.every(({ kind }) => kind === "same")) lines.push(`${messageHeading(message.name, message.fields)}: the same`);
    else lines.push(messageHeading(message.name, message.fields), ...changeLines(changes, look));
  }
  for (const { name } of left) lines.push(look.palette.good(`  - ${name} is missing`));
  if (right.map(({ name }) => name).join() !== wrong.map(({ name }) => name).join()) {
    lines.push(`    order: ${look.palette.good(`- ${right.map(({ name }) => name).join(", ")}`)}`);
    lines.push(`           ${look.palette.bad(`+ ${wrong.map(({ name }) => name).join(", ")}`)}`);
  }
  return lines;
}

function changeLines(changes: readonly FieldChange[], look: Look): string[] {
  const { palette } = look;
  const lines: string[] = [];
  let skipped = 0;
  const flush = (): void => {
    if (skipped > 0) lines.push(palette.faint(`        … ${skipped} ${skipped === 1 ? "field" : "fields"} the same`));
    skipped = 0;
  };
  for (const [index, change] of changes.entries()) {
    const near = changes.slice(Math.max(0, index - NEIGHBOURS), index + NEIGHBOURS + 1).some(({ kind }) => kind !== "same");
    if (change.kind === "same" && !near) {
      skipped++;
      continue;
    }
    flush();
    lines.push(...lineOf(change, look));
  }
  flush();
  return lines;
}

function lineOf(change: FieldChange, look: Look): string[] {
  const { palette } = look;
  const room = bytesALine(look);
  switch (change.kind) {
    case "same":
      return [fieldLine("   ", change.field, 0, room)];
    case "gone":
      return [palette.good(fieldLine("  -", change.field, 0, room))];
    case "new":
      return [palette.bad(fieldLine("  +", change.field, 0, room))];
    case "changed": {
      const { right, wrong, offset } = change;
      const from = Math.max(right.bytes.length, wrong.bytes.length) > room ? Math.max(0, offset - 4) : 0;
      return [
        palette.good(fieldLine("  -", right, from, room)),
        palette.bad(fieldLine("  +", wrong, from, room)),
        palette.bad(marks(right.bytes, wrong.bytes, from, room)),
      ];
    }
  }
}

/** Carets below the bytes of a line that differ. */
function marks(right: Bytes, wrong: Bytes, from: number, room: number): string {
  const indent = " ".repeat(8 + (from > 0 ? 1 : 0));
  const pairs = Array.from({ length: room }, (_, index) => {
    const at = from + index;
    return at < wrong.length && right[at] !== wrong[at] ? "^^" : "  ";
  });
  return `${indent}${pairs.join(" ")}`.trimEnd();
}

function wordText({ by, expected, found, mistakes }: JudgesWord, { palette, width }: Look): string[] {
  return [
    `    ${palette.strong(by)}`,
    ...(expected === undefined ? [] : [paragraph(`expected ${expected}`, "        ", width)]),
    paragraph(`${expected === undefined ? "" : "found "}${found}`, "        ", width),
    ...mistakes.flatMap(({ id, title, hint }) => [
      paragraph(`looks like: ${title} (${id})`, "        ", width),
      paragraph(`mend: ${hint}`, "        ", width),
    ]),
  ];
}
