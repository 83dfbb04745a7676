import { createHash } from "node:crypto";
import type { Profile } from "../attestation/profile.ts";
import { shownBytes, shownMessage } from "../example/exchange.ts";
import { messageText } from "../example/message-text.ts";
import { printable } from "../report/printable.ts";
import type { SentMessage } from "../scenario/stimulus.ts";
import type { Playing } from "./playing.ts";
import type { Event } from "./witness.ts";

/** Bytes on a line. */
const ROOM = 16;

/**
 * What was played as text: who said what in turn, every message with all its bytes and the names of their fields, and of those that the
 * harness altered, how and where they differ from the same build without the edits.
 */
export function transcriptText(playing: Playing, title: string, profile: Profile): string {
  const shown = new Map<unknown, number>();
  const lines = [title, "", "The harness and the implementation in turn; connection n of capture.pcapng has the client port 50000 + n."];
  for (const event of playing.events) lines.push("", ...eventText(event, playing, profile, shown));
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

function eventText(event: Event, playing: Playing, profile: Profile, shown: Map<unknown, number>): string[] {
  const { by, connection } = event;
  const who = `${by === "iut" ? "implementation" : "harness"}${connection === undefined ? "" : `, connection ${connection}`}`;
  if (event.kind === "said") return [printable(`${who}: ${event.text}`)];
  const { message, bytes } = event;
  const made = playing.messages.find((each) => each.kind === message && each.bytes === bytes);
  const known = shown.get(bytes);
  if (known !== undefined) return [`${who} sends message ${known} once more`];
  const number = shown.size + 1;
  shown.set(bytes, number);
  const sent = playing.stimulus?.messages.find(({ sha256 }) => sha256 === createHash("sha256").update(bytes).digest("hex"));
  const annotated = made ? shownMessage(made, profile) : shownBytes(message, bytes, profile);
  return [
    `${who} sends message ${number}: ${message === "request" ? "a request" : "an authenticator"} of ${bytes.length} bytes`,
    ...(sent?.instead ?? []).map((instead) => `    it is ${instead}`),
    ...(by === "harness" && sent?.altered ? alterationText(sent.altered) : []),
    ...annotated.flatMap((part) => messageText(part, { room: ROOM, whole: true })),
  ];
}

function alterationText({ edits, named, follows, renewed, kept, differs, further }: NonNullable<SentMessage["altered"]>): string[] {
  const list = (what: string, names: readonly string[]) => (names.length === 0 ? [] : [`        ${what}: ${names.join(", ")}`]);
  return [
    ...edits.map((edit) => `    edit: ${edit}`),
    ...list("stages that an edit names", named),
    ...list("stages that are made of them", follows),
    ...list("signatures and MACs made anew", renewed),
    ...list("signatures and MACs kept", kept),
    ...list(
      "fields that differ from the same build without the edits",
      differs.map(({ field, offset, length }) => `${field} (byte ${offset}, ${length} bytes)`),
    ),
    ...(further > 0 ? [`        and ${further} more`] : []),
  ];
}
