import { killAll } from "../iut/process.ts";

/** Whatever way the program ends, nothing that it started is left running. `interrupted` is called before it ends by a signal; `left` says what is left behind. */
export function killChildrenOnExit(
  interrupted: (reason: string) => void = () => undefined,
  left = "results made so far are kept in the reports",
): void {
  process.once("exit", killAll);
  for (const [signal, number] of [
    ["SIGINT", 2],
    ["SIGTERM", 15],
    ["SIGHUP", 1],
  ] as const) {
    process.once(signal, () => {
      process.stderr.write(`\nexpat-conformance: stopped by ${signal}; ${left}\n`);
      try {
        interrupted(`stopped by ${signal}`);
      } finally {
        process.exit(128 + number);
      }
    });
  }
}
