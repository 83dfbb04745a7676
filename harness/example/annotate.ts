import { type Bytes, equalBytes, view } from "../wire/bytes.ts";
import { ExtensionType, handshakeTypeName, schemeName } from "../wire/code-points.ts";
import type { Span } from "../wire/writer.ts";

/** A field of a message with its bytes: `entries.0.certData.length`, and what the number stands for where it has a name. */
export interface Field {
  readonly path: string;
  readonly bytes: Bytes;
  readonly note?: string;
}

/** A message taken apart. */
export interface AnnotatedMessage {
  readonly name: string;
  readonly fields: readonly Field[];
}

/** A value inside the bytes of a field that has a name of its own, such as a claim of the Evidence. */
export interface Landmark {
  readonly name: string;
  readonly bytes: Bytes;
}

/** What happened to a field between two messages; `offset`, in a changed one, is the first byte that differs. */
export type FieldChange =
  | { readonly kind: "same"; readonly field: Field }
  | { readonly kind: "gone"; readonly field: Field }
  | { readonly kind: "new"; readonly field: Field }
  | { readonly kind: "changed"; readonly right: Field; readonly wrong: Field; readonly offset: number };

/**
 * A message as its innermost fields, in order; bytes that no field covers are there as well. Long fields are parted at the landmarks in
 * them. `cmwAttestation` is the number of that extension.
 */
export function annotate(
  name: string,
  bytes: Bytes,
  spans: readonly Span[],
  landmarks: readonly Landmark[],
  cmwAttestation: number,
): AnnotatedMessage {
  const leaves = spans.filter((span) => !spans.some(({ path }) => path.startsWith(`${span.path}.`) && path !== `${span.path}.length`));
  const fields: Field[] = [];
  let end = 0;
  for (const { path, start, end: spanEnd } of leaves.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start < end || spanEnd > bytes.length) continue;
    if (start > end) fields.push({ path: UNNAMED, bytes: bytes.subarray(end, start) });
    fields.push(...parted(path, bytes.subarray(start, spanEnd), landmarks, cmwAttestation));
    end = spanEnd;
  }
  if (end < bytes.length) fields.push({ path: fields.length === 0 ? "bytes" : UNNAMED, bytes: bytes.subarray(end) });
  return { name, fields };
}

/** Bytes that stand outside of every field. */
export const UNNAMED = "(outside of every field)";

/** How the fields of a wrong message differ from those of the right one, aligned by their names. */
export function differences(right: readonly Field[], wrong: readonly Field[]): FieldChange[] {
  const common = longestCommon(
    right.map(({ path }) => path),
    wrong.map(({ path }) => path),
  );
  const changes: FieldChange[] = [];
  let [before, after] = [0, 0];
  for (const [rightAt, wrongAt] of [...common, [right.length, wrong.length] as const]) {
    for (const field of right.slice(before, rightAt)) changes.push({ kind: "gone", field });
    for (const field of wrong.slice(after, wrongAt)) changes.push({ kind: "new", field });
    const [old, now] = [right[rightAt], wrong[wrongAt]];
    if (old && now) {
      const offset = firstDifference(old.bytes, now.bytes);
      changes.push(equalBytes(old.bytes, now.bytes) ? { kind: "same", field: now } : { kind: "changed", right: old, wrong: now, offset });
    }
    [before, after] = [rightAt + 1, wrongAt + 1];
  }
  return changes;
}

function parted(path: string, bytes: Bytes, landmarks: readonly Landmark[], cmwAttestation: number): Field[] {
  const places = landmarks
    .map(({ name, bytes: value }) => ({ name, length: value.length, at: value.length < LEAST_LANDMARK ? -1 : view(bytes).indexOf(value) }))
    .filter(({ at, length }) => at >= 0 && length < bytes.length)
    .toSorted((a, b) => a.at - b.at || b.length - a.length);
  if (!path.endsWith(".data") || places.length === 0) return [noted(path, bytes, cmwAttestation)];
  const fields: Field[] = [];
  let end = 0;
  for (const { name, at, length } of places) {
    if (at < end) continue;
    if (at > end) fields.push({ path: `${path}: …`, bytes: bytes.subarray(end, at) });
    fields.push({ path: `${path}: ${name}`, bytes: bytes.subarray(at, at + length) });
    end = at + length;
  }
  if (end < bytes.length) fields.push({ path: `${path}: …`, bytes: bytes.subarray(end) });
  return fields;
}

// Shorter values are found where they only happen to stand.
const LEAST_LANDMARK = 6;

const extensionNames = new Map<number, string>(Object.entries(ExtensionType).map(([name, number]) => [number, name]));

function noted(path: string, bytes: Bytes, cmwAttestation: number): Field {
  if (bytes.length === 0 || bytes.length > 4) return { path, bytes };
  const number = view(bytes).readUIntBE(0, bytes.length);
  const note = path.endsWith("length")
    ? String(number)
    : path === "type"
      ? handshakeTypeName(number)
      : path === "algorithm"
        ? schemeName(number)
        : path.endsWith(".type")
          ? number === cmwAttestation
            ? "cmwAttestation"
            : extensionNames.get(number)
          : undefined;
  return note === undefined ? { path, bytes } : { path, bytes, note };
}

function firstDifference(a: Bytes, b: Bytes): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) if (a[at] !== b[at]) return at;
  return length;
}

/** Pairs of positions of the longest common subsequence. */
function longestCommon(a: readonly string[], b: readonly string[]): (readonly [number, number])[] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    const row = lengths[i] ?? [];
    for (let j = b.length - 1; j >= 0; j--) row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const pairs: (readonly [number, number])[] = [];
  for (let [i, j] = [0, 0]; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}
