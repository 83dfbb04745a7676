import { KeyObject } from "node:crypto";
import type { BuildView } from "../forge/pipeline.ts";

/** What an edit can do with a value depends on what it is. */
export type TargetKind = "bytes" | "list" | "extensions" | "numbered" | "labelled" | "element" | "number" | "text" | "length";

/** A place of a build that an edit can name (`at`): found in a build, never listed by hand. */
export interface Target {
  readonly at: string;
  readonly stage: string;
  readonly kind: TargetKind;
  /** Bytes, or elements, that the value has in the build that was looked at. */
  readonly size: number;
}

/** Of longer lists only the first elements are looked into: the others are of the same kind. Named ones are each something else. */
const ELEMENTS = 3;

/**
 * All places of a build that an edit can name: every byte string, list, element, number and text in the values of its stages, every length
 * prefix that an encoder has named, and the encoded bytes of every stage. What stages choose from (hashes, schemes, keys) is left out:
 * another of them is no edit of the message but another exchange.
 */
export function targetsOf<Values>(view: BuildView<Values>, stages: readonly (keyof Values & string)[]): Target[] {
  return stages.flatMap((stage) => {
    const found: Target[] = [];
    walk(view.values[stage], [stage], (path, kind, size) => found.push({ at: path.join("."), stage, kind, size }));
    for (const { path } of view.spans(stage)) {
      if (path.endsWith("length")) found.push({ at: `${stage}.${path}`, stage, kind: "length", size: 1 });
    }
    const { length } = view.bytes(stage);
    if (length > 0) found.push({ at: `${stage}.bytes`, stage, kind: "bytes", size: length });
    return found;
  });
}

/** What an element is called in the build, and what a stage chooses from. */
const CHOICES: ReadonlySet<string> = new Set(["name", "hash", "scheme", "encoding", "form", "valueAs"]);

type Found = (path: readonly string[], kind: TargetKind, size: number) => void;

function walk(value: unknown, path: readonly string[], found: Found): void {
  if (value instanceof Uint8Array) found(path, "bytes", value.length);
  else if (typeof value === "number") {
    if (!CHOICES.has(path.at(-1) ?? "")) found(path, "number", 1);
  } else if (typeof value === "string") {
    if (!CHOICES.has(path.at(-1) ?? "")) found(path, "text", value.length);
  } else if (Array.isArray(value)) {
    found(path, listKind(path, value), value.length);
    for (const [index, element] of value.entries()) {
      if (index >= ELEMENTS && !isNamed(element)) continue;
      // Named elements are called by their names, which stay when others come and go.
      const name = isNamed(element) ? element.name : String(index);
      found([...path, name], "element", 1);
      walk(element, [...path, name], found);
    }
  } else if (typeof value === "object" && value !== null && !(value instanceof KeyObject)) {
    for (const [field, inner] of Object.entries(value)) walk(inner, [...path, field], found);
  }
}

// Some lists can be given more than they have: claims with labels that are numbers or texts, extensions of a Certificate.
function listKind([stage = "", ...path]: readonly string[], list: readonly unknown[]): TargetKind {
  if (stage === "certificate" && path.at(-1) === "extensions") return "extensions";
  if (!stage.endsWith("claims") || path.length > 0) return "list";
  return typeof (list[0] as { readonly label?: unknown } | undefined)?.label === "number" ? "numbered" : "labelled";
}

function isNamed(element: unknown): element is { readonly name: string } {
  const name = (element as { readonly name?: unknown } | null)?.name;
  return typeof name === "string" && /^[A-Za-z0-9]+$/.test(name);
}
