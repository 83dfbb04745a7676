import { z } from "zod";
import { profileSchema } from "../attestation/profile.ts";
import { FORMAT, SUITE } from "../vectors/format.ts";
import { type Kind, kinds } from "../vectors/kinds.ts";
import { hex } from "../vectors/stage-schemas.ts";
import { type CipherSuite, cipherSuites } from "../wire/code-points.ts";

/**
 * The shape of a recording: one message with what it is judged by, as in a vector, but with little that must be there. docs/vectors.md says
 * what each member means.
 */

// Whoever stands at a bench has what their library shows: a secret, or some of what was exported, or neither.
const connection = z
  .strictObject({
    cipherSuite: z.enum(Object.keys(cipherSuites) as [CipherSuite, ...CipherSuite[]]),
    exporterMasterSecret: hex.optional(),
    handshakeContext: hex.optional(),
    finishedKey: hex.optional(),
    exportedValue: hex.optional(),
  })
  .refine(({ exporterMasterSecret, handshakeContext, finishedKey, exportedValue }) => {
    return exporterMasterSecret === undefined || (handshakeContext ?? finishedKey ?? exportedValue) === undefined;
  }, "exporterMasterSecret, or exported values (what your own code exported, to be compared, goes into claimed)");

const roots = z.array(hex).optional();
const trust = z.strictObject({ pkix: roots, attestation: roots, results: roots }).optional();
const policy = z
  .strictObject({
    attestation: z.enum(["required", "optional", "none"]).optional(),
    measurement: hex.nullable().optional(),
    signedCmw: z.enum(["accept", "refuse"]).optional(),
  })
  .optional();
const now = z.iso.datetime().optional();
const asked = z.strictObject({ signatureSchemes: z.array(z.number().int().min(0).max(0xffff)).min(1), attestation: z.boolean() });

const { sender, clientHello } = kinds.authenticator.inputs.shape;
const { earlierContexts, asked: askedOfRequest } = kinds.request.inputs.shape;
const contexts = z.array(hex).optional();
const profile = profileSchema.optional();
const bound = { connection, certificateRequestContext: hex, endEntityCertificate: hex, profile };
const judged = { trust, policy, now };
const appraised = { connection, sender, profile, ...judged, consumedContexts: contexts };

/** What must be known of each kind; where a member may be left out, what needs it is not judged. */
const inputs = {
  exporter: z.strictObject({ connection, sender, certificateRequestContext: hex, profile }),
  binding: z.strictObject(bound),
  evidence: z.strictObject({ ...bound, mediaType: z.string(), ...judged }),
  result: z.strictObject({ endEntityCertificate: hex, mediaType: z.string(), ...judged }),
  cmw: z.strictObject({ ...bound, ...judged }),
  request: z.strictObject({ sender, profile, asked: askedOfRequest.optional(), earlierContexts: earlierContexts.optional() }),
  authenticator: z.strictObject({ ...appraised, request: hex.nullable().optional(), clientHello: clientHello.optional() }),
  empty: z.strictObject({ connection, sender, profile, request: hex }),
  exchange: z.strictObject({ ...appraised, asked: asked.optional() }),
} as const satisfies Record<Kind, z.ZodType>;

/** Values that the code under test has computed on its way, to be compared with what is right. */
const claimed = z.strictObject({
  handshakeContext: hex.optional(),
  finishedKey: hex.optional(),
  exportedValue: hex.optional(),
  publicKey: hex.optional(),
  bindingHashInput: hex.optional(),
  binding: hex.optional(),
  aikPubHash: hex.optional(),
  transcriptHash: hex.optional(),
  signatureContent: hex.optional(),
  macTranscriptHash: hex.optional(),
  finishedMac: hex.optional(),
});

/** Names of the values that can be claimed, in the order in which they are computed. */
export const claimNames = Object.keys(claimed.shape) as ClaimName[];
export type ClaimName = keyof z.output<typeof claimed>;

/** What a vector has besides, so that one that was cut out of its file is a recording; none of it is judged. */
const ofVectors = {
  id: z.string(),
  comment: z.string(),
  result: z.enum(["valid", "invalid"]),
  flags: z.array(z.string()),
  mutation: z.record(z.string(), z.unknown()),
  source: z.record(z.string(), z.unknown()),
  stages: z.record(z.string(), z.unknown()),
};

function recorded<K extends Kind>(kind: K) {
  return z.strictObject({
    $schema: z.string().optional(),
    suite: z.literal(SUITE).optional(),
    format: z.literal(FORMAT).optional(),
    title: z.string().optional(),
    ...(z.strictObject(ofVectors).partial().shape as { [Name in keyof typeof ofVectors]: z.ZodOptional<(typeof ofVectors)[Name]> }),
    kind: z.literal(kind),
    inputs: inputs[kind],
    output: kinds[kind].output,
    claimed: claimed.optional(),
  });
}

/** The schema of a recording of that kind. */
export const recordingSchemas = Object.fromEntries((Object.keys(kinds) as Kind[]).map((kind) => [kind, recorded(kind)])) as {
  [K in Kind]: ReturnType<typeof recorded<K>>;
};

/** Any recording, for its JSON Schema. */
export const recordingSchema = z.discriminatedUnion(
  "kind",
  Object.values(recordingSchemas) as unknown as [ReturnType<typeof recorded<Kind>>, ...ReturnType<typeof recorded<Kind>>[]],
);

export type RecordingInputs<K extends Kind = Kind> = z.output<(typeof inputs)[K]>;

/** A recording as it was read. */
export interface Recording<K extends Kind = Kind> {
  readonly kind: K;
  readonly id?: string | undefined;
  readonly title?: string | undefined;
  readonly comment?: string | undefined;
  readonly result?: "valid" | "invalid" | undefined;
  readonly inputs: RecordingInputs<K>;
  readonly output: z.output<(typeof kinds)[K]["output"]>;
  readonly claimed?: z.output<typeof claimed> | undefined;
  /** Of a vector: what it was made from, and its flags. */
  readonly source?: Readonly<Record<string, unknown>> | undefined;
  readonly flags?: readonly string[] | undefined;
}
