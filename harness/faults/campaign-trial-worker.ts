import { parentPort } from "node:worker_threads";
import { loadLibrary } from "../scenario/load.ts";
import { type CampaignJob, carryOutCampaign } from "./campaign-trial.ts";

/** A thread that carries out campaigns of the proof, one after the other: see pool.ts. */
const library = loadLibrary();

parentPort?.on("message", async (job: CampaignJob) => {
  try {
    parentPort?.postMessage({ trial: await carryOutCampaign(job, library) });
  } catch (error) {
    parentPort?.postMessage({ problem: (error as Error).message });
  }
});
