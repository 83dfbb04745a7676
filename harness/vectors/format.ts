import { z } from "zod";
import { mutationSchema } from "../forge/mutation.ts";
import { type Kind, kinds } from "./kinds.ts";
import { hex, keyName, stagesSchema } from "./stage-schemas.ts";

/** The shape of a file of vectors. docs/vectors.md says what each member means. */

/** Raised when a file that was right would be read wrongly by a program that was written before. */
export const FORMAT = 1;
export const SUITE = "expat-conformance";

const flag = z.strictObject({
  bugClass: z.string(),
  description: z.string(),
  effect: z.string(),
  requirements: z.array(z.string()).min(1),
  finding: z.strictObject({ step: z.string(), code: z.string() }),
});

const key = z.strictObject({
  pkcs8: hex,
  chain: z.array(hex).min(1),
});

const id = z.string().regex(/^[a-z0-9-]+(\/[a-z0-9-]+)+$/);

function groupSchema(kind: Kind) {
  const { inputs, source, stages, outputs, output } = kinds[kind];
  const allStages = stagesSchema(stages, outputs);
  const vector = {
    id,
    comment: z.string(),
    inputs: inputs.partial().optional(),
    source: source.partial().optional(),
    stages: allStages.partial().optional(),
    output,
  };
  return z.strictObject({
    id,
    title: z.string(),
    kind: z.literal(kind),
    inputs,
    source,
    stages: allStages,
    vectors: z
      .array(
        z.discriminatedUnion("result", [
          z.strictObject({ ...vector, result: z.literal("valid"), flags: z.array(z.string()).max(0), mutation: mutationSchema.optional() }),
          z.strictObject({ ...vector, result: z.literal("invalid"), flags: z.array(z.string()).min(1), mutation: mutationSchema }),
        ]),
      )
      .min(1),
  });
}

/** The schema of a file whose groups are of those kinds. */
export function vectorFileSchema(groupKinds: readonly [Kind, ...Kind[]]) {
  return z.strictObject({
    $schema: z.string(),
    suite: z.literal(SUITE),
    format: z.literal(FORMAT),
    topic: z.string(),
    title: z.string(),
    notes: z.array(z.string()),
    specifications: z.record(z.string(), z.string()),
    numberOfVectors: z.number().int().min(1),
    flags: z.record(z.string(), flag),
    keys: z.record(keyName, key),
    groups: z
      .array(
        z.discriminatedUnion("kind", groupKinds.map(groupSchema) as [ReturnType<typeof groupSchema>, ...ReturnType<typeof groupSchema>[]]),
      )
      .min(1),
  });
}

export type VectorFile = z.output<ReturnType<typeof vectorFileSchema>>;
export type Group = VectorFile["groups"][number];
export type Vector = Group["vectors"][number];
export type Flag = z.output<typeof flag>;
