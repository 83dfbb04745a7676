import { disposition } from "../scenario/ledger.ts";
import { allChecks, loadLibrary } from "../scenario/load.ts";
import { UsageError } from "./problem.ts";

/** `requirements`: the ledger with what answers each statement. Throws InputError or UsageError. */
export function requirementsCommand({ json, spec }: { json?: boolean; spec?: string }): void {
  const library = loadLibrary();
  const checks = allChecks(library);
  const specs = [...new Set([...library.ledger.values()].map((requirement) => requirement.spec))];
  if (spec !== undefined && !specs.includes(spec)) throw new UsageError(`--spec ${spec}: expected one of ${specs.join(", ")}`);
  const records = [...library.ledger.values()]
    .filter((requirement) => spec === undefined || requirement.spec === spec)
    .map((requirement) => ({
      id: requirement.id,
      spec: requirement.spec,
      section: requirement.section,
      level: requirement.level,
      binds: requirement.binds,
      text: requirement.text,
      disposition: disposition(requirement),
      ...(requirement.excluded !== undefined && { excluded: requirement.excluded }),
      ...(requirement.open !== undefined && { open: requirement.open }),
      checks: checks.filter(({ requirements }) => requirements.includes(requirement.id)).map(({ id }) => id),
    }));
  if (json) {
    process.stdout.write(`${JSON.stringify(records, null, 2)}\n`);
    return;
  }
  for (const { id, section, level, text, excluded, open, checks: answers } of records) {
    const state = excluded
      ? `excluded: ${excluded}`
      : open
        ? `open: ${open}`
        : answers.length > 0
          ? `${answers.length} checks`
          : "no check yet";
    process.stdout.write(`${id}  (${section}, ${level})\n    ${text}\n    ${state}\n`);
  }
  const tested = records.filter((record) => record.disposition === "checks");
  const missing = tested.filter((record) => record.checks.length === 0);
  const excluded = records.filter((record) => record.disposition === "excluded");
  const open = records.filter((record) => record.disposition === "open");
  process.stdout.write(
    `\n${records.length} statements: ${tested.length - missing.length} with checks, ${missing.length} to test with no check yet, ` +
      `${excluded.length} excluded with a reason, ${open.length} open points\n`,
  );
}
