import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import type { RawSegment } from "./channel.ts";

/**
 * A stream that stands between a TCP socket and OpenSSL and keeps a copy of what passes, so that a connection can be written out as a
 * capture. It costs a copy and a pass through JavaScript; without it OpenSSL reads the socket directly.
 */
export function recorded(socket: Socket, raw: RawSegment[]): Duplex {
  const stream = new Duplex({
    read: () => socket.resume(),
    write(chunk: Buffer, _encoding, callback) {
      raw.push({ direction: "sent", at: now(), bytes: Buffer.from(chunk) });
      socket.write(chunk, callback);
    },
    final: (callback) => socket.end(callback),
    destroy(error, callback) {
      socket.destroy();
      callback(error);
    },
  });
  socket.on("data", (chunk: Buffer) => {
    raw.push({ direction: "received", at: now(), bytes: Buffer.from(chunk) });
    if (!stream.push(chunk)) socket.pause();
  });
  socket.on("end", () => stream.push(null));
  socket.on("error", (error) => stream.destroy(error));
  socket.on("close", () => stream.destroy());
  return stream;
}

// Never runs backwards, so that segments of several connections can be put in their order.
function now(): number {
  return performance.timeOrigin + performance.now();
}
