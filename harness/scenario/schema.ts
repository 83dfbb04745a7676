import { z } from "zod";
import { resultStatuses } from "../attestation/format.ts";
import { attestationFormats } from "../attestation/formats.ts";
import { mutationSchema } from "../forge/mutation.ts";
import { abilities } from "../iut/driver.ts";
import { showings } from "./ambiguities.ts";

/** The scenario language: data, never code. Described for people in docs/writing-a-scenario.md, published as schemas/scenario.schema.json. */

const identifier = z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, "expected lower-case words joined by hyphens");

/** Parameters that a case can be run with; each names a value that is chosen by a table in parameters.ts. */
export const suiteNames = ["sha256", "sha384", "chacha20"] as const;
export const schemeNames = ["p256", "p384", "ed25519", "rsa-pss-sha256", "rsa-pss-sha384", "rsa-pss-sha512"] as const;

export const formatNames = attestationFormats.map(({ name }) => name);

const by = z.enum(["iut", "harness"]).describe("who does it: the implementation under test, or the harness");
const on = identifier.describe("the connection; the first one is `main`, others are opened by `connect`");
const as = identifier.describe("a name for what is made, for later steps and for `from`; default: `request` or `authenticator`");
const value = z
  .unknown()
  .describe("a literal, or a form such as {hex}, {text}, {from}, {pki}, {export}, {repeat}: docs/writing-a-scenario.md");

const attestationInput = z.strictObject({
  cmw: z.enum(["cbor", "json"]).default("cbor"),
  format: z.enum(formatNames).optional().describe("default: the one of the instance"),
  form: z.enum(["record", "tag", "collection"]).optional().describe("of the CMW; default: a record"),
  second: z.enum(formatNames).optional().describe("the format of a second item of Evidence, in a collection"),
  key: z
    .string()
    .optional()
    .describe("the entity of the test PKI that signs the Evidence or issues the result; default: attestation-SCHEME or result-SCHEME"),
  signer: z.string().optional().describe("the entity of the test PKI that signs the CMW as a whole; default: nobody"),
  result: z
    .strictObject({
      status: z.enum(resultStatuses).optional(),
      issuedAt: z.iso.datetime().optional().describe("default: a minute ago"),
      notBefore: z.iso.datetime().optional(),
      expires: z.iso.datetime().nullable().optional().describe("default: in an hour; null: never"),
      of: z.string().optional().describe("the entity of the test PKI whose key was attested; default: the identity that is used"),
    })
    .optional()
    .describe("what an Attestation Result says"),
  payload: z.literal("cmw").optional().describe("a CMW, as the draft has it, also where the manifest declares another payload"),
});

const requestStep = z.strictObject({
  by,
  on: on.optional(),
  as: as.optional(),
  attestation: z.boolean().optional().describe("offer cmw_attestation; default: whether the case is `attested`"),
  signatureSchemes: z.array(z.enum(schemeNames)).min(1).optional(),
  context: value.optional(),
  mutate: z.array(mutationSchema).optional(),
  expect: z.enum(["made", "refused", "observed"]).default("made"),
});

const authenticateStep = z.strictObject({
  by,
  on: on.optional(),
  as: as.optional(),
  request: identifier.nullable().optional().describe("the request that it answers; default: the last one; null: spontaneous"),
  identity: z.string().nullable().optional().describe("an entity of the test PKI; null: decline; default: the one of the scheme"),
  attestation: attestationInput.nullable().optional().describe("default: as for an `attested` case, else none"),
  context: value.optional().describe("the context of a spontaneous authenticator of the harness; default: 32 random bytes"),
  mutate: z.array(mutationSchema).optional(),
  expect: z
    .enum(["made", "made-or-refused", "made-or-declined", "attested-or-declined", "refused", "empty", "refused-or-empty", "observed"])
    .default("made")
    .describe(
      "what an IUT must do; `empty`: the authenticated refusal of RFC 9261 section 6; `made-or-refused`: a refusal ends the script; `made-or-declined`: an empty authenticator does too; `attested-or-declined`: an answer without attestation does too",
    ),
});

const policySchema = z.strictObject({
  attestation: z.enum(["required", "optional", "none"]),
  measurement: value.optional(),
  signedCmw: z.enum(["accept", "refuse"]).optional().describe("for a relying party with the feature cmw-signed; default: refuse"),
});

const validateStep = z.strictObject({
  by,
  on: on.optional(),
  authenticator: identifier.optional().describe("default: the last one made"),
  request: identifier.nullable().optional().describe("default: the one that the authenticator answers; null: none"),
  trust: z
    .strictObject({
      pkix: z.array(z.string()).optional(),
      attestation: z.array(z.string()).optional(),
      results: z.array(z.string()).optional(),
    })
    .optional()
    .describe("entities of the test PKI; default: its identity, attestation and result roots"),
  policy: policySchema.optional(),
  now: z.iso.datetime().optional(),
  expect: z.enum(["accepted", "refused", "observed"]).default("accepted"),
});

const contextStep = z.strictObject({
  of: identifier.describe("the name of a request or an authenticator"),
  message: z.enum(["request", "authenticator"]),
  expect: z.enum(["returned", "refused", "observed"]).default("returned"),
});

const connectStep = z.strictObject({
  as: identifier,
  resume: identifier.optional().describe("where the harness is the client: it offers to resume the session of this connection"),
});

const contextsStep = z.strictObject({
  of: z
    .enum(["requests", "authenticators"])
    .describe("what the IUT is to make, choosing the contexts: requests, or authenticators without one"),
  on: z.array(identifier).min(1),
  count: z.number().int().min(2).max(200).describe("how many on each connection"),
});

