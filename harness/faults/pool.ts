import { Worker } from "node:worker_threads";
import type { CampaignJob, CampaignTrial } from "./campaign-trial.ts";
import type { Job, Trial } from "./trial.ts";
import type { WorkerData } from "./trial-worker.ts";

/** A trial takes about a second, and that of everything over real sockets ten; on a machine with much else to do, ten times as long. */
const TRIAL_TIMEOUT_MS = { "in full": 900_000, selection: 300_000, fault: 300_000 } as const;

/** A case of a campaign takes about ten milliseconds. */
const CASE_TIMEOUT_MS = 200;

/** Trials of faults by the checks of the suites. */
export function suiteTrials(threads: number, data: WorkerData): TrialPool<Job, Trial> {
  const limit = (job: Job) => TRIAL_TIMEOUT_MS["unbroken" in job ? job.unbroken : "fault"];
  return new TrialPool(threads, new URL("./trial-worker.js", import.meta.url), data, limit);
}

/** Trials of faults by a campaign. */
export function campaignTrials(threads: number): TrialPool<CampaignJob, CampaignTrial> {
  const limit = ({ from, to }: CampaignJob) => TRIAL_TIMEOUT_MS.fault + (to - from) * CASE_TIMEOUT_MS;
  return new TrialPool(threads, new URL("./campaign-trial-worker.js", import.meta.url), undefined, limit);
}

interface Waiting<Job, Trial> {
  readonly job: Job;
  readonly resolve: (trial: Trial) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Trials on threads of their own, so that all cores are used and one that never ends can be stopped. `run` waits for its turn; `close`
 * ends the threads.
 */
export class TrialPool<Job, Trial> {
  readonly #waiting: Waiting<Job, Trial>[] = [];
  readonly #idle: (() => void)[] = [];
  readonly #workers = new Set<Worker>();
  #free: number;

  constructor(
    threads: number,
    readonly worker: URL,
    readonly data: unknown,
    readonly timeoutMs: (job: Job) => number,
  ) {
    this.#free = threads;
  }

  readonly run = (job: Job): Promise<Trial> =>
    new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      this.#next();
    });

  async close(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.terminate()));
  }

  #next(): void {
    const idle = this.#idle.pop();
    if (idle) idle();
    else if (this.#free > 0) {
      this.#free--;
      this.#serve(new Worker(this.worker, { workerData: this.data }));
    }
  }

  #serve(worker: Worker): void {
    this.#workers.add(worker);
    let current: Waiting<Job, Trial> | undefined;
    let timer: NodeJS.Timeout | undefined;
    const finish = (): Waiting<Job, Trial> | undefined => {
      const done = current;
      clearTimeout(timer);
      current = undefined;
      return done;
    };
    const take = (): void => {
      current = this.#waiting.shift();
      if (current === undefined) {
        this.#idle.push(take);
        return;
      }
      worker.postMessage(current.job);
      const limit = this.timeoutMs(current.job);
      timer = setTimeout(() => fail(new Error(`no end within ${limit / 1000} s (a hang)`)), limit);
    };
    // What has hung or ended is of no use to the next trial.
    const fail = (error: Error): void => {
      if (!this.#workers.delete(worker)) return;
      void worker.terminate();
      const place = this.#idle.indexOf(take);
      if (place >= 0) this.#idle.splice(place, 1);
      finish()?.reject(error);
      this.#free++;
      if (this.#waiting.length > 0) this.#next();
    };
    worker.on("message", ({ trial, problem }: { trial?: Trial; problem?: string }) => {
      const done = finish();
      if (trial) done?.resolve(trial);
      else done?.reject(new Error(problem));
      take();
    });
    worker.on("error", fail);
    worker.on("exit", (code) => fail(new Error(`the trial ended its thread (exit code ${code})`)));
    take();
  }
}
