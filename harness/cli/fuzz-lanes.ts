import { Worker } from "node:worker_threads";
import type { Lane } from "../campaign/campaign.ts";
import type { Part } from "../campaign/lane.ts";
import type { WorkerTask } from "./fuzz-worker.ts";

/** A lane that is a thread with a process of the implementation of its own. Throws Error where the thread cannot go on. */
export function threadLane(task: WorkerTask): Lane {
  const worker = new Worker(new URL("./fuzz-worker.js", import.meta.url), { workerData: task });
  let waiting: { readonly resolve: (part: Part) => void; readonly reject: (error: Error) => void } | undefined;
  let broken: Error | undefined;
  const fail = (error: Error): void => {
    broken = error;
    waiting?.reject(error);
  };
  worker.on("message", ({ part, error }: { readonly part?: Part; readonly error?: string }) => {
    if (part) waiting?.resolve(part);
    else fail(new Error(error ?? "a thread of the campaign said nothing"));
  });
  worker.on("error", fail);
  worker.on("exit", () => fail(new Error("a thread of the campaign has ended")));
  return {
    play: (numbers) =>
      new Promise<Part>((resolve, reject) => {
        if (broken) return reject(broken);
        waiting = { resolve, reject };
        worker.postMessage(numbers);
      }),
    stop: async () => {
      if (broken) return;
      const ended = new Promise((resolve) => worker.once("exit", resolve));
      worker.postMessage("stop");
      await ended;
    },
  };
}
