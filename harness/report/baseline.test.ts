import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { InputError } from "../input/input-error.ts";
import type { Outcome } from "../scenario/result.ts";
import { Baseline, type BaselineEntry, emptyBaseline, globMatcher, readBaseline, UNEXPLAINED } from "./baseline.ts";
import { scratch } from "./testing/records.ts";

const TODAY = "2026-06-15";
const REASON = "compares no nonces yet";
const CHECK = "expat/5-binding/binding-altered";

function baseline(...entries: Partial<BaselineEntry>[]): Baseline {
  return new Baseline(
    entries.map((entry) => ({ check: CHECK, outcome: "fail", reason: REASON, ...entry })),
    { file: "b.yaml", today: TODAY, lineOf: (index) => 2 + index },
  );
}

const at = (parameters: string, outcome: Outcome, check = CHECK) => ({ check, instance: `${check}[${parameters}]`, outcome });

describe("globMatcher", () => {
  it.each([
    ["a/b", "a/b", true],
    ["a/b", "a/bc", false],
    ["a/b", "xa/b", false],
    ["a/*", "a/b/c#d[server,sha384]", true],
    ["*#binding", "a/b#binding", true],
    ["*#binding", "a/b#binding[client]", false],
    ["a[server,sha384]", "a[server,sha384]", true],
    ["a[server,sha384]", "as", false],
    ["a.b", "axb", false],
    ["a+", "aa", false],
    ["*", "", true],
    ["a**b", "a\nb", true],
    ["A", "a", false],
    ["a|b", "a", false],
    ["a?", "a", false],
    ["5-x", "5-x", true],
  ])("%s and %s: %s", (pattern, text, matches) => expect(globMatcher(pattern)(text)).toBe(matches));
});

describe("judging a result", () => {
  it("excuses the outcome that an entry names, by check or instance or glob, and no other", () => {
    for (const check of [CHECK, `${CHECK}[server,sha256]`, "expat/*"]) {
      expect(baseline({ check }).judge(at("server,sha256", "fail"))).toEqual({ expectation: "expected", reason: REASON });
      expect(baseline({ check }).judge(at("server,sha256", "blocked"))).toEqual({ expectation: "unexpected" });
    }
    expect(baseline({ check: `${CHECK}[client,sha256]` }).judge(at("server,sha256", "fail"))).toEqual({ expectation: "unexpected" });
  });
  it("never excuses an error of the harness", () => {
    expect(baseline({ check: "*" }).judge(at("server", "harness-error"))).toEqual({ expectation: "unexpected" });
  });
  it("calls a pass stale where an entry without * names it, and leaves that of a glob to the end", () => {
    expect(baseline({}).judge(at("server", "pass"))).toEqual({ expectation: "stale", reason: REASON });
    expect(baseline({ check: `${CHECK}*` }).judge(at("server", "pass"))).toEqual({ expectation: "expected" });
  });
  it("excuses on the day of expiry and not on the next", () => {
    expect(baseline({ expires: TODAY }).judge(at("server", "fail")).expectation).toBe("expected");
    expect(baseline({ expires: "2026-06-14" }).judge(at("server", "fail"))).toEqual({ expectation: "unexpected" });
    expect(baseline({ expires: "2026-06-14" }).judge(at("server", "pass"))).toEqual({ expectation: "expected" });
  });
  it("calls the failure of a newer check new, unless an entry names it, and never an error of the harness", () => {
    expect(emptyBaseline().judge(at("server", "fail"), true)).toEqual({ expectation: "new" });
    expect(emptyBaseline().judge(at("server", "pass"), true)).toEqual({ expectation: "expected" });
    expect(emptyBaseline().judge(at("server", "harness-error"), true)).toEqual({ expectation: "unexpected" });
    expect(baseline({}).judge(at("server", "fail"), true).expectation).toBe("expected");
    expect(baseline({}).judge(at("server", "pass"), true).expectation).toBe("stale");
  });
  it("without entries excuses nothing and has no notices", () => {
    const empty = emptyBaseline();
    expect(empty.judge(at("server", "fail"))).toEqual({ expectation: "unexpected" });
    expect(empty.notices("whole")).toEqual([]);
  });
});

