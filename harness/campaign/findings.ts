import { z } from "zod";
import type { FinishedPart } from "./campaign.ts";
import { type CellRecord, cellRecord, type Deed, type DifferenceRecord, differenceRecord, type OutcomeKind } from "./records.ts";

const causeRecord = z.strictObject({
  iut: z.string(),
  cause: z.string(),
  first: z.number().int().describe("the number of the first case that showed it"),
  detail: z.string(),
  count: z.number().int(),
});

/** All failures of one root cause of one implementation. */
export type Cause = z.output<typeof causeRecord>;

const total = z.number().int().min(0);

/** What a campaign has come to, as a checkpoint keeps it. */
export const findingsState = z.strictObject({
  cases: total,
  restarts: total,
  connections: total,
  causes: z.array(causeRecord),
  cells: z.array(cellRecord),
  differences: z.array(differenceRecord),
});

export type FindingsState = z.output<typeof findingsState>;

/** What a campaign has found and what it has exercised, added up part by part in memory that does not grow with the cases. */
export class Findings {
  readonly #causes = new Map<string, Cause>();
  readonly #cells = new Map<string, CellRecord>();
  readonly #differences = new Map<string, DifferenceRecord>();
  cases = 0;
  restarts = 0;
  connections = 0;

  /** `iuts`: the paths of the implementations, in the order of the parts. `state`: what a campaign that goes on had come to. */
  constructor(
    readonly iuts: readonly string[],
    state?: FindingsState,
  ) {
    if (state === undefined) return;
    this.cases = state.cases;
    this.restarts = state.restarts;
    this.connections = state.connections;
    for (const cause of state.causes) this.#causes.set(keyOf(cause), { ...cause });
    for (const cell of state.cells) this.#cells.set(`${cell.iut} ${cell.cell}`, cell);
    for (const difference of state.differences) this.#differences.set(differenceKey(difference), { ...difference });
  }

  /** Adds a part; returns the causes that were not known before. */
  add(part: FinishedPart): Cause[] {
    this.cases += part.cases;
    const fresh: Cause[] = [];
    for (const [index, { cells, free, failures, restarts, connections }] of part.of.entries()) {
      const iut = this.iuts[index] ?? "";
      this.restarts += restarts;
      this.connections += connections;
      for (const [name, outcomes] of Object.entries(cells)) addTo(this.#cell(name, iut).outcomes, outcomes);
      for (const [name, deeds] of Object.entries(free)) addTo(this.#cell(name, iut).free, deeds);
      for (const { number, cause, detail } of failures) {
        const found = { iut, cause, first: number, detail, count: 1 };
        const known = this.#causes.get(keyOf(found));
        if (known) {
          known.count++;
          continue;
        }
        this.#causes.set(keyOf(found), found);
        fresh.push(found);
      }
    }
    for (const { number, cell, free, did } of part.partings) {
      const names = Object.fromEntries(did.map((deed, index): [string, Deed] => [this.iuts[index] ?? "", deed]));
      const found: DifferenceRecord = { type: "difference", cell, free, did: names, first: number, count: 1 };
      const known = this.#differences.get(differenceKey(found));
      if (known) known.count++;
      else this.#differences.set(differenceKey(found), found);
    }
    return fresh;
  }

  get causes(): readonly Cause[] {
    return [...this.#causes.values()];
  }

  get differences(): readonly DifferenceRecord[] {
    return [...this.#differences.values()];
  }

  get cells(): readonly CellRecord[] {
    return [...this.#cells.values()];
  }

  /** How many cases ended in one of these ways, with any implementation. */
  ended(...kinds: readonly OutcomeKind[]): number {
    return this.cells.reduce((sum, { outcomes }) => sum + kinds.reduce((each, kind) => each + (outcomes[kind] ?? 0), 0), 0);
  }

  /** How many of these cells were played at least once; a case whose edits did not fit does not count. */
  covered(all: readonly string[]): number {
    const played = new Set(
      this.cells
        .filter(({ outcomes: { discarded, ...others } }) => Object.values(others).some((count) => count > 0))
        .map(({ cell }) => cell),
    );
    return all.filter((name) => played.has(name)).length;
  }

  get state(): FindingsState {
    const { cases, restarts, connections, causes, cells, differences } = this;
    return { cases, restarts, connections, causes: [...causes], cells: [...cells], differences: [...differences] };
  }

  #cell(name: string, iut: string): CellRecord {
    const key = `${iut} ${name}`;
    const known = this.#cells.get(key);
    if (known) return known;
    const cell: CellRecord = { type: "cell", cell: name, iut, outcomes: {}, free: {} };
    this.#cells.set(key, cell);
    return cell;
  }
}

function addTo<Name extends string>(sums: Partial<Record<Name, number>>, more: Partial<Record<Name, number>>): void {
  for (const name of Object.keys(more) as Name[]) sums[name] = (sums[name] ?? 0) + (more[name] ?? 0);
}

function keyOf({ iut, cause }: Pick<Cause, "iut" | "cause">): string {
  return `${iut}\n${cause}`;
}

function differenceKey({ cell, did }: Pick<DifferenceRecord, "cell" | "did">): string {
  return `${cell} ${JSON.stringify(did)}`;
}
