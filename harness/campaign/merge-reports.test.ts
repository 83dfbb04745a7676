import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../input/input-error.ts";
import { mergeReports, type ShardReport } from "./merge-reports.ts";
import type { CampaignReport } from "./records.ts";
import { disagreementIn } from "./report-totals.ts";
import { campaigns, cells, finding, header, reportOf } from "./testing/campaign-records.ts";

const iuts = ["a", "b"].map((path) => ({ path, name: path, version: "1" }));

/** The reports of all shards of a campaign, and that of one machine that plays it alone. */
const sharded = fc.record({ played: campaigns(2), count: fc.integer({ min: 1, max: 7 }) }).map(({ played, count }) => ({
  shards: Array.from({ length: count }, (_, index) => ({
    file: `shard-${index}.jsonl`,
    report: reportOf(played, { index, count }, { iuts, durationMs: 1000 + index }),
  })),
  whole: reportOf(played, { index: 0, count: 1 }, { iuts, durationMs: 999 + count, merged: count }),
}));

describe("merging", () => {
  it("gives the report that one machine would have written", () => {
    fc.assert(
      fc.property(sharded, ({ shards, whole }) => {
        expect(mergeReports(shards)).toEqual(whole);
      }),
    );
  });
  it("does not depend on the order of the files, and gives what fits together", () => {
    fc.assert(
      fc.property(
        sharded.chain(({ shards }) => fc.tuple(fc.constant(shards), fc.shuffledSubarray(shards, { minLength: shards.length }))),
        ([shards, shuffled]) => {
          const merged = mergeReports(shards);
          expect(JSON.stringify(mergeReports(shuffled))).toBe(JSON.stringify(merged));
          expect(disagreementIn(merged)).toBeUndefined();
        },
      ),
    );
  });
  it("adds up", () => {
    fc.assert(
      fc.property(sharded, ({ shards }) => {
        const { footer } = mergeReports(shards);
        const total = (member: "cases" | "failures" | "harnessErrors" | "connections" | "restarts") =>
          shards.reduce((sum, { report }) => sum + report.footer[member], 0);
        for (const member of ["cases", "failures", "harnessErrors", "connections", "restarts"] as const)
          expect(footer[member]).toBe(total(member));
        expect(footer.casesPerSecond).toBeCloseTo(
          (footer.cases * 1000) / Math.max(...shards.map(({ report }) => report.footer.durationMs)),
          1,
        );
      }),
    );
  });
});

const cell = cells[3] ?? "";
const failed = { cell, made: [{ outcome: "wrong" as const, cause: "relying-party/binding/equal" }] };
const right = { cell, made: [{ outcome: "agrees" as const }] };

/** Shards of a campaign of one implementation; `change` alters the report of one of them. */
function shards(count: number, change: Readonly<Record<number, (report: CampaignReport) => CampaignReport>> = {}): ShardReport[] {
  const played = [right, failed, failed, right, failed, right, right, failed];
  return Array.from({ length: count }, (_, index) => {
    const report = reportOf(played, { index, count });
    return { file: `${"abcdefgh"[index]}.jsonl`, report: change[index]?.(report) ?? report };
  });
}

const withHeader = (change: Partial<CampaignReport["header"]>) => (report: CampaignReport) => ({
  ...report,
  header: { ...report.header, ...change },
});
const withFooter = (change: Partial<CampaignReport["footer"]>) => (report: CampaignReport) => ({
  ...report,
  footer: { ...report.footer, ...change },
});
const withFinding = (change: Partial<CampaignReport["findings"][number]>) => (report: CampaignReport) => ({
  ...report,
  findings: report.findings.map((one) => ({ ...one, ...change })),
});

