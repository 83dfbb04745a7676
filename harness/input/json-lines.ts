import type { z } from "zod";
import { InputError } from "./input-error.ts";

/** A record of a file of JSON Lines, and how a problem with it is thrown. */
export interface JsonLine<T> {
  readonly record: T;
  /** Throws InputError that names file and line. */
  readonly fail: (problem: string) => never;
}

/**
 * The records of a text in JSON Lines, each read by the schema when it is asked for; `file` is what messages call it. A last line that a crash
 * has cut is left out. Throws InputError that names file and line of one that is no record.
 */
export function* jsonLines<T>(text: string, file: string, schema: z.ZodType<T>): Generator<JsonLine<T>> {
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  // Each record was written with its newline: a last line without one was cut by a crash, unless it is whole after all.
  if (last !== "" && isJson(last)) lines.push(last);
  for (const [index, line] of lines.entries()) {
    const fail = (problem: string): never => {
      throw new InputError(`${file}:${index + 1}: ${problem}`);
    };
    yield { record: recordOf(line, schema, fail), fail };
  }
}

function recordOf<T>(line: string, schema: z.ZodType<T>, fail: (problem: string) => never): T {
  if (!isJson(line)) return fail("expected one JSON object a line, found something else");
  const parsed = schema.safeParse(JSON.parse(line));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "(the record)"}: ${message}`);
  return fail(problems.slice(0, 5).join("; "));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
