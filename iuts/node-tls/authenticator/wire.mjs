// @ts-check
// The presentation language of TLS (RFC 8446 section 3), as far as the messages of RFC 9261 need it.
import { Refusal } from "./refusal.mjs";

/** Reads a structure from its start to its end. What does not fit is refused as malformed. */
export class Reader {
  #bytes;
  #what;
  #at = 0;

  /**
   * @param {Buffer} bytes
   * @param {string} what for the words of a refusal
   */
  constructor(bytes, what) {
    this.#bytes = bytes;
    this.#what = what;
  }

  get atEnd() {
    return this.#at === this.#bytes.length;
  }

  /** @param {number} length */
  take(length) {
    if (length > this.#bytes.length - this.#at) throw new Refusal("malformed", `${this.#what}: ends too early`);
    const taken = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return taken;
  }

  /** @param {number} size in octets */
  uint(size) {
    return this.take(size).readUIntBE(0, size);
  }

  /**
   * A vector of variable length (RFC 8446 section 3.4).
   * @param {number} size octets of the length in front of it
   * @param {number} [least] its floor
   */
  vector(size, least = 0) {
    const content = this.take(this.uint(size));
    if (content.length < least)
      throw new Refusal("malformed", `${this.#what}: a vector of ${content.length} octets, at least ${least} expected`);
    return content;
  }

  /** Nothing may follow (RFC 8446 section 6.2, decode_error). */
  end() {
    if (!this.atEnd) throw new Refusal("malformed", `${this.#what}: ${this.#bytes.length - this.#at} octets too many`);
  }
}

/**
 * @param {number} value
 * @param {number} size in octets
 */
export function uint(value, size) {
  const bytes = Buffer.alloc(size);
  bytes.writeUIntBE(value, 0, size);
  return bytes;
}

/**
 * @param {number} size octets of the length in front of it
 * @param {...Buffer} parts
 */
export function vector(size, ...parts) {
  const content = Buffer.concat(parts);
  return Buffer.concat([uint(content.length, size), content]);
}

/** Handshake types (RFC 8446 section 4, RFC 9261 section 4). */
export const HandshakeType = Object.freeze({
  certificate: 11,
  certificateRequest: 13,
  certificateVerify: 15,
  clientCertificateRequest: 17,
  finished: 20,
});

/**
 * A handshake message with its header of four octets (RFC 8446 section 4).
 * @param {number} type
 * @param {...Buffer} body
 */
export function handshake(type, ...body) {
  return Buffer.concat([uint(type, 1), vector(3, ...body)]);
}

/**
 * One handshake message after the other, to the end of the bytes.
 * @param {Buffer} bytes
 * @param {string} what
 */
export function readHandshakes(bytes, what) {
  const reader = new Reader(bytes, what);
  const messages = [];
  for (let start = 0; !reader.atEnd; ) {
    const type = reader.uint(1);
    const body = reader.vector(3);
    const end = start + 4 + body.length;
    messages.push({ type, body, bytes: bytes.subarray(start, end) });
    start = end;
  }
  return messages;
}

/**
 * `Extension extensions<..>` without its length: each type with its data. A type that stands there twice is refused (RFC 8446 section 4.2).
 * @param {Buffer} bytes
 * @param {string} what
 */
export function readExtensions(bytes, what) {
  const reader = new Reader(bytes, what);
  /** @type {Map<number, Buffer>} */
  const extensions = new Map();
  while (!reader.atEnd) {
    const type = reader.uint(2);
    if (extensions.has(type)) throw new Refusal("malformed", `${what}: extension ${type} twice`);
    extensions.set(type, reader.vector(2));
  }
  return extensions;
}
