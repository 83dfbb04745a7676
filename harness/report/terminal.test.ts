import { describe, expect, it } from "vitest";
import type { Notice } from "./baseline.ts";
import { colourPalette, paletteFor, plainPalette } from "./palette.ts";
import type { ResultRecord } from "./records.ts";
import type { GoalScore } from "./scorecard.ts";
import { goalSection } from "./summary.ts";
import { type TerminalOptions, terminalReporter } from "./terminal.ts";
import { failure, footer, header, ledger, result } from "./testing/records.ts";

function collector(isTTY = false) {
  const pieces: string[] = [];
  return { isTTY, write: (text: string) => pieces.push(text), text: () => pieces.join("") };
}

function reporter(options: Partial<TerminalOptions> = {}, isTTY = false) {
  const out = collector();
  const progress = collector(isTTY);
  const made = terminalReporter({ out, progress, ledger, palette: plainPalette, width: undefined, verbosity: "normal", ...options });
  return { made, out, progress };
}

function textOf(results: readonly ResultRecord[], options: Partial<TerminalOptions> = {}, notices: readonly Notice[] = []): string {
  const { made, out } = reporter(options);
  made.begin(header);
  for (const record of results) made.result(record);
  made.end(footer(results), notices);
  return out.text();
}

type SentRecord = NonNullable<ResultRecord["stimulus"]>["messages"][number];

describe("a failure", () => {
  const whole = `
FAIL expat/5-binding/binding-altered[server,sha256]  relying-party/server
    Evidence whose nonce differs from the binding in one bit is refused
    requirement  expat-binding-mismatch-refused (draft-fossati-seat-expat-03, 5.1, MUST): Evidence whose nonce is not the binding of this connection is refused
    expected     a refusal
    actual       acceptance
    why          The binding is all that ties genuine Evidence to this connection.
    stderr       starting
                 verifier: nonce not compared
    alone        npx expat-conformance run --iut iuts/cocos --only 'expat/5-binding/binding-altered[server,sha256]'
`;
  it("is printed as it comes, with all that it takes to understand it", () => {
    const { made, out } = reporter();
    made.result(failure());
    expect(out.text()).toBe(whole);
  });
  it.each([80, 120])("is wrapped at %i columns, with no word lost and the command on one line", (width) => {
    const { made, out } = reporter({ width });
    made.result(failure());
    const lines = out.text().split("\n");
    expect(lines.filter((line) => line.length > width && !line.includes("alone"))).toEqual([]);
    expect(out.text().split(/\s+/)).toEqual(whole.split(/\s+/));
    expect(lines.find((line) => line.includes("alone"))).toBe(whole.split("\n").find((line) => line.includes("alone")));
  });
  it("shows the control characters of an implementation and does not obey them", () => {
    expect(textOf([failure({ found: "\u001b[2Jx", diagnostics: "a\u0007" })])).not.toMatch(/[\u001b\u0007]/);
  });
  it("says what it looks like and what to mend, and of two that fit both", () => {
    const one = {
      id: "finished/other-role",
      title: "both secrets are those of the other end",
      hint: "Take your own.",
      requirements: ["x"],
    };
    const text = textOf([failure({ mistakes: [one, { ...one, id: "b/c", title: "or something else" }], sent: "a Certificate" })]);
    expect(text).toContain(`
    sent         a Certificate
    looks like   both secrets are those of the other end (finished/other-role)
    mend         Take your own.
    or like      or something else (b/c)
    mend         Take your own.
    why          The`);
    expect(textOf([result({ expectation: "stale", mistakes: [one] })])).not.toContain("looks like");
  });

  it("says in which fields what was sent differs from its control", () => {
    const digest = { sha256: "00".repeat(32), length: 900 };
    const fields = ["a", "b", "c", "d", "e"].map((field, index) => ({ field, offset: index, length: 1, controlLength: 1 }));
    const altered = { edits: ["x"], control: digest, named: [], follows: [], renewed: [], kept: [], differs: fields, further: 2 };
    const message: SentRecord = {
      message: "authenticator",
      connection: "main",
      madeBy: "harness",
      ...digest,
      delivered: "received",
      instead: [],
    };
    const stimulus = { asked: ["validate"], otherwise: [], messages: [{ ...message, altered }, message] };
    const line = "sent         900 bytes, which differ from the control in a (byte 0), b (byte 1), c (byte 2), d (byte 3) and 3 more";
    expect(textOf([failure({ stimulus })])).toContain(line);
    expect(textOf([failure({ stimulus: { ...stimulus, messages: [message] } })])).not.toContain("sent  ");
  });
  it("says more where the detail does", () => {
    expect(textOf([failure()])).not.toContain("    detail ");
    expect(textOf([failure({ detail: "no answer within 10 s" })])).toContain("    detail       no answer within 10 s");
  });
});

