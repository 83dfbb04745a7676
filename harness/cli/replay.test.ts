import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Bundle, readBundle } from "../bundle/read.ts";
import { saveAsSuite } from "../bundle/save.ts";
import { bundleFiles, replaySchema } from "../bundle/schema.ts";
import { bundleName } from "../bundle/write.ts";
import { readYaml } from "../input/yaml-file.ts";
import { link } from "../scenario/load.ts";
import { suiteSchema } from "../scenario/schema.ts";
import { acceptance, crash, fileOf, library, withFault, wrongAnswer } from "../testing/bundles.ts";
import { cli, manifest, temporaryFolder } from "../testing/cli.ts";
import { replayCommand } from "./replay-command.ts";

describe("replay", () => {
  const json = (stdout: string) => replaySchema.parse(JSON.parse(stdout));

  it.each([
    ["an authenticator that is accepted wrongly", acceptance],
    ["an attester's wrong answer", wrongAnswer],
    ["a crash", crash],
  ] as const)("%s fails again in the same way, and is right with the unbroken reference", async (_, make) => {
    const { folder, iut, record } = await make();
    const broken = await cli(["replay", folder, "--json"]);
    expect({ code: broken.code, stderr: broken.stderr }).toEqual({ code: 1, stderr: "" });
    expect(json(broken.stdout)).toMatchObject({ verdict: "fails", bundle: folder, iut: { path: iut } });
    expect(
      json(broken.stdout)
        .results.filter(({ outcome }) => outcome === "fail")
        .map(({ check }) => check),
    ).toEqual(record.failing);
    const mended = await cli(["replay", folder, "--iut", "reference"]);
    expect(mended).toMatchObject({ code: 0, stderr: "" });
    expect(mended.stdout).toMatch(/^RIGHT /m);
  });

  it("prints the finding as a run does, with the command that replays it", async () => {
    const { folder, iut } = await acceptance();
    const { code, stdout } = await cli(["replay", folder, "--iut", iut]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FAIL bundle\/relying-party-binding-/m);
    expect(stdout).toMatch(/^ {4}expected {5}a refusal$/m);
    expect(stdout).toContain(`alone        npx expat-conformance replay ${folder} --iut ${iut}`);
    expect(stdout).toContain("transcript.txt shows it byte by byte");
    expect(stdout).toMatch(/^STILL FAILS /m);
  });

  it("tells another failure than that of the bundle apart", async () => {
    const { folder } = await wrongAnswer();
    const { iut } = withFault("attester/frame/certificate-verify-left-out");
    const { code, stdout } = await cli(["replay", folder, "--iut", iut, "--json"]);
    expect(code).toBe(1);
    expect(json(stdout)).toMatchObject({ verdict: "fails-otherwise", detail: expect.stringMatching(/#(frame|parse)/) });
  });

  it("does not execute what the implementation does not support, and says what that is", async () => {
    const { folder, record } = await acceptance();
    const [role] = record.position.split("/");
    const positions = role === "attester" ? ["relying-party/client"] : ["attester/client"];
    const supports = {
      positions,
      cipherSuites: ["TLS_AES_128_GCM_SHA256"],
      signatureSchemes: [0x0403],
      models: [],
      evidence: [],
      results: [],
    };
    const hello = JSON.stringify({ protocol: 1, name: "small", version: "1", concurrency: 1, supports: { ...supports, features: [] } });
    const source = `require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
      const { id, method } = JSON.parse(line);
      console.log(JSON.stringify({ jsonrpc: "2.0", id, result: method === "hello" ? ${hello} : {} }));
      if (method === "bye") process.exit(0);
    });`;
    const { code, stdout } = await cli(["replay", folder, "--iut", manifest({ name: "small", command: [process.execPath, "-e", source] })]);
    expect(stdout).toMatch(/^NOT EXECUTED {2}small 1\n {4}model background-check$/m);
    expect(code).toBe(3);
  });
});

describe("a bundle that is not as it was written", () => {
  /** A copy of the bundle with other contents of some files; undefined: the file is missing. */
  async function altered(change: Partial<Record<keyof typeof bundleFiles, (text: string) => string | undefined>>): Promise<string> {
    const { folder } = await acceptance();
    const copy = join(temporaryFolder(), "bundle");
    mkdirSync(copy);
    for (const kind of ["case", "bundle"] as const) {
      const text = fileOf(folder, kind);
      const content = change[kind] ? change[kind](text) : text;
      if (content !== undefined) writeFileSync(join(copy, bundleFiles[kind]), content);
    }
    return copy;
  }
  const inJson = (edit: (record: Record<string, unknown>) => void) => (text: string) => {
    const record = JSON.parse(text) as Record<string, unknown>;
    edit(record);
    return JSON.stringify(record);
  };

  it.each<[string, Parameters<typeof altered>[0], RegExp]>([
    [
      "whose case was edited",
      { case: (text) => text.replace("op: ", "op:  ") },
      /case\.yaml: is not the file that .* undo the edit; .*--save-as/,
    ],
    ["without its case", { case: () => undefined }, /case\.yaml: no such file; expected a failure bundle/],
    ["without bundle.json", { bundle: () => undefined }, /bundle\.json: no such file; expected a failure bundle, a folder with/],
    ["whose bundle.json is cut short", { bundle: (text) => text.slice(0, 40) }, /bundle\.json: expected JSON: /],
    [
      "of another format",
      { bundle: inJson((record) => Object.assign(record, { format: 2, suite: { name: "expat-conformance", version: "9.0.0" } })) },
      /a bundle of format 2, and this version reads format 1; version 9\.0\.0 of the suite has written it/,
    ],
    ["that lacks a member", { bundle: inJson((record) => delete record["seed"]) }, /bundle\.json: seed: expected string, found nothing/],
    [
      "that names another case",
      { bundle: inJson((record) => Object.assign(record, { check: "a/b" })) },
      /expected the case a\/b, which bundle\.json names/,
    ],
    [
      "whose implementation is not there",
      { bundle: inJson((record) => Object.assign(record, { iut: { path: "iuts/gone", name: "x", version: "1" } })) },
      /iuts\/gone: the bundle names this implementation, by its path from the folder .* --iut/,
    ],
  ])("%s is refused, and it is said what to do", async (_, change, says) => {
    // What it throws ends the program with 2.
    await expect(replayCommand(await altered(change), { timeout: 10_000, build: false })).rejects.toThrow(says);
  });

  it("ends the program with exit code 2, and with nothing on standard output", async () => {
    const { code, stdout, stderr } = await cli(["replay", await altered({ case: () => undefined })]);
    expect(stderr).toMatch(/^expat-conformance: .*case\.yaml: no such file; /);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  it("as nothing, as a file, or as some other folder, is named", () => {
    const folder = temporaryFolder();
    const file = join(folder, "file");
    writeFileSync(file, "");
    expect(() => readBundle(join(folder, "none"))).toThrow(/none: no such folder; expected a failure bundle/);
    expect(() => readBundle(file)).toThrow(/file: expected a failure bundle.*found a file/);
    expect(() => readBundle(folder)).toThrow(/bundle\.json: no such file/);
  });

  it("can still be saved as a suite, as it stands", async () => {
    const folder = await altered({ case: (text) => text.replaceAll("A failure", "An edited failure") });
    const path = join(temporaryFolder(), "suites", "regressions", "binding.yaml");
    const { code, stdout } = await cli(["replay", folder, "--save-as", path]);
    expect(stdout).toContain(
      "written (as it was edited since the bundle was written), with regressions/binding/control and regressions/binding/relying-",
    );
    expect(code).toBe(0);
  });
});

describe("--save-as", () => {
  it("writes a suite that loads with all others, under ids made of the path, and overwrites nothing", async () => {
    const { folder, record } = await acceptance();
    const path = join(temporaryFolder(), "suites", "expat", "regressions", "binding.yaml");
    const { code, stdout, stderr } = await cli(["replay", folder, "--save-as", path]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(path);
    const cases = link([{ name: path, suite: readYaml(path, suiteSchema) }], library, library.cases);
    expect(cases.map(({ id }) => id)).toEqual(["control", bundleName(record.cause)].map((id) => `expat/regressions/binding/${id}`));
    const before = readFileSync(path, "utf8");
    const again = await cli(["replay", folder, "--save-as", path]);
    expect(again.stderr).toMatch(/binding\.yaml: stands there already, and nothing is overwritten/);
    expect(again.code).toBe(2);
    expect(readFileSync(path, "utf8")).toBe(before);
  });

  it("refuses a path that names no suite, and ids that the suites have already", async () => {
    const { folder } = await acceptance();
    const bundle: Bundle = readBundle(folder);
    const base = temporaryFolder();
    expect(() => saveAsSuite(bundle, join(base, "case.yml"), library)).toThrow(/case\.yml: expected the name of a suite file/);
    expect(() => saveAsSuite(bundle, join(base, "Näme.yaml"), library)).toThrow(/"Näme" is no name of a suite/);
    const [taken] = library.cases;
    const [, suite = "", id = ""] = /^(.+)\/([^/]+)$/.exec(taken?.id ?? "") ?? [];
    const colliding = { ...bundle, suite: { ...bundle.suite, cases: bundle.suite.cases.slice(0, 1).map((each) => ({ ...each, id })) } };
    expect(() => saveAsSuite(colliding, join(base, "suites", `${suite}.yaml`), library)).toThrow(/stands twice/);
    expect(readdirSync(base)).toEqual([]);
  });
});
