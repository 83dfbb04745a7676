import { KeyObject } from "node:crypto";
import type { Field, FieldValue } from "../attestation/token.ts";
import type { BuildView, Stage } from "../forge/pipeline.ts";
import { pki, pkiNames } from "../pki/test-pki.ts";
import { type Bytes, toHex } from "../wire/bytes.ts";
import type { StageJson } from "./stage-schemas.ts";

/**
 * Every stage that a build has run, as a file of vectors holds it; `prefix` goes before the names. `usesKey` is told the name of each key of
 * the test PKI that stands in a value. Throws RangeError for a value that has no form in such a file.
 */
export function renderStages<Values, Input>(
  stages: readonly Stage<Values, Input>[],
  view: BuildView<Values>,
  input: Input,
  usesKey: (name: string) => void,
  prefix = "",
): Record<string, StageJson> {
  const rendered = stages.map(({ name, encode, intermediates }): [string, StageJson] => {
    const value = view.values[name];
    const at = `${prefix}${String(name)}`;
    if (value === null || value === undefined) return [at, { value: null }];
    return [
      at,
      {
        value: render(value, usesKey),
        ...(encode && { bytes: toHex(view.bytes(name)) }),
        ...(intermediates && { intermediates: render(intermediates(value, input), usesKey) as Record<string, unknown> }),
      },
    ];
  });
  return Object.fromEntries(rendered);
}

/** A value as JSON: bytes are hexadecimal, a key its name in the test PKI, a claim says by a member's name what its value is. */
export function render(value: unknown, usesKey: (name: string) => void): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (value instanceof KeyObject) {
    const name = nameOfKey(value);
    usesKey(name);
    return name;
  }
  if (Array.isArray(value)) return value.map((element) => render(element, usesKey));
  if (typeof value === "object" && value !== null) {
    if ("label" in value && "value" in value) return renderField(value as Field);
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return Object.fromEntries(members.map(([name, member]) => [name, render(member, usesKey)]));
  }
  if (typeof value === "number" && !Number.isInteger(value)) throw new RangeError(`a file of vectors has no form for ${value}`);
  return value;
}

function renderField({ name, label, value }: Field): object {
  return { name, label, ...renderFieldValue(value) };
}

function renderFieldValue(value: FieldValue): object {
  if (value instanceof Uint8Array) return { bytes: toHex(value) };
  if (typeof value === "string") return { text: value };
  if (typeof value === "number" && Number.isInteger(value)) return { number: value };
  if (Array.isArray(value)) return { certificates: (value as readonly Bytes[]).map(toHex) };
  if (typeof value === "object" && value !== null && "fields" in value) return { fields: value.fields.map(renderField) };
  throw new RangeError(`a file of vectors has no form for the claim value ${JSON.stringify(value)}`);
}

const nameOf = new WeakMap<KeyObject, string>();
let names: ReadonlyMap<string, string> | undefined;

// Entities may share a key: the first one names it.
function nameOfKey(key: KeyObject): string {
  names ??= new Map(
    pkiNames()
      .toReversed()
      .map((name) => [toHex(pki(name).pkcs8), name]),
  );
  const name = nameOf.get(key) ?? names.get(toHex(key.export({ type: "pkcs8", format: "der" })));
  if (name === undefined) throw new RangeError("a key that is not of the test PKI has no name in a file of vectors");
  nameOf.set(key, name);
  return name;
}
