/**
 * `npm run soak -- --cases N [--workers N]`: a long campaign against the reference, whose resident memory is looked at after 10,000 cases and then
 * regularly, each time behind a garbage collection in all threads. Prints a line for each look, and JSON in the last one. Exit 1 where a case
 * fails, or where memory has grown by 10 % or more: from the first three looks, 2,000 cases apart, to the last three, of each the middle one, since
 * a single look says what the allocator happened to keep.
 */
import { once } from "node:events";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { conductCampaign, type Lane } from "../harness/campaign/campaign.ts";
import { Findings } from "../harness/campaign/findings.ts";
import type { Part } from "../harness/campaign/lane.ts";
import { median } from "./plain.ts";
import type { SoakOrder, SoakReply } from "./soak-worker.ts";

/** Cases before the first look: until caches are full and code is compiled. */
const SETTLED = 10_000;
const APART = 2000;
const LOOKS = 20;
const ALLOWED_GROWTH = 0.1;

const { values } = parseArgs({ options: { cases: { type: "string", default: "100000" }, workers: { type: "string", default: "2" } } });
const [cases, count] = [Number(values.cases), Number(values.workers)];
if (!Number.isInteger(cases) || cases < SETTLED + 6 * APART || !Number.isInteger(count) || count < 1) {
  process.stderr.write(
    `--cases ${values.cases} --workers ${values.workers}: expected at least ${SETTLED + 6 * APART} cases, and at least one worker\n`,
  );
  process.exit(2);
}
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const workers = Array.from({ length: count }, () => new Worker(new URL("./soak-worker.js", import.meta.url)));
async function ask(worker: Worker, order: SoakOrder): Promise<SoakReply> {
  worker.postMessage(order);
  const [reply] = (await once(worker, "message")) as [SoakReply];
  return reply;
}
const lanes = workers.map(
  (worker): Lane => ({
    play: async (numbers) => (await ask(worker, numbers)) as Part,
    stop: async () => {
      const ended = once(worker, "exit");
      worker.postMessage("stop" satisfies SoakOrder);
      await ended;
    },
  }),
);

const findings = new Findings(["reference"]);
const megabytes: number[] = [];
const started = performance.now();
const settled = SETTLED + 2 * APART;
const step = Math.max(APART, Math.ceil((cases - settled) / LOOKS));
let played = 0;
while (played < cases) {
  const next = played === 0 ? SETTLED : Math.min(cases, played + (played < settled ? APART : step));
  const extent = { cases: next, timeMs: undefined, shard: { index: 0, count: 1 }, from: played };
  await conductCampaign(lanes, extent, (part) => {
    for (const { first, cause, detail } of findings.add(part)) process.stdout.write(`case ${first} fails: ${cause}: ${detail}\n`);
  });
  played = next;
  await Promise.all(workers.map((worker) => ask(worker, "collect")));
  collect();
  const now = process.memoryUsage.rss() / 1e6;
  megabytes.push(now);
  const rate = (played * 1000) / (performance.now() - started);
  process.stdout.write(`${played} cases, ${rate.toFixed(0)} a second: ${now.toFixed(0)} MB, ${findings.causes.length} causes of failure\n`);
}
for (const lane of lanes) await lane.stop();

const [first, last] = [median(megabytes.slice(0, 3)), median(megabytes.slice(-3))];
const growth = last / first - 1;
const result = {
  cases: findings.cases,
  workers: count,
  failures: findings.causes.reduce((sum, cause) => sum + cause.count, 0),
  connections: findings.connections,
  megabytesAfter10000: Math.round(first),
  megabytesAtEnd: Math.round(last),
  megabytesAtMost: Math.round(Math.max(...megabytes)),
  growth: Number(growth.toFixed(3)),
};
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exitCode = result.failures > 0 || growth >= ALLOWED_GROWTH ? 1 : 0;
