import type { CampaignProof, PublishedProof, SoughtFault } from "./campaign-proof.ts";

/** The proof of the campaign as it is published: nothing in it depends on when or where it was made. */

/** What `prove --campaign --json` prints, and reports/campaign-proof.json without its matrix. */
export function campaignSummary(proof: CampaignProof): Omit<PublishedProof, "matrix"> {
  const { seed, cases, sought, missed, caughtEquivalents, falseAlarms, errors } = proof;
  return {
    ...{ seed, cases, faults: sought.length, found: found(proof).length, notShown: notShown(proof).length },
    equivalent: sought.filter(({ fault }) => fault.equivalent !== undefined).length,
    ...{ missed: [...missed], caughtEquivalents: [...caughtEquivalents], falseAlarms: [...falseAlarms], errors: [...errors] },
  };
}

/** reports/campaign-proof.json. */
export function campaignProofJson(proof: CampaignProof): string {
  const matrix: PublishedProof["matrix"] = proof.sought.map(({ fault: { id, equivalent }, found: first, notShown: reason }) => ({
    id,
    ...(first && { found: first }),
    ...(reason !== undefined && { notShown: reason }),
    ...(equivalent !== undefined && { equivalent }),
  }));
  const published: PublishedProof = { ...campaignSummary(proof), matrix };
  return `${JSON.stringify(published, null, 1)}\n`;
}

/** reports/campaign-proof.md: the same for people. */
export function campaignProofMarkdown(proof: CampaignProof): string {
  const { seed, cases, missed, caughtEquivalents, falseAlarms, errors } = proof;
  const { faults, equivalent } = campaignSummary(proof);
  const shown = found(proof);
  const kinds = ["valid", "edited", "sequence", "varied"] as const;
  const byKind = kinds.map((kind) => `${shown.filter(({ found: first }) => first?.kind === kind).length} ${kind}`);
  return [
    "# What the campaign finds",
    "",
    "Made by `npx expat-conformance prove --campaign --report reports`. Against the reference with each fault of the catalogue a fuzzing",
    "campaign is played until a case fails, and fails again as the only case of an implementation that was just started. How that is done is",
    "said in docs/architecture.md, “The proof”. With the seed, the number of a case is the source of everything in it.",
    "",
    `- Seed \`${seed}\`, ${cases} cases at most for each fault.`,
    `- ${faults} faults: ${shown.length} found, ${notShown(proof).length} that no case can show, ${equivalent} equivalent (and not found), ${missed.length} missed.`,
    `- The first case was of the kind: ${byKind.join(", ")}.`,
    `- ${cases} cases without a fault: ${falseAlarms.length} false alarms.`,
    "",
    ...named("Missed", missed),
    ...named("Equivalent faults that were found all the same", caughtEquivalents),
    ...named("False alarms", falseAlarms),
    ...named("Campaigns that broke down", errors),
    "## Faults that no case of a campaign can show",
    "",
    ...notShown(proof).map(({ fault, notShown: reason }) => `- \`${fault.id}\` (${fault.title}): ${reason}.`),
    "",
    "## Faults, and the first case that shows each",
    "",
    "| fault | case | what it was | what was found |",
    "|---|--:|---|---|",
    ...shown.map(({ fault, found: first }) => `| \`${fault.id}\` | ${first?.number} | ${first?.cell} | \`${first?.cause}\` |`),
    "",
  ].join("\n");
}

/** What `prove --campaign` prints. */
export function campaignText(proof: CampaignProof): string {
  const { seed, cases, unbroken, sought, missed, caughtEquivalents, falseAlarms, errors } = proof;
  const width = Math.max(0, ...sought.map(({ fault }) => fault.id.length));
  const line = ({ fault, found: first, notShown: reason }: SoughtFault) =>
    `${fault.id.padEnd(width)}  ${first ? `${String(first.number).padStart(6)}  ${first.cell}` : `     -  ${fault.equivalent ? "equivalent" : (reason ?? "MISSED")}`}`;
  const wrong = (what: string, which: readonly string[]) => which.map((each) => `${what} ${each}`);
  return [
    `${"fault".padEnd(width)}   first case that shows it`,
    ...sought.map(line),
    "",
    ...wrong("missed, or not as published:", missed),
    ...wrong("said to be equivalent, and found all the same:", caughtEquivalents),
    ...wrong("found without a fault:", falseAlarms),
    ...wrong("broke down:", errors),
    `seed ${seed}, up to ${cases} cases a fault: ${found(proof).length} of ${sought.length} found, ${notShown(proof).length} cannot be shown, ${missed.length} missed; ${unbroken} cases without a fault, ${falseAlarms.length} false alarms`,
    "",
  ].join("\n");
}

function found({ sought }: CampaignProof): SoughtFault[] {
  return sought.filter(({ fault, found: first }) => fault.equivalent === undefined && first !== undefined);
}

function notShown({ sought }: CampaignProof): SoughtFault[] {
  return sought.filter(({ fault, notShown: reason }) => fault.equivalent === undefined && reason !== undefined);
}

function named(title: string, ids: readonly string[]): string[] {
  return ids.length === 0 ? [] : [`## ${title}`, "", ...ids.map((id) => `- ${id}`), ""];
}
