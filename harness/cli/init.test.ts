import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readYaml } from "../input/yaml-file.ts";
import { templateSchema } from "../iut/template.ts";
import { packageRoot } from "../paths.ts";
import { globMatcher } from "../report/baseline.ts";
import { cli, temporaryFolder } from "../testing/cli.ts";

const iuts = join(packageRoot, "iuts");
const templates = readdirSync(iuts)
  .filter((name) => existsSync(join(iuts, name, "template.yaml")))
  .map((name) => ({ name, ...readYaml(join(iuts, name, "template.yaml"), templateSchema) }));

describe("init", () => {
  it("writes a shim that doctor and the suites find nothing wrong with", async () => {
    const folder = join(temporaryFolder(), "acme $& shim");
    const { code, stdout } = await cli(["init", "--lang", "node", folder]);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('an implementation called "acme $& shim"') });
    expect(readFileSync(join(folder, "iut.yaml"), "utf8")).toMatch(/^name: "acme \$& shim"$/m);
    for (const left of ["template.yaml", "README.md", "tests"]) expect(existsSync(join(folder, left)), left).toBe(false);

    const doctor = await cli(["doctor", "--iut", folder]);
    expect(doctor).toMatchObject({ code: 0, stdout: expect.stringMatching(/^all well$/m) });
    const only = ["rfc9261/5-authenticate/*", "rfc9261/5-validate/*", "rfc5280/6.1-path/*"].flatMap((glob) => ["--only", glob]);
    const run = await cli(["run", "--iut", folder, ...only]);
    expect(run).toMatchObject({ code: 0, stdout: expect.stringMatching(/ [1-9]\d+ passed, 0 failed, /) });
  });

  it("gives the commands that come next, in words that a shell takes", async () => {
    const folder = join(temporaryFolder(), "my shim");
    const { stdout } = await cli(["init", "--lang", "node", folder]);
    const next = stdout.split("\n").filter((line) => line.startsWith("  npx expat-conformance "));
    expect(next).toHaveLength(3);
    for (const line of next) expect(line).toContain(` --iut '${folder}'`);
  });

  it("takes an empty folder, and leaves one alone that is not", async () => {
    const empty = temporaryFolder();
    expect(await cli(["init", "--lang", "node", empty])).toMatchObject({ code: 0 });
    const full = temporaryFolder();
    writeFileSync(join(full, "mine.txt"), "mine");
    const { code, stderr } = await cli(["init", "--lang", "node", full]);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(`${full}: expected a folder that is new or empty`) });
    expect(readdirSync(full)).toEqual(["mine.txt"]);
  });

  it.each([
    [[], /expected init --lang \S*\|node\|\S* FOLDER/],
    [["--lang", "node"], /expected init --lang /],
    [["some-folder"], /expected init --lang /],
    // Of a script whose variable is empty: nothing may be written to where it stands.
    [["--lang", "node", ""], /expected init --lang /],
    [["--lang", "nod", "some-folder"], /--lang nod: expected one of .*did you mean node\?/],
    [["--lang", "cobol", "some-folder"], /--lang cobol: expected one of /],
    [["--lang", "node", "a-file"], /a-file: expected a folder that is new or empty/],
    [["--lang", "node", "a-file/below"], /a-file\/below: cannot be written: /],
  ] as const)("%j is a mistake of the call, and nothing is written", async (args, message) => {
    const cwd = join(temporaryFolder(), "here");
    mkdirSync(cwd);
    writeFileSync(join(cwd, "a-file"), "");
    const { code, stdout, stderr } = await cli(["init", ...args], { cwd });
    expect({ code, stdout, stderr }).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(message) });
    expect(readdirSync(cwd)).toEqual(["a-file"]);
  });

  it("lists every language with what its template needs", async () => {
    const { code, stdout } = await cli(["init", "--list"]);
    expect(code).toBe(0);
    expect(stdout.trimEnd().split("\n")).toHaveLength(templates.length);
    for (const { lang, title, needs } of templates) expect(stdout).toContain(`${lang.padEnd(8)}${title}; needs ${needs}\n`);
  });
});

describe("the templates", () => {
  it("are of one language each", () => {
    const languages = templates.map(({ lang }) => lang);
    expect(languages).toContain("node");
    expect(new Set(languages).size).toBe(languages.length);
  });

  it.each(templates)("$name leaves out only what is there", ({ name, leaveOut }) => {
    const folder = join(iuts, name);
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
    expect(leaveOut.filter((glob) => !files.some(globMatcher(glob)))).toEqual([]);
  });
});
