import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseReport } from "../report/records.ts";
import { fakeShim, startCli, temporaryFolder } from "../testing/cli.ts";

// In the order that the seed gives them.
const SEED = "b";
const CHECKS = ["rfc9261/5-validate/accepts-valid[client,sha256]", "rfc9261/5-validate/accepts-empty-context[client]"];

describe.concurrent("Ctrl-C", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s in the middle of a run keeps what there is, and leaves nothing running", async (signal, exitCode) => {
    const folder = temporaryFolder();
    const report = (name: string): string => join(folder, name);
    const only = CHECKS.flatMap((check) => ["--only", check]);
    const reports = `jsonl=${report("r.jsonl")},tap=${report("r.tap")},junit=${report("r.xml")}`;
    // It hangs in the second check, and hears neither of SIGTERM nor of the end of its input.
    const args = ["run", "--iut", fakeShim("hangs-and-stays"), "--workers", "1", "--seed", SEED, "--report", reports, ...only];
    const { child, said, ended } = await startCli(args);
    await said("swallowed request");
    child.kill(signal);
    const { code, stderr, stdout, processes } = await ended;
    expect(stderr).toMatch(new RegExp(`stopped by ${signal}; results made so far are kept`));
    expect(stdout).toMatch(/ABORTED/);
    expect({ code, processes }).toEqual({ code: exitCode, processes: 1 });
    const text = readFileSync(report("r.jsonl"), "utf8");
    expect(text.endsWith("}\n")).toBe(true);
    const { results, footer } = parseReport(text, "r.jsonl");
    expect(results.map(({ instance, outcome }) => [instance, outcome])).toEqual([[CHECKS[0], "pass"]]);
    expect(footer).toBeUndefined();
    expect(readFileSync(report("r.tap"), "utf8")).toMatch(/^Bail out! stopped by SIG/m);
    expect(readFileSync(report("r.xml"), "utf8")).toMatch(/<failure/);
  });

  it("what a shim has started ends with it", async () => {
    const { child, said, ended } = await startCli(["run", "--iut", fakeShim("leaves-a-child"), "--workers", "1", "--report", "jsonl=-"]);
    await said("I am ");
    child.stdout?.once("data", () => child.kill("SIGINT"));
    const { code, processes } = await ended;
    expect({ code, processes }).toEqual({ code: 130, processes: 2 });
  });
});
