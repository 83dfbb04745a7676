import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { PART_SIZE } from "../harness/campaign/campaign.ts";
import type { Order } from "./campaign-worker.ts";
import { median } from "./plain.ts";

const WORKERS = 2;
const ROUNDS = 12;
/** Rounds of the campaign alone before the first that counts, until its code is compiled; then some of all three. */
const WARM_UP = { campaign: 20, all: 2 };

/**
 * Cases of a campaign against the reference, with as many threads, and beside them in the same rounds their floor: what `Trace` has written down
 * of the very same cases. Returns the medians of the rounds. Throws Error where a case fails.
 */
export async function benchCampaign() {
  const workers = Array.from({ length: WORKERS }, () => new Worker(new URL("./campaign-worker.js", import.meta.url)));
  const ask = async (worker: Worker, order: Order): Promise<number> => {
    worker.postMessage(order);
    const [took] = (await once(worker, "message")) as [number];
    return took;
  };
  // All threads at the same time, each with numbers of its own. Returns cases a second of all together, and what of the processor a case took.
  const all = async (phase: "campaign" | "trace" | "floor", round: number): Promise<Measured> => {
    const before = process.cpuUsage();
    const took = await Promise.all(
      workers.map((worker, index) => {
        const from = (round * WORKERS + index) * PART_SIZE;
        return ask(worker, { phase, numbers: Array.from({ length: PART_SIZE }, (_, offset) => from + offset) });
      }),
    );
    const { user, system } = process.cpuUsage(before);
    return { perSecond: took.reduce((sum, ms) => sum + (PART_SIZE * 1000) / ms, 0), cpuMs: (user + system) / 1000 / (PART_SIZE * WORKERS) };
  };
  const rounds: { readonly cases: Measured; readonly floor: Measured }[] = [];
  const warmUp = WARM_UP.campaign + WARM_UP.all;
  for (let round = 0; round < warmUp + ROUNDS; round++) {
    const cases = await all("campaign", round);
    if (round < WARM_UP.campaign) continue;
    await all("trace", round);
    const floor = await all("floor", round);
    if (round >= warmUp) rounds.push({ cases, floor });
    const name = round < warmUp ? "warm-up" : `round ${round - warmUp + 1} of ${ROUNDS}`;
    process.stderr.write(`campaign, ${name}: ${cases.perSecond.toFixed(0)} cases/s, floor ${floor.perSecond.toFixed(0)}/s\n`);
  }
  for (const worker of workers) {
    const ended = once(worker, "exit");
    worker.postMessage({ phase: "stop" } satisfies Order);
    await ended;
  }
  const middle = (figure: (round: (typeof rounds)[number]) => number) => median(rounds.map(figure));
  return {
    casesPerSecond: Math.round(middle(({ cases }) => cases.perSecond)),
    floorPerSecond: Math.round(middle(({ floor }) => floor.perSecond)),
    ratio: Number(middle(({ cases, floor }) => cases.perSecond / floor.perSecond).toFixed(3)),
    cpuRatio: Number(middle(({ cases, floor }) => floor.cpuMs / cases.cpuMs).toFixed(3)),
    workers: WORKERS,
    rounds: ROUNDS,
    casesPerRound: WORKERS * PART_SIZE,
  };
}

interface Measured {
  readonly perSecond: number;
  /** Milliseconds of the processor a case, of all threads: on a busy machine it says more than the clock. */
  readonly cpuMs: number;
}
