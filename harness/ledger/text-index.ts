import { readdirSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../input/input-error.ts";
import { readText } from "../input/text-file.ts";
import { packageRoot } from "../paths.ts";

/** One text that ledger entries were made from: a fingerprint and a sketch of each of its sentences, in order, and none of its words. */
export interface TextIndex {
  /** The ledger's name of the specification: `rfc9261`, … */
  readonly spec: string;
  /** Which text and revision, for people. */
  readonly text: string;
  readonly sentences: readonly IndexedSentence[];
}

export interface IndexedSentence {
  readonly fingerprint: string;
  readonly sketch: string;
  /** Ledger entries that rest on this sentence, or on a part of it. */
  readonly requirements: readonly string[];
}

const LINE = /^[0-9a-f]{16} [0-9a-f]{16}( [a-z0-9-]+)*$/;

/** Reads suites/requirements/texts/*.txt (made by scripts/index-text.mjs). Throws InputError with file and line where one does not fit. */
export function loadTextIndexes(folder = join(packageRoot, "suites", "requirements", "texts")): TextIndex[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".txt"))
    .sort()
    .map((name) => parseTextIndex(readText(join(folder, name)), join(folder, name)));
}

/** One index from its text; `file` is what messages call it. Throws InputError. */
export function parseTextIndex(content: string, file: string): TextIndex {
  const [first = "", second = "", ...lines] = content.trimEnd().split("\n");
  const spec = /^# spec: ([a-z0-9]+)$/.exec(first)?.[1];
  const text = /^# text: (.+)$/.exec(second)?.[1];
  if (spec === undefined || text === undefined) throw new InputError(`${file}: expected "# spec: NAME" and "# text: WHICH" at the start`);
  const sentences = lines.map((line, index) => {
    if (!LINE.test(line))
      throw new InputError(`${file}:${index + 3}: expected a fingerprint, a sketch and ids of the ledger, found "${line}"`);
    const [fingerprint = "", sketch = "", ...requirements] = line.split(" ");
    return { fingerprint, sketch, requirements };
  });
  return { spec, text, sentences };
}
