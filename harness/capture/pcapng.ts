import { type Bytes, concat, utf8 } from "../wire/bytes.ts";

/**
 * The blocks of a pcapng file (draft-ietf-opsawg-pcapng, https://ietf-opsawg-wg.github.io/draft-ietf-opsawg-pcap/draft-ietf-opsawg-pcapng.html)
 * that a capture with its TLS secrets is made of. Numbers are little-endian: the byte-order magic of the section says so.
 */

/** Frames begin with the IP header (LINKTYPE_RAW of the registry of link types). */
const LINK_TYPE_RAW = 101;

/** The secrets are lines of the NSS key log format. */
const SECRETS_TLS_KEY_LOG = 0x544c534b;

const BLOCK = { section: 0x0a0d0d0a, interface: 1, packet: 6, secrets: 10 } as const;
const OPTION = { end: 0, name: 2, application: 4 } as const;

/** Section Header Block (section 4.1): `application` is who wrote the file. */
export function sectionHeader(application: string): Bytes {
  // Byte-order magic, version 1.0, and a length that nobody has counted.
  const fixed = concat(u32(0x1a2b3c4d), u16(1), u16(0), new Uint8Array(8).fill(0xff));
  return block(BLOCK.section, concat(fixed, options([OPTION.application, utf8(application)])));
}

/** Interface Description Block (section 4.2) of raw IP packets; times are in microseconds, which is what no option means. */
export function interfaceDescription(name: string): Bytes {
  return block(BLOCK.interface, concat(u16(LINK_TYPE_RAW), u16(0), u32(0), options([OPTION.name, utf8(name)])));
}

/** Decryption Secrets Block (section 4.7): must stand before the packets that need it. */
export function decryptionSecrets(keyLog: readonly string[]): Bytes {
  const text = utf8(keyLog.map((line) => `${line}\n`).join(""));
  return block(BLOCK.secrets, concat(u32(SECRETS_TLS_KEY_LOG), u32(text.length), padded(text)));
}

/** Enhanced Packet Block (section 4.3) of the only interface; `microseconds` since 1970. */
export function enhancedPacket(frame: Bytes, microseconds: number): Bytes {
  const high = Math.floor(microseconds / 2 ** 32);
  const size = u32(frame.length);
  return block(BLOCK.packet, concat(u32(0), u32(high), u32(microseconds - high * 2 ** 32), size, size, padded(frame)));
}

/** A block (section 3.1): its length stands before and behind its body, which ends on a border of 32 bits. */
function block(type: number, body: Bytes): Bytes {
  const length = u32(body.length + 12);
  return concat(u32(type), length, body, length);
}

function options(...list: readonly (readonly [code: number, value: Bytes])[]): Bytes {
  return concat(...list.flatMap(([code, value]) => [u16(code), u16(value.length), padded(value)]), u16(OPTION.end), u16(0));
}

function padded(bytes: Bytes): Bytes {
  return concat(bytes, new Uint8Array(-bytes.length & 3));
}

function u16(value: number): Bytes {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Bytes {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
