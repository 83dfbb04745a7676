import type { FinishedPart } from "./campaign.ts";

/** All failures of one root cause. */
export interface Cause {
  readonly cause: string;
  /** The number of the first case that showed it. */
  readonly first: number;
  readonly detail: string;
  count: number;
}

/** What a campaign has found and what it has exercised, added up part by part in memory that does not grow with the cases. */
export class Findings {
  readonly causes = new Map<string, Cause>();
  readonly cells = new Map<string, Record<string, number>>();
  readonly outcomes: Record<string, number> = {};
  cases = 0;
  restarts = 0;
  connections = 0;

  /** Adds a part; returns the causes that were not known before. */
  add(part: FinishedPart): Cause[] {
    this.cases += part.cases;
    this.restarts += part.restarts;
    this.connections += part.connections;
    for (const [name, outcomes] of Object.entries(part.cells)) {
      const cell = this.cells.get(name) ?? {};
      this.cells.set(name, cell);
      for (const [kind, count = 0] of Object.entries(outcomes)) {
        cell[kind] = (cell[kind] ?? 0) + count;
        this.outcomes[kind] = (this.outcomes[kind] ?? 0) + count;
      }
    }
    const fresh: Cause[] = [];
    for (const { number, cause, detail } of part.failures) {
      const known = this.causes.get(cause);
      if (known) known.count++;
      else {
        const found = { cause, first: number, detail, count: 1 };
        this.causes.set(cause, found);
        fresh.push(found);
      }
    }
    return fresh;
  }

  /** Cells that were played at least once (a case whose edits did not fit does not count), of `all`. */
  covered(all: readonly string[]): number {
    return all.filter((name) => {
      const { discarded, ...others } = this.cells.get(name) ?? {};
      return Object.values(others).some((count) => count > 0);
    }).length;
  }
}
