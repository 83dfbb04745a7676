import type { Bytes } from "../wire/bytes.ts";
import { Reader } from "../wire/reader.ts";

/** One DER element (X.690 section 8.1): its tag, all its bytes, and its content as a reader. */
export interface DerElement {
  readonly tag: number;
  readonly whole: Bytes;
  readonly content: Reader;
}

/** The next element. Throws DecodeError where none stands there. */
export function derElement(reader: Reader): DerElement {
  const from = reader.bytes.length - reader.remaining;
  const tag = reader.uint(1, "tag");
  let length = reader.uint(1, "length");
  if (length >= 0x80) length = reader.uint(length & 0x7f, "length");
  const content = reader.take(length, "content");
  return { tag, whole: reader.bytes.subarray(from, reader.bytes.length - reader.remaining), content: new Reader(content, reader.path) };
}

/** All elements that are left, in their order. Throws DecodeError. */
export function derElements(reader: Reader): DerElement[] {
  const found: DerElement[] = [];
  while (reader.remaining > 0) found.push(derElement(reader));
  return found;
}
