import { createHash, type KeyObject } from "node:crypto";
import { z } from "zod";
import { type FieldMap, tokenAlgorithm } from "../attestation/token.ts";
import { parseCertificate } from "../authenticator/certificate.ts";
import { toPem } from "../authenticator/pem.ts";
import { type ExporterSource, otherSide, type Side } from "../authenticator/secrets.ts";
import { type Sign, signWith } from "../authenticator/signature.ts";
import { MutationError } from "../forge/edit.ts";
import { Deferred, type Mutation } from "../forge/mutation.ts";
import { pki } from "../pki/test-pki.ts";
import { type Bytes, concat, fromHex, utf8 } from "../wire/bytes.ts";
import { hashLength } from "../wire/code-points.ts";
import { decodeRequest } from "../wire/request.ts";

/** What the forms of values can speak of: messages made so far and connections, by name. */
export interface ValueScope {
  /** Value of a stage field, `bytes` for all bytes; throws MutationError where there is none. */
  lookUp(reference: string): unknown;
  connection(name: string): ExporterSource;
  /** The side of the IUT, for `{iut}` and `{harness}` in exporter labels. */
  readonly iutSide: Side;
  /** Label and length of the profile, for `{attestation}`. */
  readonly exporterLabel: string;
  readonly exporterLength: number;
  /** Value of a stage of the build that is under way, for `{self}`; only while an edit of it is made. */
  readonly self?: (path: string) => unknown;
  /** How `{sign}` is made; default: by node:crypto. */
  readonly sign?: Sign | undefined;
}

// The forms, each an object with one field (and options) that tells them apart. Documented in docs/writing-a-scenario.md.
const forms = {
  hex: z.strictObject({ hex: z.string() }),
  text: z.strictObject({ text: z.string() }),
  repeat: z.strictObject({ repeat: z.string(), times: z.number().int().min(0) }),
  concat: z.strictObject({ concat: z.array(z.unknown()) }),
  sign: z.strictObject({ sign: z.unknown(), key: z.string() }),
  der: z.strictObject({ der: z.unknown(), padded: z.boolean().default(false) }),
  hash: z.strictObject({ hash: z.array(z.unknown()), with: z.enum(["sha256", "sha384"]).default("sha256") }),
  from: z.strictObject({ from: z.string() }),
  self: z.strictObject({ self: z.string() }),
  next: z.strictObject({ next: z.unknown() }),
  unrequested: z.strictObject({ unrequested: z.string() }),
  pki: z.strictObject({ pki: z.string().regex(/^[a-z0-9-]+\.(certificate|pem|chain|key|spki|publicKeyBits|jwk)$/) }),
  export: z.strictObject({
    export: z.string(),
    context: z.unknown().optional(),
    length: z.union([z.number().int(), z.literal("{attestation}")]).optional(),
    longer: z.number().int().default(0),
    on: z.string().default("main"),
  }),
};

/** The mutation with its value resolved. Throws MutationError where a form is wrong. */
export function resolveMutation(mutation: Mutation, scope: ValueScope): Mutation {
  return mutation.value === undefined ? mutation : { ...mutation, value: resolveValue(mutation.value, scope) };
}

