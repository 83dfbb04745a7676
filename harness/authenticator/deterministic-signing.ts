import { constants, createHash, type KeyObject, privateEncrypt, sign } from "node:crypto";
import { p256, p384 } from "@noble/curves/nist.js";
import { type Bytes, concat, uint, utf8, view } from "../wire/bytes.ts";
import type { SignatureAlgorithm } from "./signature.ts";

/**
 * A signature that is the same on every machine and each time: ECDSA with the nonce of RFC 6979, RSASSA-PSS with a salt made of the content;
 * Ed25519 and PKCS #1 v1.5 draw nothing at random. Keys and algorithms as for `signWith`. Throws RangeError for a curve that is not known.
 */
export function signDeterministically(algorithm: SignatureAlgorithm, key: KeyObject, content: Bytes): Bytes {
  if (algorithm.keyType === "ec") return ecdsa(algorithm, key, content);
  if (algorithm.padding === "pss") return pss(algorithm, key, content);
  return sign(algorithm.digest, content, algorithm.padding ? { key, padding: constants.RSA_PKCS1_PADDING } : key);
}

const curves = { prime256v1: p256, secp384r1: p384 } as const;

function ecdsa({ digest, ecdsaEncoding }: SignatureAlgorithm, key: KeyObject, content: Bytes): Bytes {
  const name = key.asymmetricKeyDetails?.namedCurve ?? "";
  const curve = curves[name as keyof typeof curves];
  const { d } = key.export({ format: "jwk" });
  if (curve === undefined || typeof d !== "string") throw new RangeError(`no deterministic ECDSA on ${name}`);
  const hash = createHash(digest ?? "sha256")
    .update(content)
    .digest();
  // Both halves of s are right; the lower one is a custom of others than TLS.
  return curve.sign(hash, Buffer.from(d, "base64url"), {
    prehash: false,
    lowS: false,
    format: ecdsaEncoding === "ieee-p1363" ? "compact" : "der",
  });
}

// RSASSA-PSS-SIGN of RFC 8017 section 8.1.1: EMSA-PSS, then the private key alone.
function pss({ digest, saltLength }: SignatureAlgorithm, key: KeyObject, content: Bytes): Bytes {
  const hash = digest ?? "sha256";
  const length = saltLength === undefined || saltLength < 0 ? createHash(hash).digest().length : saltLength;
  const encoded = emsaPss(hash, content, key.asymmetricKeyDetails?.modulusLength ?? 0, saltOf(content, length));
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded);
}

/** EMSA-PSS-ENCODE of RFC 8017 section 9.1.1 for a modulus of `bits` bits (a multiple of 8), MGF1 with the same hash. */
function emsaPss(hash: string, content: Bytes, bits: number, salt: Bytes): Bytes {
  const mHash = createHash(hash).update(content).digest();
  const h = createHash(hash).update(new Uint8Array(8)).update(mHash).update(salt).digest();
  const dbLength = bits / 8 - h.length - 1;
  const db = concat(new Uint8Array(dbLength - salt.length - 1), Uint8Array.of(1), salt);
  const mask = stream(hash, h, dbLength);
  const maskedDb = Uint8Array.from(db, (byte, index) => byte ^ (mask[index] ?? 0));
  // The most significant bit of the encoded message is zero.
  maskedDb[0] = (maskedDb[0] ?? 0) & 0x7f;
  return concat(maskedDb, h, Uint8Array.of(0xbc));
}

function saltOf(content: Bytes, length: number): Bytes {
  return stream("sha256", concat(utf8("expat-conformance salt"), content), length);
}

// MGF1 of RFC 8017 appendix B.2.1.
function stream(hash: string, seed: Bytes, length: number): Bytes {
  const blocks: Bytes[] = [];
  for (let counter = 0, have = 0; have < length; counter++) {
    const block = createHash(hash).update(seed).update(uint(counter, 4)).digest();
    blocks.push(block);
    have += block.length;
  }
  return view(concat(...blocks)).subarray(0, length);
}
