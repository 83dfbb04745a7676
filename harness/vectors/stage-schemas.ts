import { z } from "zod";

/** How the values of stages stand in a file of vectors. Bytes are lower-case hexadecimal, keys are names of the file's `keys`. */

export const hex = z.string().regex(/^([0-9a-f]{2})*$/, "expected bytes as lower-case hexadecimal of even length");

/** The name of one of the file's `keys`. */
export const keyName = z.string().regex(/^[a-z0-9-]+$/, "expected the name of a key");

const label = z.union([z.number().int(), z.string()]);

interface Named {
  readonly name: string;
  readonly label: number | string;
}

/** A claim or header parameter. The member that holds the value says what it is. */
type FieldJson = Named &
  (
    | { readonly bytes: string }
    | { readonly text: string }
    | { readonly number: number }
    | { readonly certificates: readonly string[] }
    | { readonly fields: readonly FieldJson[] }
  );

const named = { name: z.string(), label };
const field: z.ZodType<FieldJson> = z.lazy(() =>
  z.union([
    z.strictObject({ ...named, bytes: hex }),
    z.strictObject({ ...named, text: z.string() }),
    z.strictObject({ ...named, number: z.number().int() }),
    z.strictObject({ ...named, certificates: z.array(hex) }),
    z.strictObject({ ...named, fields: z.array(field) }),
  ]),
);

type CmwJson = z.output<typeof record> | z.output<typeof tag> | CollectionJson;
interface CollectionJson {
  readonly form: "collection";
  readonly encoding: "cbor" | "json";
  readonly collectionType: string | null;
  readonly items: readonly { readonly name: string; readonly label: number | string; readonly cmw: CmwJson }[];
}

const encoding = z.enum(["cbor", "json"]);
const record = z.strictObject({
  form: z.literal("record"),
  encoding,
  type: label,
  value: hex,
  indicator: z.number().int().nullable(),
  valueAs: z.enum(["base64url", "base64url-padded", "base64", "verbatim"]).optional(),
});
const tag = z.strictObject({ form: z.literal("tag"), encoding, tag: z.number().int(), value: hex });
const collection: z.ZodType<CollectionJson> = z.lazy(() =>
  z.strictObject({
    form: z.literal("collection"),
    encoding,
    collectionType: z.string().nullable(),
    items: z.array(z.strictObject({ name: z.string(), label, cmw })),
  }),
);
const cmw: z.ZodType<CmwJson> = z.lazy(() => z.union([record, tag, collection]));

const extensions = z.array(z.strictObject({ name: z.string().optional(), type: z.number().int(), data: hex }));
const hash = z.string();

const exporterStep = z.strictObject({
  label: z.string(),
  context: hex,
  length: z.number().int(),
  derivedSecretInfo: hex.optional(),
  derivedSecret: hex.optional(),
  contextHash: hex.optional(),
  exportedValueInfo: hex.optional(),
});

const fields = { value: z.array(field) };
const token = {
  value: z.strictObject({
    tag: z.number().int().nullable().optional(),
    protectedHeader: z.array(field),
    unprotectedHeader: z.array(field).optional(),
    payload: hex,
    key: keyName,
  }),
  intermediates: z.strictObject({ signedContent: hex }),
};
const signature = { value: z.strictObject({ signature: hex }), bytes: hex };

interface StageShape {
  readonly value: z.ZodType;
  readonly bytes?: typeof hex;
  readonly intermediates?: z.ZodType;
}

/** The stages of an authenticator (forge/authenticator-stages.ts) and, with their names prefixed, of a request. */
const shapes = {
  secrets: {
    value: z.strictObject({ hash, handshakeContext: hex, finishedKey: hex, exportedValue: hex }),
    intermediates: z.strictObject({ handshakeContext: exporterStep, finishedKey: exporterStep, exportedValue: exporterStep.optional() }),
  },
  binding: {
    value: z.strictObject({ hash, publicKey: hex, exportedValue: hex }),
    intermediates: z.strictObject({ hashInput: hex, binding: hex }),
  },
  "aik-hash": { value: z.strictObject({ hash, publicKey: hex }), intermediates: z.strictObject({ aikPubHash: hex }) },
  claims: fields,
  evidence: token,
  "evidence-signature": signature,
  "second-claims": fields,
  "second-evidence": token,
  "second-evidence-signature": signature,
  "result-claims": fields,
  result: token,
  "result-signature": signature,
  cmw: { value: cmw, bytes: hex },
  "signed-cmw": token,
  "cmw-signature": signature,
  extension: { value: z.strictObject({ type: z.number().int(), cmwData: hex }), bytes: hex },
  certificate: {
    value: z.strictObject({
      handshakeType: z.number().int(),
      certificateRequestContext: hex,
      entries: z.array(z.strictObject({ certData: hex, extensions })),
    }),
    bytes: hex,
  },
  "signature-input": {
    value: z.strictObject({
      padding: hex,
      contextString: hex,
      separator: hex,
      hash,
      handshakeContext: hex,
      request: hex,
      certificate: hex,
      scheme: z.number().int(),
      key: keyName,
      prehash: z.string().nullable(),
      ecdsaEncoding: z.string().nullable(),
      saltLength: z.number().int().nullable(),
    }),
    intermediates: z.strictObject({ transcriptHash: hex, content: hex }),
  },
  "certificate-verify": {
    value: z.strictObject({ handshakeType: z.number().int(), algorithm: z.number().int(), signature: hex }),
    bytes: hex,
  },
  "mac-input": {
    value: z.strictObject({ hash, key: hex, handshakeContext: hex, request: hex, certificate: hex, certificateVerify: hex }),
    intermediates: z.strictObject({ transcriptHash: hex }),
  },
  finished: { value: z.strictObject({ handshakeType: z.number().int(), verifyData: hex }), bytes: hex },
  frame: { value: z.strictObject({ messages: z.array(z.strictObject({ name: z.string(), bytes: hex })) }), bytes: hex },
  "request-context": { value: z.strictObject({ certificateRequestContext: hex }) },
  "request-extensions": { value: z.strictObject({ list: extensions }) },
  "request-message": {
    value: z.strictObject({ handshakeType: z.number().int(), certificateRequestContext: hex, extensions }),
    bytes: hex,
  },
  "request-frame": { value: z.strictObject({ messages: z.array(hex) }), bytes: hex },
} as const satisfies Readonly<Record<string, StageShape>>;

export type StageName = keyof typeof shapes;

/** What a file holds of one stage. A stage that does not apply has the value null and nothing else. */
export interface StageJson {
  readonly value: unknown;
  readonly bytes?: string;
  readonly intermediates?: Readonly<Record<string, unknown>>;
}

/** The schema of the stages of those names, each of which has to be there; the bytes of those in `outputs` are the output, and not repeated. */
export function stagesSchema(names: readonly StageName[], outputs: readonly StageName[]) {
  return z.strictObject(
    Object.fromEntries(
      names.map((name) => {
        const bytes = !outputs.includes(name) ? "always" : name === "cmw" ? "where-signed" : "never";
        return [name, stageSchema(shapes[name], bytes)];
      }),
    ),
  );
}

// The bytes of a CMW are the output only where it is not itself signed.
function stageSchema({ value, bytes, intermediates }: StageShape, when: "always" | "where-signed" | "never"): z.ZodType<StageJson> {
  const own = when === "never" ? {} : { bytes: when === "always" ? bytes : bytes?.optional() };
  const full = z.strictObject({ value, ...(bytes && own), ...(intermediates && { intermediates }) });
  return z.union([full, z.strictObject({ value: z.null() })]) as unknown as z.ZodType<StageJson>;
}
