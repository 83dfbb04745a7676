import { isUtf8 } from "node:buffer";
import { decodeFirst, type Token, Type } from "cborg";
import { type Bytes, toHex, view } from "../wire/bytes.ts";

/**
 * How deep arrays, maps and tags may stand in one another in what a peer sends. The deepest structure that the suite knows, an EAR in a
 * collection of eight levels, has not half of it; the decoder recurses once a level, so that a bomb of brackets would end in its stack.
 */
export const MAX_NESTING = 64;

/** What cborg reads tokens from; it has one for CBOR and one for JSON. */
interface TokenSource {
  done(): boolean;
  next(): Token;
  pos(): number;
}

/** An array, map or tag that is not complete yet. */
interface Open {
  /** Items still to come; Infinity up to a break. */
  left: number;
  readonly isMap: boolean;
  seen: number;
  /** Keys of a map that are byte strings, which the decoder compares by identity. */
  keys?: Set<string>;
}

/**
 * The tokens of a CBOR or JSON text, watched as they are read: what is nested deeper than MAX_NESTING, promises more items than there are
 * bytes, ends where it may not, holds a key of bytes twice or text that is no UTF-8 is refused at that token. So the work is one step for
 * each token up to the first fault, and memory is what the bytes before it are worth.
 */
class Guard implements TokenSource {
  readonly #tokenizer: TokenSource;
  readonly #bytes: Bytes;
  readonly #open: Open[] = [];
  /** Where the last token begins: the place of a fault. */
  start = 0;

  constructor(tokenizer: TokenSource, bytes: Bytes) {
    this.#tokenizer = tokenizer;
    this.#bytes = bytes;
  }

  pos(): number {
    return this.#tokenizer.pos();
  }

  done(): boolean {
    if (!this.#tokenizer.done()) return false;
    this.start = this.pos();
    return true;
  }

  next(): Token {
    this.start = this.pos();
    const token = this.#tokenizer.next();
    const parent = this.#open.at(-1);
    switch (token.type.name) {
      case Type.array.name:
        this.#begin(token.value as number, false);
        return token;
      case Type.map.name:
        this.#begin((token.value as number) * 2, true);
        return token;
      case Type.tag.name:
        this.#begin(1, false);
        return token;
      case Type.break.name:
        if (parent?.left !== Number.POSITIVE_INFINITY || (parent.isMap && parent.seen % 2 !== 0)) throw new Error("a break out of place");
        this.#open.pop();
        break;
      case Type.string.name:
        this.#checkText();
        break;
      case Type.bytes.name:
        if (parent?.isMap && parent.seen % 2 === 0) checkKey(parent, token.value as Bytes);
        break;
    }
    this.#complete();
    return token;
  }

  #begin(left: number, isMap: boolean): void {
    if (this.#open.length >= MAX_NESTING) throw new Error(`more than ${MAX_NESTING} levels of nesting`);
    const remaining = this.#bytes.length - this.pos();
    if (left !== Number.POSITIVE_INFINITY && left > remaining) throw new Error(`${left} items announced and ${remaining} bytes left`);
    this.#open.push({ left, isMap, seen: 0 });
    if (left === 0) {
      this.#open.pop();
      this.#complete();
    }
  }

  // An item is complete, and with it perhaps what it stands in.
  #complete(): void {
    for (let parent = this.#open.at(-1); parent; parent = this.#open.at(-1)) {
      parent.left--;
      parent.seen++;
      if (parent.left > 0) return;
      this.#open.pop();
    }
  }

  // RFC 8949 section 3.1: a text string is UTF-8. Of a JSON string this looks at its quotes too, which are.
  #checkText(): void {
    const head = this.#bytes[this.start] ?? 0;
    const size = head >> 5 === 3 ? ([1, 2, 4, 8][(head & 31) - 24] ?? 0) + 1 : 0;
    if (!isUtf8(this.#bytes.subarray(this.start + size, this.pos()))) throw new Error("text that is no UTF-8");
  }
}

function checkKey(parent: Open, key: Bytes): void {
  parent.keys ??= new Set();
  if (parent.keys.has(toHex(key))) throw new Error(`the key ${toHex(key)} twice`);
  parent.keys.add(toHex(key));
}

/** What of a text a reader could go on with, and should not: a key that stands twice in a map (the last one counts), bytes behind the end. */
export type TextDefect = "key-once" | "end";

/** Takes a defect, for a reader that goes on with the text all the same. */
export type TakesDefect = (defect: TextDefect, error: Error) => void;

/**
 * Exactly one item of the tokens of `bytes`; maps become Map, tags what `tags` makes of them. Throws Error that says what is wrong and at
 * which byte: malformed or too deep input, a map key twice, bytes behind the item; the last two go to `defect` where there is one.
 */
export function decodeGuarded(
  bytes: Bytes,
  tokens: (bytes: Bytes) => TokenSource,
  tags: Record<number, (decode: () => unknown) => unknown> = {},
  defect: TakesDefect = throwing,
): unknown {
  let guard = new Guard(tokens(bytes), bytes);
  const decode = (rejectDuplicateMapKeys: boolean): unknown => {
    try {
      return decodeFirst(bytes, { useMaps: true, rejectDuplicateMapKeys, tags, tokenizer: guard })[0];
    } catch (error) {
      throw new Error(`${(error as Error).message.replace(/^CBOR decode error: /, "")}, at byte ${guard.start}`);
    }
  };
  let item: unknown;
  try {
    item = decode(true);
  } catch (error) {
    if (!(error as Error).message.includes("repeat map key")) throw error;
    defect("key-once", error as Error);
    guard = new Guard(tokens(bytes), bytes);
    item = decode(false);
  }
  const behind = bytes.length - guard.pos();
  if (behind > 0) defect("end", new Error(`${behind} bytes behind the end, at byte ${guard.pos()}`));
  return item;
}

function throwing(_: TextDefect, error: Error): never {
  throw error;
}

/** Where `bytes` stop to be UTF-8; undefined where all of them are. */
export function firstNonUtf8(bytes: Bytes): number | undefined {
  if (isUtf8(bytes)) return undefined;
  const readable = Buffer.from(view(bytes).toString("utf8"));
  return bytes.findIndex((byte, at) => byte !== readable[at]);
}
