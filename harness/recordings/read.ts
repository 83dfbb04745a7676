import { type JsonProblem, readJson, shown } from "../input/json-problem.ts";
import { type Kind, kinds } from "../vectors/kinds.ts";
import { type Recording, recordingSchemas } from "./schema.ts";

/** What stands in a file: recordings, and what is wrong with the others. */
export interface ReadFile {
  readonly recordings: readonly Recording[];
  readonly problems: readonly JsonProblem[];
}

/**
 * Reads the text of a recording, or of a file of vectors, each of which is one: all of them, or that of `id`. Throws nothing for what stands
 * in the text.
 */
export function readRecordings(text: string, id?: string): ReadFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return failed("", "JSON", (error as Error).message);
  }
  if (!isObject(json)) return failed("", "an object: a recording, or a file of vectors", shown(json));
  if (!Array.isArray(json["groups"])) {
    if (id !== undefined && json["id"] !== id) return failed("id", `the id ${id}`, shown(json["id"]));
    return readOne(json, []);
  }
  return readVectors(json["groups"], id);
}

// A vector says only what its group does not.
function readVectors(groups: readonly unknown[], id: string | undefined): ReadFile {
  const read: ReadFile[] = [];
  const ids: string[] = [];
  for (const [groupIndex, group] of groups.entries()) {
    const vectors = isObject(group) ? group["vectors"] : undefined;
    if (!isObject(group) || !Array.isArray(vectors)) {
      if (id === undefined) read.push(failed(`groups.${groupIndex}.vectors`, "an array of vectors", shown(vectors)));
      continue;
    }
    for (const [index, vector] of vectors.entries()) {
      const at = ["groups", groupIndex, "vectors", index];
      if (!isObject(vector)) {
        if (id === undefined) read.push(failed(at.join("."), "a vector", shown(vector)));
        continue;
      }
      ids.push(String(vector["id"]));
      if (id !== undefined && vector["id"] !== id) continue;
      const overlaid = (name: "inputs" | "source") => {
        const [ofGroup, ofVector] = [group[name], vector[name]];
        return isObject(ofGroup) ? { ...ofGroup, ...(isObject(ofVector) && ofVector) } : ofVector;
      };
      read.push(readOne({ ...vector, kind: group["kind"], inputs: overlaid("inputs"), source: overlaid("source") }, at));
    }
  }
  if (read.length === 0 && id !== undefined) return failed("groups", `a vector ${id}`, ids.slice(0, 20).join(", ") || "no vectors");
  return { recordings: read.flatMap(({ recordings }) => recordings), problems: read.flatMap(({ problems }) => problems) };
}

function readOne(json: Readonly<Record<string, unknown>>, at: readonly PropertyKey[]): ReadFile {
  const { kind } = json;
  if (typeof kind !== "string" || !Object.hasOwn(kinds, kind)) {
    return failed([...at, "kind"].join("."), `one of ${Object.keys(kinds).join(", ")}`, shown(kind));
  }
  // Where a vector was cut out of its file without what its group says, this is what is missing.
  const read = readJson(recordingSchemas[kind as Kind] as never, json, at);
  return "read" in read ? { recordings: [read.read as Recording], problems: [] } : { recordings: [], problems: read.problems };
}

function failed(path: string, expected: string, found: string): ReadFile {
  return { recordings: [], problems: [{ path, expected, found }] };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
