// Parses the YAML of suites/ once, at the build (harness/input/parsed-yaml.ts says for what). A text that cannot be parsed, or that JSON
// cannot hold, is left out: it is parsed, and complained about, where it is read.
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { parseDocument } from "yaml";
import { nameOfText, parsedYamlFile } from "../dist/harness/input/parsed-yaml.js";

const suites = new URL("../suites/", import.meta.url);
const files = readdirSync(suites, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".yaml"));
const parsed = {};
for (const file of files.sort()) {
  const text = readFileSync(new URL(file, suites), "utf8");
  const document = parseDocument(text, { uniqueKeys: true });
  if (document.errors.length > 0) continue;
  const content = document.toJS();
  const json = JSON.stringify(content);
  if (isDeepStrictEqual(JSON.parse(json), content)) parsed[nameOfText(text)] = json;
}
// Another program may be reading the one before.
writeFileSync(`${parsedYamlFile}.new`, JSON.stringify(parsed));
renameSync(`${parsedYamlFile}.new`, parsedYamlFile);