describe("what else someone must look at", () => {
  it("a broken SHOULD, an error of the harness, a stale entry", () => {
    expect(textOf([failure({ outcome: "warn", expectation: "expected" })])).toContain("\nWARN expat/5");
    expect(textOf([result({ outcome: "harness-error", expectation: "unexpected", detail: "TypeError" })])).toMatch(
      /\nHARNESS ERROR expat[^]*detail {7}TypeError/,
    );
    expect(textOf([result({ outcome: "inconclusive", expectation: "unexpected", detail: "once so" })])).toContain("\nINCONCLUSIVE expat/5");
    expect(textOf([result({ expectation: "stale", baseline: "it used to fail" })])).toMatch(
      /\nSTALE expat[^]*\(it used to fail\): remove or narrow/,
    );
  });
  it("nothing of what passes", () => {
    expect(textOf([result()])).not.toContain("binding-altered");
  });
  it("what was blocked, once for each reason", () => {
    const blocked = (index: number, detail: string) =>
      result({ instance: `a/b/c[${index}]`, outcome: "blocked", expectation: "unexpected", detail });
    const results = [
      blocked(1, "no control"),
      blocked(2, "no control"),
      blocked(3, "no control"),
      blocked(4, "no control"),
      blocked(5, "other"),
    ];
    expect(textOf(results)).toContain(
      "BLOCKED 4 results\n    no control\n      a/b/c[1]\n      a/b/c[2]\n      a/b/c[3]\n      and 1 more\nBLOCKED 1 result\n    other\n",
    );
    expect(textOf(results, { verbosity: "verbose" })).toContain("      a/b/c[3]\n      a/b/c[4]\nBLOCKED 1 result\n");
  });
  it("what the baseline excuses, only where it is asked for", () => {
    const excused = [
      failure({ expectation: "expected", baseline: "compares no nonces" }),
      result({ outcome: "blocked", expectation: "expected", baseline: "as that" }),
    ];
    expect(textOf(excused)).not.toMatch(/FAIL|BLOCKED|known fail/);
    const verbose = textOf(excused, { verbosity: "verbose" });
    expect(verbose).toContain("known fail expat/5-binding/binding-altered[server,sha256]: compares no nonces\n");
    expect(verbose).not.toMatch(/FAIL|BLOCKED/);
  });
});

describe("the summary", () => {
  const results = [
    result({ instance: "expat/5/a[server]" }),
    failure({ instance: "expat/5/b[server]" }),
    failure({ instance: "expat/5/c[client]", position: "relying-party/client", expectation: "expected", baseline: "known since long" }),
    result({ instance: "rfc9261/6/d[server]", position: "attester/server", outcome: "observed", detail: "accepted" }),
    result({ instance: "rfc9261/6/d[client]", position: "attester/client", outcome: "observed", detail: "accepted" }),
    result({ instance: "rfc9261/6/e[server]", position: "attester/server", outcome: "unsupported", detail: "feature spontaneous" }),
    result({ instance: "rfc9261/6/e[client]", position: "attester/client", outcome: "unsupported", detail: "feature spontaneous" }),
    result({
      instance: "rfc9261/6/f[client]",
      position: "attester/client",
      outcome: "unsupported",
      detail: "not observable at an endpoint: x",
    }),
    result({ instance: "cmw/3/g[client]", outcome: "unsupported", detail: "feature spontaneous" }),
  ];
  const text = textOf(results, {}, [{ kind: "stale", check: "a*", text: "b.yaml: entry 1 is stale" }]);

  it("counts by suite and position", () => {
    expect(text).toContain(
      [
        "passed or observed/asked  at/server  at/client  rp/server  rp/client",
        "cmw/3                             -          -          -          -",
        "expat/5                           -          -        1/2        0/1",
        "rfc9261/6                       1/1        1/1          -          -",
        "",
      ].join("\n"),
    );
  });
  it("names what was not supported, what was observed, and the baseline's notices", () => {
    expect(text).toContain(
      "\nNot supported\n  2 checks (3 results) not run: feature spontaneous not declared\n  1 check not run: not observable at an endpoint: x\n",
    );
    expect(text).toContain("\nObserved at open points\n  rfc9261/6/d: accepted (2 times)\n");
    expect(text).toContain("\nBaseline\n  b.yaml: entry 1 is stale\n");
  });
  it("ends in one line", () => {
    expect(text).toMatch(/\n7 checks, 9 results: 1 passed, 2 failed \(1 known\), 2 observed, 4 not supported\n$/);
    expect(textOf([])).toMatch(/\n0 checks, 0 results: 0 passed, 0 failed\n$/);
  });
  it("of an aborted run says that it is one", () => {
    const { made, out } = reporter();
    made.result(result());
    made.abort("interrupted");
    expect(out.text()).toMatch(/\nABORTED interrupted\n1 check, 1 result: 1 passed, 0 failed, and the run did not come to its end\n$/);
  });
});

