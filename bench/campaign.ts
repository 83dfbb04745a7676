import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Order } from "./campaign-worker.ts";
import { median } from "./plain.ts";

const WORKERS = 2;
/** As many cases as a campaign hands out at a time. */
const PART = 50;
const ROUNDS = 24;
const WARM_UP = 24;

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
  // All threads at the same time, each with numbers of its own. Returns cases a second, of all together.
  const all = async (phase: "campaign" | "trace" | "floor", round: number): Promise<number> => {
    const took = await Promise.all(
      workers.map((worker, index) => {
        const from = (round * WORKERS + index) * PART;
        return ask(worker, { phase, numbers: Array.from({ length: PART }, (_, offset) => from + offset) });
      }),
    );
    return took.reduce((sum, ms) => sum + (PART * 1000) / ms, 0);
  };
  const rounds: { readonly cases: number; readonly floor: number }[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    const cases = await all("campaign", round);
    await all("trace", round);
    const floor = await all("floor", round);
    if (round >= WARM_UP) rounds.push({ cases, floor });
    const name = round < WARM_UP ? "warm-up" : `round ${round - WARM_UP + 1} of ${ROUNDS}`;
    process.stderr.write(`campaign, ${name}: ${cases.toFixed(0)} cases/s, floor ${floor.toFixed(0)}/s\n`);
  }
  for (const worker of workers) {
    const ended = once(worker, "exit");
    worker.postMessage({ phase: "stop" } satisfies Order);
    await ended;
  }
  return {
    casesPerSecond: Math.round(median(rounds.map(({ cases }) => cases))),
    floorPerSecond: Math.round(median(rounds.map(({ floor }) => floor))),
    ratio: Number(median(rounds.map(({ cases, floor }) => cases / floor)).toFixed(3)),
    workers: WORKERS,
    rounds: ROUNDS,
    casesPerRound: WORKERS * PART,
  };
}
