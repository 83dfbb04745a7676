import type { Check } from "../scenario/case.ts";
import { killed, type Proof, type TriedFault } from "./proof.ts";

/** A proof as it is published: nothing in it depends on when or where it was made. */

/** What `prove --json` prints. */
export function proofSummary(proof: Proof) {
  const { tried, survivors, falseAlarms, caughtEquivalents, unfailedChecks, errors } = proof;
  return {
    faults: tried.length,
    killed: killed(proof).length,
    equivalent: equivalents(proof).length,
    survivors,
    falseAlarms,
    caughtEquivalents,
    ...(unfailedChecks && { unfailedChecks }),
    errors,
  };
}

/** reports/proof.json: the summary, how many results without a fault it rests on, and the whole matrix. */
export function proofJson(proof: Proof): string {
  const faults = proof.tried.map(({ fault: { id, role, title, requirements, equivalent }, seenBy }) => ({
    ...{ id, role, title, requirements },
    ...(equivalent !== undefined && { equivalent }),
    seenBy,
  }));
  return `${JSON.stringify({ ...proofSummary(proof), withoutFault: proof.executed, matrix: faults }, null, 1)}\n`;
}

/** reports/proof.md: the same for people. */
export function proofMarkdown(proof: Proof, checks: readonly Check[]): string {
  const { faults, killed: dead, equivalent } = proofSummary(proof);
  const { survivors, falseAlarms, caughtEquivalents, unfailedChecks = [], errors, executed } = proof;
  const score = faults === equivalent ? 0 : (100 * dead) / (faults - equivalent);
  const seeing = faultsSeen(proof);
  return [
    "# What the suites catch",
    "",
    "Made by `npx expat-conformance prove --report reports`. A *fault* is a named defect that the bundled reference is started with; it is",
    "*killed* when at least one check fails for it, or warns where the statement is a SHOULD. How the runs are made is said in",
    "docs/architecture.md, “The proof”; `reference --fault NAME` serves any of them as a shim.",
    "",
    `- ${faults} faults: ${dead} killed, ${equivalent} equivalent, ${survivors.length} survivors. Score: ${score.toFixed(1)} % of those that are not equivalent.`,
    `- Without a fault: ${executed.inFull} results of all instances over real TLS and ${executed.selection} of the selection in memory, ${falseAlarms.length} false alarms.`,
    `- ${checks.filter(({ kind }) => kind === "negative").length} negative checks, ${unfailedChecks.length} of which no fault makes fail.`,
    "",
    ...named("Survivors", survivors),
    ...named("Equivalent faults that a check sees all the same", caughtEquivalents),
    ...named("False alarms", falseAlarms),
    ...named("Trials that broke down", errors),
    ...named("Negative checks that no fault makes fail", unfailedChecks),
    "## Equivalent faults",
    "",
    "Nothing that can be seen from outside is wrong with these, or nothing that a text forbids. No check may find anything in them.",
    "",
    ...equivalents(proof).map(({ fault }) => `- \`${fault.id}\`: ${fault.title}. ${sentence(fault.equivalent ?? "")}`),
    "",
    "## Faults, and the checks that see them",
    "",
    ...(["attester", "relying-party"] as const).flatMap((role) => table(role, proof)),
    "## Checks, and how many faults each sees",
    "",
    `${seeing.size} of ${checks.length} checks see a fault; ${checks.filter(({ kind }) => kind === "probe").length} are probes, which never fail. The others stand at the end.`,
    "",
    "| check | faults |",
    "|---|--:|",
    ...checks.filter(({ id }) => seeing.has(id)).map(({ id }) => `| \`${id}\` | ${seeing.get(id)} |`),
    "",
    ...named(
      "Positive checks that no fault makes fail: what they ask for, none of the catalogue takes away",
      checks.filter(({ id, kind }) => kind === "positive" && !seeing.has(id)).map(({ id }) => id),
    ),
    ...named("Faults that are seen by checks of other statements alone", seenByOthers(proof, checks)),
  ].join("\n");
}

/** How many faults each check sees; only checks that see one. */
function faultsSeen({ tried }: Proof): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { seenBy } of tried) for (const id of seenBy) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

/** Faults of which no check that sees them carries a statement that they break: they come to light by what follows from them. */
function seenByOthers({ tried }: Proof, checks: readonly Check[]): string[] {
  const statements = new Map(checks.map(({ id, requirements }) => [id, requirements]));
  return tried
    .filter(
      ({ fault, seenBy }) =>
        seenBy.length > 0 && !seenBy.some((id) => statements.get(id)?.some((name) => fault.requirements.includes(name))),
    )
    .map(({ fault }) => fault.id);
}

function equivalents({ tried }: Proof): TriedFault[] {
  return tried.filter(({ fault }) => fault.equivalent !== undefined);
}

function named(title: string, ids: readonly string[]): string[] {
  return ids.length === 0 ? [] : [`## ${title}`, "", ...ids.map((id) => `- \`${id}\``), ""];
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

// Of hundreds of checks that see the same fault the first few say enough; all of them stand in the JSON.
const SHOWN = 4;

function table(role: "attester" | "relying-party", { tried }: Proof): string[] {
  const rows = tried
    .filter(({ fault }) => fault.role === role && fault.equivalent === undefined)
    .map(({ fault: { id, title, requirements }, seenBy }) => {
      const more = seenBy.length > SHOWN ? `, and ${seenBy.length - SHOWN} more` : "";
      const checks = seenBy.slice(0, SHOWN).map((check) => `\`${check}\``);
      return `| \`${id}\`<br>${escaped(title)} | ${requirements.join(", ")} | ${checks.join(", ")}${more} |`;
    });
  return [
    `### ${role === "attester" ? "Attester" : "Relying party"}`,
    "",
    "| fault | statements | seen by |",
    "|---|---|---|",
    ...rows,
    "",
  ];
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|");
}
