import { publicKeyOf, signWith, verifyWith } from "../authenticator/signature.ts";
import { type Bytes, concat, preview } from "../wire/bytes.ts";
import { CborTag, cbor, decodeCbor } from "./cbor.ts";
import { algorithmNamed, claimsOf, type Envelope, type Field, type FieldValue, TokenError, tokenAlgorithm } from "./token.ts";

const TAG_COSE_SIGN1 = 18;
const HEADER_ALG = 1;
const HEADER_CRIT = 2;
const HEADER_CONTENT_TYPE = 3;
const HEADER_X5CHAIN = 33;
/** What this reader understands, and so may be named by `crit` (RFC 9052 section 3.1). */
const UNDERSTOOD: readonly unknown[] = [HEADER_ALG, HEADER_CRIT, HEADER_CONTENT_TYPE, HEADER_X5CHAIN];

/** COSE_Sign1 with tag 18 (RFC 9052 section 4.2) around CBOR, the signer's chain in x5chain (RFC 9360). */
export const coseSign1: Envelope = {
  encodeClaims: (claims) => encodeFields(claims),

  readClaims: (payload) => claimsOf(readMap(payload, "claims"), (value) => (value instanceof Uint8Array ? concat(value) : undefined)),

  compose(payload, key, chain, contentType) {
    const alg: Field = { name: "alg", label: HEADER_ALG, value: tokenAlgorithm(key).cose };
    return {
      tag: TAG_COSE_SIGN1,
      protectedHeader: contentType === undefined ? [alg] : [alg, { name: "contentType", label: HEADER_CONTENT_TYPE, value: contentType }],
      unprotectedHeader: [{ name: "x5chain", label: HEADER_X5CHAIN, value: chain }],
      payload,
      key,
    };
  },

  signedContent: ({ protectedHeader, payload }) => toBeSigned(protectedBytes(protectedHeader), payload),

  sign: (content, make = signWith) => make(tokenAlgorithm(content.key).algorithm, content.key, coseSign1.signedContent(content)),

  isSignature: (content, signature) =>
    verifyWith(tokenAlgorithm(content.key).algorithm, publicKeyOf(content.key), coseSign1.signedContent(content), signature),

  encode(content, signature) {
    const message = cbor.array([
      cbor.bytes(protectedBytes(content.protectedHeader)),
      encodeFields(content.unprotectedHeader ?? []),
      cbor.bytes(content.payload),
      cbor.bytes(signature),
    ]);
    return typeof content.tag === "number" ? cbor.tag(content.tag, message) : message;
  },

  open(bytes) {
    const message = read(bytes, "COSE_Sign1");
    if (!(message instanceof CborTag) || message.tag !== TAG_COSE_SIGN1) {
      throw new TokenError(`expected COSE_Sign1 with tag 18, found ${preview(bytes, 8)}`);
    }
    const members = Array.isArray(message.value) ? (message.value as unknown[]) : [];
    const [protectedHeader, unprotectedHeader, payload, signature] = members;
    if (
      members.length !== 4 ||
      !(protectedHeader instanceof Uint8Array) ||
      !(unprotectedHeader instanceof Map) ||
      !(payload instanceof Uint8Array) ||
      !(signature instanceof Uint8Array)
    ) {
      throw new TokenError("expected an array of protected header, unprotected header, payload and signature");
    }
    const headers = protectedHeader.length === 0 ? new Map() : readHeader(readMap(protectedHeader, "protected header"));
    readHeader(unprotectedHeader);
    checkCritical(headers, unprotectedHeader);
    const twice = [...headers.keys()].find((label) => unprotectedHeader.has(label));
    if (twice !== undefined) throw new TokenError(`expected each header parameter in one bucket, found ${String(twice)} in both`);
    const algorithmId: unknown = headers.get(HEADER_ALG);
    const contentType: unknown = headers.get(HEADER_CONTENT_TYPE);
    return {
      chain: readChain(headers.get(HEADER_X5CHAIN) ?? unprotectedHeader.get(HEADER_X5CHAIN)),
      algorithmName: `COSE algorithm ${String(algorithmId)}`,
      algorithm: algorithmNamed(algorithmId),
      signedContent: toBeSigned(protectedHeader, payload),
      signature,
      payload,
      contentType: typeof contentType === "string" ? contentType : undefined,
    };
  },
};

