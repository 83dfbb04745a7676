// @ts-check
// What ties an authenticator to its connection (RFC 9261 section 5.1).
import { createHash, createHmac } from "node:crypto";

/** @typedef {import("./request.mjs").Side} Side */
/** @typedef {(label: string, context: Buffer, length: number) => Buffer} Exporter */

const HASH_LENGTH = { sha256: 32, sha384: 48 };
/** @typedef {keyof typeof HASH_LENGTH} Hash */

/**
 * The hash of a cipher suite of TLS 1.3.
 * @param {string} cipherSuite
 * @returns {Hash}
 */
export function hashOfSuite(cipherSuite) {
  return cipherSuite.endsWith("_SHA384") ? "sha384" : "sha256";
}

/** Handshake Context and Finished MAC Key of the authenticators of one sender. */
export class Secrets {
  #hash;
  #handshakeContext;
  #finishedKey;

  /**
   * @param {Exporter} exporter of the connection
   * @param {Hash} hash
   * @param {Side} sender of the authenticator, which the labels name, and not who computes it
   */
  constructor(exporter, hash, sender) {
    /** @param {string} what */
    const value = (what) => exporter(`EXPORTER-${sender} authenticator ${what}`, Buffer.alloc(0), HASH_LENGTH[hash]);
    this.#hash = hash;
    this.#handshakeContext = value("handshake context");
    this.#finishedKey = value("finished key");
  }

  /**
   * What CertificateVerify signs (RFC 9261 section 5.2.2).
   * @param {...Buffer} messages request and Certificate
   */
  signedContent(...messages) {
    return Buffer.concat([Buffer.alloc(64, 0x20), Buffer.from("Exported Authenticator\0"), this.#transcriptHash(messages)]);
  }

  /**
   * The verify_data of Finished (RFC 9261 section 5.2.3).
   * @param {...Buffer} messages request, Certificate, CertificateVerify
   */
  verifyData(...messages) {
    return createHmac(this.#hash, this.#finishedKey).update(this.#transcriptHash(messages)).digest();
  }

  /** @param {Buffer[]} messages */
  #transcriptHash(messages) {
    const hash = createHash(this.#hash).update(this.#handshakeContext);
    for (const message of messages) hash.update(message);
    return hash.digest();
  }
}
