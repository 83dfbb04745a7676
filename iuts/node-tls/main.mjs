// @ts-check
// Exported authenticators over node:tls behind the control protocol. Answers go to stdout, and nothing else does.
import { makeMethods } from "./shim/methods.mjs";
import { serve } from "./shim/rpc.mjs";

await serve(process.stdin, (line) => process.stdout.write(line), makeMethods());
// Connections that are still open do not hold the process.
process.exit(0);
