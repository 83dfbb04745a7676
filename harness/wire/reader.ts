import type { Bytes } from "./bytes.ts";

/** Bytes that do not follow the presentation language of RFC 8446 section 3: where, and what was expected. */
export class DecodeError extends Error {
  /** `path`: the field in the structure, such as `certificate.entries.0.certData`; `offset`: bytes from the start of the input. */
  constructor(
    readonly path: string,
    readonly offset: number,
    readonly expected: string,
    readonly found: string,
  ) {
    super(`${path} at byte ${offset}: expected ${expected}, found ${found}`);
    this.name = "DecodeError";
  }
}

/** Takes the error where bytes follow a structure that was read to its end, for a reader that goes on all the same. */
export type Surplus = (error: DecodeError) => void;

/** Reads the presentation language of RFC 8446 section 3 from one byte string; each failure throws DecodeError. */
export class Reader {
  readonly #path: string;
  #position = 0;
  /** In a list: which element is being read, for messages. */
  index: number | undefined;

  /** `base`: the offset of `bytes` in the message that errors should speak of. */
  constructor(
    readonly bytes: Bytes,
    path: string,
    readonly base = 0,
  ) {
    this.#path = path;
  }

  get path(): string {
    return this.index === undefined ? this.#path : `${this.#path}.${this.index}`;
  }

  get remaining(): number {
    return this.bytes.length - this.#position;
  }

  /** The next `length` bytes as they are (a view, not a copy). */
  take(length: number, field: string): Bytes {
    if (length > this.remaining) {
      throw this.error(field, `${length} bytes`, `${this.remaining} left`);
    }
    const start = this.#position;
    this.#position += length;
    return this.bytes.subarray(start, this.#position);
  }

  /** An unsigned big-endian integer of `size` bytes. */
  uint(size: number, field: string): number {
    const bytes = this.take(size, field);
    let value = 0;
    for (let at = 0; at < size; at++) value = value * 256 + (bytes[at] ?? 0);
    return value;
  }

  /** A vector with a length prefix of `lengthSize` bytes and `min` to `max` bytes of content, as a reader of its content. */
  vector(lengthSize: number, field: string, min = 0, max = Number.POSITIVE_INFINITY): Reader {
    const lengthAt = this.base + this.#position;
    const length = this.uint(lengthSize, `${field}.length`);
    if (length < min || length > max) {
      const bounds = max === Number.POSITIVE_INFINITY ? `at least ${min}` : `${min} to ${max}`;
      throw new DecodeError(`${this.path}.${field}.length`, lengthAt, bounds, String(length));
    }
    const start = this.base + this.#position;
    return new Reader(this.take(length, field), `${this.path}.${field}`, start);
  }

  /** All that is left, as a view. */
  rest(): Bytes {
    return this.take(this.remaining, "rest");
  }

  /** Where something is left: `surplus` takes it; without it throws DecodeError. */
  end(surplus?: Surplus): void {
    if (this.remaining === 0) return;
    const error = this.error("end", "no more bytes", `${this.remaining} more`);
    if (surplus === undefined) throw error;
    surplus(error);
  }

  error(field: string, expected: string, found: string): DecodeError {
    return new DecodeError(`${this.path}.${field}`, this.base + this.#position, expected, found);
  }
}
