import { type NamedCell, readCellName } from "../campaign/cell-name.ts";
import type { CampaignReport } from "../campaign/records.ts";
import { playedIn } from "../campaign/report-totals.ts";
import { columns, paragraph } from "./layout.ts";
import { groups, type Look } from "./summary.ts";

/** What of the language a campaign exercised: for people, from the names of its cells. */

/** A cell with what became of it, whatever the number of implementations. */
interface Exercised {
  readonly name: string;
  readonly cell: NamedCell;
  readonly cases: number;
  readonly failed: number;
}

/** The sides of a cell that the coverage is broken down by; undefined: the cell has no such side. */
const SIDES: readonly { readonly name: string; readonly of: (cell: NamedCell) => string | undefined }[] = [
  { name: "position", of: ({ position }) => position },
  { name: "format", of: ({ format }) => format },
  { name: "stage", of: ({ what }) => (what.kind === "stage" ? what.stage : undefined) },
  { name: "operation", of: ({ what }) => (what.kind === "stage" ? what.operation : undefined) },
  { name: "other cases", of: ({ what }) => (what.kind === "stage" ? undefined : groupOf(what)) },
];

/** A row for each position, format, stage, operation, and kind of other cases: how many cells of it were played, and in how many cases. */
export function coverageSection(report: CampaignReport, { palette, width }: Look): string[] {
  const cells = exercised(report);
  const anyFailed = cells.some(({ failed }) => failed > 0);
  const rows = SIDES.flatMap(({ name, of }) => {
    const found = groups(
      cells.filter(({ cell }) => of(cell) !== undefined),
      ({ cell }) => of(cell) ?? "",
    );
    if (found.length === 0) return [];
    const body = found
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([value, group]) => {
        const played = group.filter(({ cases }) => cases > 0).length;
        const cases = total(group, (one) => one.cases);
        const failed = total(group, (one) => one.failed);
        return [`  ${value}`, `${played}/${group.length}`, String(cases), ...(anyFailed ? [failed === 0 ? "-" : String(failed)] : [])];
      });
    return [[name, "cells", "cases", ...(anyFailed ? ["failed"] : [])], ...body];
  });
  const explained = "cells: played, of all; one is an operation on a stage, a sequence or a check, in a position and with a format";
  return [
    ...columns(rows).map((line) => (line.startsWith(" ") ? line : palette.strong(line))),
    palette.faint(paragraph(explained, "", width)),
  ];
}

/** How many cells are named; the report has them all. */
const NAMED = 10;

/** What was never played, by name. */
export function neverPlayedSection(report: CampaignReport, { palette }: Look): string[] {
  const missing = exercised(report).filter(({ cases }) => cases === 0);
  const more = missing.length - NAMED;
  return [...missing.slice(0, NAMED).map(({ name }) => `  ${name}`), ...(more > 0 ? [palette.faint(`  and ${more} more`)] : [])];
}

function groupOf(what: Exclude<NamedCell["what"], { readonly kind: "stage" }>): string {
  if (what.kind === "valid") return "valid exchanges";
  return what.kind === "sequence" ? "sequences" : `checks of ${what.id.split("/", 1)}`;
}

function exercised({ cells }: CampaignReport): Exercised[] {
  // Each case is put before all implementations: where one of them broke down, another was asked.
  return groups(cells, ({ cell }) => cell).map(([name, records]) => ({
    name,
    cell: readCellName(name),
    cases: Math.max(...records.map(playedIn)),
    failed: total(records, ({ outcomes: { wrong = 0, broke = 0 } }) => wrong + broke),
  }));
}

function total<T>(items: readonly T[], count: (item: T) => number): number {
  return items.reduce((sum, item) => sum + count(item), 0);
}
