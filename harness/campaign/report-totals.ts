import type { CampaignFooter, CampaignReport, CellRecord } from "./records.ts";
import { casesOfShard } from "./shard.ts";

/** What the footer of a campaign's report says of the records above it, in one place for who writes, reads and merges reports. */

type Totals = Pick<CampaignFooter, "failures" | "inconclusive" | "harnessErrors" | "cells" | "covered">;

/** The members of the footer that follow from findings and cells. */
export function totalsOf({ findings, cells }: Pick<CampaignReport, "findings" | "cells">): Totals {
  const counted = (kind: string) => sum(findings.filter((finding) => finding.kind === kind).map(({ count }) => count));
  const names = (records: readonly CellRecord[]) => new Set(records.map(({ cell }) => cell)).size;
  return {
    failures: counted("failure"),
    inconclusive: findings.filter(({ kind }) => kind === "inconclusive").length,
    harnessErrors: counted("harness-error"),
    cells: names(cells),
    covered: names(cells.filter((cell) => playedIn(cell) > 0)),
  };
}

/** Cases a second, with one digit behind the point. */
export function rateOf(cases: number, durationMs: number): number {
  return durationMs === 0 ? 0 : Math.round((cases * 10_000) / durationMs) / 10;
}

/** How many cases of a cell an implementation was asked: those whose edits did not fit are none. */
export function playedIn({ outcomes }: CellRecord): number {
  const { discarded = 0 } = outcomes;
  return casesIn({ outcomes }) - discarded;
}

/** What in a report does not fit together, in words; undefined where all does. */
export function disagreementIn(report: CampaignReport): string | undefined {
  const { header, findings, cells, footer } = report;
  const paths = header.iuts.map(({ path }) => path);
  const doubled = firstDouble(paths);
  if (doubled !== undefined) return `the header has the implementation ${doubled} twice`;
  if (header.shard.index >= header.shard.count) return `the header says shard ${header.shard.index} (from 0) of ${header.shard.count}`;
  const stranger = [...findings, ...cells].find(({ iut }) => !paths.includes(iut));
  if (stranger) return `a ${stranger.type} of ${stranger.iut}, which the header does not name`;
  const twice = firstDouble(findings.map(({ iut, cause }) => `finding ${cause} of ${iut}`)) ?? firstDouble(cells.map(nameOf));
  if (twice !== undefined) return `the ${twice} is there twice`;
  const gap = firstGap(cells, paths);
  if (gap !== undefined) return `the ${gap} is missing`;
  const wrong = Object.entries(totalsOf(report)).find(([name, found]) => footer[name as keyof Totals] !== found);
  if (wrong) return `the footer says ${wrong[0]} ${footer[wrong[0] as keyof Totals]}, the records are ${wrong[1]}`;
  const planned = header.cases === undefined ? undefined : plannedIn(report, header.cases);
  if (footer.end === "cases" && planned !== undefined && planned !== footer.cases)
    return `the footer says that all cases were played and that they were ${footer.cases}; the header asks for ${planned}`;
  return paths.map((path) => disagreementOf(report, path)).find((problem) => problem !== undefined);
}

function plannedIn({ header: { shard, merged } }: CampaignReport, cases: number): number {
  return merged === undefined ? casesOfShard(cases, shard) : cases;
}

function disagreementOf({ findings, cells, footer }: CampaignReport, path: string): string | undefined {
  const mine = cells.filter(({ iut }) => iut === path);
  const played = sum(mine.map(casesIn));
  if (played !== footer.cases) return `the footer says ${footer.cases} cases, the cells of ${path} have ${played}`;
  const inCells = (...kinds: readonly (keyof CellRecord["outcomes"])[]) =>
    sum(mine.flatMap(({ outcomes }) => kinds.map((kind) => outcomes[kind] ?? 0)));
  const inFindings = (wanted: (kind: string) => boolean) =>
    sum(findings.filter(({ iut, kind }) => iut === path && wanted(kind)).map(({ count }) => count));
  const failed = { cells: inCells("wrong", "broke"), findings: inFindings((kind) => kind !== "harness-error") };
  if (failed.cells !== failed.findings) return `${failed.cells} cases failed in the cells of ${path}, ${failed.findings} in the findings`;
  const errors = { cells: inCells("harness-error"), findings: inFindings((kind) => kind === "harness-error") };
  if (errors.cells !== errors.findings)
    return `${errors.cells} cases ended in errors of the harness in the cells of ${path}, ${errors.findings} in the findings`;
  return undefined;
}

function nameOf({ cell, iut }: CellRecord): string {
  return `cell ${cell} of ${iut}`;
}

// Each implementation has all cells, those that were never played too: else nobody could say which they are.
function firstGap(cells: readonly CellRecord[], paths: readonly string[]): string | undefined {
  const there = new Set(cells.map(nameOf));
  for (const { cell } of cells) {
    const path = paths.find((iut) => !there.has(`cell ${cell} of ${iut}`));
    if (path !== undefined) return `cell ${cell} of ${path}`;
  }
  return undefined;
}

function casesIn({ outcomes }: Pick<CellRecord, "outcomes">): number {
  return sum(Object.values(outcomes));
}

function firstDouble(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.has(name) || !seen.add(name));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
