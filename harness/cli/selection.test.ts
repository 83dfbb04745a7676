import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, fakeCommand, manifest, outcomes, runReported, temporaryFolder } from "../testing/cli.ts";

describe.concurrent("what selects nothing is said with the nearest names, exit code 2", () => {
  it.each([
    [
      ["--only", "rfc9261/5-validate/acepts-valid"],
      /--only rfc9261\/5-validate\/acepts-valid: no check matches.*rfc9261\/5-validate\/accepts-valid/,
    ],
    [["--only", "replayd*"], /--only replayd\*: no check matches; did you mean \S*\/\S+/],
    [["--only", "bindng-altered"], /did you mean \S+\/binding-altered or /],
    [["--only", "expat/5-bindng/*"], /did you mean expat\/5-binding\//],
    [["--only", "zzz"], /--only zzz: no check matches; `list` prints the ids/],
    [["--only", ""], /--only : no check matches; `list` prints the ids/],
    [["--only", "rfc9261/5-validate/accepts-valid[clent,sha256]"], /accepts-valid\[client,sha256\]/],
    [["--position", "relying-party/cleint"], /--position relying-party\/cleint.*did you mean relying-party\/client/],
    [["--position", "attester/server", "--only", "rfc9261/5-validate/accepts-valid"], /--only and --position exclude each other/],
    [["--report", "foo=bar"], /--report foo=bar: expected kind=file with a kind of jsonl, tap, junit/],
    [["--report", "jsonl"], /--report jsonl: expected kind=file/],
    [["--report", "jsonl=r.jsonl,tap=./r.jsonl"], /--report: two reports cannot share .\/r\.jsonl/],
    [["--baseline", "no-such-baseline.yaml"], /no-such-baseline\.yaml: no such file/],
    [["--endpoint", "localhost"], /--endpoint localhost: expected host:port/],
    [["--endpoint", "localhost:70000"], /expected host:port/],
    [["--endpoint"], /--endpoint needs host:port, or an --iut whose manifest has an endpoint section/],
  ])("%j", async (args, says) => {
    const { code, stderr } = await cli(["run", ...args]);
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/an error of the harness itself/);
    expect(code).toBe(2);
  });

  it("also in list", async () => {
    const { code, stderr, stdout } = await cli(["list", "--only", "expatt/*"]);
    expect(stderr).toMatch(/did you mean/);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });
});

it("runs one instance by its id, also where that has a comma", async () => {
  const id = "rfc9261/5-validate/accepts-valid[client,sha384]";
  const { code, report } = await runReported(["--only", id]);
  expect(outcomes(report)).toEqual({ [id]: "pass" });
  expect(code).toBe(0);
});

describe.concurrent("a report that cannot be written stops the program before anything runs", () => {
  const folder = temporaryFolder();
  const file = join(folder, "file");
  writeFileSync(file, "");
  it.each([
    ["a folder", `jsonl=${folder}`, /cannot be opened for writing: it is a folder/],
    ["below a file", `tap=${join(file, "report.tap")}`, /file\/report\.tap: cannot be opened for writing/],
    ["in no folder", `junit=${join(folder, "none", "report.xml")}`, /its folder does not exist/],
  ])("%s", async (_, report, says) => {
    const iut = manifest({ name: "fake", build: "touch built", command: fakeCommand("shim.mjs", "none") });
    const { code, stderr, processes } = await cli(["run", "--iut", iut, "--report", report]);
    expect(stderr).toMatch(says);
    expect(code).toBe(2);
    expect({ processes, built: existsSync(join(iut, "built")) }).toEqual({ processes: 0, built: false });
  });

  // Only Linux has a file that is always full.
  it.runIf(existsSync("/dev/full"))("and one that fills up ends it, with nothing left", async () => {
    const iut = manifest({ name: "fake", command: fakeCommand("shim.mjs", "none") });
    const { code, stderr, processes } = await cli(["run", "--iut", iut, "--report", "jsonl=/dev/full"]);
    expect(stderr).toMatch(/\/dev\/full: cannot be written: no space left/);
    expect(code).toBe(2);
    expect(processes).toBe(1);
  });
});
