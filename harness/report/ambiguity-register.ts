import type { Ambiguities, Ambiguity } from "../scenario/ambiguities.ts";
import type { Observed } from "./observed.ts";

/** The ambiguity register for people: docs/ambiguities.md. */

const INTRODUCTION = `# Open points

Made from \`suites/ambiguities.yaml\`, the probes, and \`reports/observed/\`, by \`scripts/make-ambiguities.mjs\`: do not edit.

Where the texts are silent or contradict one another, no implementation is blamed: what they leave open is a parameter of the profile, or
a *probe* records which of the behaviours an implementation shows. All behaviours that are listed here are conforming.
`;

/** A probe: its id, and the open point that it asks about. */
export interface Probe {
  readonly id: string;
  readonly ambiguity: string;
}

/** The page, for a register, its probes, and what implementations were seen to do. */
export function ambiguitiesPage(ambiguities: Ambiguities, probes: readonly Probe[], observed: readonly Observed[]): string {
  return [INTRODUCTION, ...[...ambiguities.values()].map((ambiguity) => sectionOf(ambiguity, probes, observed))].join("\n");
}

function sectionOf(ambiguity: Ambiguity, probes: readonly Probe[], observed: readonly Observed[]): string {
  const { id, open, sections, behaviours, default: ours, question, notProbed } = ambiguity;
  const mine = probes.filter((probe) => probe.ambiguity === id);
  const lines = [`## ${id}`, "", open, "", `- Where: ${sections.join("; ")}`, `- Our default: ${ours}`];
  for (const probe of mine) lines.push(`- Probe: \`${probe.id}\``);
  if (notProbed !== undefined) lines.push(`- No probe: ${notProbed}`);
  lines.push("", `**Question to the working group:** ${question}`, "", "| behaviour | |", "|---|---|");
  for (const behaviour of behaviours) lines.push(`| ${behaviour.id} | ${behaviour.title} |`);
  if (mine.length > 0) {
    lines.push("", "| implementation | what it did |", "|---|---|");
    for (const { implementation, observations } of observed) {
      const seen = observations.filter((observation) => observation.ambiguity === id);
      const cells = seen.map(({ check, behaviour, positions }) => {
        const probe = mine.length > 1 ? `${check.slice(check.lastIndexOf("/") + 1)}, ` : "";
        return `${behaviour} (${probe}${positions.join(", ")})`;
      });
      lines.push(`| ${implementation} | ${cells.join("; ") || "not observed"} |`);
    }
  }
  return `${lines.join("\n")}\n`;
}
