// Makes suites/requirements/texts/NAME.txt, by which `requirements drift` tells what a later revision has changed: of each sentence of a text
// a fingerprint and a sketch, and the ledger entries that rest on it; no words of the text.
// Run: npm run build && node scripts/index-text.mjs SPEC NAME FILE "which text and revision"
import { readFileSync, writeFileSync } from "node:fs";
import { fingerprint, normalise, sentenceHash, sketch } from "../dist/harness/ledger/normalise.js";
import { splitSentences } from "../dist/harness/ledger/sentences.js";
import { loadLedger } from "../dist/harness/scenario/ledger.js";

// In words; the longest that the ledger hashes is a list of some 200.
const LONGEST = 260;

const [spec, name, file, which] = process.argv.slice(2);
if (which === undefined) {
  console.error("expected: SPEC NAME FILE WHICH");
  process.exit(2);
}
const text = readFileSync(file, "utf8").replace(/\r\n?/g, "\n");
const entries = [...loadLedger().values()].filter((entry) => entry.spec === spec && entry.sentence !== undefined);
const wanted = new Set(entries.map(({ sentence }) => sentence));
const sentences = splitSentences(text).map((each, index) => ({ ...each, index, plain: normalise(each.text) }));
const places = locate();
const ids = sentences.map(({ index }) => entries.filter(({ sentence }) => places.get(sentence)?.includes(index)).map(({ id }) => id));
const lines = sentences.map((each, index) => [fingerprint(each.text), sketch(each.text), ...ids[index]].join(" "));
writeFileSync(`suites/requirements/texts/${name}.txt`, `# spec: ${spec}\n# text: ${which}\n${lines.join("\n")}\n`);
const missing = entries.filter(({ sentence }) => !places.has(sentence));
console.log(`${name}: ${sentences.length} sentences, ${entries.length - missing.length} entries found, ${missing.length} not in this text`);
for (const { id } of missing) console.log(`  ${id}`);

/** Hash of a ledger entry → the sentences that it covers, whole or in part. */
function locate() {
  const words = [...text.matchAll(/\S+/g)];
  const found = new Map();
  const lineOf = lineNumbers();
  for (const [from, { index: start }] of words.entries()) {
    for (const last of words.slice(from, from + LONGEST)) {
      const part = text.slice(start, last.index + last[0].length);
      const hash = sentenceHash(part);
      if (!wanted.has(hash) || found.has(hash)) continue;
      found.set(hash, covered(normalise(part), lineOf(start), lineOf(last.index)));
    }
    if (found.size === wanted.size) break;
  }
  return found;
}

function covered(part, from, to) {
  const near = sentences.filter(({ line, text: own }) => line <= to && line + own.split("\n").length > from);
  const within = near.filter(({ plain }) => plain.length > 2 && (part.includes(plain) || plain.includes(part)));
  return (within.length > 0 ? within : near).map(({ index }) => index);
}

function lineNumbers() {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (offset) => starts.findLastIndex((start) => start <= offset) + 1;
}
