import { z } from "zod";
import type { JsonProblem } from "../input/json-problem.ts";
import { type Bytes, toHex } from "../wire/bytes.ts";
import { type Appraisal, hasFinding } from "./appraise.ts";
import { claimNames } from "./schema.ts";

/** What `appraise --json` prints: an array, one object a file. */

const bytes = z.string().regex(/^([0-9a-f]{2})*$/);
const mistake = z.strictObject({ id: z.string(), title: z.string(), hint: z.string(), requirements: z.array(z.string()) });
const problem = z.strictObject({ path: z.string(), expected: z.string(), found: z.string() });

const step = z.strictObject({
  step: z.string(),
  title: z.string(),
  outcome: z.enum(["passed", "finding", "blocked", "skipped", "not-judged"]),
  reason: z.string().optional().describe("why it is blocked or skipped; of one that is not judged, what was judged of it all the same"),
  needs: z.array(z.string()).optional().describe("members of inputs, one of which would do"),
  finding: z.strictObject({ code: z.string(), expected: z.string(), found: z.string() }).optional(),
  requirements: z.array(z.string()).describe("ids of the ledger"),
  mistakes: z.array(mistake).optional(),
});

const appraised = z.strictObject({
  kind: z.string(),
  id: z.string().optional(),
  title: z.string().optional(),
  promised: z.enum(["valid", "invalid"]).optional().describe("what a vector is by its file"),
  outcome: z.enum(["nothing-found", "finding"]),
  now: z.strictObject({ time: z.iso.datetime(), recorded: z.boolean() }).optional(),
  steps: z.array(step),
  values: z.array(z.strictObject({ name: z.enum(claimNames), value: bytes.nullable(), needs: z.array(z.string()) })),
  claims: z.array(
    z.strictObject({
      name: z.enum(claimNames),
      claimed: bytes,
      expected: bytes.nullable(),
      agrees: z.boolean().nullable(),
      needs: z.array(z.string()),
      mistakes: z.array(mistake),
    }),
  ),
  divergence: z
    .strictObject({
      field: z.string(),
      byte: z.number().int().nullable().describe("the first byte that differs, from the start of the message"),
      byteOfField: z.number().int().nullable(),
      expected: bytes.nullable(),
      found: bytes.nullable(),
    })
    .nullable(),
  problems: z.array(problem),
});

/** The schema of what `appraise --json` prints. */
export const appraisalSchema = z.array(
  z.strictObject({ file: z.string(), problems: z.array(problem), recordings: z.array(appraised) }).describe("one file"),
);

/** The schema of what `vectors run --json` prints. */
export const vectorsRunSchema = z.strictObject({
  iut: z.string(),
  vectors: z.number().int(),
  needChannel: z.number().int().describe("vectors that no operation without a channel is about"),
  asked: z.array(
    z.strictObject({
      id: z.string(),
      operation: z.enum(["context", "appraise"]),
      outcome: z.enum(["pass", "fail", "blocked", "not-supported"]),
      expected: z.string().optional(),
      found: z.string().optional(),
      reason: z.string().optional(),
    }),
  ),
  problems: z.array(problem.extend({ file: z.string() })),
});

/** A file with what stands in it. */
export interface AppraisedFile {
  readonly file: string;
  readonly appraisals: readonly Appraisal[];
  readonly problems: readonly JsonProblem[];
}

/** Files as the schema has them. */
export function inJson(files: readonly AppraisedFile[]): z.output<typeof appraisalSchema> {
  return files.map(({ file, appraisals, problems }) => ({ file, problems: [...problems], recordings: appraisals.map(recordingInJson) }));
}

function recordingInJson(appraisal: Appraisal): z.output<typeof appraised> {
  const { kind, id, title, promised, now, steps, values, claims, divergence, problems } = appraisal;
  return {
    kind,
    ...(id !== undefined && { id }),
    ...(title !== undefined && { title }),
    ...(promised !== undefined && { promised }),
    outcome: hasFinding(appraisal) ? "finding" : "nothing-found",
    ...(now && { now: { time: now.time.toISOString(), recorded: now.recorded } }),
    steps: steps.map(({ why: _, requirements, needs, mistakes, ...rest }) => ({
      ...rest,
      requirements: [...requirements],
      ...(needs && { needs: [...needs] }),
      ...(mistakes && { mistakes: mistakes.map((one) => ({ ...one, requirements: [...one.requirements] })) }),
    })),
    values: values.map(({ name, value, needs }) => ({ name, value: hexOrNull(value), needs: [...needs] })),
    claims: claims.map(({ name, claimed, expected, agrees, needs, mistakes }) => ({
      name,
      claimed: toHex(claimed),
      expected: hexOrNull(expected),
      agrees: agrees ?? null,
      needs: [...needs],
      mistakes: mistakes.map((one) => ({ ...one, requirements: [...one.requirements] })),
    })),
    divergence: divergence
      ? {
          field: divergence.field,
          byte: divergence.byte ?? null,
          byteOfField: divergence.byteOfField ?? null,
          expected: hexOrNull(divergence.expected),
          found: hexOrNull(divergence.found),
        }
      : null,
    problems: [...problems],
  };
}

function hexOrNull(value: Bytes | undefined): string | null {
  return value === undefined ? null : toHex(value);
}
