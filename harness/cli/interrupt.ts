import { killAll } from "../iut/process.ts";

/** Whatever way the program ends, nothing that it started is left running. */
export function killChildrenOnExit(): void {
  process.once("exit", killAll);
  for (const [signal, number] of [["SIGINT", 2], ["SIGTERM", 15], ["SIGHUP", 1]] as const) {
    process.once(signal, () => {
      process.stderr.write(`\nexpat-conformance: stopped by ${signal}; results made so far are kept in the reports\n`);
      process.exit(128 + number);
    });
  }
}
