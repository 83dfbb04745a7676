import { distance, fingerprint, fingerprints, sketch } from "./normalise.ts";
import { isNormative, type Sentence, splitSentences } from "./sentences.ts";
import type { TextIndex } from "./text-index.ts";

/** What a later revision of a text has done to one sentence, and to the ledger entries that rest on it. */
export type Change =
  /** The sentence is not there any more; the one that shares most of its words is. */
  | { readonly kind: "changed"; readonly requirements: readonly string[]; readonly now: Sentence }
  /** The sentence is not there any more, and none is like it. */
  | { readonly kind: "vanished"; readonly requirements: readonly string[] }
  /** A sentence with a key word of BCP 14 that the indexed revision did not have, and that is not the changed form of one in the ledger. */
  | { readonly kind: "new"; readonly requirements: readonly string[]; readonly now: Sentence };

/** How much of the indexed revision is in the text, and what differs. */
export interface Drift {
  readonly index: TextIndex;
  /** Sentences of the indexed revision that the text still has, and all of them. */
  readonly kept: number;
  readonly of: number;
  readonly changes: readonly Change[];
}

// Of 64 bits. Sentences with nothing in common differ in 32, give or take 4, short ones in less now and then; two changed words in twenty
// make about 10. So what stands at another place of the text has to be more alike than what stands at the same one.
const ALIKE_NEARBY = 21;
const ALIKE_ELSEWHERE = 12;
const NEARBY = 0.1;

/** Compares a later revision of a text with the index of the revision that the ledger was made from. */
export function compare(text: string, index: TextIndex): Drift {
  const all = splitSentences(text);
  const rendered = all.map((sentence, place) => ({
    sentence,
    place: place / all.length,
    names: fingerprints(sentence.text),
    sketch: sketch(sentence.text),
  }));
  const now = new Set(rendered.flatMap(({ names }) => names));
  const before = new Set(index.sentences.map(({ fingerprint: name }) => name));
  const added = rendered.filter(({ names }) => !names.some((name) => before.has(name)));
  const gone = index.sentences
    .map((sentence, place) => ({ ...sentence, place: place / index.sentences.length }))
    .filter(({ fingerprint: name }) => !now.has(name));
  const taken = new Map<(typeof added)[number], string[]>();
  const changes: Change[] = [];
  // Those that are most alike find each other first: a sentence is the changed form of one other, be it one that no entry rests on.
  const pairs = gone
    .flatMap((old) => added.map((candidate) => ({ old, candidate, apart: distance(old.sketch, candidate.sketch) })))
    .filter(({ old, candidate, apart }) => apart <= (Math.abs(old.place - candidate.place) < NEARBY ? ALIKE_NEARBY : ALIKE_ELSEWHERE))
    .sort((a, b) => a.apart - b.apart);
  const found = new Set<(typeof gone)[number]>();
  for (const { old, candidate } of pairs) {
    if (found.has(old) || taken.has(candidate)) continue;
    found.add(old);
    taken.set(candidate, [...old.requirements]);
  }
  for (const old of gone) {
    if (!found.has(old) && old.requirements.length > 0) changes.push({ kind: "vanished", requirements: old.requirements });
  }
  for (const candidate of added) {
    const requirements = taken.get(candidate) ?? [];
    if (requirements.length > 0) changes.push({ kind: "changed", requirements, now: candidate.sentence });
    else if (isNormative(candidate.sentence.text)) changes.push({ kind: "new", requirements: [], now: candidate.sentence });
  }
  const kept = index.sentences.filter(({ fingerprint: name }) => now.has(name)).length;
  return { index, kept, of: index.sentences.length, changes };
}

/** The index that shares most sentences with the text, or undefined where none shares a tenth of them. */
export function indexOf(text: string, indexes: readonly TextIndex[]): TextIndex | undefined {
  const now = new Set(splitSentences(text).flatMap(({ text: sentence }) => [fingerprint(sentence), ...fingerprints(sentence)]));
  const share = ({ sentences }: TextIndex) => sentences.filter(({ fingerprint: name }) => now.has(name)).length / sentences.length;
  const [best] = indexes.map((index) => ({ index, share: share(index) })).sort((a, b) => b.share - a.share);
  return best && best.share >= 0.1 ? best.index : undefined;
}
