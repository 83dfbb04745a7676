import { distance } from "fastest-levenshtein";
import { globMatcher } from "../report/baseline.ts";
import { allChecks, type Library } from "../scenario/load.ts";
import { UsageError } from "./problem.ts";

/**
 * A filter on check ids and instance ids from `--only`. A glob that matches a case matches all that is judged in it as well. Throws UsageError, with the nearest ids, where a glob matches nothing.
 */
export function selection(
  globs: readonly string[] | undefined,
  library: Library,
  option = "--only",
): ((id: string) => boolean) | undefined {
  if (globs === undefined) return undefined;
  const ids = allChecks(library).map(({ id }) => id);
  for (const glob of globs) {
    const matches = globMatcher(withoutParameters(glob));
    if (!ids.some(matches)) throw new UsageError(`${option} ${glob}: no check matches; ${nearest(withoutParameters(glob), ids)}`);
  }
  const matchers = globs.map(globMatcher);
  return (id) => {
    const ofCase = id.replace(/#[^[]*/, "");
    return matchers.some((matches) => matches(id) || matches(ofCase));
  };
}

/** The ids that look most like `wanted`, as a hint; where none looks like it, where they are to be found. */
export function nearest(wanted: string, ids: readonly string[], elsewhere = "`list` prints the ids"): string {
  const text = wanted.replaceAll("*", "");
  const containing = text.length > 2 ? ids.filter((id) => id.includes(text)) : [];
  const candidates = containing.length > 0 ? containing : alike(text, ids);
  return candidates.length > 0 ? `did you mean ${candidates.slice(0, 3).join(" or ")}?` : elsewhere;
}

/** Those of which a third has to be written otherwise, or less; the id as a whole, or its last word, or a suite. Nearest first. */
function alike(text: string, ids: readonly string[]): string[] {
  const far = (id: string): number => Math.min(...[id, ...parts(id)].map((part) => distance(part, text)));
  return ids
    .map((id) => ({ id, far: far(id) }))
    .filter((candidate) => candidate.far <= text.length / 3)
    .sort((a, b) => a.far - b.far)
    .map(({ id }) => id);
}

function parts(id: string): string[] {
  return [...id.matchAll(/\//g)].flatMap(({ index }) => [id.slice(0, index), id.slice(index + 1)]);
}

/** The id of the check that an instance id belongs to. */
export function withoutParameters(id: string): string {
  return id.replace(/\[[^\]]*\]$/, "");
}
