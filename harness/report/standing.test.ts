import { describe, expect, it } from "vitest";
import type { WholeRun } from "./any-report.ts";
import { badgeEndpoint, badgeOf, badgeSvg } from "./badge.ts";
import type { ResultRecord } from "./records.ts";
import { verdictOfMatrix, verdictOfRun } from "./standing.ts";
import { matrix, matrixResult } from "./testing/matrix.ts";
import { failure, footer, header, result } from "./testing/records.ts";
import { readXml } from "./testing/xml.ts";

const run = (results: readonly ResultRecord[], filtered = false): WholeRun => ({
  header: { ...header, filtered },
  results,
  footer: footer(results),
});

const rows: [string, ResultRecord[], string, string, string][] = [
  ["all pass", [result(), result()], "right", "2 passed", "brightgreen"],
  [
    "open points and what is not declared",
    [result(), result({ outcome: "observed" }), result({ outcome: "unsupported" })],
    "right",
    "1 passed",
    "brightgreen",
  ],
  ["a broken SHOULD", [result(), failure({ outcome: "warn", expectation: "expected" })], "known", "1 passed, 1 warning", "yellow"],
  [
    "what the baseline knows of",
    [result(), failure({ expectation: "expected" }), result({ outcome: "blocked", detail: "x" })],
    "known",
    "1 passed, 1 known failure, 1 blocked",
    "yellow",
  ],
  ["a new check", [result(), failure({ expectation: "new" })], "known", "1 passed, 1 of new checks not passed", "yellow"],
  ["a stale entry", [result({ expectation: "stale" })], "known", "1 passed, 1 stale in the baseline", "yellow"],
  ["a failure", [result(), failure(), failure({ outcome: "blocked" })], "wrong", "1 failed, 1 blocked", "red"],
  ["a failure beside known ones", [failure(), failure({ expectation: "expected" })], "wrong", "1 failed", "red"],
  ["an inconclusive check", [result(), failure({ outcome: "inconclusive" })], "wrong", "1 inconclusive", "red"],
  ["an error of the harness", [result(), failure({ outcome: "harness-error" }), failure()], "nothing", "1 harness error", "lightgrey"],
  ["nothing carried out", [result({ outcome: "unsupported" })], "nothing", "nothing was carried out", "lightgrey"],
];

describe("what a run comes to", () => {
  it.each(rows)("%s", (_, results, standing, text, color) => {
    expect(verdictOfRun(run(results))).toEqual({ standing, text, part: false });
    expect(badgeOf({ kind: "run", file: "r", report: run(results) }, "x")).toEqual({ label: "x", message: text, color, standing });
  });
  it("is never green of a part of the checks", () => {
    const badge = badgeOf({ kind: "run", file: "r", report: run([result()], true) }, "x");
    expect(badge).toMatchObject({ message: "1 passed (a part of the checks)", color: "yellow" });
  });
});

describe("what a matrix comes to", () => {
  it.each([
    ["all right", [matrixResult(), matrixResult({ outcome: "unsupported" })], "right", "2 implementations, 1 of 1 exchanges right"],
    ["a failure", [matrixResult(), matrixResult({ outcome: "fail" })], "known", "2 implementations, 1 of 2 exchanges right"],
    ["an error of the harness", [matrixResult({ outcome: "harness-error" })], "nothing", "1 harness error"],
    ["nothing in common", [matrixResult({ outcome: "unsupported" })], "nothing", "nothing was carried out"],
  ] as const)("%s", (_, results, standing, text) => {
    expect(verdictOfMatrix(matrix(results))).toEqual({ standing, text, part: true });
  });
});

describe("a badge", () => {
  const badge = badgeOf({ kind: "run", file: "r", report: run([failure()]) }, '<script>alert("1")</script>\nacme');
  it("is SVG that holds the words as text, whatever they are", () => {
    const svg = badgeSvg(badge);
    const image = readXml(svg);
    expect(image.name).toBe("svg");
    expect(svg).not.toContain("<script");
    expect(image.attributes["aria-label"]).toBe('<script>alert("1")</script> acme: 1 failed');
  });
  it("is the JSON of an endpoint badge", () => {
    expect(JSON.parse(badgeEndpoint(badge))).toEqual({
      schemaVersion: 1,
      label: '<script>alert("1")</script> acme',
      message: "1 failed",
      color: "red",
      isError: true,
    });
  });
});
