import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";
import { temporaryFolder } from "../testing/cli.ts";
import { readText } from "./text-file.ts";
import { readYaml } from "./yaml-file.ts";

const folder = temporaryFolder();
const file = join(folder, "file.yaml");

it.each<[string, Uint8Array, RegExp]>([
  ["with a zero byte", Uint8Array.of(0x61, 0, 0x62), /file\.yaml: expected text in UTF-8, found binary data \(a zero byte at 1\)$/],
  ["in another encoding", Uint8Array.of(0x61, 0xe9, 0x62), /file\.yaml: expected text in UTF-8, found binary data$/],
])("a file %s is no text", (_, bytes, says) => {
  writeFileSync(file, bytes);
  expect(() => readText(file)).toThrow(says);
});

it("a folder is no file, and what is not there is said to be so", () => {
  expect(() => readText(folder)).toThrow(`${folder}: expected a file, found a folder`);
  expect(() => readText(join(folder, "none"))).toThrow(/none: no such file$/);
});

it.each(["", "\n\n", "# only a comment\n"])("a YAML file that says nothing is said to be empty: %j", (text) => {
  writeFileSync(file, text);
  expect(() => readYaml(file, z.object({ a: z.number() }))).toThrow(/file\.yaml:1:1: the file is empty/);
});
