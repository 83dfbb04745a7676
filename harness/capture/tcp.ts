import { type Bytes, concat, uint } from "../wire/bytes.ts";

/** IPv4 packets (RFC 791) that carry TCP segments (RFC 9293): what a capture shows of a byte stream of which only the bytes are known. */

/** One end of a TCP connection. */
export interface End {
  /** Four bytes. */
  readonly address: readonly number[];
  readonly port: number;
}

/** Bytes that fit into one segment on an Ethernet. */
export const MAXIMUM_SEGMENT_SIZE = 1460;

const FLAG = { fin: 0x01, syn: 0x02, psh: 0x08, ack: 0x10 } as const;
const WINDOW = 0xffff;
const PROTOCOL_TCP = 6;
const HEADER = 20;

interface Half {
  readonly end: End;
  /** The number of the next byte that it sends. */
  next: number;
}

/** A TCP connection that is written down: each method returns the packets that its event makes, in order. */
export class Conversation {
  readonly #client: Half;
  readonly #server: Half;
  #identification = 0;

  /** The numbers of both ends begin at `isn` and one higher, whatever real ones were. */
  constructor(client: End, server: End, isn = 1000) {
    this.#client = { end: client, next: isn };
    this.#server = { end: server, next: isn + 1 };
  }

  /** The three-way handshake (RFC 9293 section 3.5). */
  open(): Bytes[] {
    const mss = concat(uint(2, 1), uint(4, 1), uint(MAXIMUM_SEGMENT_SIZE, 2));
    return [
      this.#packet("client", FLAG.syn, { options: mss }),
      this.#packet("server", FLAG.syn | FLAG.ack, { options: mss }),
      this.#packet("client", FLAG.ack),
    ];
  }

  /** Bytes that one end sends: each segment is acknowledged by the other end. */
  data(from: "client" | "server", bytes: Bytes): Bytes[] {
    const packets: Bytes[] = [];
    for (let start = 0; start < bytes.length; start += MAXIMUM_SEGMENT_SIZE) {
      const end = Math.min(start + MAXIMUM_SEGMENT_SIZE, bytes.length);
      const flags = FLAG.ack | (end === bytes.length ? FLAG.psh : 0);
      packets.push(this.#packet(from, flags, { payload: bytes.subarray(start, end) }), this.#packet(other(from), FLAG.ack));
    }
    return packets;
  }

  /** Both ends close, the client first. */
  close(): Bytes[] {
    return [this.#packet("client", FLAG.fin | FLAG.ack), this.#packet("server", FLAG.fin | FLAG.ack), this.#packet("client", FLAG.ack)];
  }

  #packet(from: "client" | "server", flags: number, { options = NONE, payload = NONE }: { options?: Bytes; payload?: Bytes } = {}): Bytes {
    const [own, peer] = from === "client" ? [this.#client, this.#server] : [this.#server, this.#client];
    const acknowledges = flags & FLAG.ack ? peer.next : 0;
    const segment = tcpSegment(own, peer, { flags, acknowledges, options, payload });
    // SYN and FIN count as a byte each.
    own.next = (own.next + payload.length + (flags & (FLAG.syn | FLAG.fin) ? 1 : 0)) >>> 0;
    return concat(ipHeader(own.end, peer.end, segment.length, ++this.#identification & 0xffff), segment);
  }
}

const NONE = new Uint8Array(0);

function other(end: "client" | "server"): "client" | "server" {
  return end === "client" ? "server" : "client";
}

interface Segment {
  readonly flags: number;
  readonly acknowledges: number;
  readonly options: Bytes;
  readonly payload: Bytes;
}

function tcpSegment(own: Half, peer: Half, { flags, acknowledges, options, payload }: Segment): Bytes {
  const words = (HEADER + options.length) / 4;
  const segment = Buffer.from(
    concat(
      uint(own.end.port, 2),
      uint(peer.end.port, 2),
      uint(own.next, 4),
      uint(acknowledges, 4),
      uint(words << 4, 1),
      uint(flags, 1),
      uint(WINDOW, 2),
      uint(0, 4), // checksum and urgent pointer
      options,
      payload,
    ),
  );
  // RFC 9293 section 3.1: over a pseudo header as well.
  const pseudo = concat(
    Uint8Array.from(own.end.address),
    Uint8Array.from(peer.end.address),
    uint(PROTOCOL_TCP, 2),
    uint(segment.length, 2),
  );
  segment.writeUInt16BE(checksum(concat(pseudo, segment)), 16);
  return segment;
}

function ipHeader(from: End, to: End, length: number, identification: number): Bytes {
  const header = Buffer.from(
    concat(
      uint(0x45, 1), // version 4, five words
      uint(0, 1),
      uint(HEADER + length, 2),
      uint(identification, 2),
      uint(0x4000, 2), // not to be fragmented
      uint(64, 1), // time to live
      uint(PROTOCOL_TCP, 1),
      uint(0, 2),
      Uint8Array.from(from.address),
      Uint8Array.from(to.address),
    ),
  );
  header.writeUInt16BE(checksum(header), 10);
  return header;
}

/** The Internet checksum (RFC 1071): zero over what holds its own. */
export function checksum(bytes: Bytes): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
