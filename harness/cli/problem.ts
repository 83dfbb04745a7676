import { InputError } from "../input/input-error.ts";
import { IutFailure } from "../iut/control.ts";
import { SetUpError } from "../iut/driver.ts";
import { RpcError } from "../iut/rpc-error.ts";

/** Usage, bad input, or an error of the harness or the shim. */
export const EXIT_USAGE = 2 as const;

/** A wrong argument: the message says what was expected, what was found and what to do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Says on stderr what stopped the program, for people; returns the exit code. Only an error of our own shows a stack. */
export function reportProblem(error: unknown): number {
  if (error instanceof UsageError || error instanceof InputError || error instanceof IutFailure || error instanceof SetUpError) {
    process.stderr.write(`expat-conformance: ${error.message}\n`);
  } else if (error instanceof RpcError) {
    process.stderr.write(`expat-conformance: ${error.describe()}\n`);
  } else {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`expat-conformance: an error of the harness itself; please report it.\n${text}\n`);
  }
  return EXIT_USAGE;
}
