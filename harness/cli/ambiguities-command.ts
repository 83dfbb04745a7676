import { readdirSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../paths.ts";
import { ambiguitiesPage, type Probe } from "../report/ambiguity-register.ts";
import { type Observed, readObserved } from "../report/observed.ts";
import { type Library, loadLibrary } from "../scenario/load.ts";

/** `ambiguities`: the open points, with what they ask and which probes look at them. Throws InputError. */
export function ambiguitiesCommand({ json }: { json?: boolean }): void {
  const library = loadLibrary();
  const probes = probesOf(library);
  const observed = committedObservations();
  const records = [...library.ambiguities.values()].map((ambiguity) => ({
    ...ambiguity,
    probes: probes.filter((probe) => probe.ambiguity === ambiguity.id).map(({ id }) => id),
    observed: observed.flatMap(({ implementation, observations }) =>
      observations
        .filter((seen) => seen.ambiguity === ambiguity.id)
        .map(({ check, behaviour, positions }) => ({ implementation, check, behaviour, positions })),
    ),
  }));
  if (json) {
    process.stdout.write(`${JSON.stringify(records, null, 2)}\n`);
    return;
  }
  for (const { id, open, sections, default: ours, question, notProbed, probes: mine, observed: seen } of records) {
    const lines = [`${id}  (${sections.join("; ")})`, `    ${open}`, `    our default: ${ours}`, `    question: ${question}`];
    for (const probe of mine) lines.push(`    probe: ${probe}`);
    if (notProbed !== undefined) lines.push(`    no probe: ${notProbed}`);
    for (const { implementation, behaviour, positions } of seen)
      lines.push(`    ${implementation}: ${behaviour} (${positions.join(", ")})`);
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  const probed = records.filter((record) => record.probes.length > 0).length;
  process.stdout.write(
    `\n${records.length} open points: ${probed} with probes, ${records.length - probed} with a reason why there is none\n`,
  );
}

/** docs/ambiguities.md as it has to be. Throws InputError. */
export function currentAmbiguitiesPage(): string {
  const library = loadLibrary();
  return ambiguitiesPage(library.ambiguities, probesOf(library), committedObservations());
}

function probesOf({ cases }: Library): Probe[] {
  return cases.flatMap(({ id, behaviours }) => {
    const [behaviour] = behaviours.values();
    return behaviour === undefined ? [] : [{ id, ambiguity: behaviour.ambiguity }];
  });
}

// The results that are committed, and published with the package.
function committedObservations(): Observed[] {
  const folder = join(packageRoot, "reports", "observed");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => readObserved(join(folder, name)));
}
