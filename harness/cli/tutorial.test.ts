import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../paths.ts";
import { cli, temporaryFolder } from "../testing/cli.ts";

/** docs/writing-a-shim.md is followed literally: the commands of its first section, in their order, in an empty folder. */
describe("the tutorial", () => {
  const text = readFileSync(join(packageRoot, "docs", "writing-a-shim.md"), "utf8");
  const section = text.split(/^## /m).find((part) => part.startsWith("From nothing to the matrix")) ?? "";
  const commands = [...section.matchAll(/^ {4}\$ npx expat-conformance (.*)$/gm)].map(([, words = ""]) => words);

  it("comes from nothing to a matrix of what was written and the reference", async () => {
    expect(commands).toHaveLength(4);
    const cwd = temporaryFolder();
    const runs = [];
    for (const command of commands) {
      const words = command.split(" ").map((word) => word.replace(/^'(.*)'$/, "$1"));
      runs.push(await cli(words, { cwd }));
    }
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    const [init, doctor, run, matrix] = runs.map(({ stdout }) => stdout);
    expect(init).toMatch(/^my-shim: \d+ files, an implementation called "my-shim"/);
    expect(doctor).toMatch(/all well\n$/);
    expect(run).toMatch(/ passed, 0 failed,/);
    expect(matrix).toMatch(/^my-shim +\d+ ok +\d+ ok$/m);
    expect(matrix).not.toContain("failed");
  });
});
