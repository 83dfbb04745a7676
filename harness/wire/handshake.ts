import type { Bytes } from "./bytes.ts";
import { HandshakeType, handshakeTypeName } from "./code-points.ts";
import { DecodeError, Reader } from "./reader.ts";
import { type Encoded, Writer } from "./writer.ts";

/** One handshake message of RFC 8446 section 4: its type, its body, and all its bytes with the 4-byte header. */
export interface HandshakeMessage {
  readonly type: number;
  readonly body: Bytes;
  readonly raw: Bytes;
}

/** The message with its header: msg_type (1 byte), length (3 bytes), body. Spans: `type`, `length`, and those of the body. */
export function encodeHandshake(type: number, body: Encoded): Encoded {
  return new Writer().uint("type", type, 1).uint("length", body.bytes.length, 3).append("", body).finish();
}

/** The length in bytes of the first handshake message in `bytes` with its header, or undefined where the header is not complete. */
export function handshakeLength(bytes: Bytes): number | undefined {
  return bytes.length < 4 ? undefined : 4 + new Reader(bytes.subarray(1, 4), "handshake").uint(3, "length");
}

/** Splits concatenated handshake messages. Throws DecodeError at a header or body that is cut short. */
export function splitHandshake(bytes: Bytes, path: string): HandshakeMessage[] {
  const reader = new Reader(bytes, path);
  const messages: HandshakeMessage[] = [];
  while (reader.remaining > 0) {
    const start = bytes.length - reader.remaining;
    const type = reader.uint(1, `messages.${messages.length}.type`);
    const body = reader.vector(3, "body").bytes;
    messages.push({ type, body, raw: bytes.subarray(start, bytes.length - reader.remaining) });
  }
  return messages;
}

/**
 * How many bytes a self-delimiting authenticator or request takes at the start of `bytes`, or undefined while more are needed:
 * a request or an empty authenticator is one message, an authenticator goes on until its Finished (RFC 9261 section 5.2.4).
 * Throws DecodeError where the first byte starts neither.
 */
export function delimit(bytes: Bytes): number | undefined {
  let end = 0;
  for (;;) {
    const rest = bytes.subarray(end);
    if (rest.length === 0) return undefined;
    const type = rest[0] ?? 0;
    if (!messageTypes.has(type)) {
      throw new DecodeError("frame", end, "a handshake message of a request or an authenticator", handshakeTypeName(type));
    }
    const length = handshakeLength(rest);
    if (length === undefined || rest.length < length) return undefined;
    end += length;
    if (type !== HandshakeType.certificate && type !== HandshakeType.certificateVerify) return end;
  }
}

const messageTypes = new Set<number>(Object.values(HandshakeType));
