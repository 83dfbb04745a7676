import type { KeyObject } from "node:crypto";
import { keyFits, type Sign, type SignatureAlgorithm } from "../authenticator/signature.ts";
import type { Bytes } from "../wire/bytes.ts";

/** Signed tokens, as Evidence and Attestation Results are carried in: an envelope (COSE_Sign1, JWS) around claims. */

/** A claim or header parameter: our name for it, the label it has in the token, its value. A list may hold a label twice. */
export interface Field {
  readonly name: string;
  readonly label: number | string;
  readonly value: FieldValue;
}

/** Lists are of certificates; a map of claims (a submodule, say) is an object around its fields. */
export type FieldValue = Bytes | string | number | readonly Bytes[] | FieldMap;

/** Claims inside of a claim. */
export interface FieldMap {
  readonly fields: readonly Field[];
}

/** A token before it is signed. JWS has neither tag nor unprotected header. */
export interface TokenContent {
  readonly tag?: number | null;
  readonly protectedHeader: readonly Field[];
  readonly unprotectedHeader?: readonly Field[];
  readonly payload: Bytes;
  /** The key that signs; never part of what is encoded. */
  readonly key: KeyObject;
}

/** A token as it was read: nothing in it is verified yet. */
export interface OpenedToken {
  /** x5chain or x5c, leaf first; empty where it is missing. */
  readonly chain: readonly Bytes[];
  readonly algorithmName: string;
  /** undefined where the profile does not know the algorithm. */
  readonly algorithm: SignatureAlgorithm | undefined;
  readonly signedContent: Bytes;
  readonly signature: Bytes;
  readonly payload: Bytes;
  /** The content type of the protected header, where it is a text. */
  readonly contentType: string | undefined;
}

/** Claims as they were read. A claim that is absent, or of another type than is asked for, is undefined. */
export interface Claims {
  bytes(label: number | string): Bytes | undefined;
  text(label: number | string): string | undefined;
  /** Any number; where the format allows floating point, it may have a fraction. */
  number(label: number | string): number | undefined;
  map(label: number | string): Claims | undefined;
  has(label: number | string): boolean;
  /** The maps in it, as submodules are. */
  maps(): readonly Claims[];
  readonly size: number;
}

/** The claims of a decoded map; `bytesOf` says how bytes stand in the serialisation (undefined: that value is none). */
export function claimsOf(map: ReadonlyMap<unknown, unknown>, bytesOf: (value: unknown) => Bytes | undefined): Claims {
  const nested = (value: unknown): Claims | undefined => (value instanceof Map ? claimsOf(value, bytesOf) : undefined);
  return {
    bytes: (label) => bytesOf(map.get(label)),
    text(label) {
      const value = map.get(label);
      return typeof value === "string" ? value : undefined;
    },
    number(label) {
      const value = map.get(label);
      return typeof value === "number" ? value : undefined;
    },
    map: (label) => nested(map.get(label)),
    has: (label) => map.has(label),
    maps: () => [...map.values()].flatMap((value) => nested(value) ?? []),
    size: map.size,
  };
}

/** How claims are signed and serialised: one for COSE and CBOR, one for JOSE and JSON. */
export interface Envelope {
  encodeClaims(claims: readonly Field[]): Bytes;
  /** Throws TokenError where the payload is not a map of claims; a claim that stands twice is refused. */
  readClaims(payload: Bytes): Claims;
  /** Headers around a payload; `contentType` where a payload is no set of claims. Throws RangeError where no algorithm fits the key. */
  compose(payload: Bytes, key: KeyObject, chain: readonly Bytes[], contentType?: string): TokenContent;
  /** What the signature covers: the Sig_structure of COSE, the signing input of JWS. */
  signedContent(content: TokenContent): Bytes;
  /** `make`: how signatures are made; default: by node:crypto. */
  sign(content: TokenContent, make?: Sign): Bytes;
  /** True where `signature` is one over this content by the content's own key. */
  isSignature(content: TokenContent, signature: Bytes): boolean;
  encode(content: TokenContent, signature: Bytes): Bytes;
  /** Throws TokenError. */
  open(bytes: Bytes): OpenedToken;
}

/** Bytes that are not a token of the format; the message says what was expected and found. */
export class TokenError extends Error {
  override readonly name = "TokenError";
}

/**
 * The algorithms of docs/iut-protocol.md, with their names in COSE (RFC 9053 section 2, RFC 8230) and JOSE (RFC 7518 section 3.1,
 * RFC 8037). ECDSA signatures are r ‖ s in both. ES256 and ES384 are tied to their curves.
 */
const algorithms: readonly { readonly cose: number; readonly jose: string; readonly algorithm: SignatureAlgorithm }[] = [
  { cose: -7, jose: "ES256", algorithm: { keyType: "ec", curve: "prime256v1", digest: "sha256", ecdsaEncoding: "ieee-p1363" } },
  { cose: -35, jose: "ES384", algorithm: { keyType: "ec", curve: "secp384r1", digest: "sha384", ecdsaEncoding: "ieee-p1363" } },
  { cose: -8, jose: "EdDSA", algorithm: { keyType: "ed25519", digest: null } },
  { cose: -37, jose: "PS256", algorithm: { keyType: "rsa", digest: "sha256", padding: "pss" } },
];

/** The names of the algorithms, for people. */
export const ALGORITHM_NAMES = algorithms.map(({ jose }) => jose).join(", ");

/** The algorithm that a key signs tokens with. Throws RangeError where none fits. */
export function tokenAlgorithm(key: KeyObject): (typeof algorithms)[number] {
  const found = algorithms.find(({ algorithm }) => keyFits(algorithm, key));
  if (found === undefined) throw new RangeError(`no algorithm of tokens (${ALGORITHM_NAMES}) fits a key of type ${key.asymmetricKeyType}`);
  return found;
}

/** The algorithm of that name in COSE (a number) or JOSE (a text). */
export function algorithmNamed(name: unknown): SignatureAlgorithm | undefined {
  return algorithms.find(({ cose, jose }) => name === cose || name === jose)?.algorithm;
}
