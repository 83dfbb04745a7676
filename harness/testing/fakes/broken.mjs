// A shim that knows nothing but its way to be wrong, without the reference behind it: `node broken.mjs <fault>`.
import { createInterface } from "node:readline";
import { callWitness } from "./witness.mjs";

await callWitness();
const lines = createInterface({ input: process.stdin });
const reply = (id, result = {}) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, result })}\n`);
const held = [];

/** What each does with a request; `begin` is called first. */
const faults = {
  exits: { begin: () => process.stderr.write("reading the licence\nno licence found\n", () => process.exit(3)) },
  "no-json": { begin: () => process.stdout.write("Welcome to Acme TLS 4.2\n") },
  "no-response": { asked: () => process.stdout.write('{"hello": "world"}\n') },
  "wrong-id": { asked: ({ id }) => reply(id + 1000) },
  "id-zero": { asked: () => reply(0) },
  "id-text": { asked: ({ id }) => reply(String(id)) },
  "no-hello": { asked: ({ id }) => reply(id, { name: "acme" }) },
  silent: { asked: () => undefined },
  // Answers five requests at once, the last one first; the value says which channel was asked for.
  reversed: {
    asked({ id, params }) {
      held.unshift(() => reply(id, { value: params.channel }));
      if (held.length === 5) for (const answer of held.splice(0)) answer();
    },
  },
  // Answers a request when the next one has come: too late for the first, right before the answer to the second.
  late: {
    asked({ id, params }) {
      held.push(() => reply(id, { value: params.channel }));
      if (held.length === 2) for (const answer of held.splice(0)) answer();
    },
  },
  // Every answer twice.
  twice: {
    asked({ id, params }) {
      reply(id, { value: params.channel });
      reply(id, { value: params.channel });
    },
  },
};

const fault = faults[process.argv[2]];
if (fault === undefined) throw new RangeError(`no fault "${process.argv[2]}"; there are ${Object.keys(faults).join(", ")}`);
fault.begin?.();
lines.on("line", (line) => fault.asked?.(JSON.parse(line)));