/** A value of the scenario language as a literal: bytes for the forms, other literals as they are. Throws MutationError. */
export function resolveValue(value: unknown, scope: ValueScope): unknown {
  if (Array.isArray(value)) return value.map((element) => resolveValue(element, scope));
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const form = (Object.keys(forms) as (keyof typeof forms)[]).find((name) => name in value);
  if (form === undefined) {
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, resolveValue(field, scope)]));
  }
  // What speaks of the build itself has to wait for it, whatever form it stands in.
  if (scope.self === undefined && speaksOfSelf(value)) return new Deferred((self) => resolveValue(value, withSelf(scope, self)));
  const parsed = forms[form].safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "(the form)"}: ${message}`);
    throw new MutationError(`${JSON.stringify(value)}: ${problems.join("; ")}`);
  }
  return evaluate(parsed.data, scope);
}

/** The same where only bytes will do. Throws MutationError. */
export function resolveBytes(value: unknown, scope: ValueScope): Bytes {
  const resolved = resolveValue(value, scope);
  if (resolved instanceof Uint8Array) return resolved;
  throw new MutationError(`${JSON.stringify(value)}: expected bytes, such as {hex: "00"}`);
}

type Form = { [Name in keyof typeof forms]: z.output<(typeof forms)[Name]> }[keyof typeof forms];

function evaluate(form: Form, scope: ValueScope): unknown {
  if ("hex" in form) return asMutationError(`{hex: ${form.hex.slice(0, 20)}}`, () => fromHex(form.hex));
  if ("text" in form) return utf8(form.text);
  if ("repeat" in form) return asMutationError(`{repeat: ${form.repeat}}`, () => fromHex(form.repeat.repeat(form.times)));
  if ("concat" in form) return concat(...form.concat.map((part) => resolveBytes(part, scope)));
  if ("hash" in form) {
    const hash = createHash(form.with);
    for (const part of form.hash) hash.update(resolveBytes(part, scope));
    return hash.digest();
  }
  if ("from" in form) return scope.lookUp(form.from);
  if ("unrequested" in form) return unrequestedType(form.unrequested, scope);
  if ("next" in form) return successor(resolveBytes(form.next, scope));
  if ("self" in form) return scope.self?.(form.self);
  if ("sign" in form) {
    const signer = asMutationError(`{sign, key: ${form.key}}`, () => pki(form.key));
    return (scope.sign ?? signWith)(tokenAlgorithm(signer.key).algorithm, signer.key, resolveBytes(form.sign, scope));
  }
  if ("der" in form) return derSignature(resolveBytes(form.der, scope), form.padded);
  if ("pki" in form) return fromPki(form.pki);
  const connection = scope.connection(form.on);
  const context = form.context === undefined ? new Uint8Array(0) : resolveBytes(form.context, scope);
  const label = form.export
    .replace("{iut}", scope.iutSide)
    .replace("{harness}", otherSide(scope.iutSide))
    .replace("{attestation}", scope.exporterLabel);
  const length = form.length === "{attestation}" ? scope.exporterLength : (form.length ?? hashLength[connection.hash]);
  return connection.exportKeyingMaterial(label, context, length + form.longer);
}

function speaksOfSelf(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return "self" in value || Object.values(value).some(speaksOfSelf);
}

function withSelf(scope: ValueScope, self: (path: string) => unknown): ValueScope {
  const { iutSide, exporterLabel, exporterLength, sign } = scope;
  return {
    iutSide,
    exporterLabel,
    exporterLength,
    sign,
    self,
    lookUp: (name) => scope.lookUp(name),
    connection: (name) => scope.connection(name),
  };
}

// The ECDSA signature of COSE and JOSE, r ‖ s, as the Ecdsa-Sig-Value of TLS (RFC 3279 section 2.2.3); numbers of at most 63 bytes. Padded:
// each number with a zero octet that DER leaves out (X.690 section 8.3.2), the same signature to a reader of BER that does not count octets.
function derSignature(signature: Bytes, isPadded: boolean): Bytes {
  const integer = (bytes: Bytes): Bytes => {
    const start = bytes.findIndex((byte) => byte !== 0);
    const digits = start < 0 ? Uint8Array.of(0) : bytes.subarray(start);
    const positive = (digits[0] ?? 0) & 0x80 ? concat(Uint8Array.of(0), digits) : digits;
    const written = isPadded ? concat(Uint8Array.of(0), positive) : positive;
    return concat(Uint8Array.of(0x02, written.length), written);
  };
  const half = signature.length / 2;
  const content = concat(integer(signature.subarray(0, half)), integer(signature.subarray(half)));
  return concat(Uint8Array.of(0x30, content.length), content);
}

/** What a counter shows after these bytes: one more, as a big-endian number of the same length; of no bytes, one zero byte. */
function successor(bytes: Bytes): Bytes {
  const next = bytes.length === 0 ? new Uint8Array(1).fill(255) : Uint8Array.from(bytes);
  for (let at = next.length - 1; at >= 0; at--) {
    next[at] = ((next[at] ?? 0) + 1) & 0xff;
    if (next[at] !== 0) break;
  }
  return next;
}

// A relying party may add extensions of its own to a request: what comes unsolicited depends on what it did.
function unrequestedType(name: string, scope: ValueScope): number {
  const { extensions } = decodeRequest(resolveBytes({ from: name }, scope));
  const candidates = [18, 5, 64250, 64251, 64252, 64253];
  return candidates.find((type) => extensions.every((extension) => extension.type !== type)) ?? 64254;
}

function asMutationError<T>(form: string, evaluateForm: () => T): T {
  try {
    return evaluateForm();
  } catch (error) {
    throw new MutationError(`${form}: ${(error as Error).message}`);
  }
}

function fromPki(reference: string): unknown {
  const [name = "", part] = reference.split(".");
  const entity = asMutationError(`{pki: ${reference}}`, () => pki(name));
  switch (part) {
    case "certificate":
      return entity.certificate;
    case "pem":
      return utf8(toPem("CERTIFICATE", entity.certificate));
    case "chain":
      return entity.chain;
    case "key":
      return entity.key;
    case "spki":
      return parseCertificate(entity.certificate).spki;
    case "jwk":
      return jwkOf(parseCertificate(entity.certificate).publicKey);
    default:
      return parseCertificate(entity.certificate).subjectPublicKey;
  }
}

// The public key as the map of a JSON Web Key (RFC 7517 section 4), to stand in a header or among claims.
function jwkOf(key: KeyObject): FieldMap {
  const members = Object.entries(key.export({ format: "jwk" }));
  return { fields: members.map(([name, value]) => ({ name, label: name, value: String(value) })) };
}
