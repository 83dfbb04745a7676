import type { CTRFReport, Test, TestStatus } from "ctrf";
import type { Notice } from "./baseline.ts";
import { openOutput } from "./output.ts";
import { printable } from "./printable.ts";
import type { HeaderRecord, ResultRecord } from "./records.ts";
import type { Reporter } from "./reporter.ts";
import { closingPoints, messageOf, pointOf } from "./tap.ts";

/** The version of the CTRF specification that is written. */
const SPEC_VERSION = "0.0.0";

/**
 * The status of a result. `failed` is what the JUnit report calls a failure, and nothing else. `passed` is a pass, or a broken SHOULD. What decides
 * nothing (an open point) and what is known (a failure or a blocked check of the baseline, a new check) is `other`: CTRF has the word that
 * JUnit has not, and none of it looks like a pass. `skipped` is what the implementation declares not to support. The outcome itself is `rawStatus`.
 */
export function ctrfStatus(record: ResultRecord): TestStatus {
  const { status, directive } = pointOf(record);
  if (directive?.word === "SKIP") return "skipped";
  if (directive?.word === "TODO" || record.outcome === "observed") return "other";
  return status === "ok" ? "passed" : "failed";
}

/** A result as a test of CTRF. The time of a single check is not measured. */
export function ctrfTest(record: ResultRecord): Test {
  const { check, instance, title, outcome, expectation, requirements, goal, position, parameters } = record;
  const { detail, expected, found, why, baseline, mistakes, reproduce, diagnostics } = record;
  const status = ctrfStatus(record);
  return {
    name: printable(`${instance}: ${title}`),
    status,
    duration: 0,
    rawStatus: outcome,
    suite: check.split("/").slice(0, -1),
    type: "conformance",
    tags: requirements,
    ...(status !== "passed" && { message: printable(messageOf(record)) }),
    ...(diagnostics !== undefined && { stderr: printable(diagnostics).split("\n") }),
    parameters: { position, ...parameters },
    extra: {
      check,
      instance,
      expectation,
      requirements,
      ...(goal !== undefined && { goal }),
      ...(detail !== "" && { detail: printable(detail) }),
      ...(expected !== undefined && { expected: printable(expected) }),
      ...(found !== undefined && { found: printable(found) }),
      ...(why !== undefined && { why }),
      ...(baseline !== undefined && { baseline: printable(baseline) }),
      ...(mistakes && { looksLike: mistakes.map(({ id, title: what }) => `${what} (${id})`) }),
      reproduce,
    },
  };
}

/**
 * The report in CTRF (Common Test Report Format, one JSON document). Opens the path at once, emptied, and throws InputError where it cannot;
 * writes it at the end of the run. A crash leaves an empty file, which no reader takes for a pass; an aborted run one with a failed test.
 */
export function ctrfReporter(path: string): Reporter {
  const output = openOutput(path);
  const tests: Test[] = [];
  let header: HeaderRecord | undefined;
  const failed = (name: string): void =>
    void tests.push({ name: printable(name), status: "failed", duration: 0, message: printable(name) });
  const finish = (durationMs: number): void => {
    output.write(`${JSON.stringify(documentOf(tests, header, durationMs))}\n`);
    output.close();
  };
  return {
    begin: (record) => {
      header = record;
    },
    result: (record) => tests.push(ctrfTest(record)),
    end: (footer, notices: readonly Notice[]) => {
      for (const { description } of closingPoints(footer, notices)) failed(description);
      finish(footer.durationMs);
    },
    abort: (reason) => {
      failed(`the run was aborted: ${reason}`);
      finish(0);
    },
  };
}

function documentOf(tests: readonly Test[], header: HeaderRecord | undefined, durationMs: number): CTRFReport {
  const start = header === undefined ? 0 : Date.parse(header.startedAt);
  const count = (wanted: TestStatus): number => tests.filter(({ status }) => status === wanted).length;
  return {
    reportFormat: "CTRF",
    specVersion: SPEC_VERSION,
    ...(header && { timestamp: header.startedAt, generatedBy: `${header.suite.name} ${header.suite.version}` }),
    results: {
      tool: { name: "expat-conformance", ...(header && { version: header.suite.version }) },
      summary: {
        tests: tests.length,
        passed: count("passed"),
        failed: count("failed"),
        skipped: count("skipped"),
        pending: 0,
        other: count("other"),
        start,
        stop: start + durationMs,
      },
      tests: [...tests],
      ...(header && {
        environment: {
          appName: header.iut.name,
          appVersion: header.iut.version,
          extra: { seed: header.seed, profile: header.profile, revisions: header.revisions },
        },
      }),
    },
  };
}
