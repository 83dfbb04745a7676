import { InputError } from "../input/input-error.ts";
import type { Flag, Group, Vector, VectorFile } from "./format.ts";
import { vectorFileSchema } from "./format.ts";
import { type Judged, judgeMessage } from "./judge.ts";
import { type Kind, kinds } from "./kinds.ts";
import { schemaIssues, show } from "./reading.ts";
import { generate, type Topic, textOf } from "./topic.ts";

/** What is wrong with a file: bad input, or a vector that does not give what it promises. */
export interface VectorProblem {
  readonly kind: "input" | "vector";
  readonly file: string;
  /** In the file: `groups.0.vectors.3.output`. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;
}

/** What a check of one file came to. */
export interface CheckedFile {
  readonly file: string;
  /** Vectors that were judged, of each result. */
  readonly valid: number;
  readonly invalid: number;
  readonly problems: readonly VectorProblem[];
  /** What was not looked at, and why. */
  readonly notCompared?: string;
}

/**
 * Checks the text of a file of vectors: its schema, each of its values against those that are generated (where its topic is one of `topics`),
 * and of each vector whether the appraisal finds what the flags promise. Finds all problems; throws nothing for what stands in the file.
 */
export function checkFile(file: string, text: string, topics: readonly Topic[]): CheckedFile {
  const problems: VectorProblem[] = [];
  const report = (kind: VectorProblem["kind"], path: string, expected: string, found: string) =>
    void problems.push({ kind, file, path, expected, found });
  const json = parse(text, report);
  if (json === undefined) return { file, valid: 0, invalid: 0, problems };
  const named = topicOf(json);
  const topic = topics.find((known) => known.topic === named);
  const groupKinds = topic ? topic.groups.map(({ kind }) => kind) : Object.keys(kinds);
  const schema = vectorFileSchema([...new Set(groupKinds)] as [Kind, ...Kind[]]);
  const issues = schemaIssues(schema, json);
  const broken = new Set<string>();
  for (const problem of issues) {
    report("input", problem.path.join(".") || "(the file)", problem.expected, problem.found);
    const [first, group, second, vector] = problem.path;
    if (first === "groups") broken.add(second === "vectors" && vector !== undefined ? `${String(group)}/${String(vector)}` : String(group));
  }
  // Where a group or a vector has not the right form, the others are still judged.
  const counts = { valid: 0, invalid: 0 };
  if (!isFileLike(json)) return { file, ...counts, problems };
  if (topic && issues.length === 0) compare(text, json, generate(topic), report);
  const ids = new Set<string>();
  for (const [groupIndex, group] of json.groups.entries()) {
    if (broken.has(String(groupIndex))) continue;
    for (const [index, vector] of group.vectors.entries()) {
      if (broken.has(`${groupIndex}/${index}`)) continue;
      const at = `groups.${groupIndex}.vectors.${index}`;
      if (ids.has(vector.id)) report("input", `${at}.id`, "an id that no other vector has", vector.id);
      ids.add(vector.id);
      // The ids name what they were made for: a file under the name of another topic would not be compared with anything.
      if (typeof named === "string" && !vector.id.startsWith(`${named}/`))
        report("vector", `${at}.id`, `an id that begins with the file's topic, "${named}/"`, vector.id);
      counts[vector.result]++;
      judgeVector(group, vector, json.flags, at, report);
    }
  }
  const total = counts.valid + counts.invalid;
  if (issues.length === 0 && json.numberOfVectors !== total)
    report("input", "numberOfVectors", String(total), String(json.numberOfVectors));
  const notCompared = topic === undefined && { notCompared: "stages not compared: not a topic of this suite" };
  return { file, ...counts, problems, ...notCompared };
}

type Report = (kind: VectorProblem["kind"], path: string, expected: string, found: string) => void;

function parse(text: string, report: Report): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    report("input", "(the file)", "JSON", (error as Error).message);
    return undefined;
  }
}

function topicOf(json: unknown): unknown {
  return typeof json === "object" && json !== null && "topic" in json ? json.topic : undefined;
}

function isFileLike(json: unknown): json is VectorFile {
  if (typeof json !== "object" || json === null || !("groups" in json) || !Array.isArray(json.groups)) return false;
  return "flags" in json && typeof json.flags === "object" && json.flags !== null;
}

function compare(text: string, found: VectorFile, expected: VectorFile, report: Report): void {
  if (text === textOf(expected)) return;
  let different = false;
  differences(expected, found, [], (...problem) => {
    different = true;
    report(...problem);
  });
  // The same values, otherwise written: other programs do not mind, but then the bytes are not those that are generated.
  if (!different) report("vector", "(the file)", "the bytes that `vectors generate` writes", "the same values in other bytes");
}

function differences(expected: unknown, found: unknown, path: readonly (string | number)[], report: Report): void {
  if (expected === found) return;
  if (Array.isArray(expected) && Array.isArray(found)) {
    if (expected.length !== found.length) {
      report("vector", path.join("."), `${expected.length} elements, as generated`, `${found.length} elements`);
      return;
    }
    for (const [index, element] of expected.entries()) differences(element, found[index], [...path, index], report);
    return;
  }
  if (isObject(expected) && isObject(found)) {
    for (const name of new Set([...Object.keys(expected), ...Object.keys(found)]))
      differences(expected[name], found[name], [...path, name], report);
    return;
  }
  report("vector", path.join("."), show(expected), show(found));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// A vector says only what differs from its group.
function judgeVector(group: Group, vector: Vector, flags: Readonly<Record<string, Flag>>, at: string, report: Report): void {
  const message = { kind: group.kind, inputs: { ...group.inputs, ...vector.inputs }, output: vector.output } as Judged;
  const promised = vector.flags.map((name, index) => {
    const flag = flags[name];
    if (flag === undefined) report("input", `${at}.flags.${index}`, `one of the file's flags (${Object.keys(flags).join(", ")})`, name);
    return flag?.finding;
  });
  try {
    const found = judgeMessage(message).flatMap((result) => (result.kind === "finding" ? [{ step: result.step, ...result.finding }] : []));
    const [first] = found;
    if (vector.result === "valid") {
      if (first)
        report(
          "vector",
          at,
          "a message in which nothing is wrong",
          `${first.step}: ${first.code}: expected ${first.expected}, found ${first.found}`,
        );
      return;
    }
    for (const [index, finding] of promised.entries()) {
      if (finding === undefined) continue;
      // The first flag names what a relying party stops at, the others what a judge finds behind it.
      const holds =
        index === 0
          ? first?.step === finding.step && first.code === finding.code
          : found.some(({ step, code }) => step === finding.step && code === finding.code);
      if (holds) continue;
      const said = found.map(({ step, code }) => `${step}: ${code}`).join(", ") || "nothing is wrong";
      report("vector", `${at}.flags.${index}`, `${finding.step}: ${finding.code}`, said);
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    report("input", at, "inputs that can be judged", error.message);
  }
}
