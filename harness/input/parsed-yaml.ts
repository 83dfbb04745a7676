import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../paths.ts";

/** What the YAML texts of the suites say, parsed when the program was built: parsing them takes most of the time that `list` takes. */
export const parsedYamlFile: string = join(packageRoot, "dist", "harness", "parsed-yaml.json");

let parsed: Readonly<Record<string, string>> | undefined;

/** Of a text, the name under which its content is kept: nothing else can be found under it, so that nothing can be out of date. */
export function nameOfText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The content of a YAML text as JSON; undefined where it has to be parsed (what was not there at the build, or was altered since). */
export function parsedBefore(text: string): string | undefined {
  parsed ??= existsSync(parsedYamlFile) ? (JSON.parse(readFileSync(parsedYamlFile, "utf8")) as Record<string, string>) : {};
  return parsed[nameOfText(text)];
}
