import { describe, expect, it } from "vitest";
import type { RawSegment } from "../tls/channel.ts";
import { view } from "../wire/bytes.ts";
import { type Captured, captureOf } from "./capture.ts";
import { checksum, MAXIMUM_SEGMENT_SIZE } from "./tcp.ts";

/** A file as its blocks, read by the specification and not by the writer. */
function blocksOf(file: Uint8Array): { type: number; body: Buffer }[] {
  const bytes = view(file);
  const blocks: { type: number; body: Buffer }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at + 4);
    expect(length % 4).toBe(0);
    expect(bytes.readUInt32LE(at + length - 4)).toBe(length);
    blocks.push({ type: bytes.readUInt32LE(at), body: bytes.subarray(at + 8, at + length - 4) });
    at += length;
  }
  return blocks;
}

interface Packet {
  readonly microseconds: number;
  readonly from: string;
  readonly to: string;
  readonly sequence: number;
  readonly acknowledges: number;
  readonly flags: number;
  readonly payload: Buffer;
}

const FIN = 1;
const SYN = 2;
const ACK = 16;

function packetsOf(file: Uint8Array): Packet[] {
  return blocksOf(file)
    .filter(({ type }) => type === 6)
    .map(({ body }) => {
      const microseconds = body.readUInt32LE(4) * 2 ** 32 + body.readUInt32LE(8);
      const ip = body.subarray(20, 20 + body.readUInt32LE(12));
      expect(body.readUInt32LE(16)).toBe(ip.length);
      expect(ip.readUInt16BE(2)).toBe(ip.length);
      expect(checksum(ip.subarray(0, 20))).toBe(0);
      const tcp = ip.subarray(20);
      const pseudo = Buffer.concat([ip.subarray(12, 20), Buffer.from([0, 6, tcp.length >> 8, tcp.length & 255])]);
      expect(checksum(Buffer.concat([pseudo, tcp]))).toBe(0);
      const name = (address: number, port: number) => `${[...ip.subarray(address, address + 4)].join(".")}:${tcp.readUInt16BE(port)}`;
      return {
        microseconds,
        from: name(12, 0),
        to: name(16, 2),
        sequence: tcp.readUInt32BE(4),
        acknowledges: tcp.readUInt32BE(8),
        flags: tcp[13] ?? 0,
        payload: tcp.subarray(((tcp[12] ?? 0) >> 4) * 4),
      };
    });
}

const segment = (direction: RawSegment["direction"], at: number, bytes: Uint8Array): RawSegment => ({ direction, at, bytes });
const captured = (side: Captured["side"], raw: RawSegment[], keyLog: string[] = []): Captured => ({ side, observed: { raw, keyLog } });
const long = Buffer.from(Array.from({ length: 4000 }, (_, index) => (index * 7) & 255));
const START = 1_700_000_000_000;

describe("a capture", () => {
  it("begins with section, interface and secrets, and the packets come behind", () => {
    const raw = [segment("sent", START, Buffer.from("a"))];
    const blocks = blocksOf(captureOf([captured("client", raw, ["CLIENT_RANDOM 00 11", "EXPORTER_SECRET 00 2"])], "who wrote it"));
    expect(blocks.slice(0, 4).map(({ type }) => type)).toEqual([0x0a0d0d0a, 1, 10, 6]);
    const [section, link, secrets] = blocks.map(({ body }) => body);
    expect(section?.readUInt32LE(0)).toBe(0x1a2b3c4d);
    expect([section?.readUInt16LE(4), section?.readUInt16LE(6), section?.readBigInt64LE(8)]).toEqual([1, 0, -1n]);
    expect(section?.toString("latin1")).toContain("who wrote it");
    expect(link?.readUInt16LE(0)).toBe(101);
    expect(secrets?.subarray(0, 4).toString("latin1")).toBe("KSLT");
    const text = "CLIENT_RANDOM 00 11\nEXPORTER_SECRET 00 2\n";
    expect(secrets?.readUInt32LE(4)).toBe(text.length);
    expect(secrets?.subarray(8, 8 + text.length).toString("latin1")).toBe(text);
  });

  it.each(["client", "server"] as const)("of a harness that is the %s is a whole TCP connection with its bytes in order", (side) => {
    const raw = [
      segment("sent", START, long),
      segment("received", START, Buffer.from("odd")),
      segment("sent", START + 2, Buffer.from("x")),
    ];
    const packets = packetsOf(captureOf([captured(side, raw)], "t"));
    const [client, server] = side === "client" ? ["192.0.2.1:50001", "192.0.2.2:443"] : ["192.0.2.2:50001", "192.0.2.1:443"];
    expect(packets.slice(0, 3).map(({ from, flags }) => [from, flags & (SYN | ACK)])).toEqual([
      [client, SYN],
      [server, SYN | ACK],
      [client, ACK],
    ]);
    expect(packets.filter(({ flags }) => flags & FIN).map(({ from }) => from)).toEqual([client, server]);
    const sentBy = (end: string | undefined) => Buffer.concat(packets.filter(({ from }) => from === end).map(({ payload }) => payload));
    const [harness, implementation] = side === "client" ? [client, server] : [server, client];
    expect(sentBy(harness)).toEqual(Buffer.concat([long, Buffer.from("x")]));
    expect(sentBy(implementation).toString()).toBe("odd");
    expect(Math.max(...packets.map(({ payload }) => payload.length))).toBe(MAXIMUM_SEGMENT_SIZE);
  });

  it("numbers every byte once, and acknowledges what has come", () => {
    const packets = packetsOf(captureOf([captured("client", [segment("sent", START, long), segment("received", START, long)])], "t"));
    const next = new Map<string, number>();
    for (const { from, to, sequence, acknowledges, flags, payload } of packets) {
      expect(sequence).toBe(next.get(from) ?? sequence);
      expect(acknowledges).toBe(flags & ACK ? next.get(to) : 0);
      next.set(from, sequence + payload.length + (flags & (SYN | FIN) ? 1 : 0));
    }
    expect(next.size).toBe(2);
  });

  it("puts several connections into the order of their bytes, each with a port of its own and its secrets", () => {
    const one = captured("client", [segment("sent", START, Buffer.from("a")), segment("sent", START + 9, Buffer.from("c"))], ["ONE"]);
    const two = captured("client", [segment("sent", START + 4, Buffer.from("b"))], ["TWO"]);
    const file = captureOf([one, two], "t");
    const packets = packetsOf(file);
    const data = packets.filter(({ payload }) => payload.length > 0);
    expect(data.map(({ from, payload }) => `${from} ${payload}`)).toEqual(["192.0.2.1:50001 a", "192.0.2.1:50002 b", "192.0.2.1:50001 c"]);
    expect(data.map(({ microseconds }) => Math.floor(microseconds / 1000) - START)).toEqual([0, 4, 9]);
    const times = packets.map(({ microseconds }) => microseconds);
    expect(times.slice(1).every((time, index) => time > (times[index] ?? 0))).toBe(true);
    expect(blocksOf(file)[2]?.body.toString("latin1")).toContain("ONE\nTWO\n");
  });

  it("of no connection, or of one without a byte, is a file without packets", () => {
    expect(packetsOf(captureOf([], "t"))).toEqual([]);
    expect(packetsOf(captureOf([captured("server", [])], "t"))).toEqual([]);
  });
});
