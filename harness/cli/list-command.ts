import { counted } from "../report/layout.ts";
import { allChecks, loadLibrary } from "../scenario/load.ts";
import { selection } from "./selection.ts";

/** `list`: the checks, one a line or as JSON. Throws InputError or UsageError. */
export function listCommand({ json, only }: { json?: boolean; only?: string[] }): void {
  const library = loadLibrary();
  const selects = selection(only, library);
  const checks = allChecks(library).filter(({ id }) => selects?.(id) !== false);
  if (json) {
    const records = checks.map(({ id, title, iut, requirements, kind }) => ({ id, title, iut, requirements, kind }));
    process.stdout.write(`${JSON.stringify(records, null, 2)}\n`);
    return;
  }
  for (const { id, title, iut, kind } of checks) process.stdout.write(`${id}\n    ${iut}, ${kind}: ${title}\n`);
  const count = (kind: string) => checks.filter((check) => check.kind === kind).length;
  process.stdout.write(
    `\n${counted(checks.length, "check")}: ${count("positive")} positive, ${count("negative")} negative, ${counted(count("probe"), "probe")} of open points\n`,
  );
}
