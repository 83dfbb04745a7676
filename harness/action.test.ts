import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { packageRoot } from "./paths.ts";
import { cli, fakeCommand, manifest, program, temporaryFolder } from "./testing/cli.ts";

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
}
interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly required?: boolean }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}
interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}

const read = (path: string): string => readFileSync(join(packageRoot, path), "utf8");
const action = parse(read("action.yml")) as Action;
const workflows = ["ci.yml", "interop.yml"].map((name) => parse(read(`.github/workflows/${name}`)) as Workflow);
const steps = [...action.runs.steps, ...workflows.flatMap(({ jobs }) => Object.values(jobs).flatMap((job) => job.steps))];
const lines = steps.flatMap(({ run }) => run ?? []);

/** The commands of this program in a text: the words up to the end of the command, which no text here quotes. */
function commandsIn(text: string): string[][] {
  return [...text.matchAll(/(?:npx expat-conformance|dist\/harness\/cli\/main\.js"?) ([^\n|&;>#`]+)/g)].map(([, words = ""]) =>
    words.trim().split(/\s+/),
  );
}

describe("the action and the workflows", () => {
  it.each(lines)("have lines that bash reads: %s", (line) => {
    const { status, stderr } = spawnSync("bash", ["-n"], { input: line, encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });
  it("hand what somebody else has written to bash as variables, never as its text", () => {
    for (const line of lines) expect(line).not.toContain("${{");
  });
  it("use each other action by a version", () => {
    const used = steps.flatMap(({ uses }) => uses ?? []);
    for (const uses of used) expect(uses).toMatch(/^\.\/$|^[\w-]+\/[\w-]+@v\d+$/);
    expect(used.length).toBeGreaterThan(5);
  });
  it.each([
    ["action.yml", lines.join("\n")],
    ["docs/publishing.md", read("docs/publishing.md")],
  ])("call commands that there are, with options that they have: %s", async (_, text) => {
    const commands = commandsIn(text);
    expect(commands.length).toBeGreaterThan(3);
    for (const words of commands) {
      const [first = "", second = ""] = words;
      const command = ["report", "baseline"].includes(first) ? [first, second] : [first];
      const { code, stdout } = await cli([...command, "--help"]);
      expect([code, stdout.includes(`Usage: expat-conformance ${command.join(" ")} `)], command.join(" ")).toEqual([0, true]);
      for (const option of words.filter((word) => word.startsWith("--"))) expect(stdout, words.join(" ")).toContain(option);
    }
  });
});

/** Runs the shell lines of the action in their order, as GitHub does, with these inputs; the package is at hand, so that nothing is installed. */
function runAction(inputs: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  const bin = join(folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "npm"), `#!/bin/sh\necho "$@" > "${folder}/npm"\n`);
  chmodSync(join(bin, "npm"), 0o755);
  const files = { GITHUB_OUTPUT: join(folder, "output"), GITHUB_STEP_SUMMARY: join(folder, "step-summary") };
  for (const file of Object.values(files)) writeFileSync(file, "");
  const resolved = (expression: string): string => {
    const [, name = ""] = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(expression) ?? [];
    if (name in action.inputs) return inputs[name] ?? action.inputs[name]?.default ?? "";
    const [, output = ""] = /^\$\{\{ steps\.run\.outputs\.([\w-]+) \}\}$/.exec(expression) ?? [];
    return new RegExp(`^${output}=(.*)$`, "m").exec(readFileSync(files.GITHUB_OUTPUT, "utf8"))?.[1] ?? "";
  };
  let code: number | null = 0;
  let log = "";
  for (const { run, env = {} } of action.runs.steps) {
    if (run === undefined || code !== 0) continue;
    const given = Object.fromEntries(Object.entries(env).map(([name, expression]) => [name, resolved(expression)]));
    const path = `${bin}${delimiter}${process.env["PATH"]}`;
    const step = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", run], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, ...files, ...given, GITHUB_ACTION_PATH: packageRoot, PATH: path, NO_COLOR: "1" },
    });
    log += step.stdout + step.stderr;
    code = step.status;
  }
  const at = (path: string): string => (existsSync(join(folder, path)) ? readFileSync(join(folder, path), "utf8") : "");
  return { code, log, at, summary: at("step-summary"), output: at("output") };
}

const ONE = "--only\nrfc9261/5-authenticate/answers\n--position\nattester/server\n";

describe("the action", () => {
  it("judges an implementation, and leaves reports, a badge and a summary", () => {
    const { code, summary, output, at, log } = runAction({ iut: "reference", options: ONE, report: "out of ci/x" });
    expect(log).not.toContain("expat-conformance:");
    expect(code).toBe(0);
    expect(at("npm").trim()).toBe(`ci --no-audit --no-fund --prefix ${packageRoot}`);
    expect(output).toBe("exit-code=0\nreport=out of ci/x/report.jsonl\n");
    expect(summary).toMatch(/^### reference .* passed \(a part of the checks\)\n/);
    expect(at("out of ci/x/summary.md")).toBe(summary);
    expect(JSON.parse(at("out of ci/x/badge.json"))).toMatchObject({ color: "yellow" });
    expect(at("out of ci/x/badge.svg")).toMatch(/^<svg /);
    expect(JSON.parse(at("out of ci/x/ctrf.json"))).toMatchObject({ reportFormat: "CTRF", results: { summary: { failed: 0 } } });
    expect(at("out of ci/x/junit.xml")).toContain("<testsuite");
  });
  it("fails where something is wrong, and says what in the summary", () => {
    const iut = manifest({ name: "fake", command: [process.execPath, program, "reference", "--fault", "attester/frame/trailing-byte"] });
    const { code, summary, at } = runAction({ iut, options: ONE });
    expect(code).toBe(1);
    expect(summary).toMatch(/### reference .*: \d+ failed/);
    expect(JSON.parse(at("expat-report/badge.json"))).toMatchObject({ color: "red", isError: true });
  });
  it("knows what a baseline knows", () => {
    const iut = manifest({ name: "fake", command: [process.execPath, program, "reference", "--fault", "attester/frame/trailing-byte"] });
    const baseline = join(temporaryFolder(), "known deviations.yaml");
    const entries = ["fail", "blocked"].map((outcome) => ({ check: "*", outcome, reason: "a byte too much, known since long" }));
    writeFileSync(baseline, JSON.stringify({ baseline: entries }));
    const { code, summary } = runAction({ iut, baseline, options: ONE });
    expect(code).toBe(0);
    expect(summary).toContain("a byte too much, known since long");
  });
  it("ends with 2 where there is no implementation, and leaves no badge of an aborted run", () => {
    const missing = runAction({ iut: "nowhere", options: ONE });
    expect(missing.code).toBe(2);
    expect(missing.summary).toBe("### expat-conformance: no report. The log of the step Run says why.\n");
    const silent = runAction({ iut: manifest({ name: "fake", command: fakeCommand("shim.mjs", "no-such-fault") }), options: ONE });
    expect([silent.code, silent.at("expat-report/badge.svg")]).toEqual([2, ""]);
  });
  it("passes on what is in an input as it is", () => {
    const hack = "$(echo x > hacked)";
    const { code, at, log } = runAction({ iut: `x"; ${hack}; "${hack}`, options: `--only\n${hack}\n` });
    expect(code).toBe(2);
    expect(at("hacked")).toBe("");
    expect(log).toContain(hack);
  });
});
