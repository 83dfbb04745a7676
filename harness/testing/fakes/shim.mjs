// A shim that is right but for one fault: `node shim.mjs <fault>`. It stands between the harness and the reference, and alters what
// its fault (faults.mjs) says.
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { Reference } from "../../../dist/harness/reference/reference.js";
import { serve } from "../../../dist/harness/reference/serve.js";
import { faults } from "./faults.mjs";
import { callWitness } from "./witness.mjs";

const fault = faults[process.argv[2]];
if (fault === undefined) throw new RangeError(`no fault "${process.argv[2]}"; there are ${Object.keys(faults).join(", ")}`);
const say = await callWitness();
await fault.begin?.();

const print = (text) => process.stdout.write(text);
const toReference = new PassThrough();
const fromReference = new PassThrough();
const asked = new Map();

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const request = JSON.parse(line);
    asked.set(request.id, request);
    if (fault.swallows?.(request)) return say(`swallowed ${request.method}`);
    fault.asked?.(request, print);
    toReference.write(`${JSON.stringify(request)}\n`);
  })
  .on("close", () => toReference.end());

createInterface({ input: fromReference }).on("line", (line) => {
  const answer = JSON.parse(line);
  const request = asked.get(answer.id);
  print(`${JSON.stringify(fault.answers?.(answer, request) ?? answer)}\n`);
  fault.answered?.(request);
});

await serve(new Reference(), toReference, fromReference);
if (!fault.stays) process.stdin.destroy();
