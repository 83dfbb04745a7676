import { chance, shuffled } from "./order.ts";
import type { Instance } from "./plan.ts";
import type { Outcome, Verdict } from "./result.ts";

/**
 * Refusals that passed, until their control has succeeded again behind them, on the same process: who accepts what comes first and refuses
 * what comes then has refused nothing for what is wrong in it.
 */
export class Held {
  readonly #waiting = new Map<string, { readonly control: Instance; readonly refusals: Refusal[] }>();
  #turn = 0;

  /** `name` tells the workers apart: each has its own order. */
  constructor(
    readonly seed: string,
    readonly name: string,
  ) {}

  hold(key: string, control: Instance, refusal: Refusal): void {
    const waiting = this.#waiting.get(key) ?? { control, refusals: [] };
    waiting.refusals.push(refusal);
    this.#waiting.set(key, waiting);
  }

  /** Now and then, when nobody can foretell it: one of the controls that are waited for. `all`: every one. */
  due(all: boolean): Due[] {
    const turn = this.#turn++;
    const order = shuffled([...this.#waiting.keys()], `${this.seed} ${this.name} ${turn}`, (key) => key);
    const chosen = all ? order : chance(this.seed, this.name, "repeat", turn) < REPEATED ? order.slice(0, 1) : [];
    return chosen.map((key) => {
      const { control, refusals } = this.#waiting.get(key) as { control: Instance; refusals: Refusal[] };
      this.#waiting.delete(key);
      // One of the refusals, too: what was refused must not be accepted when it comes again.
      const place = chance(this.seed, this.name, "again", turn, key);
      const again = place < SEEN_AGAIN ? refusals[Math.floor((place / SEEN_AGAIN) * refusals.length)] : undefined;
      return { control, refusals, again };
    });
  }
}

/** A refusal that waits, with what is to be done with its verdict. */
export interface Refusal {
  readonly instance: Instance;
  readonly release: (verdict?: Verdict) => void;
}

interface Due {
  readonly control: Instance;
  readonly refusals: readonly Refusal[];
  readonly again: Refusal | undefined;
}

/** How often a control is repeated after a case, and how often a refusal is asked for again with it. */
const REPEATED = 1 / 6;
const SEEN_AGAIN = 1 / 3;

/** The verdict on a case that came out otherwise the second time: no verdict, and never a pass. */
export function inconsistent(what: string, before: Outcome, now: Verdict): Verdict {
  const detail = `inconsistent: ${what} came to ${before} before, and now to ${now.outcome}${now.detail && ` (${now.detail})`}; the order of cases must not decide`;
  return { outcome: "inconclusive", detail };
}

/** True where two runs of the same case say something else of the implementation. */
export function differ(before: Outcome, now: Outcome): boolean {
  const holds = (outcome: Outcome) => outcome === "pass" || outcome === "observed";
  return holds(before) !== holds(now);
}
