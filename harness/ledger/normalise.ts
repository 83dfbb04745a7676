import { createHash } from "node:crypto";

/**
 * A sentence of a specification without what an editor may change and leave its meaning alone: code marks, references in `{{…}}`,
 * emphasis, case, and how it is broken into lines. An underscore inside a name stays.
 */
export function normalise(sentence: string): string {
  return sentence
    .replace(/`/g, "")
    .replace(/\{\{[^{}]*\}\}/g, "")
    .replace(/\*\*/g, "")
    .replace(/(^|[^\p{L}\p{N}_])_([^_\s](?:[^_]*[^_\s])?)_(?![\p{L}\p{N}_])/gu, "$1$2")
    .replace(/\s+/g, " ")
    .trim()
    .toLowerCase();
}

/** The `sentence` of a ledger entry: SHA-256 over the normalised text, in UTF-8. */
export function sentenceHash(sentence: string): string {
  return `sha256:${createHash("sha256").update(normalise(sentence), "utf8").digest("hex")}`;
}

/** How an index of a text names a sentence: long enough to tell those of one text apart, and no more. */
export function fingerprint(sentence: string): string {
  return sentenceHash(sentence).slice("sha256:".length, "sha256:".length + 16);
}

/**
 * The same of a rendered text, where references stand as `[RFC8446]`, `Section 4.1 of [RFC8446]`, `(Section 3.2)` or not at all: every
 * form that the source may have had. The first is that of `fingerprint`.
 */
export function fingerprints(sentence: string): string[] {
  const withoutCitations = sentence.replace(/\[[A-Za-z][\w.-]*\]/g, "");
  const withoutSections = sentence.replace(/(?:Section|Appendix)\s+[A-Z0-9][\w.]*[\w](?:\s+of\s+\[[A-Za-z][\w.-]*\])?/g, "");
  const withoutBoth = withoutSections.replace(/\[[A-Za-z][\w.-]*\]/g, "");
  return [...new Set([sentence, withoutCitations, withoutSections, withoutBoth].map(fingerprint))];
}

/**
 * 64 bits, as hexadecimal, that differ little between sentences that share most of their words (SimHash): how a sentence is found again
 * that has been changed, without its words being kept.
 */
export function sketch(sentence: string): string {
  const weights = new Array<number>(64).fill(0);
  for (const word of normalise(sentence).match(/[\p{L}\p{N}_]+/gu) ?? []) {
    const digest = createHash("sha256").update(word, "utf8").digest();
    for (const bit of weights.keys()) weights[bit] = (weights[bit] ?? 0) + (bitOf(digest, bit) ? 1 : -1);
  }
  const bytes = Buffer.alloc(8);
  for (const [bit, weight] of weights.entries()) if (weight > 0) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return bytes.toString("hex");
}

/** In how many of their 64 bits two sketches differ: 0 for the same words, about 32 for sentences that have nothing in common. */
export function distance(one: string, other: string): number {
  let differing = 0;
  for (const half of [0, 8]) {
    let bits = Number.parseInt(one.slice(half, half + 8), 16) ^ Number.parseInt(other.slice(half, half + 8), 16);
    for (; bits !== 0; bits &= bits - 1) differing++;
  }
  return differing;
}

function bitOf(bytes: Uint8Array, bit: number): boolean {
  return ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0;
}
