import { type Bytes, concat, uint } from "./bytes.ts";

/** A named field in encoded bytes: `path` such as `entries.0.certData.length`, `start` and `end` byte offsets. */
export interface Span {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

/** Encoded bytes with the place of every field, so that an edit can aim at a length prefix by its name. */
export interface Encoded {
  readonly bytes: Bytes;
  readonly spans: readonly Span[];
}

/** Writes the presentation language of RFC 8446 section 3 and remembers where each field went. */
export class Writer {
  readonly #parts: Bytes[] = [];
  readonly #spans: Span[] = [];
  #length = 0;

  /** Appends `bytes` under the name `path`. */
  bytes(path: string, bytes: Bytes): this {
    this.#spans.push({ path, start: this.#length, end: this.#length + bytes.length });
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return this;
  }

  /** Appends an unsigned big-endian integer of `size` bytes. Throws RangeError where it does not fit. */
  uint(path: string, value: number, size: number): this {
    return this.bytes(path, uint(value, size));
  }

  /**
   * Appends a vector: a length prefix of `lengthSize` bytes (named `path.length`), then the content.
   * Throws RangeError where the content is too long for the prefix.
   */
  vector(path: string, lengthSize: number, content: Bytes | Encoded): this {
    const inner = content instanceof Uint8Array ? { bytes: content, spans: [] } : content;
    this.uint(`${path}.length`, inner.bytes.length, lengthSize);
    this.#spans.push({ path, start: this.#length, end: this.#length + inner.bytes.length });
    return this.append(path, inner);
  }

  /** Appends what was encoded elsewhere, its field names below `path` (or kept, where `path` is empty). */
  append(path: string, inner: Encoded): this {
    const start = this.#length;
    const prefix = path === "" ? "" : `${path}.`;
    for (const span of inner.spans) {
      this.#spans.push({ path: `${prefix}${span.path}`, start: span.start + start, end: span.end + start });
    }
    this.#parts.push(inner.bytes);
    this.#length += inner.bytes.length;
    return this;
  }

  finish(): Encoded {
    return { bytes: concat(...this.#parts), spans: this.#spans };
  }
}
