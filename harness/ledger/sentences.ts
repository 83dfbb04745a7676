/** One sentence of a specification, or what stands for one: a heading, an element of a list, a row of a table, a block of code. */
export interface Sentence {
  /** 1-based line where it starts. */
  readonly line: number;
  /** The heading that it stands under. */
  readonly section: string;
  readonly text: string;
}

/** A stretch of text with no blank line in it. */
interface Block {
  readonly line: number;
  readonly section: string;
  readonly kind: "prose" | "whole";
  readonly text: string;
}

/**
 * Splits a specification into sentences: kramdown source as Internet-Drafts are written in, or the rendered plain text of an RFC or a
 * draft (page headers, page footers and the table of contents are left out).
 */
export function splitSentences(text: string): Sentence[] {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  const blocks = isRendered(lines) ? renderedBlocks(lines) : sourceBlocks(lines);
  return blocks.flatMap(sentencesOf);
}

/** True where a sentence holds a key word of BCP 14. */
export function isNormative(text: string): boolean {
  return /\b(?:MUST|SHALL|REQUIRED|SHOULD|RECOMMENDED|MAY|OPTIONAL)\b/.test(text);
}

const NUMBERED_HEADING = /^(?:\d+(?:\.\d+)*|Appendix [A-Z]|[A-Z](?:\.\d+)+)\.?\s{1,4}\S/;

function isRendered(lines: readonly string[]): boolean {
  const source = lines.some((line) => /^(?:#{1,6} |--- (?:abstract|middle|back)|~~~|```)/.test(line));
  return !source && lines.filter((line) => NUMBERED_HEADING.test(line)).length > 2;
}

class Collector {
  readonly blocks: Block[] = [];
  section = "";
  #start = 0;
  #lines: string[] = [];

  add(line: number, text: string): void {
    if (this.#lines.length === 0) this.#start = line;
    this.#lines.push(text);
  }

  /** What was added so far is a block; `whole`: it is not split into sentences. */
  end(kind: Block["kind"] = "prose"): void {
    const text = this.#lines.join("\n");
    this.#lines = [];
    if (text.trim() !== "") this.blocks.push({ line: this.#start, section: this.section, kind, text });
  }

  get last(): string {
    return this.#lines.at(-1) ?? "";
  }
}

const LIST_ITEM = /^\s*(?:[*+-]|\d+[.)]|:)\s+/;

function sourceBlocks(lines: readonly string[]): Block[] {
  const found = new Collector();
  // Metadata stands before the first `---` with a name.
  const body = lines.findIndex((line) => /^--- \w/.test(line));
  let fence = "";
  let comment = false;
  for (const [index, raw] of lines.entries()) {
    const line = index + 1;
    if (index < body) continue;
    if (fence !== "") {
      if (raw.trimStart().startsWith(fence)) {
        found.end("whole");
        fence = "";
      } else found.add(line, raw);
      continue;
    }
    if (/^\s*(?:\{::comment\}|<!--)/.test(raw)) comment = true;
    if (comment) {
      comment = !/\{:\/(?:comment)?\}|-->/.test(raw);
      continue;
    }
    const opening = /^\s*(~~~+|```+)/.exec(raw)?.[1];
    const heading = raw.length <= LONGEST_LINE ? /^#{1,6}\s+(.*?)(?:\s*\{#?[^}]*\})?\s*$/.exec(raw)?.[1] : undefined;
    if (opening !== undefined) {
      found.end();
      fence = opening;
    } else if (heading !== undefined) {
      found.end();
      found.section = heading;
      found.add(line, heading);
      found.end("whole");
    } else if (/^--- \w/.test(raw) || /^\s*\{:/.test(raw) || raw.trim() === "") {
      found.end();
    } else if (/^\s*\|/.test(raw)) {
      found.end();
      found.add(line, raw);
      found.end("whole");
    } else {
      if (LIST_ITEM.test(raw)) found.end();
      found.add(line, raw.replace(LIST_ITEM, ""));
    }
  }
  found.end();
  return found.blocks;
}

// No line of a rendered text, and no heading, is longer; what is cannot make the patterns slow.
const LONGEST_LINE = 400;
// "Author  Standards Track  [Page 7]", the running head behind it, and lines of the table of contents.
const FURNITURE = /\[Page \d+\]\s*$|^\f|^(?:RFC \d+|Internet-Draft)\s{2,}.*\d{4}\s*$|(?:\. ?){4,}\s*\d+\s*$/;
const BULLET = /^\s+o {2,}/;
// A term with its definition behind it, which in the source stands on a line of its own.
const TERM = /^(\s+[^\s.:][^.:]{0,60}:)\s{2,}(?=\S)/;

function renderedBlocks(lines: readonly string[]): Block[] {
  const found = new Collector();
  let blank = false;
  let page = false;
  for (const [index, raw] of lines.entries()) {
    const line = index + 1;
    const furniture = raw.length <= LONGEST_LINE && FURNITURE.test(raw);
    if (furniture) page = true;
    if (furniture || raw.trim() === "") {
      blank = true;
      continue;
    }
    const heading = NUMBERED_HEADING.test(raw);
    const element = LIST_ITEM.test(raw) || BULLET.test(raw);
    // A page break cuts a paragraph in two without ending it.
    const goesOn = page && !/[.:;!?]["”)]?\s*$/.test(found.last);
    if (heading || element || (blank && !goesOn)) found.end();
    blank = false;
    page = false;
    if (heading) {
      found.section = raw.trim().replace(/\s+/g, " ");
      found.add(line, found.section);
      found.end("whole");
      continue;
    }
    const text = raw.replace(BULLET, "").replace(LIST_ITEM, "");
    const term = TERM.exec(text)?.[1];
    if (term !== undefined) {
      found.end();
      found.add(line, term);
      found.end("whole");
    }
    found.add(line, term === undefined ? text : text.slice(term.length));
  }
  found.end();
  return found.blocks;
}

// A full stop that ends no sentence: abbreviations, and single letters such as the initials of a name.
const ABBREVIATION = /(?:\b(?:e\.g|i\.e|cf|vs|etc|al|Sec|Fig|No|resp|approx|incl)|\b[A-Z])\.$/;

function sentencesOf({ line, section, kind, text }: Block): Sentence[] {
  if (kind === "whole") return [{ line, section, text }];
  const found: Sentence[] = [];
  let start = 0;
  const take = (end: number): void => {
    const piece = text.slice(start, end);
    const skipped = piece.length - piece.trimStart().length;
    if (piece.trim() !== "") found.push({ line: line + newlines(text.slice(0, start + skipped)), section, text: piece.trim() });
    start = end;
  };
  for (const match of text.matchAll(/[.!?]["”')*_`]*(?=\s+["“'(*_`{[]*[\p{Lu}\p{N}])/gu)) {
    const end = match.index + match[0].length;
    if (!ABBREVIATION.test(text.slice(Math.max(start, match.index - 12), match.index + 1))) take(end);
  }
  take(text.length);
  return found;
}

function newlines(text: string): number {
  return text.split("\n").length - 1;
}
