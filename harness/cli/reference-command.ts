import { Reference } from "../reference/reference.ts";
import { serve } from "../reference/serve.ts";

/** `reference`: the bundled implementation as a shim on stdin and stdout, until `bye` or the end of input. */
export async function referenceCommand(): Promise<void> {
  await serve(new Reference(), process.stdin, process.stdout);
  process.stdin.destroy();
}
