import { z } from "zod";
import { profileSchema } from "../attestation/profile.ts";
import { type Bytes, fromHex, toHex } from "../wire/bytes.ts";

/** The control protocol of docs/iut-protocol.md, version 1, as schemas. Byte strings are lower-case hexadecimal on the line, Bytes here. */

export const PROTOCOL_VERSION = 1;

// Not z.custom(): a union is encoded by its first member that fits, so what is no byte string must not fit.
const isBytes = z.custom<Bytes>((value) => value instanceof Uint8Array);

const byteString = z.codec(z.string().regex(/^([0-9a-f]{2})*$/, "expected lower-case hexadecimal"), isBytes, {
  decode: (hex) => fromHex(hex),
  encode: (bytes) => toHex(bytes),
});

export const positions = ["attester/server", "attester/client", "relying-party/server", "relying-party/client"] as const;
export type Position = (typeof positions)[number];

const identity = z.object({ chain: z.array(byteString), key: byteString });

/** How the CMW is formed; only one whose feature is declared is asked for. Absent: a record. */
const form = z.enum(["record", "tag", "collection"]).optional();

const attestation = z.discriminatedUnion("model", [
  z.object({
    form,
    model: z.literal("background-check"),
    type: z.string(),
    cmw: z.enum(["cbor", "json"]),
    claims: z.object({ ueid: byteString, measurement: byteString }),
    key: byteString,
    chain: z.array(byteString),
  }),
  z.object({ form, model: z.literal("passport"), type: z.string(), cmw: z.enum(["cbor", "json"]), result: byteString }),
]);

const refusal = z.object({ refused: z.object({ code: z.string().optional(), detail: z.string().optional() }) });

export type Refusal = z.infer<typeof refusal>["refused"];

/** The optional abilities that the protocol knows, its additions among them. */
export const featureNames: readonly string[] = [
  ...["spontaneous", "empty-authenticator", "get-context", "replay-detection", "export", "foreign-request"],
  ...["cmw-tag", "cmw-collection", "cmw-signed", "appraise"],
];

/** What an implementation says of itself; what is not in `supports` is not asked. */
export const helloResult = z.object({
  protocol: z.number(),
  name: z.string(),
  version: z.string().default("unknown"),
  url: z.string().optional(),
  language: z.string().optional(),
  tls: z.string().optional(),
  concurrency: z.number().int().min(1).default(1),
  supports: z.object({
    positions: z.array(z.enum(positions)),
    cipherSuites: z.array(z.string()),
    signatureSchemes: z.array(z.number().int()),
    models: z.array(z.string()).default([]),
    evidence: z.array(z.string()).default([]),
    results: z.array(z.string()).default([]),
    features: z.array(z.string()).default([]),
  }),
});

export type Hello = z.infer<typeof helloResult>;

const accepted = z.object({
  accepted: z.object({
    context: byteString,
    chain: z.array(byteString),
    attested: z.boolean(),
    model: z.string().optional(),
    type: z.string().optional(),
  }),
});

export type AcceptedResult = z.infer<typeof accepted>["accepted"];

const trust = z.object({ pkix: z.array(byteString), attestation: z.array(byteString), results: z.array(byteString) });
const policy = z.object({
  attestation: z.enum(["required", "optional", "none"]),
  measurement: byteString.optional(),
  signedCmw: z.enum(["accept", "refuse"]).optional(),
});

/** Parameters and result of each method; `appraise` is an addition, and asked of those alone that declare it. */
export const methods = {
  hello: { params: z.object({ protocol: z.number(), profile: profileSchema }), result: helloResult },
  open: {
    params: z.object({
      channel: z.string(),
      side: z.enum(["client", "server"]),
      address: z.object({ host: z.string(), port: z.number().int() }),
      cipherSuites: z.array(z.string()),
      serverName: z.string(),
      identity: identity.optional(),
      trust: z.array(byteString),
    }),
    result: z.union([z.object({ cipherSuite: z.string() }), refusal]),
  },
  request: {
    params: z.object({
      channel: z.string(),
      signatureSchemes: z.array(z.number().int()),
      attestation: z.boolean(),
      context: byteString.nullish(),
    }),
    result: z.union([z.object({ request: byteString }), refusal]),
  },
  authenticate: {
    params: z.object({
      channel: z.string(),
      request: byteString.nullable(),
      identity: identity.nullable(),
      attestation: attestation.nullable(),
    }),
    result: z.union([z.object({ authenticator: byteString }), refusal]),
  },
  validate: {
    params: z.object({
      channel: z.string(),
      request: byteString.nullable(),
      authenticator: byteString,
      trust,
      policy,
      now: z.iso.datetime().optional(),
    }),
    result: z.union([accepted, refusal]),
  },
  appraise: {
    params: z.object({
      cipherSuite: z.string(),
      exporterMasterSecret: byteString,
      sender: z.enum(["client", "server"]),
      request: byteString.nullable(),
      clientHello: z.array(z.number().int()).optional(),
      authenticator: byteString,
      trust,
      policy,
      now: z.iso.datetime(),
      consumedContexts: z.array(byteString),
    }),
    result: z.union([accepted, refusal]),
  },
  context: {
    params: z.union([z.object({ request: byteString }), z.object({ authenticator: byteString })]),
    result: z.union([z.object({ context: byteString }), refusal]),
  },
  export: {
    params: z.object({ channel: z.string(), label: z.string(), context: byteString, length: z.number().int() }),
    result: z.object({ value: byteString }),
  },
  send: { params: z.object({ channel: z.string(), data: byteString }), result: z.union([refusal, z.object({})]) },
  receive: {
    params: z.object({ channel: z.string(), length: z.number().int().min(0), timeout: z.number().optional() }),
    result: z.union([z.object({ data: byteString }), refusal]),
  },
  close: { params: z.object({ channel: z.string() }), result: z.object({}) },
  bye: { params: z.object({}), result: z.object({}) },
} as const;

export type Method = keyof typeof methods;
/** What a method takes and gives, with byte strings as Bytes. */
export type Params<M extends Method> = z.output<(typeof methods)[M]["params"]>;
export type Result<M extends Method> = z.output<(typeof methods)[M]["result"]>;

export type Identity = z.output<typeof identity>;
export type Attestation = z.output<typeof attestation>;

/** True where the implementation rejected what it was given. */
export function isRefused(result: object): result is z.output<typeof refusal> {
  return "refused" in result;
}

/** Role and side of a position. */
export function splitPosition(position: Position): { role: "attester" | "relying-party"; side: "client" | "server" } {
  const [role, side] = position.split("/");
  return { role: role as "attester" | "relying-party", side: side as "client" | "server" };
}
