import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { parentPort } from "node:worker_threads";
import { type Part, playPart } from "../harness/campaign/lane.ts";
import { Reference } from "../harness/reference/reference.ts";
import { campaignOfReference } from "./campaign-of-reference.ts";

/** A thread of a soak: plays the numbers that it is sent, or throws away what nobody holds any more. */
export type SoakOrder = readonly number[] | "collect" | "stop";
export type SoakReply = Part | "collected";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const { generator, playerFor } = await campaignOfReference("soak");
const player = playerFor(new Reference());

parentPort?.on("message", async (order: SoakOrder) => {
  if (order === "stop") {
    await player.stop();
    parentPort?.close();
  } else if (order === "collect") {
    collect();
    parentPort?.postMessage("collected" satisfies SoakReply);
  } else {
    parentPort?.postMessage((await playPart(generator, [player], order)) satisfies SoakReply);
  }
});
