import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fakeShim, outcomes, runReported, temporaryFolder } from "../testing/cli.ts";

const ACCEPTS = "rfc9261/5-validate/accepts-valid[client,sha256]";
const NEGATIVE = "rfc9261/5.2.3-finished/mac-altered";

describe.concurrent("no implementation that does not do the work gets exit code 0", () => {
  it("one that accepts everything fails what is negative", async () => {
    const { code, report } = await runReported([
      "--iut",
      fakeShim("accepts-everything"),
      "--only",
      "rfc9261/5.2.3-finished/*",
      "--only",
      ACCEPTS,
    ]);
    const { [ACCEPTS]: accepted, ...rest } = outcomes(report);
    expect(accepted).toBe("pass");
    expect(Object.keys(rest).length).toBeGreaterThan(10);
    expect(new Set(Object.values(rest))).toEqual(new Set(["fail"]));
    expect(code).toBe(1);
  });

  it("one that refuses everything is not praised for its refusals", async () => {
    const { code, report } = await runReported(["--iut", fakeShim("refuses-everything"), "--only", NEGATIVE, "--only", ACCEPTS]);
    const { [ACCEPTS]: accepted, ...rest } = outcomes(report);
    expect(accepted).toBe("fail");
    expect(new Set(Object.values(rest))).toEqual(new Set(["blocked"]));
    expect(code).toBe(1);
  });

  it("and asked for refusals alone, nothing was executed", async () => {
    const { code, report } = await runReported(["--iut", fakeShim("refuses-everything"), "--only", NEGATIVE]);
    expect(new Set(Object.values(outcomes(report)))).toEqual(new Set(["blocked"]));
    expect(report.results[0]?.detail).toMatch(/its control rfc9261\/\S+ did not succeed \(fail\)/);
    expect(code).toBe(3);
  });

  it("one that sends the request back as the authenticator is judged by its first step", async () => {
    const { code, report } = await runReported([
      "--iut",
      fakeShim("echoes-the-request"),
      "--only",
      "rfc9261/5-authenticate/context-empty*",
    ]);
    const frame = report.results.filter(({ check }) => check === "rfc9261/5-authenticate/context-empty#frame");
    expect(frame.map(({ outcome }) => outcome)).toEqual(["fail", "fail"]);
    expect(code).toBe(1);
  });
});

// No attestation, and the same anchors and policy throughout: what is right and what is wrong can be told by verifying alone.
const SELECTION = ["--only", "rfc9261/5.2*", "--only", "rfc9261/5-validate/*", "--position", "relying-party/client"];

describe("no implementation whose answers depend on the order of cases gets exit code 0", () => {
  it.each([
    "accepts-the-first-twenty",
    "accepts-every-other",
    "accepts-the-first-of-a-channel",
    "accepts-the-first-of-a-request",
    "accepts-the-first-of-a-kind",
    "refuses-the-longer",
  ])("%s", async (fault) => {
    const { code, report } = await runReported(["--iut", fakeShim(fault), ...SELECTION]);
    expect(report.results.length).toBeGreaterThan(80);
    expect(code).toBe(1);
  });

  it("one that accepts what comes first is found also where nothing but refusals is asked for", async () => {
    const only = ["--only", "rfc9261/5.2.3-finished/*", "--position", "relying-party/client"];
    const { code, report } = await runReported(["--iut", fakeShim("accepts-the-first-of-a-kind"), ...only, "--seed", "b"]);
    const doubtful = report.results.filter(({ outcome }) => outcome === "inconclusive");
    expect(doubtful.length).toBeGreaterThan(5);
    expect(new Set(doubtful.map(({ detail }) => detail.replace(/ \S+\[\S+/, "")))).toEqual(
      new Set([
        "inconsistent: its control came to pass before, and now to fail (expected acceptance, found refused (other)); the order of cases must not decide",
      ]),
    );
    expect(code).toBe(1);
  });

  it("one that knows the answers by their numbers is right in that order alone, which the seed decides", async () => {
    const environment = { EXPAT_TABLE: join(temporaryFolder(), "table.json") };
    const run = (fault: string, seed: string) => runReported(["--iut", fakeShim(fault, environment), ...SELECTION, "--seed", seed]);
    expect((await run("writes-a-table", "known")).code).toBe(0);
    expect((await run("answers-from-a-table", "known")).code).toBe(0);
    const { code, report } = await run("answers-from-a-table", "another");
    expect(report.footer?.counts.fail).toBeGreaterThan(10);
    expect(code).toBe(1);
  });
});

describe.concurrent("an echo is no answer", () => {
  it("nor is the harness's own authenticator", async () => {
    const only = ["--only", "rfc9261/9-independence/*"];
    const { code, report } = await runReported(["--iut", fakeShim("echoes-the-authenticator"), ...only]);
    const failed = report.results.filter(({ outcome }) => outcome === "fail").map(({ check }) => check.replace(/.*#/, ""));
    expect(failed).toContain("context");
    expect(code).toBe(1);
  });

  it("nor are the bytes of the channel", async () => {
    const only = ["--only", "rfc9261/5-authenticate/answers"];
    const { code, report } = await runReported(["--iut", fakeShim("echoes-the-channel"), ...only, "--only", ACCEPTS]);
    expect(report.results.find(({ check }) => check === "rfc9261/5-authenticate/answers")).toMatchObject({
      outcome: "blocked",
      detail: expect.stringMatching(/the set-up failed: .* (unfinished message|other bytes than it had made)/),
    });
    expect(code).toBe(1);
  });
});

describe.concurrent("an error is no decision", () => {
  it("-32603 to hostile input is a failure, an error instead of a decision", async () => {
    const { code, report } = await runReported(["--iut", fakeShim("error-for-refusal"), "--only", NEGATIVE, "--only", ACCEPTS]);
    const { [ACCEPTS]: accepted, ...rest } = outcomes(report);
    expect(accepted).toBe("pass");
    expect(new Set(Object.values(rest))).toEqual(new Set(["fail"]));
    expect(report.results.find(({ check }) => check === NEGATIVE)?.found).toBe("an error instead of a decision: -32603 index out of range");
    expect(code).toBe(1);
  });

  it("-32001 for what hello declares is a failure that names the feature", async () => {
    const { code, report } = await runReported([
      "--iut",
      fakeShim("spontaneous-unsupported"),
      "--only",
      "rfc9261/5-authenticate/server-spontaneous",
    ]);
    expect(report.results[0]).toMatchObject({ outcome: "fail", found: '"spontaneous" unsupported, though what hello declares needs it' });
    expect(code).toBe(1);
  });

  it("-32601 names the method", async () => {
    const { code, report } = await runReported(["--iut", fakeShim("validate-unknown"), "--only", ACCEPTS]);
    expect(report.results[0]).toMatchObject({ outcome: "fail", found: '"validate" unsupported, though what hello declares needs it' });
    expect(code).toBe(1);
  });
});
