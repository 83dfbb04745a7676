import { parentPort } from "node:worker_threads";
import { idOf, playPart } from "../harness/campaign/lane.ts";
import { splitPosition } from "../harness/iut/protocol.ts";
import { Reference } from "../harness/reference/reference.ts";
import { campaignOfReference } from "./campaign-of-reference.ts";
import { doAgain } from "./floor.ts";
import { plainConnection } from "./plain.ts";
import { type Operation, Trace } from "./trace.ts";

/**
 * A thread of the campaign's bench, with references of its own: `campaign` plays a part as a campaign does and says how long it took,
 * `trace` plays the same part elsewhere and writes down what it needs, `floor` does only that and says how long it took.
 */
export type Order = { readonly phase: "campaign" | "trace" | "floor"; readonly numbers: readonly number[] } | { readonly phase: "stop" };

const SEED = "bench";
const trace = new Trace();
const { generator, playerFor } = await campaignOfReference(SEED);
const player = playerFor(new Reference());
const traced = playerFor(trace.watch(new Reference()));
const plain = await plainConnection();
let cases: (readonly Operation[])[] = [];

async function writeDown(numbers: readonly number[]): Promise<void> {
  cases = [];
  for (const number of numbers) {
    const sentence = generator.generate(number).value.value;
    trace.begin(splitPosition(sentence.exchange.position).role === "attester" ? "harness" : "iut");
    await traced.play(sentence, idOf(SEED, number));
    cases.push(trace.end());
  }
  // What makes sure of refusals is the campaign's own, and not in the floor.
  await traced.settle();
}

const work = {
  campaign: async (numbers: readonly number[]) => {
    const { of } = await playPart(generator, [player], numbers);
    const failures = of.flatMap((each) => each.failures);
    if (failures[0]) throw new Error(`the unbroken reference fails case ${failures[0].number}: ${failures[0].detail}`);
  },
  trace: writeDown,
  floor: async () => {
    for (const operations of cases) await doAgain(operations, plain);
  },
};

parentPort?.on("message", async (order: Order) => {
  if (order.phase === "stop") {
    await Promise.all([player.stop(), traced.stop(), plain.client.close(), plain.server.close()]);
    parentPort?.close();
    return;
  }
  const start = performance.now();
  await work[order.phase](order.numbers);
  parentPort?.postMessage(performance.now() - start);
});
