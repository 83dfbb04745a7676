// @ts-check
// The signature schemes of RFC 8446 section 4.2.3, each with the one kind of key that it takes.
import { constants, sign, verify } from "node:crypto";

/** @typedef {import("node:crypto").KeyObject} KeyObject */
/** @typedef {{ openssl: string, shared: string, hash: string | null, fits: (key: KeyObject) => boolean, options: object }} Scheme */

/** @param {string} curve */
const ec = (curve) => (/** @type {KeyObject} */ key) => key.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === curve;

/**
 * RSASSA-PSS with a key under rsaEncryption. The salt is as long as the digest, and a verifier must not find out another length by itself.
 * @param {number} bits
 * @returns {Scheme}
 */
const pss = (bits) => ({
  openssl: `rsa_pss_rsae_sha${bits}`,
  shared: `RSA-PSS+SHA${bits}`,
  hash: `sha${bits}`,
  fits: (key) => key.asymmetricKeyType === "rsa",
  options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
});

/** @type {ReadonlyMap<number, Scheme>} */
const SCHEMES = new Map([
  [0x0403, { openssl: "ecdsa_secp256r1_sha256", shared: "ECDSA+SHA256", hash: "sha256", fits: ec("prime256v1"), options: {} }],
  [0x0503, { openssl: "ecdsa_secp384r1_sha384", shared: "ECDSA+SHA384", hash: "sha384", fits: ec("secp384r1"), options: {} }],
  [0x0807, { openssl: "ed25519", shared: "Ed25519+UNDEF", hash: null, fits: (key) => key.asymmetricKeyType === "ed25519", options: {} }],
  [0x0804, pss(256)],
  [0x0805, pss(384)],
  [0x0806, pss(512)],
]);

/** The code points, in order of preference. */
export const signatureSchemes = [...SCHEMES.keys()];

/**
 * What the ClientHello offers, in the words of OpenSSL. RSASSA-PKCS1-v1_5 is there for signatures in certificates alone (RFC 8446 section
 * 4.2.3): it is no scheme of this table, so no authenticator is made or taken with it.
 */
export const handshakeAlgorithms = [
  ...[...SCHEMES.values()].map(({ openssl }) => openssl),
  "rsa_pkcs1_sha256",
  "rsa_pkcs1_sha384",
  "rsa_pkcs1_sha512",
].join(":");

/**
 * The schemes that a ClientHello offers and this table has, of `getSharedSigalgs()`.
 * @param {string[]} shared
 */
export function offeredByClientHello(shared) {
  return signatureSchemes.filter((scheme) => shared.includes(SCHEMES.get(scheme)?.shared ?? ""));
}

/**
 * The first that is offered and fits the key.
 * @param {readonly number[]} offered
 * @param {KeyObject} key
 */
export function chooseScheme(offered, key) {
  return offered.find((scheme) => SCHEMES.get(scheme)?.fits(key));
}

/**
 * Throws where chooseScheme would not have chosen the scheme for this key.
 * @param {number} scheme
 * @param {KeyObject} key
 * @param {Buffer} content
 */
export function signWith(scheme, key, content) {
  const known = SCHEMES.get(scheme);
  if (!known?.fits(key)) throw new Error(`scheme ${scheme} does not fit the key`);
  return sign(known.hash, content, { key, ...known.options });
}

/**
 * False also for a scheme that is unknown, or is for another kind of key.
 * @param {number} scheme
 * @param {KeyObject} key
 * @param {Buffer} content
 * @param {Buffer} signature
 */
export function verifyWith(scheme, key, content, signature) {
  const known = SCHEMES.get(scheme);
  return known?.fits(key) === true && verify(known.hash, content, { key, ...known.options }, signature);
}
