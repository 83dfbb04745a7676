import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import type { Notice } from "./baseline.ts";
import { junitReporter, toJunit } from "./junit.ts";
import type { ResultRecord } from "./records.ts";
import { failure, footer, header, result, scratch } from "./testing/records.ts";
import { type Element, readXml } from "./testing/xml.ts";

const children = (element: Element, name: string): Element[] => element.children.filter((child) => child.name === name);

/** Reads the XML; throws where it is not well-formed. */
function read(xml: string): { suite: Element; cases: Element[] } {
  const [suite] = children(readXml(xml), "testsuite");
  if (!suite) throw new Error("no testsuite");
  return { suite, cases: children(suite, "testcase") };
}

function write(results: readonly ResultRecord[], notices: readonly Notice[] = []): string {
  const file = scratch("r.xml");
  const reporter = junitReporter(file);
  reporter.begin(header);
  for (const record of results) reporter.result(record);
  reporter.end(footer(results), notices);
  return readFileSync(file, "utf8");
}

const kindOf = (element: Element): string =>
  children(element, "failure").length > 0 ? "failure" : children(element, "skipped").length > 0 ? "skipped" : "passed";

describe("the JUnit report", () => {
  const results: [string, ResultRecord][] = [
    ["passed", result()],
    ["failure", failure({ instance: "a/b#c[server,sha384]", title: `<x> & "q" 'y' \\ # TODO {` })],
    ["passed", failure({ outcome: "warn", expectation: "expected" })],
    ["passed", result({ outcome: "observed", detail: "accepted" })],
    ["skipped", result({ outcome: "unsupported", detail: "feature spontaneous" })],
    ["skipped", failure({ expectation: "expected", baseline: "known <since> long" })],
    ["skipped", result({ outcome: "blocked", expectation: "expected", baseline: "its control is broken" })],
    ["failure", result({ outcome: "blocked", expectation: "unexpected", detail: "no control" })],
    ["failure", result({ outcome: "inconclusive", expectation: "unexpected", detail: "now so, now so" })],
    ["failure", result({ outcome: "harness-error", expectation: "unexpected", detail: "Error: x\n  at y \u0007" })],
    ["failure", result({ expectation: "stale", baseline: "it used to fail" })],
  ];
  let suite: Element;
  let cases: Element[];
  beforeEach(() => {
    ({ suite, cases } = read(write(results.map(([, record]) => record))));
  });

  it("says of each result what it is, and counts them right", () => {
    expect(cases.map(kindOf)).toEqual(results.map(([kind]) => kind));
    const count = (wanted: string) => `${results.filter(([kind]) => kind === wanted).length}`;
    expect(["tests", "failures", "skipped"].map((name) => suite.attributes[name])).toEqual([
      `${results.length}`,
      count("failure"),
      count("skipped"),
    ]);
    expect(suite.attributes["name"]).toBe("cocos 1.2");
  });
  it("keeps names whole", () => {
    expect(cases[1]?.attributes["name"]).toBe(`a/b#c[server,sha384]: <x> & "q" 'y' \\ # TODO {.`);
  });
  it("gives a failure its message, with requirement and command", () => {
    const [element] = children(cases[1] as Element, "failure");
    expect(element?.attributes["message"]).toBe(
      "fail: expected a refusal, found acceptance; requirements: expat-binding-mismatch-refused; " +
        "alone: npx expat-conformance run --iut iuts/cocos --only 'a/b#c[server,sha384]'",
    );
    expect(element?.attributes["type"]).toBe("fail");
  });
  it("gives each case its own output, with the reason of what was skipped", () => {
    const outputs = cases.map((element) => children(element, "system-out")[0]?.text.trim());
    expect(outputs[0]).toBe("# relying-party/server TLS_AES_128_GCM_SHA256 p256; pass");
    expect(outputs[4]).toContain("unsupported: feature spontaneous");
    expect(outputs[5]).toContain("baseline: known <since> long");
    expect(outputs[9]).toContain("\\u0007");
  });
  it("fails with a notice, and where nothing was executed", () => {
    const notice: Notice = { kind: "expired", check: "a*", text: "b.yaml: entry 1 (a*: fail) expired" };
    expect(read(write([result()], [notice])).cases.map(kindOf)).toEqual(["passed", "failure"]);
    expect(read(write([result({ outcome: "unsupported", detail: "x" })])).cases.map(kindOf)).toEqual(["skipped", "failure"]);
  });
  it("of an aborted run has a failure, that of a crash is empty", () => {
    const file = scratch("r.xml");
    const reporter = junitReporter(file);
    reporter.begin(header);
    reporter.result(result());
    expect(readFileSync(file, "utf8")).toBe("");
    reporter.abort("interrupted");
    expect(read(readFileSync(file, "utf8")).cases.map(kindOf)).toEqual(["passed", "failure"]);
  });
});

describe("why the TAP for tap-junit is one of its own", () => {
  it("TODO is counted as a failure, and not ok with SKIP as both", () => {
    const { suite, cases } = read(toJunit("TAP version 14\nnot ok 1 - a # TODO x\nnot ok 2 - b # SKIP y\n1..2\n", "s"));
    expect(cases.map(kindOf)).toEqual(["failure", "skipped"]);
    expect(suite.attributes["failures"]).toBe("2");
  });
  it("the reader of these tests finds what is not well-formed", () => {
    const whole = write([failure({ title: "<x> & y" })]);
    for (const [from, to] of [
      ["</testcase>", ""],
      ["&lt;", "<"],
      ["&amp;", "&"],
      ["<testcase", '<testcase id="1"'],
      ["</testsuites>", "</x>"],
    ] as const) {
      expect(whole).toContain(from);
      expect(() => read(whole.replace(from, to))).toThrow("not well-formed");
    }
    expect(() => read(toJunit('TAP version 14\nnot ok 1 - a\n  ---\n  message: "\\u0007"\n  ...\n1..1\n', "s"))).toThrow("forbids");
  });
});
