// What a shim may start and forget: it stays until it is killed.
import { callWitness } from "./witness.mjs";

await callWitness();
setInterval(() => undefined, 1 << 30);
process.stdout.write("here\n");
