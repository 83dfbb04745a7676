import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../input/input-error.ts";
import { readYaml } from "../input/yaml-file.ts";
import { packageRoot } from "../paths.ts";

/** The ambiguity register: where the texts are silent or contradict one another. No implementation is ever blamed at such a point. */

const identifier = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "expected lower-case words joined by hyphens");

const ambiguitySchema = z.strictObject({
  id: identifier,
  open: z.string().min(20).describe("what the texts leave open, in our own words"),
  sections: z.array(z.string().min(3)).min(1).describe("where: specification and section"),
  behaviours: z
    .array(z.strictObject({ id: identifier, title: z.string().min(5).describe("what an implementation does that behaves so") }))
    .min(2)
    .describe("what implementations can do here, each of them conforming"),
  default: z.string().min(5).describe("what the harness and the reference take it to mean"),
  question: z.string().min(20).endsWith("?").describe("for the working group"),
  notProbed: z.string().min(10).optional().describe("why no probe can tell what an implementation does"),
});

export const ambiguitiesSchema = z.strictObject({
  ambiguities: z.array(ambiguitySchema).superRefine((entries, context) => {
    for (const [index, { id, behaviours }] of entries.entries()) {
      if (entries.findIndex((other) => other.id === id) < index)
        context.addIssue({ code: "custom", path: [index, "id"], message: `"${id}" stands twice` });
      const ids = behaviours.map((behaviour) => behaviour.id);
      const twice = ids.findIndex((name, place) => ids.indexOf(name) < place);
      if (twice >= 0)
        context.addIssue({
          code: "custom",
          path: [index, "behaviours", twice, "id"],
          message: `the behaviour "${ids[twice]}" stands twice`,
        });
    }
  }),
});

/** One open point. */
export type Ambiguity = z.output<typeof ambiguitySchema>;

/** All open points by id, in the order of the register. */
export type Ambiguities = ReadonlyMap<string, Ambiguity>;

/** What an implementation was seen to do at an open point. */
export interface Behaviour {
  readonly ambiguity: string;
  readonly id: string;
  readonly title: string;
}

/** What the observed step of a probe can come to; the keys that a probe maps to behaviours. */
export const showings = [
  ...(["accepted", "refused", "made", "attested", "unattested", "empty", "returned", "ended"] as const),
  ...(["ticket", "no-ticket", "resumed", "fresh"] as const),
] as const;
export type Showing = (typeof showings)[number];

const file = "ambiguities.yaml";

/** Reads the register in a folder of suites. Throws InputError with file, line and column. */
export function loadAmbiguities(folder = join(packageRoot, "suites")): Ambiguities {
  return new Map(readYaml(join(folder, file), ambiguitiesSchema).ambiguities.map((ambiguity) => [ambiguity.id, ambiguity]));
}

/** One ledger entry or probe that refers to the register; `here` is what messages call it. */
export interface Reference {
  readonly here: string;
  readonly ambiguity: string;
}

/**
 * Checks the register against what refers to it. Throws InputError where a reference leads nowhere, where an open point has neither a
 * probe nor a reason why there is none, and where it has both.
 */
export function checkRegister(ambiguities: Ambiguities, references: readonly Reference[], probed: ReadonlySet<string>): void {
  for (const { here, ambiguity } of references) {
    if (!ambiguities.has(ambiguity)) {
      throw new InputError(`${here}: no open point "${ambiguity}" in ${file}; there are ${[...ambiguities.keys()].join(", ")}`);
    }
  }
  for (const { id, notProbed } of ambiguities.values()) {
    if (notProbed === undefined && !probed.has(id)) {
      throw new InputError(`${file}: ${id}: has neither a probe (a case with \`ambiguity: ${id}\`) nor a reason why not (\`notProbed\`)`);
    }
    if (notProbed !== undefined && probed.has(id)) {
      throw new InputError(`${file}: ${id}: says why it has no probe, and has one: remove \`notProbed\``);
    }
  }
}
