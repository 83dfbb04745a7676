import type { z } from "zod";

/** How files of vectors and recordings are read: what is wrong with one is said with its place, what was expected and what was found. */

/** One thing that is wrong with a file that other programs have written. */
export interface Issue {
  readonly path: readonly PropertyKey[];
  readonly expected: string;
  readonly found: string;
}

/** What a schema finds wrong with a JSON value, each with its place; empty where it fits. */
export function schemaIssues(schema: z.ZodType, json: unknown): Issue[] {
  const parsed = schema.safeParse(json);
  return parsed.success ? [] : issuesOf(parsed.error.issues, json);
}

function issuesOf(issues: readonly z.core.$ZodIssue[], json: unknown, prefix: readonly PropertyKey[] = []): Issue[] {
  return issues.flatMap((issue): Issue[] => {
    const path = [...prefix, ...issue.path];
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({ path: [...path, key], expected: "no such member", found: show(valueAt(json, [...path, key])) }));
    }
    if (issue.code === "invalid_union" && issue.errors.length > 0) {
      const branches = issue.errors.map((branch) => issuesOf(branch, json, path));
      const depth = (branch: Issue[]) => Math.max(0, ...branch.map((problem) => problem.path.length));
      // Of the forms that are possible, the one that came furthest says what is wrong.
      return branches.reduce((best, branch) => (depth(branch) > depth(best) ? branch : best));
    }
    const expected = issue.message.replace(/^Invalid input: /, "").replace(/, received .*$/, "");
    return [{ path, expected: expected.replace(/^expected /, ""), found: show(valueAt(json, path)) }];
  });
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  let value = json;
  for (const step of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[step];
  return value;
}

/** A JSON value for people, not longer than a line. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 80)}… (${text.length} characters)` : text;
}
