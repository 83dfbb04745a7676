import { type Bytes, concat, equalBytes } from "../wire/bytes.ts";
import type { Span } from "../wire/writer.ts";
import type { AuthenticatorValues } from "./authenticator-values.ts";
import type { BuildView } from "./pipeline.ts";
import type { RequestValues } from "./request-stages.ts";

/** A field in which what is sent differs from its control: its place in what is sent, and how long it is in each. */
export interface FieldDifference {
  readonly field: string;
  readonly offset: number;
  readonly length: number;
  readonly controlLength: number;
}

/** A handshake message with the places of its fields; without any, its bytes are not what an encoder made. */
interface Part {
  readonly name: string;
  readonly bytes: Bytes;
  readonly spans: readonly Span[];
}

/** The handshake messages of an authenticator, as they stand in its frame. */
export function partsOfAuthenticator(view: BuildView<AuthenticatorValues>): Part[] {
  return view.values.frame.messages.map(({ name, bytes }) => {
    const stage = name === "certificateVerify" ? "certificate-verify" : name === "certificate" ? name : "finished";
    return { name, bytes, spans: spansWithin(view.spans(stage), bytes, view.bytes(stage)) };
  });
}

/** The one of a request. */
export function partsOfRequest(view: BuildView<RequestValues>): Part[] {
  return view.values.frame.messages.map((bytes) => ({
    name: "request",
    bytes,
    spans: spansWithin(view.spans("message"), bytes, view.bytes("message")),
  }));
}

// Edits of the bytes themselves, and of the frame, leave no field where the encoder put it.
function spansWithin(spans: readonly Span[], bytes: Bytes, encoded: Bytes): readonly Span[] {
  const end = Math.max(0, ...spans.map((span) => span.end));
  return equalBytes(bytes, encoded) && end === bytes.length ? spans : [];
}

/**
 * The fields in which a build differs from its control on the wire, message by message; one that only one of them has differs as a whole.
 * Where fields cannot be told, the span from the first to the last byte that differs has the name of the message, or `frame`.
 */
export function wireDifferences<Values extends { frame: unknown }>(
  sent: BuildView<Values>,
  control: BuildView<Values>,
  partsOf: (view: BuildView<Values>) => readonly Part[],
): FieldDifference[] {
  const [frame, twinFrame] = [wholeOf(sent), wholeOf(control)];
  if (equalBytes(frame.bytes, twinFrame.bytes)) return [];
  const parts = partsOf(sent);
  // An edit of the frame's own bytes, or of the order of its messages: their places say nothing.
  const stands = equalBytes(concat(...parts.map(({ bytes }) => bytes)), frame.bytes);
  const found = stands ? byMessage(parts, partsOf(control)) : [];
  return found.length > 0 ? found : [rangeOf(frame, twinFrame)];
}

function wholeOf<Values extends { frame: unknown }>(view: BuildView<Values>): Part {
  return { name: "frame", bytes: view.bytes("frame"), spans: [] };
}

function byMessage(sent: readonly Part[], control: readonly Part[]): FieldDifference[] {
  const found: FieldDifference[] = [];
  const unmatched = [...control];
  let offset = 0;
  for (const part of sent) {
    const at = unmatched.findIndex(({ name }) => name === part.name);
    const [twin] = at < 0 ? [] : unmatched.splice(at, 1);
    if (twin === undefined) found.push({ field: part.name, offset, length: part.bytes.length, controlLength: 0 });
    else for (const each of differencesOf(part, twin)) found.push({ ...each, offset: each.offset + offset });
    offset += part.bytes.length;
  }
  for (const { name, bytes } of unmatched) found.push({ field: name, offset, length: 0, controlLength: bytes.length });
  return found;
}

function differencesOf(part: Part, twin: Part): FieldDifference[] {
  if (equalBytes(part.bytes, twin.bytes)) return [];
  const [leaves, twins] = [leavesOf(part), leavesOf(twin)];
  const differing: FieldDifference[] = [];
  for (const [path, { start, end }] of leaves) {
    const other = twins.get(path);
    if (other && equalBytes(part.bytes.subarray(start, end), twin.bytes.subarray(other.start, other.end))) continue;
    differing.push({
      field: `${part.name}.${path}`,
      offset: start,
      length: end - start,
      controlLength: other ? other.end - other.start : 0,
    });
  }
  for (const [path, { start, end }] of twins) {
    if (!leaves.has(path))
      differing.push({ field: `${part.name}.${path}`, offset: Math.min(start, part.bytes.length), length: 0, controlLength: end - start });
  }
  return leaves.size > 0 && differing.length > 0 ? differing : [rangeOf(part, twin)];
}

/** The fields that hold no other. */
function leavesOf({ spans }: Part): Map<string, Span> {
  const holds = (outer: Span, inner: Span) =>
    inner !== outer &&
    inner.start >= outer.start &&
    inner.end <= outer.end &&
    inner.end - inner.start < outer.end - outer.start &&
    inner.end > inner.start;
  return new Map(spans.filter((span) => !spans.some((other) => holds(span, other))).map((span) => [span.path, span]));
}

function rangeOf({ name, bytes }: Part, { bytes: twin }: Part): FieldDifference {
  const shorter = Math.min(bytes.length, twin.length);
  let start = 0;
  while (start < shorter && bytes[start] === twin[start]) start++;
  let behind = 0;
  while (behind < shorter - start && bytes[bytes.length - 1 - behind] === twin[twin.length - 1 - behind]) behind++;
  return { field: name, offset: start, length: bytes.length - behind - start, controlLength: twin.length - behind - start };
}
