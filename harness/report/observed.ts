import { z } from "zod";
import { InputError } from "../input/input-error.ts";
import { readText } from "../input/text-file.ts";
import { openOutput } from "./output.ts";
import type { ResultRecord } from "./records.ts";
import type { Reporter } from "./reporter.ts";

/** What implementations were seen to do at open points: a small file of each, which docs/ambiguities.md is made from. */

export const observedSchema = z.strictObject({
  implementation: z.string().min(1).describe("name and version"),
  observations: z.array(
    z.strictObject({
      ambiguity: z.string(),
      check: z.string().describe("the probe"),
      behaviour: z.string().describe("one that the register lists for the open point"),
      positions: z.array(z.string()).describe("where it was seen"),
    }),
  ),
});

/** What one implementation did. */
export type Observed = z.output<typeof observedSchema>;

/** The behaviours in results, once for each probe and behaviour, sorted: two runs that saw the same give the same. */
export function observationsOf(results: readonly Pick<ResultRecord, "check" | "behaviour" | "position">[]): Observed["observations"] {
  const found = new Map<string, { ambiguity: string; check: string; behaviour: string; positions: string[] }>();
  for (const { check, behaviour, position } of results) {
    if (behaviour === undefined) continue;
    const key = [behaviour.ambiguity, check, behaviour.id].join(" ");
    const seen = found.get(key) ?? { ambiguity: behaviour.ambiguity, check, behaviour: behaviour.id, positions: [] };
    if (!seen.positions.includes(position)) seen.positions.push(position);
    found.set(key, seen);
  }
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, seen]) => seen);
  for (const { positions } of sorted) positions.sort();
  return sorted;
}

/** The file of an implementation. */
export function observedText(implementation: string, observations: Observed["observations"]): string {
  return `${JSON.stringify({ implementation, observations }, null, 2)}\n`;
}

/** Reads such a file. Throws InputError where it cannot be read or does not fit. */
export function readObserved(file: string): Observed {
  let json: unknown;
  try {
    json = JSON.parse(readText(file));
  } catch (error) {
    if (error instanceof SyntaxError) throw new InputError(`${file}: ${error.message}`);
    throw error;
  }
  const parsed = observedSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new InputError(`${file}: ${parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ")}`);
}

/** The reporter that writes the file at the end of a run; an aborted run leaves it empty, which nobody takes for an observation. */
export function observedReporter(path: string): Reporter {
  const output = openOutput(path);
  const results: ResultRecord[] = [];
  let implementation = "";
  return {
    begin: ({ iut }) => {
      implementation = `${iut.name} ${iut.version}`;
    },
    result: (record) => results.push(record),
    end: () => {
      output.write(observedText(implementation, observationsOf(results)));
      output.close();
    },
    abort: () => output.close(),
  };
}
