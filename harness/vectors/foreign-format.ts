import { z } from "zod";
import { FORMAT, SUITE } from "./format.ts";
import { hex } from "./stage-schemas.ts";

/** The shape of a file of foreign vectors: values that others have published. docs/vectors.md says what the members mean. */

const hash = z.enum(["sha256", "sha384"]);
const label = z.union([z.number().int(), z.string()]);
const token = { token: hex, publicKey: hex.nullable().describe("SubjectPublicKeyInfo in DER; null: it was not published") };

/** Of each kind: what is given, and what was published of it. */
export const foreignKinds = {
  /** Derive-Secret of RFC 8446 section 7.1. */
  "derive-secret": {
    inputs: z.strictObject({ hash, secret: hex, label: z.string(), transcriptHash: hex }),
    output: z.strictObject({ derivedSecret: hex }),
  },
  /** HKDF-Expand-Label of RFC 8446 section 7.1. */
  "expand-label": {
    inputs: z.strictObject({ hash, secret: hex, label: z.string(), context: hex, length: z.number().int().min(1) }),
    output: z.strictObject({ value: hex }),
  },
  /** verify_data of RFC 9261 section 5.2.3; `request` is what enters the transcript as the request. */
  finished: {
    inputs: z.strictObject({
      hash,
      handshakeContext: hex,
      finishedKey: hex,
      request: hex,
      certificate: hex,
      certificateVerify: hex,
    }),
    output: z.strictObject({ verifyData: hex }),
  },
  /** The certificate_request_context of an authenticator (RFC 9261 section 7.2). */
  context: {
    inputs: z.strictObject({ message: hex }),
    output: z.strictObject({ certificateRequestContext: hex }),
  },
  /** A CMW, with the messages in it. */
  cmw: {
    inputs: z.strictObject({ cmwData: hex }),
    output: z.strictObject({
      form: z.enum(["record", "tag", "collection"]),
      collectionType: z.string().nullable(),
      messages: z.array(z.strictObject({ path: z.array(label), type: label, value: hex, indicator: z.number().int().nullable() })).min(1),
    }),
  },
  /** COSE_Sign1 with tag 18 (RFC 9052 section 4.2). */
  "cose-sign1": {
    inputs: z.strictObject(token),
    output: z.strictObject({ algorithm: z.string(), signedContent: hex, payload: hex }),
  },
  /** JWS in the compact serialisation (RFC 7515 section 7.1); `token` is its ASCII. */
  jws: {
    inputs: z.strictObject(token),
    output: z.strictObject({ algorithm: z.string(), signedContent: hex, payload: hex }),
  },
  /** The claims of an EAT, unsigned (RFC 9711). */
  "eat-claims": {
    inputs: z.strictObject({ serialisation: z.enum(["cbor", "json"]), claims: hex }),
    output: z.strictObject({ nonce: hex.nullable(), ueid: hex.nullable(), number: z.number().int().describe("how many claims there are") }),
  },
  /** An Attestation Result, by its signature and by what it says (draft-ietf-rats-ear). */
  "ear-jwt": {
    inputs: z.strictObject(token),
    output: z.strictObject({ statuses: z.array(z.string()), publicKeys: z.array(hex) }),
  },
} as const;

export type ForeignKind = keyof typeof foreignKinds;

function vectorOf(kind: ForeignKind) {
  const { inputs, output } = foreignKinds[kind];
  const described = {
    id: z.string().regex(/^[a-z0-9-]+(\/[a-z0-9-]+)+$/),
    kind: z.literal(kind),
    section: z.string(),
    comment: z.string(),
    inputs,
  };
  // What was published wrongly, or for another revision, is here as well: what is said against it has to stay true.
  const confirmed = z.strictObject({ ...described, result: z.literal("confirmed"), output });
  const refused = z.strictObject({
    ...described,
    result: z.literal("refused"),
    reason: z.string(),
    refusedFor: z.string(),
    output: z.null(),
  });
  return z.discriminatedUnion("result", [confirmed, refused], "confirmed, or refused");
}

/** The schema of a vector of each kind. */
export const foreignVectorSchemas = Object.fromEntries(
  (Object.keys(foreignKinds) as ForeignKind[]).map((kind) => [kind, vectorOf(kind)]),
) as Record<ForeignKind, ReturnType<typeof vectorOf>>;

const vector = z.union(Object.values(foreignVectorSchemas) as [ReturnType<typeof vectorOf>, ...ReturnType<typeof vectorOf>[]]);

/** The schema of a file of foreign vectors. */
export const foreignFileSchema = z.strictObject({
  $schema: z.string(),
  suite: z.literal(SUITE),
  format: z.literal(FORMAT),
  foreign: z.string().describe("whose values they are, in a word"),
  title: z.string(),
  source: z.strictObject({ document: z.string(), url: z.url() }),
  notes: z.array(z.string()),
  numberOfVectors: z.number().int().min(1),
  vectors: z.array(vector).min(1),
});

/** The same of what stands around the vectors, each of which is read by itself. */
export const foreignFrameSchema = foreignFileSchema.extend({ vectors: z.array(z.unknown()).min(1) });

export type ForeignFile = z.output<typeof foreignFileSchema>;
export type ForeignVector = ForeignFile["vectors"][number];