const dataStep = z.strictObject({
  on: on.optional(),
  length: z.number().int().min(1).max(16384).default(64).describe("bytes that go to the IUT and come back"),
});

const ticketsStep = z.strictObject({
  on: on.optional(),
  since: identifier.optional().describe("a message of the IUT: what came before it does not count; default: the beginning"),
  expect: z.enum(["none", "observed"]).default("none"),
});

const handshakeStep = z.strictObject({
  on: on.optional(),
  expect: z
    .enum(["fresh", "observed"])
    .default("fresh")
    .describe("`fresh`: the client offers no pre_shared_key and no early_data, the server resumes nothing"),
});

const helloStep = z.strictObject({
  expect: z
    .enum(["known"])
    .default("known")
    .describe("what the IUT declares can be: features and models of the protocol, and code points and names that are well formed"),
});

const exportStep = z.strictObject({ on: on.optional() });

/** One step: exactly one of the verbs. */
export const stepSchema = z.union([
  z.strictObject({ request: requestStep }),
  z.strictObject({ authenticate: authenticateStep }),
  z.strictObject({ validate: validateStep }),
  z.strictObject({ context: contextStep }),
  z.strictObject({ connect: connectStep }),
  z.strictObject({ contexts: contextsStep }),
  z.strictObject({ data: dataStep }),
  z.strictObject({ tickets: ticketsStep }),
  z.strictObject({ handshake: handshakeStep }),
  z.strictObject({ hello: helloStep }).describe("what the IUT says of itself is looked at"),
  z.strictObject({ export: exportStep }).describe("the IUT is asked for a value of its exporter, which is not judged"),
]);

const caseSchema = z
  .strictObject({
    id: identifier,
    title: z.string().min(10).describe("a sentence that holds for a conforming implementation"),
    why: z.string().min(10).optional().describe("what goes wrong in the world where an implementation gets it wrong"),
    iut: z.enum(["attester", "relying-party"]),
    kind: z
      .enum(["positive", "negative", "probe"])
      .optional()
      .describe("default: negative where it varies its control, or where its last step expects a refusal"),
    requirements: z.array(z.string()).min(1),
    control: z.string().optional().describe("the positive twin: a case of this suite, or the full id of another one"),
    attested: z
      .union([z.boolean(), z.enum(["background-check", "passport"])])
      .default(false)
      .describe("true: in the background check model"),
    sides: z
      .array(z.enum(["client", "server"]))
      .min(1)
      .optional()
      .describe("sides of the IUT; default: both"),
    cipherSuites: z.array(z.enum(suiteNames)).min(1).optional().describe("default: one that the IUT supports"),
    schemes: z.array(z.enum(schemeNames)).min(1).optional().describe("default: one that the IUT supports"),
    formats: z.array(z.enum(formatNames)).min(1).optional().describe("default: one of the model that the IUT supports"),
    format: z.enum(formatNames).optional().describe("the only one that the case makes sense with; it is not in the id of the instance"),
    features: z.array(z.string()).default([]).describe("optional features of the IUT without which the case makes no sense"),
    abilities: z.array(z.enum(Object.keys(abilities) as [keyof typeof abilities])).default([]),
    mutate: z.array(mutationSchema).min(1).optional().describe("the steps of the control, with these edits of the harness's last message"),
    authenticate: authenticateStep
      .pick({ identity: true, attestation: true })
      .partial()
      .optional()
      .describe("with `mutate` or alone: other inputs for the harness's last authenticator"),
    validate: validateStep
      .pick({ trust: true, policy: true, now: true })
      .partial()
      .optional()
      .describe("with `mutate` or alone: other inputs for the last validation"),
    request: requestStep.pick({ attestation: true, signatureSchemes: true }).partial().optional(),
    steps: z.array(stepSchema).min(1).optional(),
    alone: z
      .array(z.string())
      .min(1)
      .optional()
      .describe("of an exchange of the interop matrix: the checks that ask each end alone for its part in it"),
    goal: z.string().optional().describe("a security goal of goals.yaml, or `none`; default: that of its first requirement which has one"),
    ambiguity: z.string().optional().describe("of a probe: the open point of ambiguities.yaml that it asks about"),
    behaviours: z
      .partialRecord(z.enum(showings), z.string())
      .optional()
      .describe("of a probe: for each thing that the IUT may do at the observed step, the behaviour that it shows by it"),
  })
  .refine(
    ({ steps, control, mutate, request, authenticate, validate }) =>
      (steps === undefined) === varies(mutate, request, authenticate, validate) && (steps ?? control) !== undefined,
    {
      error: "expected either `steps`, or a `control` whose steps are varied with `mutate`, `request`, `authenticate` or `validate`",
    },
  );

function varies(...edits: readonly unknown[]): boolean {
  return edits.some((edit) => edit !== undefined);
}

export const suiteSchema = z.strictObject({
  suite: z.string().regex(/^[a-z0-9][a-z0-9./-]*$/),
  title: z.string().min(5),
  cases: z.array(caseSchema).min(1),
});

export type SuiteFile = z.output<typeof suiteSchema>;
export type CaseFile = SuiteFile["cases"][number];
export type Step = z.output<typeof stepSchema>;
export type RequestStep = z.output<typeof requestStep>;
export type AuthenticateStep = z.output<typeof authenticateStep>;
export type ValidateStep = z.output<typeof validateStep>;
export type ContextStep = z.output<typeof contextStep>;
export type ConnectStep = z.output<typeof connectStep>;
export type ContextsStep = z.output<typeof contextsStep>;
export type DataStep = z.output<typeof dataStep>;
export type TicketsStep = z.output<typeof ticketsStep>;
export type HandshakeStep = z.output<typeof handshakeStep>;
