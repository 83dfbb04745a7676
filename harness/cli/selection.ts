import { distance } from "fastest-levenshtein";
import { globMatcher } from "../report/baseline.ts";
import { allChecks, type Library } from "../scenario/load.ts";
import { UsageError } from "./problem.ts";

/**
 * A filter on check ids and instance ids from `--only`. A glob that matches a case matches all that is judged in it as well. Throws UsageError, with the nearest ids, where a glob matches nothing.
 */
export function selection(globs: readonly string[] | undefined, library: Library): ((id: string) => boolean) | undefined {
  if (globs === undefined) return undefined;
  const ids = allChecks(library).map(({ id }) => id);
  for (const glob of globs) {
    const matches = globMatcher(withoutParameters(glob));
    if (!ids.some(matches)) throw new UsageError(`--only ${glob}: no check matches; ${nearest(withoutParameters(glob), ids)}`);
  }
  const matchers = globs.map(globMatcher);
  return (id) => {
    const ofCase = id.replace(/#[^[]*/, "");
    return matchers.some((matches) => matches(id) || matches(ofCase));
  };
}

/** The ids that look most like `wanted`, as a hint. */
export function nearest(wanted: string, ids: readonly string[]): string {
  const containing = ids.filter((id) => wanted.length > 2 && id.includes(wanted.replaceAll("*", "")));
  const candidates = containing.length > 0 ? containing : [...ids].sort((a, b) => distance(a, wanted) - distance(b, wanted));
  return `did you mean ${candidates.slice(0, 3).join(" or ")}?`;
}

/** The id of the check that an instance id belongs to. */
export function withoutParameters(id: string): string {
  return id.replace(/\[[^\]]*\]$/, "");
}
