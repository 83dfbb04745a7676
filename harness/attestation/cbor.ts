import { decode } from "cborg";
import { type Bytes, concat, uint, utf8 } from "../wire/bytes.ts";

/**
 * Writes single CBOR items (RFC 8949). A mutation must be able to write what no encoder library will: a map with the same key twice,
 * a record with the wrong count of members. Reading is cborg's business.
 */
export const cbor = {
  /** An integer of -2^32 to 2^32-1 in its shortest form. */
  int: (value: number): Bytes => (value < 0 ? head(1, -1 - value) : head(0, value)),
  bytes: (value: Bytes): Bytes => concat(head(2, value.length), value),
  text: (value: string): Bytes => concat(head(3, Buffer.byteLength(value)), utf8(value)),
  /** An array of items that are encoded already. */
  array: (items: readonly Bytes[]): Bytes => concat(head(4, items.length), ...items),
  /** A map of encoded keys and values, in the order given, duplicates included. */
  map: (entries: readonly (readonly [Bytes, Bytes])[]): Bytes => concat(head(5, entries.length), ...entries.flat()),
  tag: (number: number, item: Bytes): Bytes => concat(head(6, number), item),
};

/** A tagged item as it was read. */
export class CborTag {
  constructor(
    readonly tag: number,
    readonly value: unknown,
  ) {}
}

/**
 * Exactly one CBOR item. Maps become Map, tags CborTag. Duplicate map keys, undefined lengths cut short and trailing bytes throw Error;
 * non-minimal integers and indefinite lengths are read (they are open in the Evidence profile).
 */
export function decodeCbor(bytes: Bytes): unknown {
  return decode(bytes, { useMaps: true, rejectDuplicateMapKeys: true, tags: anyTag });
}

// Evidence may hold more claims than we know, with tags of their own; a tag alone is no reason to refuse it.
const anyTag = new Proxy<Record<number, (decode: () => unknown) => CborTag>>(
  {},
  { get: (_, tag) => (decodeContent: () => unknown) => new CborTag(Number(tag), decodeContent()) },
);

function head(major: number, value: number): Bytes {
  const initial = major << 5;
  if (value < 24) return Uint8Array.of(initial | value);
  const size = value < 0x100 ? 1 : value < 0x10000 ? 2 : 4;
  return concat(Uint8Array.of(initial | (23 + (size === 4 ? 3 : size))), uint(value, size));
}
