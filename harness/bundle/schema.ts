import { z } from "zod";
import { profileSchema } from "../attestation/profile.ts";
import { positions } from "../iut/protocol.ts";
import { resultRecord } from "../report/records.ts";

/** The machine-readable files of failure bundles. Other programs rely on the names. */

/** Raised where a bundle of an earlier version could not be read any more. */
export const BUNDLE_FORMAT = 1;

/** The files of a bundle, by what is in them. */
export const bundleFiles = {
  case: "case.yaml",
  transcript: "transcript.txt",
  capture: "capture.pcapng",
  stderr: "stderr.txt",
  report: "REPORT.md",
  bundle: "bundle.json",
} as const;

const name = z.string().min(1);
const suite = z.strictObject({ name: z.literal("expat-conformance"), version: z.string() });

/** bundle.json: what a failure bundle is of, and what it takes to play it again. */
export const bundleSchema = z.strictObject({
  format: z.literal(BUNDLE_FORMAT),
  suite,
  iut: z.strictObject({
    path: name.describe("as the user gave it: relative to the folder that the campaign was started in"),
    endpoint: z
      .union([z.string(), z.literal(true)])
      .optional()
      .describe("the address that was given; true: as the manifest describes it"),
    name: z.string(),
    version: z.string(),
  }),
  seed: z.string(),
  number: z.number().int().min(0).describe("the number of the case in the campaign"),
  cause: name.describe("what all cases of this failure have in common, as in the report of the campaign"),
  kind: z.enum(["failure", "inconclusive", "harness-error"]).describe("inconclusive: it did not fail each time that it was played again"),
  broke: z
    .enum(["hang", "exit", "protocol", "start", "error", "connection"])
    .optional()
    .describe("how the implementation broke down, where it gave no answer that could be wrong"),
  check: name.describe("the id of the failing case in case.yaml"),
  failing: z.array(z.string()).describe("the checks that failed when the bundle was written; none: it was not seen again then"),
  position: z.enum(positions),
  parameters: z.strictObject({ cipherSuite: z.string(), signatureScheme: z.string(), format: z.string().optional() }),
  exercises: z.array(z.string()).describe("what is left of the case after shrinking"),
  requirements: z.array(z.string()).describe("the statements at stake"),
  expected: z.string(),
  found: z.string(),
  profile: profileSchema,
  caseSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe("of the bytes of case.yaml"),
});

export type BundleRecord = z.output<typeof bundleSchema>;

/** What playing a bundle again came to. */
export const replayVerdicts = ["right", "fails", "fails-otherwise", "not-executed", "harness-error"] as const;

/** What `replay --json` prints. */
export const replaySchema = z.strictObject({
  bundle: name,
  suite,
  iut: z.strictObject({ path: name, name: z.string(), version: z.string() }),
  verdict: z
    .enum(replayVerdicts)
    .describe("fails: the same checks as in the bundle; fails-otherwise: others; not-executed: unsupported, or blocked"),
  detail: z.string(),
  results: z.array(resultRecord),
});

export type ReplayRecord = z.output<typeof replaySchema>;
