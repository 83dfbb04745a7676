import { readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../input/input-error.ts";
import { readYaml } from "../input/yaml-file.ts";
import { packageRoot } from "../paths.ts";

const requirementSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9-]+$/),
    section: z.string(),
    level: z.enum(["MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY"]),
    binds: z.array(z.enum(["attester", "relying-party"])).min(1),
    text: z.string().min(20).describe("our own wording, one line"),
    sentence: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/)
      .optional()
      .describe("hash of the normalised original sentence"),
    successor: z
      .string()
      .optional()
      .describe("where the specification that replaces this one makes the statement, and whether in other words"),
    serialisation: z.enum(["cwt", "jwt"]).optional().describe("of the tokens that it speaks of, where not of all"),
    since: z.string().optional(),
    until: z.string().optional(),
    implied: z.boolean().default(false).describe("stated as a fact, without a keyword"),
    informative: z.boolean().default(false),
    excluded: z.string().min(10).optional().describe("why it cannot be tested from outside"),
    open: z.string().optional().describe("the entry of the ambiguity register"),
    goal: z.string().optional().describe("the security goal that falls where it is broken, of suites/goals.yaml; `none`: there is none"),
  })
  .refine(({ excluded, open }) => excluded === undefined || open === undefined, { error: "either excluded or open, not both" });

export const ledgerSchema = z.strictObject({
  spec: z.string(),
  title: z.string(),
  revision: z.string(),
  source: z.string(),
  requirements: z.array(requirementSchema),
});

/** One normative statement of a specification. */
export type Requirement = z.output<typeof requirementSchema> & {
  readonly spec: string;
  readonly specTitle: string;
  readonly revision: string;
};

/** All statements by id. */
export type Ledger = ReadonlyMap<string, Requirement>;

/** Reads suites/requirements/*.yaml. Throws InputError where a file does not fit, or an id stands twice. */
export function loadLedger(folder = join(packageRoot, "suites", "requirements")): Ledger {
  const ledger = new Map<string, Requirement>();
  for (const name of readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .sort()) {
    const { spec, title, revision, requirements } = readYaml(join(folder, name), ledgerSchema);
    for (const requirement of requirements) {
      if (ledger.has(requirement.id)) throw new InputError(`${join(folder, name)}: ${requirement.id} stands twice in the ledger`);
      ledger.set(requirement.id, { ...requirement, spec, specTitle: title, revision });
    }
  }
  return ledger;
}

/** What breaking the strongest of these statements means: `fail` for a MUST, `warn` for a SHOULD, `observed` for a MAY. */
export function severity(ids: readonly string[], ledger: Ledger): "fail" | "warn" | "observed" {
  const levels = ids.map((id) => ledger.get(id)?.level ?? "MUST");
  if (levels.some((level) => level.startsWith("MUST"))) return "fail";
  return levels.some((level) => level.startsWith("SHOULD")) ? "warn" : "observed";
}

/**
 * Why nothing that a check rests on is said in the revision of the draft that a run is made for (`draft-fossati-seat-expat-02`), in words;
 * undefined where something is.
 */
export function notInRevision(ids: readonly string[], ledger: Ledger, revision: string): string | undefined {
  const number = revision.slice(-2);
  const says = ({ since = "00", until = "99" }: Requirement) => since <= number && number <= until;
  const known = ids.map((id) => ledger.get(id)).filter((requirement) => requirement !== undefined);
  if (known.length === 0 || known.some(says)) return undefined;
  return `not a statement of ${revision}: ${known.map(({ id, since, until }) => `${id} (${since ? `since -${since}` : `until -${until}`})`).join(", ")}`;
}

/** Whether a statement is tested, left out, or open. */
export function disposition({ excluded, open }: Requirement): "checks" | "excluded" | "open" {
  return excluded !== undefined ? "excluded" : open !== undefined ? "open" : "checks";
}
