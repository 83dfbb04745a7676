import { KeyObject } from "node:crypto";
import { equalBytes } from "../wire/bytes.ts";

/**
 * The paths at which two values differ. A list of another length differs as a whole where what it has more or less stands in one place, and
 * in each element between the first and the last that is another where it does not.
 */
export function differences(a: unknown, b: unknown, path: readonly string[] = []): string[][] {
  if (a === b) return [];
  const here = [[...path]];
  if (a instanceof Uint8Array && b instanceof Uint8Array) return equalBytes(a, b) ? [] : here;
  if (a instanceof KeyObject && b instanceof KeyObject) return a.equals(b) ? [] : here;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return here;
  if (a instanceof Uint8Array || b instanceof Uint8Array || a instanceof KeyObject || b instanceof KeyObject) return here;
  if (Array.isArray(a) && a.length !== (b as unknown[]).length) return lengthened(a, b as unknown[], path);
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].flatMap((name) =>
    differences((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name], [...path, name]),
  );
}

function lengthened(a: readonly unknown[], b: readonly unknown[], path: readonly string[]): string[][] {
  const [shorter, longer] = [Math.min(a.length, b.length), Math.max(a.length, b.length)];
  const same = (x: unknown, y: unknown) => differences(x, y).length === 0;
  let before = 0;
  while (before < shorter && same(a[before], b[before])) before++;
  let behind = 0;
  while (behind < shorter - before && same(a.at(-1 - behind), b.at(-1 - behind))) behind++;
  if (before + behind === shorter) return [[...path]];
  return Array.from({ length: longer - before - behind }, (_, index) => [...path, String(before + index)]);
}
