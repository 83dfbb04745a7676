import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { packageRoot } from "../paths.ts";
import { temporaryFolder } from "../testing/cli.ts";
import { parsedBefore } from "./parsed-yaml.ts";
import { parseYaml, readYaml } from "./yaml-file.ts";

const suites = join(packageRoot, "suites");
const files = readdirSync(suites, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".yaml"));

describe("what was parsed at the build", () => {
  it("is every file of the suites, and says what the text says", () => {
    expect(files.length).toBeGreaterThan(20);
    for (const file of files) {
      const text = readFileSync(join(suites, file), "utf8");
      expect(JSON.parse(parsedBefore(text) ?? `"${file} is missing: npm run build"`)).toEqual(parseYaml(text, file, z.unknown()));
    }
  });

  it("is not used for a text that differs in one character", () => {
    const text = readFileSync(join(suites, "goals.yaml"), "utf8");
    expect(parsedBefore(`${text} `)).toBeUndefined();
    const file = join(temporaryFolder(), "goals.yaml");
    writeFileSync(file, text.replace(/^goals:/m, "purposes:"));
    expect(Object.keys(readYaml(file, z.record(z.string(), z.unknown())))).toEqual(["purposes"]);
  });

  it("does not take the place of an error from it", () => {
    expect(() => readYaml(join(suites, "goals.yaml"), z.object({ goals: z.string() }))).toThrow(/goals\.yaml:\d+:\d+: goals: /);
  });
});
