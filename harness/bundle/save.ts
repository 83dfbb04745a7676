import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { InputError } from "../input/input-error.ts";
import { parseYaml } from "../input/yaml-file.ts";
import { type Library, link } from "../scenario/load.ts";
import { suiteSchema } from "../scenario/schema.ts";
import { yamlOf } from "./case-file.ts";
import type { Bundle } from "./read.ts";

/**
 * Writes the case of a bundle, as it stands there, as a suite file whose name is that of the path: `…/suites/a/b.yaml` is the suite `a/b`.
 * Returns the ids of its cases. Throws InputError where the path is no name of a suite or stands there already, and where the suites
 * cannot be loaded with it.
 */
export function saveAsSuite({ suite, record }: Bundle, path: string, library: Library): string[] {
  const name = suiteName(path);
  if (existsSync(path)) throw new InputError(`${path}: stands there already, and nothing is overwritten; name another file`);
  const content = { ...suite, suite: name, title: `A regression that a campaign has found (${record.cause})` };
  const text = yamlOf(content, [
    `Found by a campaign in ${record.iut.name} ${record.iut.version}, with the seed ${record.seed}, case ${record.number}.`,
  ]);
  const cases = link([{ name: path, suite: parseYaml(text, path, suiteSchema) }], library, library.cases);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { flag: "wx" });
  return cases.map(({ id }) => id);
}

function suiteName(path: string): string {
  if (!path.endsWith(".yaml")) throw new InputError(`${path}: expected the name of a suite file, such as suites/rfc9261/regressions.yaml`);
  const [, below] = /[\\/]suites[\\/](.+)\.yaml$/.exec(resolve(path)) ?? [];
  const name = (below ?? basename(path, ".yaml")).replaceAll("\\", "/");
  if (/^[a-z0-9][a-z0-9./-]*$/.test(name)) return name;
  throw new InputError(`${path}: "${name}" is no name of a suite: expected lower-case letters, digits, dots, hyphens and slashes`);
}
