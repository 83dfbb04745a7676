/** Byte strings. Everything that crosses a function border here is a Uint8Array. */
export type Bytes = Uint8Array;

const NO_BYTES: Bytes = new Uint8Array(0);

/** Joins byte strings in order; returns a new one. */
export function concat(...parts: readonly Bytes[]): Bytes {
  return parts.length === 0 ? NO_BYTES : Buffer.concat(parts);
}

/** Lower-case hexadecimal of `bytes`. */
export function toHex(bytes: Bytes): string {
  return view(bytes).toString("hex");
}

/**
 * Bytes of a hexadecimal string (even length, either case, no white space).
 * Throws RangeError where it is not one.
 */
export function fromHex(text: string): Bytes {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) {
    throw new RangeError(`expected hexadecimal of even length, found ${JSON.stringify(text.slice(0, 40))}`);
  }
  return Buffer.from(text, "hex");
}

/** UTF-8 of `text`. */
export function utf8(text: string): Bytes {
  return Buffer.from(text, "utf8");
}

/** True when both hold the same bytes. For public values only: not constant-time. */
export function equalBytes(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && view(a).equals(b);
}

/** The unsigned big-endian integer of `size` bytes (1 to 4). Throws RangeError where `value` does not fit. */
export function uint(value: number, size: number): Bytes {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * size)) {
    throw new RangeError(`${value} does not fit into ${size} bytes`);
  }
  const out = Buffer.allocUnsafe(size);
  out.writeUIntBE(value, 0, size);
  return out;
}

/** The same memory as a Buffer, for its methods. */
export function view(bytes: Bytes): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** At most `limit` bytes as hexadecimal, with the total length where it was cut: for messages to people. */
export function preview(bytes: Bytes, limit = 24): string {
  const head = toHex(bytes.subarray(0, limit));
  return bytes.length > limit ? `${head}… (${bytes.length} bytes)` : head || "(no bytes)";
}
