import { renameSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { profileSchema } from "../attestation/profile.ts";
import { InputError } from "../input/input-error.ts";
import { readText } from "../input/text-file.ts";
import { positions } from "../iut/protocol.ts";
import { findingsState } from "./findings.ts";
import { focuses } from "./focus.ts";
import { findingRecord } from "./records.ts";

/** Changes with what a sentence of some seed and number is, and with what a checkpoint holds. */
const CHECKPOINT_VERSION = 1;

const count = z.number().int().min(0);

const checkpointSchema = z.strictObject({
  checkpoint: z.literal(CHECKPOINT_VERSION),
  suite: z.string(),
  iuts: z.array(z.strictObject({ path: z.string(), name: z.string(), version: z.string(), declares: z.string() })).min(1),
  seed: z.string(),
  cases: count.optional(),
  timeMs: count.optional(),
  shard: z.strictObject({ index: count, count: z.number().int().min(1) }),
  positions: z.array(z.enum(positions)),
  focus: z.array(z.enum(Object.keys(focuses) as (keyof typeof focuses)[])),
  profile: profileSchema,
  profileFile: z.string().optional(),
  startedAt: z.iso.datetime(),
  elapsedMs: count,
  findings: findingsState,
  reduced: z.array(findingRecord).describe("what has been shrunk already"),
});

/** A campaign as far as it has come: enough to go on with, or to report. */
export type Checkpoint = z.output<typeof checkpointSchema>;

/** Writes a checkpoint in place of the one before: a crash leaves one of the two whole. Throws what the file system throws. */
export function writeCheckpoint(file: string, checkpoint: Omit<Checkpoint, "checkpoint">): void {
  const part = `${file}.part`;
  writeFileSync(part, `${JSON.stringify({ checkpoint: CHECKPOINT_VERSION, ...checkpoint })}\n`);
  renameSync(part, file);
}

/** Reads a checkpoint of this version of the suite. Throws InputError that says what is wrong with it, or which version wrote it. */
export function readCheckpoint(file: string, suiteVersion: string): Checkpoint {
  const text = readText(file);
  const fail = (problem: string): never => {
    throw new InputError(`${file}: ${problem}`);
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return fail("expected the checkpoint of a campaign, found no JSON");
  }
  const { checkpoint, suite } = (json ?? {}) as { readonly checkpoint?: unknown; readonly suite?: unknown };
  if (checkpoint === undefined) return fail("expected the checkpoint of a campaign, found something else");
  if (checkpoint !== CHECKPOINT_VERSION || suite !== suiteVersion) {
    return fail(
      `it was written by version ${String(suite)} of the suite (checkpoint ${String(checkpoint)}), and this is ${suiteVersion}: the same numbers would be other cases; begin anew with the same --seed`,
    );
  }
  const parsed = checkpointSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return fail(`${issue?.path.join(".") || "(the checkpoint)"}: ${issue?.message}`);
}
