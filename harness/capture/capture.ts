import type { Channel } from "../tls/channel.ts";
import { type Bytes, concat } from "../wire/bytes.ts";
import { decryptionSecrets, enhancedPacket, interfaceDescription, sectionHeader } from "./pcapng.ts";
import { Conversation, type End } from "./tcp.ts";

/** What is captured of a connection: it has to be one that was opened with `record`. */
export type Captured = Pick<Channel, "side"> & { readonly observed: Pick<Channel["observed"], "raw" | "keyLog"> };

/** Addresses for documentation (RFC 5737): the first is the harness, the second the implementation. */
const HARNESS = [192, 0, 2, 1];
const IMPLEMENTATION = [192, 0, 2, 2];
/** The port by which Wireshark knows TLS. */
const TLS_PORT = 443;
const FIRST_CLIENT_PORT = 50_001;

/**
 * Connections as a pcapng file with their TLS secrets, which Wireshark decrypts by itself. Bytes and their times are real. Everything below
 * TLS is made up, for nobody has looked at it: addresses (192.0.2.1 is the harness), segments, acknowledgements, and that it is the TLS
 * client which opened and closed the TCP connection. The n-th connection has the client port 50000 + n.
 */
export function captureOf(connections: readonly Captured[], application: string): Bytes {
  const clock = new Clock();
  const conversations = connections.map(({ side, observed }, index) => {
    const client: End = { address: side === "client" ? HARNESS : IMPLEMENTATION, port: FIRST_CLIENT_PORT + index };
    const server: End = { address: side === "client" ? IMPLEMENTATION : HARNESS, port: TLS_PORT };
    return { tcp: new Conversation(client, server), raw: observed.raw, side, last: observed.raw.at(-1)?.at ?? 0 };
  });
  const events = conversations.flatMap(({ tcp, raw, side, last }) => [
    ...raw.slice(0, 1).map(({ at }) => ({ at, packets: () => tcp.open() })),
    ...raw.map(({ at, direction, bytes }) => {
      const from = (direction === "sent") === (side === "client") ? "client" : "server";
      return { at, packets: () => tcp.data(from, bytes) };
    }),
    ...raw.slice(-1).map(() => ({ at: last, packets: () => tcp.close() })),
  ]);
  // Sorting keeps the order of events of the same time, so that each conversation stays in its own.
  const packets = events
    .toSorted((a, b) => a.at - b.at)
    .flatMap(({ at, packets }) => packets().map((frame) => enhancedPacket(frame, clock.next(at))));
  return concat(
    sectionHeader(application),
    interfaceDescription("harness"),
    decryptionSecrets(connections.flatMap(({ observed }) => observed.keyLog)),
    ...packets,
  );
}

/** Times in microseconds, each behind the one before. */
class Clock {
  #last = 0;

  next(milliseconds: number): number {
    this.#last = Math.max(this.#last + 1, Math.round(milliseconds * 1000));
    return this.#last;
  }
}