// RFC 9052 section 3.1: a critical label that is not understood, is not there, or stands in the other bucket, ends the processing.
function checkCritical(headers: Map<unknown, unknown>, unprotected: Map<unknown, unknown>): void {
  if (unprotected.has(HEADER_CRIT)) throw new TokenError("expected crit in the protected header only");
  if (!headers.has(HEADER_CRIT)) return;
  const critical: unknown = headers.get(HEADER_CRIT);
  if (!Array.isArray(critical) || critical.length === 0) throw new TokenError("expected crit as an array of at least one label");
  const unknown = critical.find((label) => !UNDERSTOOD.includes(label) || !headers.has(label));
  if (unknown !== undefined) throw new TokenError(`expected critical header parameters that are known here, found ${String(unknown)}`);
}

// Sig_structure of RFC 9052 section 4.4, with no external data.
function toBeSigned(protectedHeader: Bytes, payload: Bytes): Bytes {
  return cbor.array([cbor.text("Signature1"), cbor.bytes(protectedHeader), cbor.bytes(new Uint8Array(0)), cbor.bytes(payload)]);
}

// RFC 9052 section 3: an empty protected header is a zero-length string.
function protectedBytes(header: readonly Field[]): Bytes {
  return header.length === 0 ? new Uint8Array(0) : encodeFields(header);
}

function encodeFields(fields: readonly Field[]): Bytes {
  return cbor.map(fields.map(({ label, value }) => [encodeLabel(label), item(value)]));
}

function encodeLabel(label: number | string): Bytes {
  return typeof label === "number" ? cbor.int(label) : cbor.text(label);
}

function item(value: FieldValue): Bytes {
  if (typeof value === "number") return Number.isInteger(value) ? cbor.int(value) : cbor.float(value);
  if (typeof value === "string") return cbor.text(value);
  if (value instanceof Uint8Array) return cbor.bytes(value);
  if ("fields" in value) return encodeFields(value.fields);
  // RFC 9360: a single certificate is a bare byte string, several are an array.
  const [only] = value;
  return value.length === 1 && only instanceof Uint8Array ? cbor.bytes(only) : cbor.array(value.map(item));
}

function readChain(value: unknown): readonly Bytes[] {
  const list: unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  // RFC 9360 section 2: an array is for several, one stands bare.
  if (Array.isArray(value) && list.length < 2) throw new TokenError(`expected x5chain as an array of at least two, found ${list.length}`);
  if (!list.every((certificate) => certificate instanceof Uint8Array)) throw new TokenError("expected x5chain to hold byte strings");
  return list as Bytes[];
}

// RFC 9052 section 1.5: labels are integers or texts.
function readHeader(map: Map<unknown, unknown>): Map<unknown, unknown> {
  const label = [...map.keys()].find((key) => typeof key !== "number" && typeof key !== "string");
  if (label !== undefined) throw new TokenError(`expected header labels that are integers or texts, found ${String(label)}`);
  return map;
}

function readMap(bytes: Bytes, what: string): Map<unknown, unknown> {
  const value = read(bytes, what);
  if (!(value instanceof Map)) throw new TokenError(`expected ${what} as a CBOR map, found ${preview(bytes, 8)}`);
  return value;
}

function read(bytes: Bytes, what: string): unknown {
  try {
    return decodeCbor(bytes);
  } catch (error) {
    throw new TokenError(`${what}: ${(error as Error).message}`);
  }
}
