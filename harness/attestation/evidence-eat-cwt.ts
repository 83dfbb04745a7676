import { keyFits, type SignatureAlgorithm, signWith } from "../authenticator/signature.ts";
import { type Bytes, concat, preview } from "../wire/bytes.ts";
import { CborTag, cbor, decodeCbor } from "./cbor.ts";
import { EVIDENCE_PROFILE, EvidenceError, type EvidenceFormat, type Field, type OpenedEvidence } from "./evidence.ts";

/**
 * `application/eat+cwt`: an EAT (RFC 9711) in a CWT, COSE_Sign1 with tag 18 (RFC 9052 section 4.2), the attestation key's chain in
 * x5chain (RFC 9360). The claims that EAT does not register stand where docs/iut-protocol.md puts them.
 */
export const eatCwt: EvidenceFormat = {
  mediaType: "application/eat+cwt",

  claimFields: (claims, profile) => [
    { name: "nonce", label: profile.evidenceNonce.cwt, value: claims.nonce },
    { name: "aikPubHash", label: profile.aikHashClaim.cwt, value: claims.aikPubHash },
    { name: "ueid", label: CLAIM_UEID, value: claims.ueid },
    { name: "eatProfile", label: CLAIM_EAT_PROFILE, value: EVIDENCE_PROFILE },
    { name: "measurement", label: CLAIM_MEASUREMENT, value: claims.measurement },
  ],

  compose(claims, key, chain) {
    const algorithm = coseAlgorithms.find((candidate) => keyFits(candidate.algorithm, key));
    if (algorithm === undefined) throw new RangeError(`no COSE algorithm of the profile fits a key of type ${key.asymmetricKeyType}`);
    return {
      tag: TAG_COSE_SIGN1,
      protectedHeader: [{ name: "alg", label: HEADER_ALG, value: algorithm.id }],
      unprotectedHeader: [{ name: "x5chain", label: HEADER_X5CHAIN, value: chain }],
      payload: encodeFields(claims),
      key,
    };
  },

  sign(content) {
    const algorithm = coseAlgorithms.find((candidate) => keyFits(candidate.algorithm, content.key));
    if (algorithm === undefined) throw new RangeError("no COSE algorithm of the profile fits the key");
    return signWith(algorithm.algorithm, content.key, toBeSigned(protectedBytes(content.protectedHeader), content.payload));
  },

  encode(content, signature) {
    const message = cbor.array([
      cbor.bytes(protectedBytes(content.protectedHeader)),
      encodeFields(content.unprotectedHeader),
      cbor.bytes(content.payload),
      cbor.bytes(signature),
    ]);
    return content.tag === null ? message : cbor.tag(content.tag, message);
  },

  open(bytes, profile): OpenedEvidence {
    const message = read(bytes, "COSE_Sign1");
    if (!(message instanceof CborTag) || message.tag !== TAG_COSE_SIGN1) {
      throw new EvidenceError(`expected COSE_Sign1 with tag 18, found ${preview(bytes, 8)}`);
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
      throw new EvidenceError("expected an array of protected header, unprotected header, payload and signature");
    }
    const headers = protectedHeader.length === 0 ? new Map() : readMap(protectedHeader, "protected header");
    const claims = readMap(payload, "claims");
    const algorithmId: unknown = headers.get(HEADER_ALG);
    // RFC 9052 section 3: what stands in both buckets is taken from the protected one, where the message is not refused for it.
    return {
      chain: readChain(headers.get(HEADER_X5CHAIN) ?? unprotectedHeader.get(HEADER_X5CHAIN)),
      algorithmName: `COSE algorithm ${String(algorithmId)}`,
      algorithm: coseAlgorithms.find(({ id }) => id === algorithmId)?.algorithm,
      signedContent: toBeSigned(protectedHeader, payload),
      signature,
      eatProfile: textOf(claims.get(CLAIM_EAT_PROFILE)),
      claims: {
        nonce: bytesOf(claims.get(profile.evidenceNonce.cwt)),
        aikPubHash: bytesOf(claims.get(profile.aikHashClaim.cwt)),
        ueid: bytesOf(claims.get(CLAIM_UEID)),
        measurement: bytesOf(claims.get(CLAIM_MEASUREMENT)),
      },
    };
  },
};

const TAG_COSE_SIGN1 = 18;
const HEADER_ALG = 1;
const HEADER_X5CHAIN = 33;
const CLAIM_UEID = 256;
const CLAIM_EAT_PROFILE = 265;
const CLAIM_MEASUREMENT = -65538;

// RFC 9053 section 2 and RFC 8230: ECDSA signatures are r ‖ s. ES256 and ES384 are tied to their curves by the profile.
const coseAlgorithms: readonly { id: number; algorithm: SignatureAlgorithm }[] = [
  { id: -7, algorithm: { keyType: "ec", curve: "prime256v1", digest: "sha256", ecdsaEncoding: "ieee-p1363" } },
  { id: -35, algorithm: { keyType: "ec", curve: "secp384r1", digest: "sha384", ecdsaEncoding: "ieee-p1363" } },
  { id: -8, algorithm: { keyType: "ed25519", digest: null } },
  { id: -37, algorithm: { keyType: "rsa", digest: "sha256", padding: "pss" } },
];

// Sig_structure of RFC 9052 section 4.4, with no external data.
function toBeSigned(protectedHeader: Bytes, payload: Bytes): Bytes {
  return cbor.array([cbor.text("Signature1"), cbor.bytes(protectedHeader), cbor.bytes(new Uint8Array(0)), cbor.bytes(payload)]);
}

// RFC 9052 section 3: an empty protected header is a zero-length string.
function protectedBytes(header: readonly Field[]): Bytes {
  return header.length === 0 ? new Uint8Array(0) : encodeFields(header);
}

function encodeFields(fields: readonly Field[]): Bytes {
  return cbor.map(fields.map(({ label, value }) => [typeof label === "number" ? cbor.int(label) : cbor.text(label), item(value)]));
}

function item(value: Field["value"]): Bytes {
  if (typeof value === "number") return cbor.int(value);
  if (typeof value === "string") return cbor.text(value);
  if (value instanceof Uint8Array) return cbor.bytes(value);
  // RFC 9360: a single certificate is a bare byte string, several are an array.
  const [only] = value;
  return value.length === 1 && only ? cbor.bytes(only) : cbor.array(value.map(cbor.bytes));
}

function readChain(value: unknown): readonly Bytes[] {
  const list: unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  if (!list.every((certificate) => certificate instanceof Uint8Array)) throw new EvidenceError("expected x5chain to hold byte strings");
  return list as Bytes[];
}

function readMap(bytes: Bytes, what: string): Map<unknown, unknown> {
  const value = read(bytes, what);
  if (!(value instanceof Map)) throw new EvidenceError(`expected ${what} as a CBOR map, found ${preview(bytes, 8)}`);
  return value;
}

function read(bytes: Bytes, what: string): unknown {
  try {
    return decodeCbor(bytes);
  } catch (error) {
    throw new EvidenceError(`${what}: ${(error as Error).message}`);
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function bytesOf(value: unknown): Bytes | undefined {
  return value instanceof Uint8Array ? concat(value) : undefined;
}
