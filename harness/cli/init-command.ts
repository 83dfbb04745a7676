import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { z } from "zod";
import { reasonOf } from "../input/whole-file.ts";
import { readYaml } from "../input/yaml-file.ts";
import { templateSchema } from "../iut/template.ts";
import { packageRoot } from "../paths.ts";
import { globMatcher } from "../report/baseline.ts";
import { commandLine } from "../report/reproduce.ts";
import { UsageError } from "./problem.ts";
import { nearest } from "./selection.ts";

interface Template extends z.output<typeof templateSchema> {
  readonly folder: string;
}

export interface InitOptions {
  readonly lang?: string;
  readonly list?: boolean;
}

/** `init`: writes a shim to start from into a new folder. Returns the exit code. Throws UsageError, or InputError where a template is wrong. */
export function initCommand(target: string | undefined, { lang, list = false }: InitOptions): number {
  const templates = findTemplates();
  if (list) {
    for (const template of templates) process.stdout.write(`${template.lang.padEnd(8)}${template.title}; needs ${template.needs}\n`);
    return 0;
  }
  const languages = templates.map((template) => template.lang);
  // An empty name would be the folder that we are in, unseen: a variable of a script that is not set.
  if (lang === undefined || !target) throw new UsageError(`expected init --lang ${languages.join("|")} FOLDER`);
  const template = templates.find((each) => each.lang === lang);
  if (template === undefined) {
    throw new UsageError(`--lang ${lang}: expected one of ${languages.join(", ")}; ${nearest(lang, languages, "`init --list` says more")}`);
  }
  const files = filesOf(template);
  write(template, files, target);
  const name = nameOf(target);
  const next = [
    ["doctor", "--iut", target],
    ["run", "--iut", target, "--only", "rfc9261/*"],
    ["run", "--iut", target],
  ].map((words) => `  npx expat-conformance ${commandLine(words)}`);
  process.stdout.write(`${target}: ${files.length} files, an implementation called "${name}": ${template.title}; needs ${template.needs}
It is whole and green as it is. Put your own implementation behind its methods, one after the other
(docs/writing-a-shim.md), and keep it green with:
${next.join("\n")}
`);
  return 0;
}

function findTemplates(): Template[] {
  const root = join(packageRoot, "iuts");
  return readdirSync(root)
    .sort()
    .map((name) => join(root, name))
    .filter((folder) => existsSync(join(folder, "template.yaml")))
    .map((folder) => ({ ...readYaml(join(folder, "template.yaml"), templateSchema), folder }));
}

// What a build leaves in the folder is no part of the template.
const MADE = /^(bin|build|target|node_modules|\.venv|\.[a-z]+_cache|__pycache__)$/;
const ALWAYS_LEFT_OUT = ["template.yaml", "README.md"];

function filesOf({ folder, leaveOut }: Template): string[] {
  const left = [...ALWAYS_LEFT_OUT, ...leaveOut].map(globMatcher);
  const walk = (below: string): string[] =>
    readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (MADE.test(entry.name)) return [];
      return entry.isDirectory() ? walk(path) : [path];
    });
  return walk("")
    .filter((path) => !left.some((matches) => matches(path)))
    .sort();
}

function write({ folder }: Template, files: readonly string[], target: string): void {
  try {
    if (existsSync(target) && (!statSync(target).isDirectory() || readdirSync(target).length > 0)) {
      throw new UsageError(`${target}: expected a folder that is new or empty; nothing was written`);
    }
    for (const file of files) {
      const to = join(target, file);
      mkdirSync(dirname(to), { recursive: true });
      copyFileSync(join(folder, file), to);
    }
    const manifest = join(target, "iut.yaml");
    writeFileSync(
      manifest,
      readFileSync(manifest, "utf8").replace(/^name: .*$/m, () => `name: ${JSON.stringify(nameOf(target))}`),
    );
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${target}: cannot be written: ${reasonOf(error)}`);
  }
}

function nameOf(target: string): string {
  return basename(resolve(target));
}
