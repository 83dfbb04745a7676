import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, fakeShim, runReported, temporaryFolder } from "../testing/cli.ts";

const FINISHED = "rfc9261/5.2.3-finished/mac-*";
const REASON = "it accepts whatever comes";
const asked = ["--only", FINISHED, "--workers", "1"];

describe("baseline update", () => {
  it("writes a baseline with which the run is as expected", async () => {
    const iut = fakeShim("accepts-everything");
    const file = join(iut, "baseline.yaml");
    const made = await cli(["baseline", "update", "--iut", iut, ...asked, "--reason", REASON]);
    expect(made).toMatchObject({ code: 0, stderr: "" });
    expect(made.stdout).toMatch(
      /baseline\.yaml: 0 kept, \d+ added, 0 removed, 0 narrowed\n {2}\+ rfc9261\/5\.2\.3-finished\/mac-altered \(fail\)/,
    );
    const { code } = await runReported(["--iut", iut, "--only", FINISHED, "--baseline", file]);
    expect(code).toBe(0);
  });

  it("changes nothing where the baseline holds, and takes out what is mended", async () => {
    const iut = fakeShim("accepts-everything");
    const file = join(iut, "baseline.yaml");
    await cli(["baseline", "update", "--iut", iut, ...asked, "--reason", REASON]);
    const again = await cli(["baseline", "update", "--iut", iut, ...asked]);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/ 0 added, 0 removed, 0 narrowed\nnothing was changed\n$/) });

    const mended = await cli(["baseline", "update", "--iut", fakeShim("none"), "--baseline", file, ...asked]);
    expect(mended.code).toBe(0);
    expect(mended.stdout).toMatch(/ 0 kept, 0 added, \d+ removed, 0 narrowed\n/);
    expect(readFileSync(file, "utf8")).toBe("baseline: []\n");
  });

  it("waits for the reasons, and so does a run", async () => {
    const iut = fakeShim("accepts-everything");
    const { code, stdout } = await cli([
      "baseline",
      "update",
      "--iut",
      iut,
      "--only",
      "rfc9261/5.2.3-finished/mac-altered",
      "--workers",
      "1",
    ]);
    expect(stdout).toMatch(/baseline\.yaml:2: no reason yet: /);
    expect(code).toBe(1);
    const run = await cli(["run", "--iut", iut, "--baseline", join(iut, "baseline.yaml")]);
    expect(run.stderr).toMatch(/baseline\.yaml:4:\d+: baseline\.0\.reason: no reason yet/);
    expect(run.code).toBe(2);
  });

  it("takes a report in place of a run, but not one that was aborted", async () => {
    const iut = fakeShim("accepts-everything");
    const report = join(temporaryFolder(), "r.jsonl");
    await cli(["run", "--iut", iut, "--only", FINISHED, "--workers", "1", "--report", `jsonl=${report}`]);
    const { code } = await cli(["baseline", "update", "--report", report, "--reason", REASON]);
    expect(code).toBe(0);
    expect(readFileSync(join(iut, "baseline.yaml"), "utf8")).toContain("check: rfc9261/5.2.3-finished/mac-altered");

    const moved = fakeShim("none");
    await cli(["baseline", "update", "--report", report, "--reason", REASON, "--iut", moved]);
    expect(readFileSync(join(moved, "baseline.yaml"), "utf8")).toContain("check: rfc9261/5.2.3-finished/mac-altered");

    const text = readFileSync(report, "utf8");
    writeFileSync(report, text.slice(0, text.lastIndexOf('{"type":"footer"')));
    const file = join(temporaryFolder(), "none.yaml");
    const aborted = await cli(["baseline", "update", "--report", report, "--baseline", file]);
    expect(aborted.stderr).toMatch(/r\.jsonl: no footer: the run was aborted/);
    expect([aborted.code, existsSync(file)]).toEqual([2, false]);
  });

  it.each([
    [["--report", "nowhere.jsonl"], /nowhere\.jsonl: no such file/],
    [["--reason", "todo"], /--reason: expected at least 10 characters/],
    [["--iut", "reference"], /the reference has no baseline/],
    [["--iut", "nowhere"], /nowhere/],
  ])("%j is refused", async (args, says) => {
    const { code, stderr, stdout } = await cli(["baseline", "update", ...args]);
    expect(stderr).toMatch(says);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });
});
