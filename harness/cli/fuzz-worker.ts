import { parentPort, workerData } from "node:worker_threads";
import type { Profile } from "../attestation/profile.ts";
import { repertoireOf } from "../campaign/exchange.ts";
import { Generator } from "../campaign/generator.ts";
import { playPart } from "../campaign/lane.ts";
import { Player } from "../campaign/player.ts";
import { variationsOf } from "../campaign/variations.ts";
import { killAll } from "../iut/process.ts";
import type { Position } from "../iut/protocol.ts";
import { loadLibrary } from "../scenario/load.ts";
import { type Focus, inFocus } from "./fuzz-focus.ts";
import { resolveSubject, type SubjectOptions } from "./subject.ts";

/** What a thread of a campaign is started with. */
export interface WorkerTask {
  readonly subject: SubjectOptions;
  readonly profile: Profile;
  readonly seed: string;
  readonly positions: readonly Position[];
  readonly focus: readonly Focus[];
}

/** A thread of a campaign: it has a process of the implementation of its own and plays the numbers that it is sent. */
const { subject: options, profile, seed, positions, focus } = workerData as WorkerTask;
const subject = resolveSubject(options, profile);
const driver = await subject.start();
const repertoire = repertoireOf(driver.hello);
const variations = variationsOf(loadLibrary(), driver, repertoire);
const wanted = { ...repertoire, positions: repertoire.positions.filter((position) => positions.includes(position)) };
const generator = new Generator(
  seed,
  wanted,
  variations.filter(({ position }) => positions.includes(position)),
  (stage) => inFocus(stage, focus),
);
let first: typeof driver | undefined = driver;
const player = new Player(
  async () => {
    const ready = first ?? (await subject.start());
    first = undefined;
    return ready;
  },
  profile,
  subject.payload,
  seed,
);

process.once("exit", killAll);
parentPort?.on("message", async (numbers: readonly number[] | "stop") => {
  if (numbers === "stop") {
    await player.stop();
    parentPort?.close();
    return;
  }
  try {
    parentPort?.postMessage({ part: await playPart(generator, player, numbers) });
  } catch (error) {
    parentPort?.postMessage({ error: (error as Error).message });
  }
});
