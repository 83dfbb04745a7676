import { z } from "zod";
import { profileSchema } from "../attestation/profile.ts";
import { authenticatorStages } from "../forge/authenticator-stages.ts";
import { type CipherSuite, cipherSuites } from "../wire/code-points.ts";
import { hex, keyName, type StageName } from "./stage-schemas.ts";

/**
 * The kinds of messages that a vector or a recording can hold. Of each: the inputs that it is judged by, the source that it was made from
 * (a recording has none), the stages, those of them whose bytes are the output, and the output that is judged.
 */

const cipherSuite = z.enum(Object.keys(cipherSuites) as [CipherSuite, ...CipherSuite[]]);
const side = z.enum(["client", "server"]);
const u16 = z.number().int().min(0).max(0xffff);
const seconds = z.number().int().min(0);

/** The secret that the exporter begins with; or, where nobody has it, the exported values themselves. */
const connection = z.union([
  z.strictObject({ cipherSuite, exporterMasterSecret: hex }),
  z.strictObject({ cipherSuite, handshakeContext: hex, finishedKey: hex, exportedValue: hex.optional() }),
]);

const trust = z.strictObject({ pkix: z.array(hex), attestation: z.array(hex), results: z.array(hex) });
const policy = z.strictObject({
  attestation: z.enum(["required", "optional", "none"]),
  measurement: hex.nullable(),
  signedCmw: z.enum(["accept", "refuse"]),
});
const now = z.iso.datetime();
const asked = z.strictObject({ signatureSchemes: z.array(u16).min(1), attestation: z.boolean() });

const evidence = z.strictObject({
  model: z.literal("background-check"),
  mediaType: z.string(),
  key: keyName,
  ueid: hex,
  measurement: hex,
});
const result = z.strictObject({
  model: z.literal("passport"),
  mediaType: z.string(),
  key: keyName,
  status: z.enum(["affirming", "none", "warning", "contraindicated"]),
  issuedAt: seconds,
  notBefore: seconds.nullable(),
  expires: seconds.nullable(),
  publicKey: hex.nullable().describe("SubjectPublicKeyInfo of the key that it speaks of; null: that of the end-entity certificate"),
});
const attestation = z.strictObject({
  message: z.union([evidence, result]),
  second: evidence.nullable().describe("a further item of Evidence, in a collection"),
  cmw: z.enum(["cbor", "json"]),
  form: z.enum(["record", "tag", "collection"]),
  signer: keyName.nullable().describe("who signs the CMW as a whole"),
});
const identity = z.strictObject({ key: keyName, scheme: u16 });

const bound = { connection, certificateRequestContext: hex, endEntityCertificate: hex, profile: profileSchema };
const judged = { trust, policy, now };
const appraised = { connection, sender: side, profile: profileSchema, ...judged, consumedContexts: z.array(hex) };

const ALL = authenticatorStages.map(({ name }) => name as StageName);
const REQUEST = ["request-context", "request-extensions", "request-message", "request-frame"] as const;

function upTo(last: StageName): StageName[] {
  return ALL.slice(0, ALL.indexOf(last) + 1);
}

export const kinds = {
  /** The exporter values of RFC 9261 section 5.1 and expat section 5.1. */
  exporter: {
    inputs: z.strictObject({ connection, sender: side, certificateRequestContext: hex, profile: profileSchema }),
    source: z.strictObject({}),
    stages: ["secrets"] as StageName[],
    outputs: [] as StageName[],
    output: z.strictObject({ handshakeContext: hex, finishedKey: hex, exportedValue: hex }),
  },
  /** Binding and AIK_pub_hash (expat sections 5.1 and 5.2). */
  binding: {
    inputs: z.strictObject(bound),
    source: z.strictObject({}),
    stages: upTo("aik-hash"),
    outputs: [] as StageName[],
    output: z.strictObject({ binding: hex, aikPubHash: hex }),
  },
  /** Evidence alone (docs/iut-protocol.md, Evidence profile). */
  evidence: {
    inputs: z.strictObject({ ...bound, mediaType: z.string(), ...judged }),
    source: z.strictObject({ message: evidence }),
    stages: upTo("evidence-signature"),
    outputs: ["evidence-signature"] as StageName[],
    output: z.strictObject({ evidence: hex }),
  },
  /** An Attestation Result alone. */
  result: {
    inputs: z.strictObject({ endEntityCertificate: hex, mediaType: z.string(), ...judged }),
    source: z.strictObject({ message: result }),
    stages: ["result-claims", "result", "result-signature"] as StageName[],
    outputs: ["result-signature"] as StageName[],
    output: z.strictObject({ attestationResult: hex }),
  },
  /** cmw_data: a CMW with what is in it. */
  cmw: {
    inputs: z.strictObject({ ...bound, ...judged }),
    source: z.strictObject({ attestation }),
    stages: upTo("cmw-signature"),
    outputs: ["cmw", "cmw-signature"] as StageName[],
    output: z.strictObject({ cmwData: hex }),
  },
  /** A request; `sender` asks. */
  request: {
    inputs: z.strictObject({
      sender: side,
      profile: profileSchema,
      asked: asked.extend({ context: hex.nullable().describe("null: whoever asks was free to choose one") }),
      earlierContexts: z.array(hex),
    }),
    source: z.strictObject({ certificateRequestContext: hex }),
    stages: [...REQUEST] as StageName[],
    outputs: ["request-frame"] as StageName[],
    output: z.strictObject({ request: hex }),
  },
  /** An authenticator; `sender` sends it. `request` null: a spontaneous one. */
  authenticator: {
    inputs: z.strictObject({
      ...appraised,
      request: hex.nullable(),
      clientHello: z.array(u16).nullable().describe("types of its extensions, by which a spontaneous one is measured; null: not seen"),
    }),
    source: z.strictObject({ certificateRequestContext: hex, identity, attestation: attestation.nullable() }),
    stages: ALL,
    outputs: ["frame"] as StageName[],
    output: z.strictObject({ authenticator: hex }),
  },
  /** An empty authenticator, which declines (RFC 9261 section 6). */
  empty: {
    inputs: z.strictObject({ connection, sender: side, profile: profileSchema, request: hex }),
    source: z.strictObject({ certificateRequestContext: hex }),
    stages: ALL,
    outputs: ["frame"] as StageName[],
    output: z.strictObject({ authenticator: hex }),
  },
  /** A request and the authenticator that answers it; `sender` is the end that answers. */
  exchange: {
    inputs: z.strictObject({ ...appraised, asked }),
    source: z.strictObject({ certificateRequestContext: hex, identity, attestation: attestation.nullable() }),
    stages: [...REQUEST, ...ALL] as StageName[],
    outputs: ["request-frame", "frame"] as StageName[],
    output: z.strictObject({ request: hex, authenticator: hex }),
  },
} as const;

export type Kind = keyof typeof kinds;
export type Inputs<K extends Kind = Kind> = z.output<(typeof kinds)[K]["inputs"]>;
export type Source<K extends Kind = Kind> = z.output<(typeof kinds)[K]["source"]>;
export type Output<K extends Kind = Kind> = z.output<(typeof kinds)[K]["output"]>;

export type ConnectionJson = z.output<typeof connection>;
export type AttestationJson = z.output<typeof attestation>;
export type EvidenceJson = z.output<typeof evidence>;
export type ResultJson = z.output<typeof result>;
export type PolicyJson = z.output<typeof policy>;
export type TrustJson = z.output<typeof trust>;
