import { Worker } from "node:worker_threads";
import type { Lane } from "../campaign/campaign.ts";
import type { Part } from "../campaign/lane.ts";
import { IutFailure } from "../iut/control.ts";
import type { WorkerTask } from "./fuzz-worker.ts";

/** What a thread says: a part that it has played, or why it cannot go on. */
type Said = { readonly part: Part } | { readonly failure?: IutFailure["kind"]; readonly message: string };

/** A lane that is a thread with processes of the implementations of its own. It throws IutFailure where one cannot be started, else Error. */
export function threadLane(task: WorkerTask): Lane {
  const worker = new Worker(new URL("./fuzz-worker.js", import.meta.url), { workerData: task });
  let waiting: { readonly resolve: (part: Part) => void; readonly reject: (error: Error) => void } | undefined;
  let gone: Error | undefined;
  const end = (error: Error): void => {
    gone ??= error;
    waiting?.reject(gone);
  };
  worker.on("message", (said: Said) => {
    if ("part" in said) waiting?.resolve(said.part);
    else waiting?.reject(said.failure ? new IutFailure(said.failure, said.message) : new Error(said.message));
  });
  worker.on("error", end);
  worker.on("exit", () => end(new Error("a thread of the campaign has ended")));
  return {
    play: (numbers) =>
      new Promise<Part>((resolve, reject) => {
        if (gone) return reject(gone);
        waiting = { resolve, reject };
        worker.postMessage(numbers);
      }),
    stop: async () => {
      if (gone) return;
      const ended = new Promise((resolve) => worker.once("exit", resolve));
      worker.postMessage("stop");
      await ended;
    },
  };
}
