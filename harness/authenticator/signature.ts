import { constants, createHash, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { type Bytes, view } from "../wire/bytes.ts";
import { SignatureScheme, schemeName } from "../wire/code-points.ts";

/** How a signature algorithm is carried out by node:crypto; shared by TLS SignatureSchemes and COSE algorithms. */
export interface SignatureAlgorithm {
  readonly keyType: "ec" | "ed25519" | "rsa";
  /** OpenSSL's name of the only curve, where the algorithm fixes one. */
  readonly curve?: "prime256v1" | "secp384r1";
  /** null where the algorithm hashes by itself (Ed25519). */
  readonly digest: "sha1" | "sha256" | "sha384" | "sha512" | null;
  readonly padding?: "pss" | "pkcs1";
  /** DER in TLS, the concatenation of r and s in COSE and JOSE. */
  readonly ecdsaEncoding?: "der" | "ieee-p1363";
  /** Of RSASSA-PSS; where it is left out, that of the digest (RFC 8446 section 4.2.3). */
  readonly saltLength?: number;
}

/** As `saltLength`, to explain a failure: a PSS signature verifies whatever the length of its salt. */
export const ANY_SALT = constants.RSA_PSS_SALTLEN_AUTO;

/** RFC 8446 section 4.2.3. */
const schemes: Record<number, SignatureAlgorithm> = {
  [SignatureScheme.ecdsaSecp256r1Sha256]: { keyType: "ec", curve: "prime256v1", digest: "sha256", ecdsaEncoding: "der" },
  [SignatureScheme.ecdsaSecp384r1Sha384]: { keyType: "ec", curve: "secp384r1", digest: "sha384", ecdsaEncoding: "der" },
  [SignatureScheme.ed25519]: { keyType: "ed25519", digest: null },
  [SignatureScheme.rsaPssRsaeSha256]: { keyType: "rsa", digest: "sha256", padding: "pss" },
  [SignatureScheme.rsaPssRsaeSha384]: { keyType: "rsa", digest: "sha384", padding: "pss" },
  [SignatureScheme.rsaPssRsaeSha512]: { keyType: "rsa", digest: "sha512", padding: "pss" },
};

/** Schemes that TLS 1.3 leaves to signatures in certificates: here only so that such a signature can be made, and must be refused. */
const forbidden: Record<number, SignatureAlgorithm> = {
  [SignatureScheme.rsaPkcs1Sha256]: { keyType: "rsa", digest: "sha256", padding: "pkcs1" },
  [SignatureScheme.ecdsaSha1]: { keyType: "ec", digest: "sha1", ecdsaEncoding: "der" },
};

/** Ways in which a signature can be made otherwise than its scheme says, for deceptions. A field that is null does not deviate. */
export interface SigningDeviation {
  /** Hashes the content before it is signed, as the pre-hashed variants of EdDSA do (RFC 8446 section 4.2.3 has the pure ones). */
  readonly prehash: "sha256" | "sha384" | "sha512" | null;
  /** The two numbers side by side in place of DER. */
  readonly ecdsaEncoding: "der" | "ieee-p1363" | null;
  /** Of RSASSA-PSS, in bytes. */
  readonly saltLength: number | null;
}

/** How a signature is made; algorithm and key fit. What makes vectors brings one that draws nothing at random. */
export type Sign = (algorithm: SignatureAlgorithm, key: KeyObject, content: Bytes) => Bytes;

/** No deviation: the signature as its scheme has it. */
export const asTheSchemeSays: SigningDeviation = { prehash: null, ecdsaEncoding: null, saltLength: null };

/** The schemes that may sign an authenticator (RFC 9261 section 5.2.2), in the order in which the reference prefers them. */
export const supportedSchemes: readonly number[] = Object.keys(schemes).map(Number);

/** The algorithm of a scheme that TLS 1.3 allows in CertificateVerify, else undefined. */
export function schemeAlgorithm(scheme: number): SignatureAlgorithm | undefined {
  return schemes[scheme];
}

/** The algorithm of a scheme that TLS 1.3 forbids in CertificateVerify, where it is one that can be made here on purpose. */
export function forbiddenAlgorithm(scheme: number): SignatureAlgorithm | undefined {
  return forbidden[scheme];
}

/** True where the key is of the type, and on the curve, that the algorithm demands. */
export function keyFits(algorithm: SignatureAlgorithm, key: KeyObject): boolean {
  if (key.asymmetricKeyType !== algorithm.keyType) return false;
  return algorithm.curve === undefined || key.asymmetricKeyDetails?.namedCurve === algorithm.curve;
}

/** The first offered scheme that the key can serve, else undefined (RFC 9261 section 5.2.2). */
export function chooseScheme(offered: readonly number[], key: KeyObject): number | undefined {
  return offered.find((scheme) => {
    const algorithm = schemes[scheme];
    return algorithm !== undefined && keyFits(algorithm, key);
  });
}

/**
 * A signature over `content` under a TLS SignatureScheme. The key must be of the scheme's type; its curve is not looked at, so that
 * a mismatch can be made on purpose; `deviation` makes other ones. Throws RangeError for an unknown scheme or a key of another type.
 */
export function signWithScheme(scheme: number, key: KeyObject, content: Bytes, deviation = asTheSchemeSays, make: Sign = signWith): Bytes {
  const { algorithm, hashed } = deviating(scheme, key, content, deviation);
  return make(algorithm, key, hashed);
}

/** True where `signature` is what `signWithScheme` makes of these inputs, with this private key. Throws RangeError as it does. */
export function isSignatureOf(scheme: number, key: KeyObject, content: Bytes, signature: Bytes, deviation = asTheSchemeSays): boolean {
  const { algorithm, hashed } = deviating(scheme, key, content, deviation);
  return verifyWith(algorithm, publicKeyOf(key), hashed, signature);
}

/** The public key of a private one. */
export function publicKeyOf(key: KeyObject): KeyObject {
  const known = publicKeys.get(key) ?? createPublicKey(key);
  publicKeys.set(key, known);
  return known;
}

const publicKeys = new WeakMap<KeyObject, KeyObject>();

function deviating(scheme: number, key: KeyObject, content: Bytes, { prehash, ecdsaEncoding, saltLength }: SigningDeviation) {
  const algorithm = schemes[scheme] ?? forbidden[scheme];
  if (algorithm === undefined || key.asymmetricKeyType !== algorithm.keyType) {
    throw new RangeError(`cannot sign with ${schemeName(scheme)} and a key of type ${key.asymmetricKeyType}`);
  }
  const altered = { ...algorithm, ...(ecdsaEncoding && { ecdsaEncoding }), ...(saltLength !== null && { saltLength }) };
  return { algorithm: altered, hashed: prehash ? createHash(prehash).update(content).digest() : content };
}

/** Signs `content`; `algorithm` and key must fit. */
export function signWith(algorithm: SignatureAlgorithm, key: KeyObject, content: Bytes): Bytes {
  return sign(algorithm.digest, content, keyOptions(algorithm, key));
}

/** True where `signature` over `content` is right for this key. A malformed signature is false, never an error. */
export function verifyWith(algorithm: SignatureAlgorithm, key: KeyObject, content: Bytes, signature: Bytes): boolean {
  // Without this OpenSSL would take an ECDSA signature for Ed25519: with no digest given it uses the key's default one.
  if (key.asymmetricKeyType !== algorithm.keyType) return false;
  if (content.length > CONTENT_KEPT) return verifyNow(algorithm, key, content, signature);
  const { digest, padding, ecdsaEncoding, saltLength } = algorithm;
  const question = `${digest} ${padding} ${ecdsaEncoding} ${saltLength} ${content.length} ${text(content)}${text(signature)}`;
  let answers = verified.get(key);
  if (answers === undefined || answers.size >= ANSWERS_KEPT) {
    answers = new Map();
    verified.set(key, answers);
  }
  const known = answers.get(question);
  if (known !== undefined) return known;
  const answer = verifyNow(algorithm, key, content, signature);
  answers.set(question, answer);
  return answer;
}

// One message is judged by several: the reference, the oracle of a campaign, the build that asks whether a seal still holds. None of them
// needs OpenSSL for what another has just asked.
const verified = new WeakMap<KeyObject, Map<string, boolean>>();
const ANSWERS_KEPT = 16;
/** Longer ones are asked anew: what a peer sends must not stay behind by the megabyte. */
const CONTENT_KEPT = 16384;

const text = (bytes: Bytes): string => view(bytes).toString("latin1");

function verifyNow(algorithm: SignatureAlgorithm, key: KeyObject, content: Bytes, signature: Bytes): boolean {
  try {
    return verify(algorithm.digest, content, keyOptions(algorithm, key), signature);
  } catch {
    return false;
  }
}

function keyOptions(algorithm: SignatureAlgorithm, key: KeyObject) {
  if (algorithm.padding === "pss") {
    const { saltLength = constants.RSA_PSS_SALTLEN_DIGEST } = algorithm;
    return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
  }
  if (algorithm.padding === "pkcs1") return { key, padding: constants.RSA_PKCS1_PADDING };
  return algorithm.ecdsaEncoding ? { key, dsaEncoding: algorithm.ecdsaEncoding } : { key };
}
