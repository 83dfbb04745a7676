import type { Profile } from "../attestation/profile.ts";
import { shownBytes } from "../example/exchange.ts";
import { messageText } from "../example/message-text.ts";
import { printable } from "../report/printable.ts";
import type { Bytes } from "../wire/bytes.ts";
import { inWords, type PairEvent } from "./told.ts";

/** Bytes on a line. */
const ROOM = 16;

/** What two implementations and the harness between them did, as text: every message with all its bytes and the names of their fields. */
export function pairTranscript(events: readonly PairEvent[], profile: Profile): string {
  const shown: Bytes[] = [];
  const lines = events.flatMap((event) => {
    const who = event.by === "harness" ? "harness" : inWords(event.by);
    if (event.kind === "said") return [printable(`${who}: ${event.text}`)];
    shown.push(event.bytes);
    return [
      `${who}, message ${shown.length}: ${event.message === "request" ? "a request" : "an authenticator"} of ${event.bytes.length} bytes`,
      ...shownBytes(event.message, event.bytes, profile).flatMap((part) => messageText(part, { room: ROOM, whole: true })),
    ];
  });
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}
