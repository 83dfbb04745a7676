import { distance } from "fastest-levenshtein";
import { z } from "zod";

/** What is wrong with a value in a JSON file: where, what was expected there, and what was found. */
export interface JsonProblem {
  /** `inputs.connection.finishedKey`; empty for the file as a whole. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;
}

/** All that is wrong with `json` by `schema`, unknown members with the name that they may have been meant to have; or what it was read to. */
export function readJson<T>(
  schema: z.ZodType<T>,
  json: unknown,
  at: readonly PropertyKey[] = [],
): { read: T } | { problems: JsonProblem[] } {
  const parsed = schema.safeParse(json);
  if (parsed.success) return { read: parsed.data };
  const names = memberNames(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
  return {
    problems: issuesIn(parsed.error.issues, json, names).map(({ path, expected }) => ({
      path: [...at, ...path].join("."),
      expected,
      found: shown(valueAt(json, path)),
    })),
  };
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly expected: string;
}

function issuesIn(
  issues: readonly z.core.$ZodIssue[],
  json: unknown,
  names: ReadonlySet<string>,
  prefix: readonly PropertyKey[] = [],
): Issue[] {
  return issues.flatMap((issue): Issue[] => {
    const path = [...prefix, ...issue.path];
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({ path: [...path, key], expected: `no such member${alike(key, names)}` }));
    }
    if (issue.code === "invalid_union" && issue.errors.length > 0) {
      const branches = issue.errors.map((branch) => issuesIn(branch, json, names, path));
      const depth = (branch: readonly Issue[]) => Math.max(0, ...branch.map((problem) => problem.path.length));
      // Of the forms that are possible, the one that came furthest says what is wrong.
      return branches.reduce((best, branch) => (depth(branch) > depth(best) ? branch : best));
    }
    const expected = issue.message.replace(/^Invalid (input|option): /, "").replace(/, received .*$/, "");
    return [{ path, expected: expected.replace(/^expected /, "") }];
  });
}

// A third of the letters may be wrong, or two that changed places; more is another word.
function alike(name: string, names: ReadonlySet<string>): string {
  // A right name in a wrong place is no slip of the pen.
  if (names.has(name)) return "";
  const [nearest] = [...names]
    .map((known) => ({ known, far: distance(known.toLowerCase(), name.toLowerCase()) }))
    .filter(({ far }) => far <= Math.max(name.length / 3, name.length > 3 ? 2 : 1))
    .toSorted((a, b) => a.far - b.far);
  return nearest ? ` (did you mean ${nearest.known}?)` : "";
}

/** The names of all members that a JSON Schema knows, wherever they stand. */
function memberNames(schema: unknown, names = new Set<string>()): Set<string> {
  if (typeof schema !== "object" || schema === null) return names;
  if ("properties" in schema) for (const name of Object.keys(schema.properties as object)) names.add(name);
  for (const member of Object.values(schema)) memberNames(member, names);
  return names;
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  let value = json;
  for (const step of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[step];
  return value;
}

/** A value in a message: all of it where it is short. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 80)}… (${text.length} characters)` : text;
}
