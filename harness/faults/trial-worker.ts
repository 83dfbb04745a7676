import { parentPort, workerData } from "node:worker_threads";
import { loadLibrary } from "../scenario/load.ts";
import { carryOut, type Job } from "./trial.ts";

/** A thread that carries out trials, one after the other: see pool.ts. */

/** What a thread is started with. */
export interface WorkerData {
  /** Ids of the only checks that are asked; undefined: all. */
  readonly checks: readonly string[] | undefined;
  readonly sockets: boolean;
}

const { checks, sockets } = workerData as WorkerData;
const asked = checks && new Set(checks);
const options = { library: loadLibrary(), sockets, ...(asked && { selects: (id: string) => asked.has(id) }) };

parentPort?.on("message", async (job: Job) => {
  try {
    parentPort?.postMessage({ trial: await carryOut(job, options) });
  } catch (error) {
    parentPort?.postMessage({ problem: (error as Error).message });
  }
});
