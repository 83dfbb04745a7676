import { describe, expect, it } from "vitest";
import { fakeShim, outcomes, runReported } from "../testing/cli.ts";

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
