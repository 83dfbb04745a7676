// @ts-check
// X.509 certificates: key, signature and names by node:crypto, and what it does not show by path/der.mjs (RFC 5280 section 4).
import { X509Certificate } from "node:crypto";
import { Refusal } from "../authenticator/refusal.mjs";
import { boolean, context, expectTag, oid, readAll, readOne, smallInteger, Tag } from "./der.mjs";

/** @typedef {import("./der.mjs").Element} Element */

export const Extension = Object.freeze({
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  nameConstraints: "2.5.29.30",
  extendedKeyUsage: "2.5.29.37",
});

/** A bit of KeyUsage (RFC 5280 section 4.2.1.3). */
export const DIGITAL_SIGNATURE = 0;

/**
 * A certificate in DER. Throws a Refusal for anything else: PEM, BER, bytes behind it, a version other than 3 (RFC 8446 section 4.4.2.2),
 * an extension that it holds twice (RFC 5280 section 4.2).
 */
export class Certificate {
  /** @param {Buffer} der */
  constructor(der) {
    try {
      const [tbs, algorithm] = readAll(readOne(der, Tag.sequence).content);
      const fields = readAll(expectTag(tbs, Tag.sequence).content);
      const [version, , innerAlgorithm, issuer, , subject] = fields;
      if (smallInteger(readOne(expectTag(version, context(0)).content, Tag.integer).content) !== 2) throw new Error("not of version 3");
      if (!expectTag(algorithm, Tag.sequence).bytes.equals(expectTag(innerAlgorithm, Tag.sequence).bytes)) {
        throw new Error("two signature algorithms");
      }
      this.der = der;
      this.signatureAlgorithm = readAll(expectTag(algorithm, Tag.sequence).content);
      this.issuer = expectTag(issuer, Tag.sequence);
      this.subject = expectTag(subject, Tag.sequence);
      this.extensions = readExtensions(fields.slice(6).find(({ tag }) => tag === context(3)));
      this.x509 = new X509Certificate(der);
      this.publicKey = this.x509.publicKey;
      this.notBefore = timeOf(this.x509.validFrom);
      this.notAfter = timeOf(this.x509.validTo);
      const constraints = this.extensions.get(Extension.basicConstraints);
      this.basicConstraints = constraints && readBasicConstraints(constraints.value);
      const usage = this.extensions.get(Extension.keyUsage);
      this.keyUsage = usage && readOne(usage.value, Tag.bitString).content;
    } catch (error) {
      throw new Refusal("pkix", `no certificate that can be read: ${error instanceof Error ? error.message : error}`);
    }
  }

  get isSelfIssued() {
    return this.issuer.bytes.equals(this.subject.bytes);
  }

  /** Whether the key may be used so: no KeyUsage says nothing against it. @param {number} bit */
  allows(bit) {
    if (this.keyUsage === undefined) return true;
    const octet = this.keyUsage[1 + (bit >> 3)] ?? 0;
    return (octet & (0x80 >> (bit & 7))) !== 0;
  }
}

/**
 * A time that OpenSSL cannot read would be neither before nor after any other.
 * @param {string} text
 */
function timeOf(text) {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new Error(`no time: ${text}`);
  return time;
}

/** @param {Element | undefined} element */
function readExtensions(element) {
  /** @type {Map<string, { critical: boolean, value: Buffer }>} */
  const extensions = new Map();
  if (element === undefined) return extensions;
  for (const extension of readAll(readOne(element.content, Tag.sequence).content)) {
    const parts = readAll(expectTag(extension, Tag.sequence).content);
    const [id, second] = parts;
    const critical = second?.tag === Tag.boolean && boolean(second.content);
    const value = parts[second?.tag === Tag.boolean ? 2 : 1];
    const name = oid(expectTag(id, Tag.oid).content);
    if (extensions.has(name)) throw new Error(`extension ${name} twice`);
    extensions.set(name, { critical, value: expectTag(value, Tag.octetString).content });
  }
  return extensions;
}

/** @param {Buffer} value */
function readBasicConstraints(value) {
  const parts = readAll(readOne(value, Tag.sequence).content);
  const isCa = parts[0]?.tag === Tag.boolean && boolean(parts[0].content);
  const length = parts.find(({ tag }) => tag === Tag.integer);
  return { isCa, pathLength: length && smallInteger(length.content) };
}
