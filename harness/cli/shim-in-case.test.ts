import { describe, expect, it } from "vitest";
import { fakeShim, outcomes, type ReportedRun, runReported } from "../testing/cli.ts";

// Three checks in the order that the seed gives them; the faults strike in the middle one, the only one that asks with an empty context.
const SEED = "q";
const BEFORE = "rfc9261/5-validate/accepts-valid[client,sha256]";
const MARKED = "rfc9261/5-validate/accepts-empty-context[client]";
const BEHIND = "rfc9261/5-validate/accepts-longest-context[client]";

function run(fault: string, ...args: string[]): Promise<ReportedRun> {
  return runReported(["--iut", fakeShim(fault), "--only", BEFORE, "--only", MARKED, "--only", BEHIND, "--seed", SEED, ...args]);
}

describe.concurrent("a crash or a hang in a check is the result of that check, and the rest goes on", () => {
  it("a crash", async () => {
    const { code, report, processes } = await run("exits-when-marked");
    expect(outcomes(report)).toEqual({ [BEFORE]: "pass", [MARKED]: "fail", [BEHIND]: "pass" });
    expect(report.results[1]).toMatchObject({ found: "the end of the process (a crash)", diagnostics: "segmentation fault, nearly" });
    expect(report.results[1]?.detail).toMatch(/ended with exit code 7/);
    expect(report.footer?.executed).toBe(3);
    expect({ code, processes }).toEqual({ code: 1, processes: 2 });
  });

  // The second one does not hear of bye either.
  it.each(["hangs-when-marked", "hangs-and-stays"])("a hang: %s", async (fault) => {
    const { code, report, processes } = await run(fault, "--timeout", "4000");
    expect(outcomes(report)).toEqual({ [BEFORE]: "pass", [MARKED]: "fail", [BEHIND]: "pass" });
    expect(report.results[1]).toMatchObject({ expected: "an answer", found: "no answer in time (a hang)" });
    expect(report.results[1]?.detail).toMatch(/no answer to "request" within 4000 ms/);
    expect(report.footer).toBeDefined();
    expect({ code, processes }).toEqual({ code: 1, processes: 2 });
  });

  it("one that ends after each hello fails each check", async () => {
    const { code, report, processes } = await run("exits-after-hello");
    expect(outcomes(report)).toEqual({ [BEFORE]: "fail", [MARKED]: "fail", [BEHIND]: "fail" });
    expect(report.footer).toBeDefined();
    expect({ code, processes }).toEqual({ code: 1, processes: 3 });
  });

  it("after five in a row the rest is given up", async () => {
    const args = [
      "--iut",
      fakeShim("hangs-in-validate"),
      "--timeout",
      "2500",
      "--position",
      "relying-party/client",
      "--only",
      "rfc9261/5-validate/accepts-*",
    ];
    const { code, report, processes } = await runReported(args);
    const results = report.results.filter(({ check }) => !check.includes("#"));
    expect(results.slice(0, 5).map(({ outcome }) => outcome)).toEqual(Array(5).fill("fail"));
    expect(results.length).toBeGreaterThan(5);
    for (const { outcome, detail } of results.slice(5)) {
      expect(outcome).toBe("blocked");
      expect(detail).toMatch(/given up: .* hung, ended or could not be connected with in 5 cases in a row/);
    }
    expect(report.footer?.counts).toMatchObject({ fail: 5, blocked: results.length - 5 });
    expect({ code, processes }).toEqual({ code: 1, processes: 5 });
  });
});

describe.concurrent("a shim that stops speaking the protocol ends the run: exit code 2, results so far kept, no footer", () => {
  it.each([
    ["no-json-when-marked", /found a line that is no JSON: DEBUG: a request; its last words on stderr: debugging is on\n/],
    ["wrong-id-when-marked", /found an answer with the id 1\d\d\d, which nothing waits for/],
    ["no-result-when-marked", /the result of "request" does not fit the protocol/],
    ["line-of-5-mib", /found a line of more than 4 MiB: xxx/],
  ])("%s", async (fault, says) => {
    const { code, stderr, report } = await run(fault);
    expect(stderr).toMatch(says);
    expect(stderr).toContain(`shim.mjs ${fault}"`);
    expect(outcomes(report)).toEqual({ [BEFORE]: "pass" });
    expect(report.footer).toBeUndefined();
    expect(code).toBe(2);
  });
});

describe.concurrent("what is odd and allowed does no harm", () => {
  it.each(["line-of-1-mib", "leaves-a-child"])("%s", async (fault) => {
    const { code, report } = await run(fault);
    expect(outcomes(report)).toEqual({ [BEFORE]: "pass", [MARKED]: "pass", [BEHIND]: "pass" });
    expect(code).toBe(0);
  });

  it("50 MB on stderr are not kept", async () => {
    const args = ["--iut", fakeShim("floods-stderr"), "--only", MARKED];
    // Less than what is written: one that keeps it runs out of memory.
    const { code, report } = await runReported(args, { nodeOptions: ["--max-old-space-size=40"] });
    expect(outcomes(report)).toEqual({ [MARKED]: "pass" });
    expect(code).toBe(0);
  });
});
