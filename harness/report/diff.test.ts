import { describe, expect, it } from "vitest";
import type { Outcome } from "../scenario/result.ts";
import type { WholeReport } from "./any-report.ts";
import { difference, obstacles } from "./diff.ts";
import type { HeaderRecord, ResultRecord } from "./records.ts";
import { matrix, matrixHeader, matrixResult } from "./testing/matrix.ts";
import { footer, header, result } from "./testing/records.ts";

const run = (results: readonly ResultRecord[], change: Partial<HeaderRecord> = {}): WholeReport => ({
  kind: "run",
  file: "r.jsonl",
  report: { header: { ...header, ...change }, results, footer: footer(results) },
});
const of = (outcomes: Readonly<Record<string, Outcome>>): ResultRecord[] =>
  Object.entries(outcomes).map(([instance, outcome]) => result({ instance, outcome }));

/** Where the only instance of two reports stands in their difference. */
function partOf(old: Outcome | undefined, now: Outcome | undefined, change: [Partial<HeaderRecord>?, Partial<HeaderRecord>?] = []): string {
  const found = difference(run(old ? of({ x: old }) : [], change[0]), run(now ? of({ x: now }) : [], change[1]));
  const parts = (["regressions", "fixes", "added", "gone", "changed"] as const).filter((part) => found[part].length > 0);
  return found.same > 0 ? ["same", ...parts].join() : parts.join();
}

describe("the difference of two runs", () => {
  it.each<[Outcome | undefined, Outcome | undefined, string]>([
    ["pass", "fail", "regressions"],
    ["pass", "blocked", "regressions"],
    ["pass", "inconclusive", "regressions"],
    ["pass", "warn", "regressions"],
    ["warn", "fail", "regressions"],
    ["observed", "fail", "regressions"],
    ["fail", "pass", "fixes"],
    ["fail", "warn", "fixes"],
    ["blocked", "pass", "fixes"],
    ["blocked", "fail", "changed"],
    ["pass", "observed", "changed"],
    ["pass", "harness-error", "changed"],
    ["harness-error", "fail", "changed"],
    ["pass", "pass", "same"],
    ["unsupported", "unsupported", "same"],
    [undefined, "unsupported", "same"],
    [undefined, "fail", "added"],
    ["unsupported", "fail", "added"],
    ["pass", undefined, "gone"],
    ["pass", "unsupported", "gone"],
    ["unsupported", undefined, "same"],
  ])("%s, then %s: %s", (old, now, part) => {
    expect(partOf(old, now)).toBe(part);
  });
  it("does not take for added or gone what was not asked for", () => {
    expect(partOf("pass", undefined, [{}, { filtered: true }])).toBe("");
    expect(partOf("pass", "unsupported", [{}, { filtered: true }])).toBe("gone");
    expect(partOf(undefined, "fail", [{ filtered: true }])).toBe("");
    expect(difference(run([]), run([], { filtered: true })).notes).toEqual([expect.stringMatching(/second report holds a part/)]);
  });
  it("sees another behaviour at an open point", () => {
    const seen = (id: string) => run([result({ outcome: "observed", behaviour: { ambiguity: "a", id, title: `does ${id}` } })]);
    expect(difference(seen("x"), seen("y")).changed).toMatchObject([{ old: "observed", new: "observed", detail: "does y" }]);
    expect(difference(seen("x"), seen("x")).same).toBe(1);
  });
  it("names instances in their order, with the command that runs each", () => {
    const found = difference(run(of({ "a/10": "pass", "a/2": "pass" })), run(of({ "a/10": "fail", "a/2": "fail" })));
    expect(found.regressions.map(({ name }) => name)).toEqual(["a/2", "a/10"]);
    expect(found.regressions[0]?.reproduce).toContain("--only 'a/2'");
  });
});

describe("the difference of two matrices", () => {
  const of = (...results: ReturnType<typeof matrixResult>[]): WholeReport => ({ kind: "matrix", file: "m", matrix: matrix(results) });
  it("is that of each pair", () => {
    const other = matrixResult({ attester: "cocos", relyingParty: "reference" });
    const blame = { verdict: "relying-party-refused-valid", text: "cocos refused what is valid", evidence: [] } as const;
    const found = difference(of(matrixResult(), other), of(matrixResult({ outcome: "fail", blame: { ...blame, evidence: [] } }), other));
    expect(found.regressions).toMatchObject([
      {
        name: "reference → cocos (attester/server): interop/attests[server,sha256]",
        old: "pass",
        new: "fail",
        detail: "cocos refused what is valid",
      },
    ]);
    expect(found.same).toBe(1);
    expect(found.notes).toEqual(["gnutls in the second matrix: not built: needs gcc"]);
  });
  it("sees that another one is to blame", () => {
    const failed = (verdict: "both" | "open-point") =>
      of(matrixResult({ outcome: "fail", blame: { verdict, text: verdict, evidence: [] } }));
    expect(difference(failed("both"), failed("open-point")).changed).toHaveLength(1);
    expect(difference(failed("both"), failed("both")).same).toBe(1);
  });
});

describe("what should not be compared", () => {
  const named = (name: string) => run([], { iut: { ...header.iut, name } });
  const profile = { ...header.profile, publicKey: "raw" } as const;
  it.each([
    [run([]), run([], { iut: { ...header.iut, version: "9" }, suite: { ...header.suite, version: "9.9.9" } }), []],
    [named("a"), named("b"), [/implementations are different: a and b/]],
    [run([]), run([], { profile }), [/profiles are different: .*spki-der.*raw/]],
    [
      { kind: "matrix", file: "m", matrix: matrix([]) },
      { kind: "matrix", file: "m", matrix: matrix([], { ...matrixHeader, profile }) },
      [/profiles are different/],
    ],
    [run([]), { kind: "matrix", file: "m", matrix: matrix([]) }, [/r.jsonl is a report of a run, m is a matrix/]],
  ] as [WholeReport, WholeReport, RegExp[]][])("%#", (before, after, problems) => {
    expect(obstacles(before, after)).toEqual(problems.map((problem) => expect.stringMatching(problem)));
  });
});
