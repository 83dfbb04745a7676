import { z } from "zod";
import { profileSchema } from "./attestation/profile.ts";
import { mutationSchema } from "./forge/mutation.ts";
import { manifestSchema } from "./iut/manifest.ts";
import { baselineSchema } from "./report/baseline.ts";
import { observedSchema } from "./report/observed.ts";
import { reportRecord } from "./report/records.ts";
import { ambiguitiesSchema } from "./scenario/ambiguities.ts";
import { goalsSchema } from "./scenario/goals.ts";
import { ledgerSchema } from "./scenario/ledger.ts";
import { suiteSchema } from "./scenario/schema.ts";
import { versionsSchema } from "./scenario/versions.ts";

/** The files that people and other programs write or read, by the name of their JSON Schema in schemas/. */
const published: Readonly<Record<string, z.ZodType>> = {
  scenario: suiteSchema,
  mutation: mutationSchema,
  ledger: ledgerSchema,
  manifest: manifestSchema,
  baseline: baselineSchema,
  report: reportRecord,
  profile: profileSchema,
  ambiguities: ambiguitiesSchema,
  goals: goalsSchema,
  versions: versionsSchema,
  observed: observedSchema,
};

/** The JSON Schemas to be published: file name and content. */
export function jsonSchemas(): { readonly name: string; readonly text: string }[] {
  return Object.entries(published).map(([name, schema]) => {
    const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
    return { name: `${name}.schema.json`, text: `${JSON.stringify(json, null, 2)}\n` };
  });
}
