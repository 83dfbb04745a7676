import { join } from "node:path";
import { z } from "zod";
import { readYaml } from "../input/yaml-file.ts";
import { packageRoot } from "../paths.ts";
import { globMatcher } from "./baseline.ts";

/** Findings that weaken somebody's security, and how far they have come with the maintainers (docs/disclosure.md). */

/** In the order in which a finding goes through them. */
const states = ["to be reported", "reported", "acknowledged", "fixed", "public"] as const;

const disclosureSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  implementations: z.array(z.string().min(1)).min(1).describe("globs over the names of implementations, or of a library that they use"),
  versions: z.array(z.string().min(1)).min(1).describe("globs over the versions that it was found in"),
  checks: z.array(z.string().min(1)).describe("globs over ids of checks or of exchanges of the matrix; none for what no check shows"),
  state: z.enum(states),
  since: z.iso.date().describe("the day since when the state is this one"),
  note: z.string().min(20).describe("what it is, in words that help nobody to use it"),
});

export const disclosuresSchema = z.strictObject({
  disclosures: z.array(disclosureSchema).superRefine((list, context) => {
    for (const [index, { id }] of list.entries()) {
      if (list.findIndex((other) => other.id === id) < index)
        context.addIssue({ code: "custom", path: [index, "id"], message: `"${id}" stands twice` });
    }
  }),
});

/** One finding. */
export type Disclosure = z.output<typeof disclosureSchema>;

/** What a published cell says of a finding. */
export interface DisclosureNote {
  readonly id: string;
  readonly state: Disclosure["state"];
  /** The words of the cell. */
  readonly text: string;
  /** Whether transcript, capture and command stay out of what is published. */
  readonly withheld: boolean;
}

/** Reads reports/disclosures.yaml, or another file of that form. Throws InputError with file, line and column. */
export function readDisclosures(file = join(packageRoot, "reports", "disclosures.yaml")): readonly Disclosure[] {
  return readYaml(file, disclosuresSchema).disclosures;
}

/**
 * What is known of a check, or of an exchange of the matrix, that fails with an implementation; undefined: nothing. Where several findings fit, the
 * one that is least far with the maintainers counts: it is the one that asks for most care.
 */
export function disclosureFor(
  disclosures: readonly Disclosure[],
  { implementation, version, check }: { readonly implementation: string; readonly version: string; readonly check: string },
): DisclosureNote | undefined {
  const fits = (globs: readonly string[], text: string): boolean => globs.some((glob) => globMatcher(glob)(text));
  const [found] = disclosures
    .filter((one) => fits(one.implementations, implementation) && fits(one.versions, version) && fits(one.checks, check))
    .toSorted((a, b) => states.indexOf(a.state) - states.indexOf(b.state));
  return found && { id: found.id, state: found.state, text: textOf(found), withheld: WITHHELD.has(found.state) };
}

const WITHHELD: ReadonlySet<Disclosure["state"]> = new Set(["to be reported", "reported", "acknowledged"]);

function textOf({ state, since }: Disclosure): string {
  switch (state) {
    case "to be reported":
      return `to be reported to the maintainers (known since ${since})`;
    case "reported":
      return `reported to the maintainers on ${since}`;
    case "acknowledged":
      return `reported to the maintainers, who acknowledged it on ${since}`;
    case "fixed":
      return `mended by the maintainers on ${since}, in a later version`;
    case "public":
      return `reported to the maintainers, and public since ${since}`;
  }
}
