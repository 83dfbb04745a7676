import { z } from "zod";
import { profileSchema } from "./attestation/profile.ts";
import { bundleSchema, replaySchema } from "./bundle/schema.ts";
import { campaignRecord } from "./campaign/records.ts";
import { mutationSchema } from "./forge/mutation.ts";
import { manifestSchema } from "./iut/manifest.ts";
import { templateSchema } from "./iut/template.ts";
import { matrixRecord } from "./matrix/records.ts";
import { appraisalSchema, vectorsRunSchema } from "./recordings/report.ts";
import { recordingSchema } from "./recordings/schema.ts";
import { baselineSchema } from "./report/baseline.ts";
import { disclosuresSchema } from "./report/disclosures.ts";
import { observedSchema } from "./report/observed.ts";
import { reportRecord } from "./report/records.ts";
import { ambiguitiesSchema } from "./scenario/ambiguities.ts";
import { goalsSchema } from "./scenario/goals.ts";
import { ledgerSchema } from "./scenario/ledger.ts";
import { suiteSchema } from "./scenario/schema.ts";
import { versionsSchema } from "./scenario/versions.ts";
import { foreignFileSchema } from "./vectors/foreign-format.ts";
import { vectorFileSchema } from "./vectors/format.ts";
import type { Kind } from "./vectors/kinds.ts";
import { topics } from "./vectors/topics/index.ts";

/** The files that people and other programs write or read, by the name of their JSON Schema in schemas/. */
const published: Readonly<Record<string, z.ZodType>> = {
  scenario: suiteSchema,
  mutation: mutationSchema,
  ledger: ledgerSchema,
  manifest: manifestSchema,
  baseline: baselineSchema,
  disclosures: disclosuresSchema,
  report: reportRecord,
  "campaign-report": campaignRecord,
  matrix: matrixRecord,
  template: templateSchema,
  profile: profileSchema,
  ambiguities: ambiguitiesSchema,
  goals: goalsSchema,
  versions: versionsSchema,
  observed: observedSchema,
  recording: recordingSchema,
  appraisal: appraisalSchema,
  bundle: bundleSchema,
  replay: replaySchema,
  "vectors-run": vectorsRunSchema,
  "vectors-foreign": foreignFileSchema,
  // One a topic: its groups hold nothing but its kinds of messages.
  ...Object.fromEntries(
    topics.map(({ topic, groups }) => [
      `vectors-${topic}`,
      vectorFileSchema([...new Set(groups.map(({ kind }) => kind))] as [Kind, ...Kind[]]),
    ]),
  ),
};

/** The JSON Schemas to be published: file name and content. */
export function jsonSchemas(): { readonly name: string; readonly text: string }[] {
  return Object.entries(published).map(([name, schema]) => {
    // What vectors and recordings say many times is said once and referred to: written out it would be twenty times as long.
    const reused = /^(vectors-|recording)/.test(name) ? "ref" : "inline";
    const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any", reused });
    return { name: `${name}.schema.json`, text: `${JSON.stringify(json, null, 2)}\n` };
  });
}
