import type { Profile } from "../attestation/profile.ts";
import { IutFailure } from "../iut/control.ts";
import type { ControlledDriver } from "../iut/controlled.ts";
import { execute } from "../scenario/execute.ts";
import type { Ledger } from "../scenario/ledger.ts";
import { controlInstance, type Instance } from "../scenario/plan.ts";
import type { Verdict } from "../scenario/result.ts";
import { errorVerdict, verdictOf } from "../scenario/verdict.ts";
import type { Fleet, Member } from "./fleet.ts";
import { PairDriver, type Wire } from "./pair-driver.ts";
import type { Operation, PairEvent } from "./told.ts";

/** What one exchange of a pair came to, and what was seen of it. */
export interface Played {
  readonly verdict: Verdict;
  /** What was asked last. */
  readonly last: Operation;
  readonly events: readonly PairEvent[];
  readonly wires: readonly Wire[];
}

export interface PlayOptions {
  readonly ledger: Ledger;
  readonly profile: Profile;
  readonly seed: string;
  readonly fleet: Fleet;
}

/** In this many exchanges in a row an end hung or ended, or no connection came about: the rest would only wait for more of it. */
const GIVE_UP_AFTER = 4;

/** Plays exchanges of one pair, one after the other. */
export class PairPlayer {
  readonly #controls = new Map<string, Verdict>();
  #drivers: { readonly attester: ControlledDriver; readonly relyingParty: ControlledDriver } | undefined;
  #failures = 0;

  constructor(
    readonly attester: Member,
    readonly relyingParty: Member,
    readonly options: PlayOptions,
  ) {}

  /** Plays an exchange behind its control. One that does not pass is played once more: what differs then is `inconclusive`. */
  async play(instance: Instance): Promise<Played> {
    const { script } = instance;
    if (script.control) {
      const control = controlInstance(instance, script.control);
      const key = `${control.id} ${control.suite} ${control.scheme} ${control.format}`;
      const verdict = this.#controls.get(key) ?? (await this.#twice(control)).verdict;
      this.#controls.set(key, verdict);
      if (verdict.outcome !== "pass") {
        return nothingSeen({
          outcome: "blocked",
          detail: `its control ${control.id} did not succeed (${verdict.outcome}): ${verdict.detail}`,
        });
      }
    }
    return this.#twice(instance);
  }

  /** Gives the processes back. */
  async end(): Promise<void> {
    await this.#release();
  }

  async #twice(instance: Instance): Promise<Played> {
    const first = await this.#once(instance);
    if (["pass", "observed", "warn"].includes(first.verdict.outcome)) return first;
    const second = await this.#once(instance);
    if (second.verdict.outcome === first.verdict.outcome) return second;
    if (first.verdict.outcome === "blocked") return second;
    const detail = `${first.verdict.outcome}, then ${second.verdict.outcome}: ${first.verdict.detail}`;
    return { ...first, verdict: { ...first.verdict, outcome: "inconclusive", detail } };
  }

  async #once(instance: Instance): Promise<Played> {
    const { ledger, profile, seed } = this.options;
    const { script, position, cipherSuite, scheme, format, id } = instance;
    if (this.#failures >= GIVE_UP_AFTER) {
      const detail = `given up: an end hung or ended, or no connection came about, in ${this.#failures} exchanges in a row`;
      return nothingSeen({ outcome: "blocked", detail });
    }
    const driver = await this.#driver();
    const context = {
      position,
      cipherSuite,
      scheme,
      format,
      profile,
      payload: this.attester.payload,
      anchors: undefined,
      seed,
      instance: id,
    };
    const seen = (verdict: Verdict): Played => {
      const { events, last } = driver.told;
      return { verdict, last, events, wires: driver.wires };
    };
    try {
      const execution = await execute(script, driver, context);
      this.#failures = 0;
      // What is judged of an empty authenticator takes keys that the harness has not.
      return seen(verdictOf(script, { ...execution, judged: [] }, ledger));
    } catch (error) {
      const verdict = errorVerdict(script, error, ledger);
      if (error instanceof IutFailure) await this.#release();
      this.#failures = error instanceof IutFailure || verdict.outcome === "blocked" ? this.#failures + 1 : 0;
      return seen(verdict);
    }
  }

  async #driver(): Promise<PairDriver> {
    const { fleet } = this.options;
    this.#drivers ??= { attester: await fleet.lease(this.attester), relyingParty: await fleet.lease(this.relyingParty) };
    return new PairDriver(this.#drivers.attester, this.#drivers.relyingParty);
  }

  async #release(): Promise<void> {
    const drivers = this.#drivers;
    this.#drivers = undefined;
    if (!drivers) return;
    const { fleet } = this.options;
    await fleet.release(this.attester, drivers.attester);
    await fleet.release(this.relyingParty, drivers.relyingParty);
  }
}

function nothingSeen(verdict: Verdict): Played {
  return { verdict, last: "request", events: [], wires: [] };
}