describe("notices at the end", () => {
  const after = (entry: Partial<BaselineEntry>, outcomes: Outcome[], run: "whole" | "filtered" = "whole") => {
    const tracked = baseline(entry);
    for (const [index, outcome] of outcomes.entries()) tracked.judge(at(`server,${index}`, outcome));
    return tracked.notices(run).map(({ kind }) => kind);
  };
  const glob = { check: `${CHECK}*` };

  it.each([
    ["a glob of which all pass", glob, ["pass", "pass"], ["stale"]],
    ["a glob of which one fails", glob, ["pass", "fail"], []],
    ["a glob whose failure became a warning", glob, ["pass", "warn"], ["stale"]],
    ["a glob of which one is blocked: who knows", glob, ["pass", "blocked"], []],
    ["a glob of what is not supported", glob, ["unsupported"], []],
    ["an exact entry of what passes", {}, ["pass"], ["stale"]],
    ["an exact entry of which a part passes", {}, ["pass", "fail"], ["stale"]],
    ["an exact entry of which all fail", {}, ["fail", "fail"], []],
    ["an exact entry for what is only observed", {}, ["observed"], ["stale"]],
    ["an entry for nothing", { check: "nowhere/*" }, ["pass"], ["matches-nothing"]],
    ["an expired entry, whether it fails", { ...glob, expires: "2026-06-14" }, ["fail"], ["expired"]],
    ["an expired entry, or not", { ...glob, expires: "2026-06-14" }, ["pass"], ["expired"]],
    ["an entry that has not expired", { ...glob, expires: TODAY }, ["fail"], []],
  ] as const)("%s", (_, entry, outcomes, kinds) => expect(after(entry, [...outcomes])).toEqual(kinds));

  it("say nothing of what a filtered run left out", () => {
    expect(after({ check: "nowhere/*" }, ["pass"], "filtered")).toEqual([]);
    expect(after({ check: "nowhere/*", expires: "2000-01-01" }, ["pass"], "filtered")).toEqual([]);
    expect(after(glob, ["pass"], "filtered")).toEqual([]);
    expect(after({ ...glob, expires: "2000-01-01" }, ["fail"], "filtered")).toEqual(["expired"]);
  });
  it("name file, entry and what to do", () => {
    const tracked = baseline({}, { check: "nowhere/*" });
    tracked.judge(at("server", "fail"));
    expect(tracked.notices("whole")).toEqual([
      { kind: "matches-nothing", check: "nowhere/*", text: "b.yaml:3: the entry nowhere/* (fail) matches no check: correct or remove it" },
    ]);
  });
  it("name what a stale entry is to be narrowed to, also in a filtered run", () => {
    const tracked = baseline({});
    tracked.judge(at("server", "pass"));
    tracked.judge(at("client", "fail"));
    expect(tracked.notices("filtered").map(({ text }) => text)).toEqual([
      `b.yaml:2: the entry ${CHECK} (fail) is stale in part: it holds for 1 of 2 results; name these alone: ${CHECK}[client]`,
    ]);
  });
  it("say of an entry that another one makes needless where that one stands", () => {
    const tracked = baseline({ check: "expat/*" }, {}, { check: `${CHECK}[client]`, outcome: "blocked" });
    tracked.judge(at("server", "fail"));
    tracked.judge(at("client", "blocked"));
    expect(tracked.notices("whole").map(({ text }) => text)).toEqual([
      `b.yaml:3: the entry ${CHECK} (fail) excuses nothing that line 2 does not excuse: remove one of them`,
    ]);
    expect(tracked.notices("filtered")).toEqual([]);
  });
  it("do not call an entry needless that excuses one thing more", () => {
    const tracked = baseline({ check: `${CHECK}[server]` }, { check: "expat/*" });
    tracked.judge(at("server", "fail"));
    tracked.judge(at("client", "fail"));
    expect(tracked.notices("whole")).toEqual([]);
  });
});

describe("readBaseline", () => {
  const read = (text: string): Baseline => {
    const file = scratch("baseline.yaml");
    writeFileSync(file, text);
    return readBaseline(file, TODAY);
  };
  const entry = `baseline:\n  - check: ${CHECK}\n    outcome: fail\n    reason: ${REASON}\n`;

  it("reads entries with all their members", () => {
    const tracked = read(`${entry}    source: pkg/atls/verify.go:12\n    expires: 2026-06-14\n`);
    expect(tracked.judge(at("server", "fail")).expectation).toBe("unexpected");
    expect(tracked.notices("whole").map(({ text }) => text)).toEqual([
      expect.stringMatching(/baseline\.yaml:2: the entry .* expired on 2026-06-14: /),
    ]);
    expect(read("baseline: []\n").notices("whole")).toEqual([]);
  });
  it.each([
    ["a short reason", entry.replace(REASON, "todo"), /baseline\.yaml:4:13: baseline\.0\.reason/],
    ["a reason that is still to be given", entry.replace(REASON, `${UNEXPLAINED} - accepted`), /:4:13: baseline\.0\.reason: no reason yet/],
    ["an outcome that nothing may excuse", entry.replace("outcome: fail", "outcome: harness-error"), /:3:14: baseline\.0\.outcome/],
    ["a day that does not exist", `${entry}    expires: 2026-02-30\n`, /:5:14: baseline\.0\.expires/],
    ["an unknown member", `${entry}    because: x\n`, /:5:14: baseline\.0\.because: no such field/],
    ["the same entry twice", entry + entry.slice("baseline:\n".length), /:5:5: baseline\.1: the same check and outcome as entry 1/],
    ["no list", "baseline: x\n", /:1:11: baseline/],
  ])("refuses %s, with file, line and column", (_, text, message) => {
    expect(() => read(text)).toThrow(InputError);
    expect(() => read(text)).toThrow(message);
  });
});
