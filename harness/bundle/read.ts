import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../input/input-error.ts";
import { readJson } from "../input/json-problem.ts";
import { readText } from "../input/text-file.ts";
import { parseYaml } from "../input/yaml-file.ts";
import { type SuiteFile, suiteSchema } from "../scenario/schema.ts";
import { BUNDLE_FORMAT, type BundleRecord, bundleFiles, bundleSchema } from "./schema.ts";

/** A failure bundle as it was read. */
export interface Bundle {
  readonly folder: string;
  readonly record: BundleRecord;
  /** The path of case.yaml, and what it says. */
  readonly caseFile: string;
  readonly suite: SuiteFile;
  /** False where case.yaml is not the one that the bundle was written with. */
  readonly intact: boolean;
}

/** Reads a failure bundle. Throws InputError that says which file is missing or wrong, and where. */
export function readBundle(folder: string): Bundle {
  const whole = `expected a failure bundle, a folder with ${bundleFiles.bundle} and ${bundleFiles.case} as \`fuzz\` writes it`;
  if (!existsSync(folder)) throw new InputError(`${folder}: no such folder; ${whole}`);
  if (!statSync(folder).isDirectory()) throw new InputError(`${folder}: ${whole}, found a file`);
  const [recordFile, caseFile] = [join(folder, bundleFiles.bundle), join(folder, bundleFiles.case)];
  for (const file of [recordFile, caseFile]) if (!existsSync(file)) throw new InputError(`${file}: no such file; ${whole}`);
  const record = readRecord(recordFile);
  const digest = createHash("sha256").update(readFileSync(caseFile)).digest("hex");
  const suite = parseYaml(readText(caseFile), caseFile, suiteSchema);
  return { folder, record, caseFile, suite, intact: digest === record.caseSha256 };
}

function readRecord(file: string): BundleRecord {
  let json: unknown;
  try {
    json = JSON.parse(readText(file));
  } catch (error) {
    if (error instanceof SyntaxError) throw new InputError(`${file}: expected JSON: ${error.message}`);
    throw error;
  }
  const { format, suite } = Object(json) as { format?: unknown; suite?: { version?: unknown } };
  if (typeof format === "number" && format !== BUNDLE_FORMAT) {
    const writer = typeof suite?.version === "string" ? `; version ${suite.version} of the suite has written it, and can play it` : "";
    throw new InputError(`${file}: a bundle of format ${format}, and this version reads format ${BUNDLE_FORMAT}${writer}`);
  }
  const result = readJson(bundleSchema, json);
  if ("read" in result) return result.read;
  const problems = result.problems.map(
    ({ path, expected, found }) => `${file}: ${path || "(the file)"}: expected ${expected}, found ${found}`,
  );
  throw new InputError(problems.slice(0, 10).join("\n"));
}
