import { describe, expect, it } from "vitest";
import { parseYaml } from "../input/yaml-file.ts";
import { baselineSchema, draftBaselineSchema, UNEXPLAINED } from "./baseline.ts";
import { type UpdateOptions, updateBaseline } from "./baseline-update.ts";
import type { ResultRecord } from "./records.ts";
import { failure, result } from "./testing/records.ts";

const TODAY = "2026-06-15";
const REASON = "compares no nonces yet";

const failed = (instance: string, change: Partial<ResultRecord> = {}) => failure({ instance, ...change });
const passed = (instance: string) => result({ instance });
const update = (text: string | undefined, results: readonly ResultRecord[], change: Partial<UpdateOptions> = {}) =>
  updateBaseline(text, results, { file: "b.yaml", run: "whole", today: TODAY, ...change });
const entriesOf = (text: string) =>
  parseYaml(text, "b.yaml", draftBaselineSchema).baseline.map(({ check, outcome }) => `${check} ${outcome}`);

const FILE = `# What acme is known to do otherwise.
baseline:
  - check: "s/kept*"
    outcome: fail
    reason: ${REASON} # and never did
    source: a.go:1-2, b.go:3

  # Both come from one mistake.
  - check: s/one
    outcome: fail
    reason: ${REASON}
  - check: s/two
    outcome: fail
    reason: ${REASON}
`;
const all = [failed("s/kept-a[server]"), failed("s/one[server]"), failed("s/two[server]")];

describe("a baseline that is brought up to date", () => {
  it("is not touched where it holds", () => {
    const { text, kept, added, removed, narrowed } = update(FILE, all);
    expect(text).toBe(FILE);
    expect([kept, added, removed, narrowed]).toEqual([3, [], [], []]);
  });

  it("loses what passes now or matches nothing, says so, and keeps the comment of the block", () => {
    const { text, removed } = update(FILE, [all[0] as ResultRecord, passed("s/one[server]"), all[2] as ResultRecord]);
    expect(removed.map(({ entry, why }) => `${entry.check}: ${why}`)).toEqual(["s/one: it passes now"]);
    expect(text).toBe(FILE.replace(/ {2}- check: s\/one\n.*\n.*\n/, ""));
    const alone = update(FILE, [passed("s/kept-a[server]"), failed("s/one[server]")]);
    expect(alone.removed.map(({ entry, why }) => `${entry.check}: ${why}`)).toEqual([
      "s/kept*: nothing that it matches fails any more",
      "s/two: it matches no check",
    ]);
    expect(alone.text).toContain("# What acme is known to do otherwise.");
  });

  it("loses nothing by a filtered run that left it out, and what such a run saw pass", () => {
    expect(update(FILE, [passed("s/two[server]")], { run: "filtered" }).removed.map(({ entry }) => entry.check)).toEqual(["s/two"]);
    expect(update(FILE, [failed("s/one[server]")], { run: "filtered" }).text).toBe(FILE);
  });

  it("loses nothing of which the run says that it is not supported", () => {
    const unsupported = all.map((record) => result({ instance: record.instance, outcome: "unsupported", detail: "position x" }));
    expect(update(FILE, unsupported).text).toBe(FILE);
  });

  it("gets what fails and is excused by nothing: one entry for a check, or one for each instance where some pass", () => {
    const results = [...all, failed("s/all[client]"), failed("s/all[server]"), passed("s/part[client]"), failed("s/part[server]")];
    const { text, added } = update(FILE, results);
    expect(added.map(({ check, outcome }) => `${check} ${outcome}`)).toEqual(["s/all fail", "s/part[server] fail"]);
    expect(text.startsWith(FILE)).toBe(true);
    expect(entriesOf(text).slice(3)).toEqual(["s/all fail", "s/part[server] fail"]);
    expect(update(text, results).text).toBe(text);
  });

  it("has new entries that no run takes before somebody has given the reason, unless one is given", () => {
    const results = [...all, failed("s/new[server]")];
    const { text, unexplained } = update(FILE, results);
    expect(unexplained).toEqual([16]);
    expect(text.split("\n")[15]).toContain("s/new");
    expect(() => parseYaml(text, "b.yaml", baselineSchema)).toThrow(/b\.yaml:18:13: baseline\.3\.reason: no reason yet/);
    const given = update(FILE, results, { reason: "mended in the next release" });
    expect(given.unexplained).toEqual([]);
    expect(parseYaml(given.text, "b.yaml", baselineSchema).baseline.at(-1)?.reason).toBe("mended in the next release");
    expect(update(text, results).unexplained).toEqual([16]);
    expect(text).toContain(`${UNEXPLAINED}: expected a refusal, found acceptance`);
  });

  it("has blocked results as such, and no entry for what needs none", () => {
    const blocked = failed("s/b[server]", { outcome: "blocked", detail: "its control did not succeed" });
    const warned = failed("s/w[server]", { outcome: "warn", expectation: "expected" });
    expect(update(FILE, [...all, blocked, warned]).added.map(({ check, outcome }) => `${check} ${outcome}`)).toEqual(["s/b blocked"]);
  });

  it("splits an entry of a check of which some instances pass now", () => {
    const { text, narrowed, added } = update(FILE, [...all, passed("s/one[client]"), failed("s/one[server,sha384]")]);
    expect(narrowed.map(({ entry, to }) => [entry.check, to])).toEqual([["s/one", ["s/one[server]", "s/one[server,sha384]"]]]);
    expect(added).toEqual([]);
    expect(entriesOf(text)).toEqual(["s/kept* fail", "s/one[server] fail", "s/one[server,sha384] fail", "s/two fail"]);
    expect(text.match(/# Both come from one mistake\./g)).toHaveLength(1);
  });

  it("loses an entry that stands twice, or that another makes needless", () => {
    const twice = `${FILE}  - check: s/two\n    outcome: fail\n    reason: ${REASON}\n`;
    const { text, removed } = update(twice, all);
    expect(text).toBe(FILE);
    expect(removed.map(({ why }) => why)).toEqual(["line 12 excuses the same"]);
  });

  it("keeps what has expired, names its line, and adds nothing beside it", () => {
    const expired = FILE.replace(`source: a.go:1-2, b.go:3`, "expires: 2026-06-14");
    const { text, expired: lines, added } = update(expired, all);
    expect([text, lines, added]).toEqual([expired, [3], []]);
  });

  it("is made where there is none, and is empty where all is well", () => {
    const { text } = update(undefined, [failed("s/new[server]")], { reason: REASON });
    expect(text).toBe(`baseline:\n  - check: s/new\n    outcome: fail\n    reason: ${REASON}\n`);
    expect(update(text, [passed("s/new[server]")]).text).toBe("baseline: []\n");
    expect(update(undefined, [passed("s/new[server]")]).text).toBe("baseline: []\n");
  });

  it("is not made from a run with an error of the harness, or of a file that is none", () => {
    expect(() => update(FILE, [...all, failed("s/x[server]", { outcome: "harness-error" })])).toThrow(
      /s\/x\[server\]: an error of the harness/,
    );
    expect(() => update("baseline: 7\n", all)).toThrow(/b\.yaml:1:11: baseline/);
  });
});
