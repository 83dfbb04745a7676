import type { Socket } from "node:net";
import type { RawSegment } from "../tls/channel.ts";

/**
 * Joins two TCP connections into one: what comes in on the one goes out on the other, unchanged, so that the two ends share one TLS
 * connection and their exporters agree. Returns what passes, as it passes; `sent` is what the client sent. The end of one is the end of both.
 */
export function relay(client: Socket, server: Socket): RawSegment[] {
  const raw: RawSegment[] = [];
  const forward = (from: Socket, to: Socket, direction: RawSegment["direction"]): void => {
    from.on("data", (chunk: Buffer) => {
      raw.push({ direction, at: performance.timeOrigin + performance.now(), bytes: chunk });
      if (!to.write(chunk)) from.pause();
    });
    to.on("drain", () => from.resume());
    from.on("end", () => to.end());
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroy());
  };
  forward(client, server, "sent");
  forward(server, client, "received");
  return raw;
}
