import { parentPort, workerData } from "node:worker_threads";
import { playPart } from "../campaign/lane.ts";
import { Player } from "../campaign/player.ts";
import { type Aim, generatorFor } from "../campaign/setup.ts";
import { IutFailure } from "../iut/control.ts";
import { killAll } from "../iut/process.ts";
import { loadLibrary } from "../scenario/load.ts";
import { resolveSubject, type SubjectOptions, startedBefore } from "./subject.ts";

/** What a thread of a campaign is started with. */
export interface WorkerTask extends Aim {
  readonly subjects: readonly SubjectOptions[];
}

/** A thread of a campaign: it has a process of each implementation of its own and plays the numbers that it is sent. */
const task = workerData as WorkerTask;
const subjects = task.subjects.map((options) => resolveSubject(options, task.profile));

process.once("exit", killAll);

const ready = prepare();
ready.catch(() => undefined);
parentPort?.on("message", async (numbers: readonly number[] | "stop") => {
  try {
    const { generator, players, drivers } = await ready;
    if (numbers !== "stop") return parentPort?.postMessage({ part: await playPart(generator, players, numbers) });
    // A player that was never asked has not taken its driver over.
    for (const each of [...players, ...drivers]) await each.stop();
  } catch (error) {
    const { message, stack = message } = error as Error;
    // A class does not outlive the way to another thread.
    if (numbers !== "stop")
      return parentPort?.postMessage(error instanceof IutFailure ? { failure: error.kind, message } : { message: stack });
  }
  parentPort?.close();
});

async function prepare() {
  const drivers = await Promise.all(subjects.map((subject) => subject.start()));
  const generator = generatorFor(task, loadLibrary(), drivers);
  const players = subjects.map(
    (subject, index) =>
      new Player(
        startedBefore(drivers[index], () => subject.start()),
        task.profile,
        subject.payload,
        task.seed,
      ),
  );
  return { generator, players, drivers };
}