describe("colours", () => {
  it("are there with the palette and not without", () => {
    expect(textOf([failure()], { palette: colourPalette })).toContain("\u001b[31mFAIL\u001b[0m");
    expect(textOf([failure()])).not.toContain("\u001b");
  });
  it("are chosen for a terminal only, and where no one objects", () => {
    const terminal = { isTTY: true };
    expect(paletteFor("auto", terminal, {})).toBe(colourPalette);
    expect(paletteFor("never", terminal, {})).toBe(plainPalette);
    expect(paletteFor("auto", { isTTY: false }, {})).toBe(plainPalette);
    expect(paletteFor("auto", terminal, { NO_COLOR: "1" })).toBe(plainPalette);
    expect(paletteFor("auto", terminal, { NO_COLOR: "" })).toBe(colourPalette);
    expect(paletteFor("auto", terminal, { TERM: "dumb" })).toBe(plainPalette);
  });
});

describe("the progress line", () => {
  it("is renewed in its place, and erased before anything else is printed", () => {
    const { made, out, progress } = reporter({}, true);
    made.begin(header);
    made.result(result());
    made.advance(1, 3);
    made.advance(2, 3);
    expect(progress.text()).toBe("\r\u001b[K1/3 1 result: 1 passed\r\u001b[K2/3 1 result: 1 passed");
    made.result(failure());
    expect(progress.text().endsWith("passed\r\u001b[K")).toBe(true);
    made.advance(3, 3);
    expect(progress.text().endsWith("3/3 2 results: 1 passed, 1 failed")).toBe(true);
    made.end(footer([]), []);
    expect(progress.text().endsWith("\r\u001b[K")).toBe(true);
    expect(out.text()).not.toContain("\r");
  });
  it("is not written where stderr is no terminal", () => {
    const { made, progress } = reporter();
    made.advance(1, 3);
    made.end(footer([]), []);
    expect(progress.text()).toBe("");
  });
});

describe("what is new", () => {
  const since = { version: "0.1.0", changes: { added: ["s/new", "s/good"], gone: ["s/old"] } };
  const fresh = failure({ check: "s/new", instance: "s/new[client]", expectation: "new" });
  const good = result({ check: "s/good", instance: "s/good[client]" });

  it("stands apart from regressions, behind them, and is counted", () => {
    const text = textOf([fresh, good, failure()], { since });
    expect(text.indexOf("New since 0.1.0, and no regressions")).toBeGreaterThan(text.indexOf(`\nFAIL ${failure().instance}`));
    expect(text.indexOf("\nNEW FAIL s/new[client]")).toBeGreaterThan(text.indexOf("New since 0.1.0"));
    expect(text).toContain(`Since 0.1.0
  2 checks that 0.1.0 did not have: 1 to look at, above; not regressions
  1 regression among the checks that it had
  1 check that it had and that are asked no more: s/old
`);
    expect(text).toMatch(/1 passed, 2 failed, 1 of new checks/);
  });
  it("has no section where nobody asks, and says so where nothing of it fails", () => {
    expect(textOf([good])).not.toContain("Since");
    expect(textOf([good], { since })).toMatch(/1 check that 0\.1\.0 did not have: none of them fails unexpectedly\n {2}0 regressions/);
  });
});

describe("the security goals", () => {
  const line = (change: Partial<GoalScore>): string => {
    const goal: GoalScore = { goal: "relay", title: "", state: "withstood", checks: 5, passed: 5, failed: [], untested: [], ...change };
    return goalSection([goal], { palette: plainPalette, width: undefined }).join("\n");
  };
  it("have a line each, with what speaks for it", () => {
    expect(line({})).toBe("  relay  withstood          5 of 5 checks passed");
    expect(line({ state: "not-tested", checks: 0, passed: 0 })).toBe("  relay  not tested         no check of this version asks it");
    const untested = [
      { reason: "position x not declared", checks: 3 },
      { reason: "blocked", checks: 2 },
    ];
    expect(line({ state: "not-tested", passed: 0, untested })).toBe(
      "  relay  not tested         5 checks: 3 (position x not declared), 2 for other reasons",
    );
    expect(line({ state: "not-tested", checks: 3, passed: 0, untested: untested.slice(0, 1) })).toBe(
      "  relay  not tested         3 checks: position x not declared",
    );
    expect(line({ state: "withstood-in-part", passed: 2, untested: untested.slice(0, 1) })).toBe(
      "  relay  withstood in part  2 of 5 checks passed, not tested: 3 (position x not declared)",
    );
  });
  it("name the checks by which an attack is possible, three of them", () => {
    expect(
      line({ state: "possible", passed: 1, failed: ["a", "b", "c", "d"] })
        .split("\n")
        .map((text) => text.trim()),
    ).toEqual(["relay  POSSIBLE           1 of 5 checks passed, 4 failed", "a", "b", "c", "and 1 more"]);
  });
});
