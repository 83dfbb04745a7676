// @ts-check
// With what a certificate may be signed. RFC 8446 section 4.4.2.4 refuses MD5 and SHA-1; node:crypto would verify both.
import { context, oid, readAll, readOne, Tag } from "./der.mjs";

/** @typedef {import("./der.mjs").Element} Element */

const ALLOWED = new Set([
  "1.2.840.10045.4.3.2", // ecdsa-with-SHA256
  "1.2.840.10045.4.3.3", // ecdsa-with-SHA384
  "1.2.840.10045.4.3.4", // ecdsa-with-SHA512
  "1.2.840.113549.1.1.11", // sha256WithRSAEncryption
  "1.2.840.113549.1.1.12", // sha384WithRSAEncryption
  "1.2.840.113549.1.1.13", // sha512WithRSAEncryption
  "1.3.101.112", // Ed25519
]);
const RSASSA_PSS = "1.2.840.113549.1.1.10";
const PSS_HASHES = new Set(["2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.2", "2.16.840.1.101.3.4.2.3"]); // SHA-256, SHA-384, SHA-512

/**
 * @param {Element[]} algorithm the parts of an AlgorithmIdentifier
 * @returns {boolean}
 */
export function isAllowedAlgorithm([id, parameters]) {
  if (id?.tag !== Tag.oid) return false;
  const name = oid(id.content);
  return name === RSASSA_PSS ? PSS_HASHES.has(pssHash(parameters) ?? "") : ALLOWED.has(name);
}

/**
 * The hash in RSASSA-PSS-params (RFC 4055 section 3.1); one that is left out is SHA-1.
 * @param {Element | undefined} parameters
 */
function pssHash(parameters) {
  if (parameters?.tag !== Tag.sequence) return undefined;
  const hash = readAll(parameters.content).find(({ tag }) => tag === context(0));
  const [id] = hash === undefined ? [] : readAll(readOne(hash.content, Tag.sequence).content);
  return id && oid(id.content);
}
