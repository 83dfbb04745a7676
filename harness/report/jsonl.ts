import { openOutput } from "./output.ts";
import type { Reporter } from "./reporter.ts";

/**
 * The report in JSON Lines, which all other forms can be made from. Opens the path at once (`-` is standard output); throws
 * InputError where it cannot. An aborted run leaves it without a footer.
 */
export function jsonLinesReporter(path: string): Reporter {
  const output = openOutput(path);
  const line = (record: object): void => output.write(`${JSON.stringify(record)}\n`);
  return {
    begin: line,
    result: line,
    end: (footer) => {
      line(footer);
      output.close();
    },
    abort: () => output.close(),
  };
}
