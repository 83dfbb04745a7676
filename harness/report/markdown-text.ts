import { oneLine } from "./printable.ts";

/**
 * Texts of others in Markdown as GitHub reads it. Every character that means something anywhere (to tables, to Markdown, to HTML, to what GitHub
 * makes of `@name` and `#1`) is written as a numeric character reference, which can stand for a character and never for structure
 * (CommonMark 0.31 section 2.5). The text is on one line, since a newline would end a row of a table.
 */
const MEANINGFUL = /\.(?=[A-Za-z])|[^A-Za-z0-9 ,.()'"/=+;?\u00a0-\u1fff\u2070-\ud7ff\uf900-\ufffd-]/gu;

/** Longer texts are cut, and say so: a summary is no log. */
const LONGEST = 400;

/** A text as running words. */
export function prose(text: string): string {
  // Behind a zero-width space neither a name nor a number is one that GitHub tells somebody of.
  return references(cut(text)).replace(/&#(?:64|35);/g, "$&&#8203;");
}

/** A text set as code, where GitHub looks for no names either; nothing for the empty text. */
export function code(text: string): string {
  const shown = cut(text);
  return shown === "" ? "" : `<code>${references(shown)}</code>`;
}

/** A text set as code in which nothing is cut, so that it can be copied. */
export function command(text: string): string {
  return `<code>${references(visible(text))}</code>`;
}

/** A table; cells are Markdown already. Empty where there are no rows. */
export function markdownTable(heading: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(heading), line(heading.map(() => "---")), ...rows.map(line), ""];
}

/** What is there to be opened: a summary (Markdown) and lines behind it. Empty where there are no lines. */
export function folded(summary: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["<details>", `<summary>${summary}</summary>`, "", ...lines, "</details>", ""];
}

function references(text: string): string {
  return text.replace(MEANINGFUL, (character) => `&#${character.codePointAt(0)};`);
}

// What has no width, or turns the direction of writing, would let a text look like another one.
function visible(text: string): string {
  return oneLine(text).replace(/\p{Cf}/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

function cut(text: string): string {
  const characters = [...visible(text)];
  return characters.length <= LONGEST ? characters.join("") : `${characters.slice(0, LONGEST).join("")}… (${characters.length} characters)`;
}
