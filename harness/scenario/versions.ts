import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../input/input-error.ts";
import { readText } from "../input/text-file.ts";
import { packageRoot } from "../paths.ts";

/**
 * Which checks each released version of the suite asked: suites/versions.json, which scripts/release-checks.mjs writes when a version is
 * released. No case says by itself since when it is there: what no released version has asked is new in the one to come.
 */

export const versionsSchema = z.strictObject({
  versions: z
    .array(z.strictObject({ version: z.string().regex(/^\d+\.\d+\.\d+$/), checks: z.array(z.string()).min(1) }))
    .min(1)
    .describe("in the order of their release; the ids of all checks of each"),
});

/** The released versions, in their order, with the ids of their checks. */
export type Versions = ReadonlyMap<string, ReadonlySet<string>>;

/** Reads versions.json. Throws InputError where it cannot be read or does not fit. */
export function loadVersions(file = join(packageRoot, "suites", "versions.json")): Versions {
  const fail = (problem: string): never => {
    throw new InputError(`${file}: ${problem}`);
  };
  let json: unknown;
  try {
    json = JSON.parse(readText(file));
  } catch (error) {
    if (error instanceof SyntaxError) return fail(error.message);
    throw error;
  }
  const parsed = versionsSchema.safeParse(json);
  if (!parsed.success) return fail(parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));
  return new Map(parsed.data.versions.map(({ version, checks }) => [version, new Set(checks)]));
}

/** What changed from one set of checks to another. */
export interface CheckChanges {
  readonly added: readonly string[];
  readonly gone: readonly string[];
}

/** Which checks are new, and which are gone, since a version with the checks `before`. */
export function changesSince(before: ReadonlySet<string>, now: readonly string[]): CheckChanges {
  const present = new Set(now);
  return { added: now.filter((id) => !before.has(id)), gone: [...before].filter((id) => !present.has(id)) };
}

/**
 * The file with one more version, or with the checks of the last one renewed where it is that one; sorted, so that a difference reads
 * well. Throws InputError where the version is older than the last one.
 */
export function withVersion(versions: Versions, version: string, checks: readonly string[]): string {
  const last = [...versions.keys()].at(-1);
  if (last !== undefined && compareVersions(version, last) < 0) {
    throw new InputError(`version ${version} is older than the last released one, ${last}: raise it in package.json`);
  }
  const all = new Map<string, Iterable<string>>(versions).set(version, checks);
  const entries = [...all].map(([name, ids]) => ({ version: name, checks: [...ids].sort() }));
  return `${JSON.stringify({ versions: entries }, null, 1)}\n`;
}

/** Below 0 where `a` is the older version, above where it is the newer one. */
export function compareVersions(a: string, b: string): number {
  const parts = (version: string) => version.split(".").map(Number);
  const [left, right] = [parts(a), parts(b)];
  return left.map((part, index) => part - (right[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
