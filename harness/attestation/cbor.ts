import { Tokenizer } from "cborg";
import { type Bytes, utf8 } from "../wire/bytes.ts";
import { decodeGuarded, type TakesDefect } from "./guarded.ts";

/**
 * Writes single CBOR items (RFC 8949). A mutation must be able to write what no encoder library will: a map with the same key twice,
 * a record with the wrong count of members. Reading is cborg's business.
 */
export const cbor = {
  /** An integer of -2^32 to 2^32-1 in its shortest form. */
  int: (value: number): Bytes => (value < 0 ? item(1, -1 - value, []) : item(0, value, [])),
  bytes: (value: Bytes): Bytes => item(2, value.length, [value]),
  text: (value: string): Bytes => item(3, Buffer.byteLength(value), [utf8(value)]),
  /** An array of items that are encoded already. */
  array: (items: readonly Bytes[]): Bytes => item(4, items.length, items),
  /** A map of encoded keys and values, in the order given, duplicates included. */
  map: (entries: readonly (readonly [Bytes, Bytes])[]): Bytes => item(5, entries.length, entries.flat()),
  tag: (number: number, content: Bytes): Bytes => item(6, number, [content]),
  /** A number as a float of 64 bits. */
  float: (value: number): Bytes => {
    const out = Buffer.alloc(9);
    out[0] = 0xfb;
    out.writeDoubleBE(value, 1);
    return out;
  },
};

/** A tagged item as it was read. */
export class CborTag {
  constructor(
    readonly tag: number,
    readonly value: unknown,
  ) {}
}

/**
 * Exactly one CBOR item. Maps become Map, tags CborTag. Duplicate map keys, text that is no UTF-8, indefinite lengths cut short, nesting
 * deeper than MAX_NESTING and trailing bytes throw Error, with the byte; non-minimal integers and indefinite lengths are read (they are
 * open in the Evidence profile).
 */
export function decodeCbor(bytes: Bytes, defect?: TakesDefect): unknown {
  // The same memory as a plain Uint8Array: of a Buffer the tokenizer would give slices of a type that depends on their length.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tokens = (text: Bytes) => new Tokenizer(text, { allowIndefinite: true, allowUndefined: true, allowBigInt: true });
  return decodeGuarded(plain, tokens, anyTag, defect);
}

// Evidence may hold more claims than we know, with tags of their own; a tag alone is no reason to refuse it.
const anyTag = new Proxy<Record<number, (decode: () => unknown) => CborTag>>(
  {},
  { get: (_, tag) => (decodeContent: () => unknown) => new CborTag(Number(tag), decodeContent()) },
);

// Head (RFC 8949 section 3) and content, in one allocation.
function item(major: number, argument: number, parts: readonly Bytes[]): Bytes {
  const size = argument < 24 ? 0 : argument < 0x100 ? 1 : argument < 0x10000 ? 2 : 4;
  let length = 1 + size;
  for (const part of parts) length += part.length;
  const out = Buffer.allocUnsafe(length);
  out[0] = (major << 5) | (size === 0 ? argument : size === 4 ? 26 : 23 + size);
  if (size > 0) out.writeUIntBE(argument, 1, size);
  let at = 1 + size;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
