import { isDeepStrictEqual } from "node:util";
import { InputError } from "../input/input-error.ts";
import type { CampaignFooter, CampaignHeader, CampaignReport, CellRecord, DifferenceRecord, FindingRecord } from "./records.ts";
import { differenceKey, inOrder } from "./report-file.ts";
import { rateOf, totalsOf } from "./report-totals.ts";
import { shardName } from "./shard.ts";

/** The report of a shard, and what messages call it. */
export interface ShardReport {
  readonly file: string;
  readonly report: CampaignReport;
}

/** How campaigns may end, the best first. */
const ENDS: readonly CampaignFooter["end"][] = ["cases", "time", "stopped", "given-up"];

/** Kinds of findings, what is known best first: a failure that was confirmed in one shard is no doubt in the others. */
const KINDS: readonly FindingRecord["kind"][] = ["failure", "inconclusive", "harness-error"];

/**
 * One report of those of all shards of a campaign, the same in whatever order they are given. A cause that several shards found is one finding: of
 * those that were confirmed the one with the smallest first case, with all their cases. Differences and cells are added likewise; the rate is that
 * of all cases in the longest duration, the end the worst. Throws InputError that says all that keeps them from being merged, a line each.
 */
export function mergeReports(shards: readonly ShardReport[]): CampaignReport {
  const problems = problemsOf(shards);
  const [first, ...others] = shards;
  if (first === undefined || problems.length > 0) throw new InputError(problems.join("\n"));
  const reports = [first, ...others].map(({ report }) => report);
  const findings = mergedBy(
    reports.flatMap((report) => report.findings),
    // An error of our own is never counted as somebody else's failure.
    ({ iut, cause, kind }) => JSON.stringify([iut, cause, kind === "harness-error"]),
    mergedFinding,
  );
  const differences = mergedBy(
    reports.flatMap((report) => report.differences),
    differenceKey,
    (one, other) => ({ ...one, first: Math.min(one.first, other.first), count: one.count + other.count }),
  );
  const cells = mergedBy(
    reports.flatMap((report) => report.cells),
    ({ cell, iut }) => JSON.stringify([cell, iut]),
    (one, other) => ({ ...one, outcomes: added(one.outcomes, other.outcomes), free: added(one.free, other.free) }),
  );
  return inOrder({
    header: mergedHeader(reports.map(({ header }) => header)),
    findings,
    differences,
    cells,
    footer: mergedFooter(
      reports.map(({ footer }) => footer),
      { findings, cells },
    ),
  });
}

function problemsOf(shards: readonly ShardReport[]): string[] {
  const [first, ...others] = shards;
  if (first === undefined) return ["expected the reports of the shards of a campaign, found none"];
  const merged = shards.flatMap(({ file, report: { header } }) =>
    header.merged === undefined
      ? []
      : [`${file}: is merged of ${header.merged} shards already: give the reports of the shards themselves, all at once`],
  );
  if (merged.length > 0) return merged;
  const strangers = others.flatMap((other) => {
    const wrong = differenceOfCampaigns(first.report, other.report);
    return wrong === undefined ? [] : [`${other.file}: ${wrong}; ${first.file} is of another campaign`];
  });
  if (strangers.length > 0) return strangers;
  const { count } = first.report.header.shard;
  return Array.from({ length: count }, (_, index) => index).flatMap((index) => {
    const files = shards.filter(({ report }) => report.header.shard.index === index).map(({ file }) => file);
    const name = `shard ${shardName({ index, count }).replace("/", " of ")}`;
    if (files.length === 0) return [`${name} is missing`];
    return files.length === 1
      ? []
      : [`${name} is there ${files.length === 2 ? "twice" : `${files.length} times`}: ${files.toSorted().join(", ")}`];
  });
}

/** What all shards of a campaign have alike, and what people call it. */
const ALIKE: readonly { readonly name: string; readonly of: (report: CampaignReport) => unknown }[] = [
  { name: "the version of the suite", of: ({ header }) => header.suite.version },
  { name: "the seed", of: ({ header }) => header.seed },
  { name: "the number of shards", of: ({ header }) => header.shard.count },
  { name: "the number of cases", of: ({ header }) => header.cases ?? null },
  { name: "the time", of: ({ header }) => header.timeMs ?? null },
  { name: "the implementations", of: ({ header }) => header.iuts },
  { name: "the positions", of: ({ header }) => header.positions },
  { name: "the focus", of: ({ header }) => header.focus },
  { name: "the profile", of: ({ header }) => header.profile },
  { name: "the number of cells", of: ({ footer }) => footer.cells },
];

function differenceOfCampaigns(expected: CampaignReport, found: CampaignReport): string | undefined {
  const wrong = ALIKE.find(({ of }) => !isDeepStrictEqual(of(expected), of(found)));
  if (wrong) return `${wrong.name}: expected ${JSON.stringify(wrong.of(expected))}, found ${JSON.stringify(wrong.of(found))}`;
  const known = new Set(expected.cells.map(({ cell }) => cell));
  const unknown = found.cells.find(({ cell }) => !known.has(cell));
  return unknown && `a cell that the other has not: ${unknown.cell}`;
}

function mergedHeader(headers: readonly CampaignHeader[]): CampaignHeader {
  const startedAt = headers.map((header) => header.startedAt).toSorted((a, b) => Date.parse(a) - Date.parse(b))[0];
  return { ...(headers[0] as CampaignHeader), shard: { index: 0, count: 1 }, merged: headers.length, ...(startedAt && { startedAt }) };
}

function mergedFooter(footers: readonly CampaignFooter[], records: Pick<CampaignReport, "findings" | "cells">): CampaignFooter {
  const total = (member: "cases" | "connections" | "restarts") => footers.reduce((sum, footer) => sum + footer[member], 0);
  const durationMs = Math.max(...footers.map((footer) => footer.durationMs));
  const worst = Math.max(...footers.map(({ end }) => ENDS.indexOf(end)));
  return {
    type: "footer",
    end: ENDS[worst] ?? "given-up",
    cases: total("cases"),
    ...totalsOf(records),
    casesPerSecond: rateOf(total("cases"), durationMs),
    durationMs,
    connections: total("connections"),
    restarts: total("restarts"),
  };
}

function mergedFinding(one: FindingRecord, other: FindingRecord): FindingRecord {
  const rank = ({ kind }: FindingRecord) => KINDS.indexOf(kind);
  const better = rank(one) - rank(other) || one.first - other.first;
  return { ...(better <= 0 ? one : other), count: one.count + other.count };
}

function mergedBy<T extends FindingRecord | DifferenceRecord | CellRecord>(
  records: readonly T[],
  keyOf: (record: T) => string,
  merge: (one: T, other: T) => T,
): T[] {
  const found = new Map<string, T>();
  for (const record of records) {
    const key = keyOf(record);
    const known = found.get(key);
    found.set(key, known ? merge(known, record) : record);
  }
  return [...found.values()];
}

function added<Counts extends Readonly<Partial<Record<string, number>>>>(one: Counts, other: Counts): Counts {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
  return Object.fromEntries(names.map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)])) as Counts;
}
