import { type Bytes, toHex } from "../wire/bytes.ts";
import type { AnnotatedMessage, Field } from "./annotate.ts";

/** Annotated messages as lines of text: bytes to the left, the name of their field to the right. */

/** How much of each field is shown: `room` bytes on a line; `whole`: all of them, on as many lines as it takes. */
export interface Extent {
  readonly room: number;
  readonly whole?: boolean;
}

/** A message with all its fields. */
export function messageText({ name, fields }: AnnotatedMessage, { room, whole = false }: Extent): string[] {
  return [
    messageHeading(name, fields),
    ...fields.flatMap((field) => [fieldLine("   ", field, 0, room), ...(whole ? rest(field, room) : [])]),
  ];
}

/** The line above the fields of a message. */
export function messageHeading(name: string, fields: readonly Field[]): string {
  return `    ${name}, ${fields.reduce((sum, { bytes }) => sum + bytes.length, 0)} bytes`;
}

/** At most `room` bytes of a field from `from` on, behind `mark`, and its name. */
export function fieldLine(mark: string, { path, bytes, note }: Field, from: number, room: number): string {
  const name = note === undefined ? path : `${path} = ${note}`;
  const long = bytes.length > room ? `  (${bytes.length} bytes)` : "";
  return `    ${mark} ${hexWindow(bytes, from, room).padEnd(3 * room + 3)} ${name}${long}`;
}

// What does not fit on the first line of a field.
function rest({ bytes }: Field, room: number): string[] {
  const lines: string[] = [];
  for (let from = room; from < bytes.length; from += room) lines.push(`        ${spaced(bytes.subarray(from, from + room))}`);
  return lines;
}

/** At most `room` bytes from `from` on; dots where there are more. */
function hexWindow(bytes: Bytes, from: number, room: number): string {
  if (bytes.length === 0) return "(no bytes)";
  return `${from > 0 ? "…" : ""}${spaced(bytes.subarray(from, from + room))}${from + room < bytes.length ? "…" : ""}`;
}

function spaced(bytes: Bytes): string {
  return toHex(bytes).replace(/..(?=.)/g, "$& ");
}
