import { faults } from "../faults/catalogue.ts";
import { faulty } from "../faults/faulty.ts";
import { serve } from "../reference/serve.ts";
import { UsageError } from "./problem.ts";
import { unknownFault } from "./prove-command.ts";

export interface ReferenceCommandOptions {
  /** The id of a fault that it is to have. */
  readonly fault?: string;
  /** Lists the faults in place of serving. */
  readonly faults?: boolean;
  readonly json?: boolean;
}

/** `reference`: serves the reference over the control protocol, on stdin and stdout, or lists its faults. Throws UsageError. */
export async function referenceCommand({ fault: id, faults: list = false, json = false }: ReferenceCommandOptions): Promise<void> {
  if (list) {
    process.stdout.write(json ? `${JSON.stringify(faults.map(described), null, 2)}\n` : faults.map(lineOf).join(""));
    return;
  }
  if (json) throw new UsageError("--json: expected together with --faults");
  const fault = faults.find((each) => each.id === id);
  if (id !== undefined && fault === undefined) throw new UsageError(unknownFault("--fault", id));
  await serve(faulty(fault), process.stdin, process.stdout);
}

function described({ id, role, title, requirements, equivalent }: (typeof faults)[number]) {
  return { id, role, title, requirements, ...(equivalent !== undefined && { equivalent }) };
}

function lineOf({ id, title, equivalent }: (typeof faults)[number]): string {
  return `${id}\n    ${title}${equivalent === undefined ? "" : `\n    equivalent: ${equivalent}`}\n`;
}