describe("what is merged", () => {
  it("keeps the smallest first case, with all its cases", () => {
    expect(mergeReports(shards(2)).findings).toEqual([{ ...finding, first: 1, count: 4 }]);
  });
  it("keeps a failure that was confirmed in one shard before a smaller case that was not", () => {
    const merged = mergeReports(shards(2, { 1: withFinding({ kind: "inconclusive", found: "once acceptance" }) }));
    expect(merged.findings).toEqual([{ ...finding, first: 2, count: 4 }]);
    expect(merged.footer).toMatchObject({ failures: 4, inconclusive: 0 });
  });
  it("keeps an error of the harness apart from a failure of the same name", () => {
    const merged = mergeReports(shards(2, { 1: withFinding({ kind: "harness-error" }) }));
    expect(merged.findings.map(({ kind, count }) => [kind, count])).toEqual([
      ["harness-error", 2],
      ["failure", 2],
    ]);
  });
  it("began with the first of them, and ended as the worst", () => {
    const merged = mergeReports(
      shards(3, {
        0: withFooter({ end: "time" }),
        1: withHeader({ startedAt: "2026-01-01T00:00:00Z" }),
        2: withFooter({ end: "stopped" }),
      }),
    );
    expect(merged.header).toMatchObject({ startedAt: "2026-01-01T00:00:00Z", merged: 3, shard: { index: 0, count: 1 } });
    expect(merged.footer.end).toBe("stopped");
    expect(mergeReports(shards(3, { 1: withFooter({ end: "given-up" }), 2: withFooter({ end: "time" }) })).footer.end).toBe("given-up");
  });
  it("may be one shard alone", () => {
    expect(mergeReports(shards(1)).header.merged).toBe(1);
  });
});

describe("is refused, with each problem on a line of its own", () => {
  it.each([
    ["no report", [], /^expected the reports of the shards of a campaign, found none$/],
    ["a gap", shards(4).toSpliced(1, 1), /^shard 2 of 4 is missing$/],
    ["gaps", shards(4).slice(1, 2), /^shard 1 of 4 is missing\nshard 3 of 4 is missing\nshard 4 of 4 is missing$/],
    ["a double", [...shards(4), { ...shards(4)[0], file: "x.jsonl" }], /^shard 1 of 4 is there twice: a\.jsonl, x\.jsonl$/],
    [
      "a gap and a double",
      [...shards(2).slice(0, 1), ...shards(2).slice(0, 1), ...shards(2).slice(0, 1)],
      /^shard 1 of 2 is there 3 times: a\.jsonl, a\.jsonl, a\.jsonl\nshard 2 of 2 is missing$/,
    ],
    [
      "a merged one",
      [{ file: "m.jsonl", report: mergeReports(shards(3)) }],
      /^m\.jsonl: is merged of 3 shards already: give the reports of the shards/,
    ],
    [
      "another seed",
      shards(2, { 1: withHeader({ seed: "t" }) }),
      /^b\.jsonl: the seed: expected "s", found "t"; a\.jsonl is of another campaign$/,
    ],
    [
      "another version",
      shards(2, { 1: withHeader({ suite: { ...header.suite, version: "0.3.0" } }) }),
      /the version of the suite: expected "0\.2\.0", found "0\.3\.0"/,
    ],
    ["another implementation", shards(2, { 1: withHeader({ iuts }) }), /the implementations: expected/],
    ["other positions", shards(2, { 1: withHeader({ positions: [] }) }), /the positions: expected/],
    ["another focus", shards(2, { 1: withHeader({ focus: ["cmw"] }) }), /the focus: expected \[\], found \["cmw"\]/],
    ["another profile", shards(2, { 1: withHeader({ profile: { ...header.profile, exporterLabel: "x" } }) }), /the profile: expected/],
    ["another number of cases", shards(2, { 1: withHeader({ cases: 9 }) }), /the number of cases: expected 8, found 9/],
    ["another time", shards(2, { 1: withHeader({ timeMs: 9 }) }), /the time: expected null, found 9/],
    [
      "another number of shards",
      [...shards(2).slice(0, 1), ...shards(3).slice(1)],
      /^b\.jsonl: the number of shards: expected 2, found 3.*\nc\.jsonl: /,
    ],
    ["another number of cells", shards(2, { 1: withFooter({ cells: 9 }) }), /the number of cells: expected 6, found 9/],
    [
      "other cells",
      shards(2, { 1: (report) => ({ ...report, cells: report.cells.map((one, index) => (index === 0 ? { ...one, cell: "x" } : one)) }) }),
      /^b\.jsonl: a cell that the other has not: x; a\.jsonl is of another campaign$/,
    ],
  ])("%s", (_, files, message) => {
    const merge = () => mergeReports(files as ShardReport[]);
    expect(merge).toThrow(InputError);
    expect(merge).toThrow(message);
  });
});
