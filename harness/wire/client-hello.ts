import { type Bytes, concat } from "./bytes.ts";
import { Reader } from "./reader.ts";

const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;

/**
 * Types of the extensions of a ClientHello (RFC 8446 section 4.1.2), from the first bytes of a TLS connection as they were sent: the
 * message is not encrypted. Throws DecodeError where they do not begin with a ClientHello that is all there.
 */
export function clientHelloExtensions(stream: Bytes): number[] {
  const hello = new Reader(firstMessage(stream), "clientHello");
  hello.uint(2, "legacyVersion");
  hello.take(32, "random");
  hello.vector(1, "legacySessionId");
  hello.vector(2, "cipherSuites");
  hello.vector(1, "legacyCompressionMethods");
  const extensions = hello.vector(2, "extensions");
  const types: number[] = [];
  while (extensions.remaining > 0) {
    types.push(extensions.uint(2, "type"));
    extensions.vector(2, "data");
  }
  return types;
}

// A message may be cut into several records (RFC 8446 section 5.1).
function firstMessage(stream: Bytes): Bytes {
  const records = new Reader(stream, "stream");
  let fragments: Bytes = new Uint8Array(0);
  for (;;) {
    const type = records.uint(1, "record.type");
    if (type !== HANDSHAKE_RECORD) throw records.error("record.type", `${HANDSHAKE_RECORD} (handshake)`, String(type));
    records.uint(2, "record.version");
    fragments = concat(fragments, records.vector(2, "record.fragment", 1).rest());
    const message = new Reader(fragments, "handshake");
    if (fragments.length < 4) continue;
    const messageType = message.uint(1, "type");
    if (messageType !== CLIENT_HELLO) throw message.error("type", `${CLIENT_HELLO} (client_hello)`, String(messageType));
    const length = message.uint(3, "length");
    if (message.remaining >= length) return message.take(length, "body");
  }
}
