import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../input/folder.ts";
import { InputError } from "../input/input-error.ts";
import { readText } from "../input/text-file.ts";
import { packageRoot } from "../paths.ts";
import { type CheckedFile, checkFile, type VectorProblem } from "../vectors/check.ts";
import { checkForeign, isForeign } from "../vectors/foreign.ts";
import { generate, textOf } from "../vectors/topic.ts";
import { topics } from "../vectors/topics/index.ts";
import { EXIT_USAGE } from "./problem.ts";

/** `vectors generate`: writes the file of every topic into a folder. Throws InputError where it cannot be written. */
export function vectorsGenerateCommand({ out = folder }: { out?: string }): void {
  for (const topic of topics) {
    const file = generate(topic);
    const path = join(out, `${topic.topic}.json`);
    try {
      makeFolder(out);
      writeFileSync(path, textOf(file));
    } catch (error) {
      throw new InputError(`${path}: ${(error as Error).message}`);
    }
    const vectors = file.groups.flatMap((group) => group.vectors);
    const invalid = vectors.filter(({ result }) => result === "invalid").length;
    process.stdout.write(`${path}: ${vectors.length} vectors, ${invalid} invalid\n`);
  }
}

/** `vectors check`: files, or those of the project; returns the exit code. */
export function vectorsCheckCommand(files: readonly string[], { json }: { json?: boolean }): number {
  const checked = (files.length > 0 ? files : projectFiles()).map(check);
  if (json) process.stdout.write(`${JSON.stringify(checked, null, 2)}\n`);
  else for (const result of checked) process.stdout.write(inWords(result));
  const problems = checked.flatMap((result) => result.problems);
  if (problems.some(({ kind }) => kind === "input")) return EXIT_USAGE;
  return problems.length > 0 ? 1 : 0;
}

const folder = join(packageRoot, "vectors");

/** The files of the package. The topics as well: a file that is missing is a problem of its own. */
export function projectFiles(): string[] {
  const present = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
  return [...new Set([...topics.map(({ topic }) => `${topic}.json`), ...present])].map((name) => join(folder, name));
}

function check(file: string): CheckedFile {
  try {
    const text = readText(file);
    return isForeign(text) ? checkForeign(file, text) : checkFile(file, text, topics);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const problem: VectorProblem = { kind: "input", file, path: "(the file)", expected: "a file of vectors", found: error.message };
    return { file, valid: 0, invalid: 0, problems: [problem] };
  }
}

function inWords({ file, valid, invalid, problems, notCompared }: CheckedFile): string {
  const lines = problems.map(({ path, expected, found }) => `${file}: ${path}: expected ${expected}, found ${found}`);
  const verdict = problems.length === 0 ? "all as they promise" : `${problems.length} problems`;
  return [
    ...lines,
    `${file}: ${valid + invalid} vectors, ${valid} valid, ${invalid} invalid: ${[verdict, notCompared].filter(Boolean).join("; ")}`,
    "",
  ].join("\n");
}
