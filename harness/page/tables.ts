import type { Outcome } from "../scenario/result.ts";

/** Rows of which each stands once; a row is found by what it is as JSON. */
export class Table<T> {
  readonly rows: T[] = [];
  readonly #numbers = new Map<string, number>();

  /** The number of the row; it is taken in where it is new. */
  number(row: T): number {
    const key = JSON.stringify(row);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.rows.length);
    return this.rows.push(row) - 1;
  }
}

/** What a text belongs to, the most important first. */
const importance: readonly (Outcome | "first of a pair")[] = [
  ...(["fail", "inconclusive", "harness-error", "warn", "observed", "first of a pair", "blocked", "pass", "unsupported"] as const),
];

interface Offer {
  readonly text: string;
  readonly rank: number;
  readonly take: (text: number) => void;
}

/** Long texts, of which only so many are taken as there is room for; lines that several share stand once. */
export class Texts {
  readonly #offers: Offer[] = [];
  /** @param room about how many bytes they may take in the page */
  constructor(readonly room: number) {}

  /** A text that belongs to a result of this outcome; `take` is called by `chosen` with its number, where there is room for it. */
  offer(text: string, belongsTo: Outcome | "first of a pair", take: (text: number) => void): void {
    this.#offers.push({ text, rank: importance.indexOf(belongsTo), take });
  }

  /** The texts for which there is room, by importance and then in the order in which they came. */
  chosen(): { texts: readonly (readonly number[])[]; lines: readonly string[] } {
    const [lines, texts] = [new Table<string>(), new Table<readonly number[]>()];
    let left = this.room;
    for (const { text, take } of this.#offers.toSorted((a, b) => a.rank - b.rank)) {
      const parts = text.replace(/\n+$/, "").split("\n");
      const [known, knownTexts] = [lines.rows.length, texts.rows.length];
      // Taken whole or not at all: what it would need is known when its lines are.
      if (left <= 0) continue;
      const numbers = parts.map((line) => lines.number(line));
      take(texts.number(numbers));
      if (texts.rows.length > knownTexts) left -= sizeOf(numbers);
      left -= lines.rows.slice(known).reduce((sum, line) => sum + sizeOf(line), 0);
    }
    return { texts: texts.rows, lines: lines.rows };
  }
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value)) + 1;
}
