import { readFileSync } from "node:fs";
import { getSchema, validateStrict } from "ctrf";
import { describe, expect, it } from "vitest";
import type { Notice } from "./baseline.ts";
import { ctrfReporter, ctrfStatus } from "./ctrf.ts";
import { junitPoint } from "./junit.ts";
import type { ResultRecord } from "./records.ts";
import { failure, footer, header, result, scratch } from "./testing/records.ts";

const results: [string, ResultRecord][] = [
  ["passed", result()],
  ["failed", failure({ instance: "a/b#c[server,sha384]", title: '<x> & "q" \\ \u0007' })],
  ["passed", failure({ outcome: "warn", expectation: "expected" })],
  ["other", result({ outcome: "observed", detail: "accepted" })],
  ["skipped", result({ outcome: "unsupported", detail: "feature spontaneous" })],
  ["other", failure({ expectation: "expected", baseline: "known since long" })],
  ["other", failure({ expectation: "new" })],
  ["other", result({ outcome: "blocked", expectation: "expected", baseline: "its control is broken" })],
  ["failed", result({ outcome: "blocked", expectation: "unexpected", detail: "no control" })],
  ["failed", result({ outcome: "inconclusive", expectation: "unexpected", detail: "now so, now so" })],
  ["failed", result({ outcome: "harness-error", expectation: "unexpected", detail: "Error: x" })],
  ["failed", result({ expectation: "stale", baseline: "it used to fail" })],
];
const records = results.map(([, record]) => record);

function write(finish: (reporter: ReturnType<typeof ctrfReporter>) => void) {
  const file = scratch("r.json");
  const reporter = ctrfReporter(file);
  reporter.begin(header);
  finish(reporter);
  const document = JSON.parse(readFileSync(file, "utf8"));
  // Throws where the document is not of the published schema.
  validateStrict(document);
  return document;
}

const whole = (given: readonly ResultRecord[], notices: readonly Notice[] = []) =>
  write((reporter) => {
    for (const record of given) reporter.result(record);
    reporter.end(footer(given), notices);
  });

describe("the CTRF report", () => {
  it("is of the published schema, and says of each result what it is", () => {
    const { results: found } = whole(records);
    expect(found.tests.map(({ status }: { status: string }) => status)).toEqual(results.map(([status]) => status));
    expect(found.summary).toMatchObject({ tests: 12, passed: 2, failed: 5, skipped: 1, pending: 0, other: 4 });
    expect(found.summary.stop - found.summary.start).toBe(12);
    expect(found.tests[1]).toMatchObject({
      name: 'a/b#c[server,sha384]: <x> & "q" \\ \\u0007',
      rawStatus: "fail",
      suite: ["a"],
      tags: ["expat-binding-mismatch-refused"],
      message: "fail: expected a refusal, found acceptance",
      extra: { expected: "a refusal", found: "acceptance", reproduce: expect.stringContaining("--only") },
    });
    expect(found.environment).toMatchObject({ appName: "cocos", appVersion: "1.2" });
  });
  it("writes the version of the specification that its schema knows", () => {
    expect(whole([]).specVersion).toMatch(/^0\.0\./);
    expect(getSchema("0.0.0")).toBeDefined();
  });
  it("fails what the JUnit report fails, and nothing else", () => {
    for (const record of records) {
      const point = junitPoint(record);
      expect(ctrfStatus(record) === "failed", record.outcome).toBe(point.status === "not ok");
    }
  });
  it("fails with a notice, where nothing was executed, and where the run was aborted", () => {
    const notice: Notice = { kind: "expired", check: "a*", text: "b.yaml: entry 1 (a*: fail) expired" };
    expect(whole([result()], [notice]).results.summary).toMatchObject({ passed: 1, failed: 1 });
    expect(whole([result({ outcome: "unsupported" })]).results.tests[1]).toMatchObject({
      status: "failed",
      message: expect.stringContaining("nothing was executed"),
    });
    const aborted = write((reporter) => {
      reporter.result(result());
      reporter.abort("interrupted");
    });
    expect(aborted.results.tests[1]).toMatchObject({ status: "failed", message: "the run was aborted: interrupted" });
  });
});
