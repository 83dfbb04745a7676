import { type Bytes, concat, uint, view } from "../wire/bytes.ts";
import type { Encoded } from "../wire/writer.ts";
import type { Mutation } from "./mutation.ts";

/** A mutation that does not fit the value it is aimed at: the scenario's mistake, never the IUT's. */
export class MutationError extends Error {
  override readonly name = "MutationError";
}

/** A stage value with one edit made at `path`; the value itself is left as it was. Throws MutationError where the path or the type does not fit. */
export function editValue(value: unknown, path: readonly string[], mutation: Mutation): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return apply(value, mutation);
  if (Array.isArray(value)) {
    const index = /^\d+$/.test(step) ? Number(step) : value.findIndex((element) => isNamed(element, step));
    if (index < 0 || (index >= value.length && !(rest.length === 0 && mutation.op === "insert"))) throw noSuchField(step, mutation);
    if (rest.length === 0) return editElement(value, index, mutation);
    return value.with(index, editValue(value[index], rest, mutation));
  }
  if (typeof value !== "object" || value === null || !(step in value)) throw noSuchField(step, mutation);
  const field = (value as Record<string, unknown>)[step];
  return { ...value, [step]: editValue(field, rest, mutation) };
}

/** Encoded bytes with one edit made on a length prefix (`field` ends in `.length`, or is `length`) or on all of them (`bytes`). */
export function editBytes(encoded: Encoded, field: string, mutation: Mutation): Encoded {
  if (field === "bytes") return { bytes: apply(encoded.bytes, mutation) as Bytes, spans: encoded.spans };
  const span = encoded.spans.find(({ path }) => path === field);
  if (span === undefined) throw noSuchField(field, mutation);
  const size = span.end - span.start;
  const now = view(encoded.bytes).readUIntBE(span.start, size);
  const next = mutation.op === "replace" ? mutation.value : mutation.op === "add" ? now + (mutation.by ?? 1) : undefined;
  if (typeof next !== "number") throw new MutationError(`${mutation.at}: a length takes "add" with by, or "replace" with a number`);
  // Lengths wrap as the bytes on the wire would: -1 below zero is the largest length.
  const wrapped = ((next % 2 ** (8 * size)) + 2 ** (8 * size)) % 2 ** (8 * size);
  const bytes = concat(encoded.bytes.subarray(0, span.start), uint(wrapped, size), encoded.bytes.subarray(span.end));
  return { bytes, spans: encoded.spans };
}

/** True where `field` speaks of encoded bytes rather than of the value. */
export function aimsAtBytes(field: string): boolean {
  return field === "bytes" || field === "length" || field.endsWith(".length");
}

function editElement(list: readonly unknown[], index: number, mutation: Mutation): unknown[] {
  switch (mutation.op) {
    case "drop":
      return list.toSpliced(index, 1);
    case "duplicate":
      return list.toSpliced(index, 0, list[index]);
    case "insert":
      return list.toSpliced(index, 0, mutation.value);
    default:
      return list.with(index, apply(list[index], mutation));
  }
}

function apply(value: unknown, mutation: Mutation): unknown {
  switch (mutation.op) {
    case "replace":
      return mutation.value;
    case "drop":
      return value instanceof Uint8Array ? new Uint8Array(0) : Array.isArray(value) ? [] : null;
    case "reverse":
      if (Array.isArray(value) || value instanceof Uint8Array) return value.toReversed();
      break;
    case "truncate":
      if (Array.isArray(value) || value instanceof Uint8Array) return value.slice(0, Math.max(0, value.length - (mutation.by ?? 1)));
      break;
    case "extend":
      if (value instanceof Uint8Array && mutation.value instanceof Uint8Array) return concat(value, mutation.value);
      if (Array.isArray(value)) return [...value, mutation.value];
      break;
    case "insert":
      if (Array.isArray(value)) return value.toSpliced(mutation.index ?? 0, 0, mutation.value);
      if (value instanceof Uint8Array && mutation.value instanceof Uint8Array) {
        const at = position(value, mutation);
        return concat(value.subarray(0, at), mutation.value, value.subarray(at));
      }
      break;
    case "overwrite":
      if (value instanceof Uint8Array && mutation.value instanceof Uint8Array) {
        const at = position(value, mutation);
        return concat(value.subarray(0, at), mutation.value, value.subarray(at + mutation.value.length));
      }
      break;
    case "flip":
      if (value instanceof Uint8Array) return flipBit(value, mutation);
      break;
    case "add":
      if (typeof value === "number") return value + (mutation.by ?? 1);
      break;
    case "duplicate":
      break;
  }
  throw new MutationError(`${mutation.at}: "${mutation.op}" does not apply to ${describe(value)}`);
}

function position(bytes: Bytes, { at, index = 0 }: Mutation): number {
  const position = index < 0 ? bytes.length + index : index;
  if (position < 0 || position > bytes.length) throw new MutationError(`${at}: no byte ${index} in ${bytes.length} bytes`);
  return position;
}

function flipBit(value: Bytes, mutation: Mutation): Bytes {
  const bits = value.length * 8;
  const index = mutation.index ?? -1;
  const bit = index < 0 ? bits + index : index;
  if (bit < 0 || bit >= bits) throw new MutationError(`${mutation.at}: no bit ${index} in ${value.length} bytes`);
  const out = Uint8Array.from(value);
  const at = bit >> 3;
  out[at] = (out[at] ?? 0) ^ (0x80 >> (bit & 7));
  return out;
}

function isNamed(element: unknown, name: string): boolean {
  return typeof element === "object" && element !== null && "name" in element && element.name === name;
}

function noSuchField(step: string, mutation: Mutation): MutationError {
  return new MutationError(`${mutation.at}: no field "${step}" there`);
}

function describe(value: unknown): string {
  return value instanceof Uint8Array ? "bytes" : Array.isArray(value) ? "a list" : value === null ? "nothing" : typeof value;
}
