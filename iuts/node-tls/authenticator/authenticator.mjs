// @ts-check
// Authenticators as messages (RFC 9261 section 5.2): Certificate, CertificateVerify, Finished.
import { timingSafeEqual } from "node:crypto";
import { Refusal } from "./refusal.mjs";
import { signWith, verifyWith } from "./schemes.mjs";
import { HandshakeType, handshake, Reader, readExtensions, readHandshakes, uint, vector } from "./wire.mjs";

/** @typedef {import("node:crypto").KeyObject} KeyObject */
/** @typedef {import("./secrets.mjs").Secrets} Secrets */
/** @typedef {{ chain: Buffer[], key: KeyObject }} Identity */

const NOTHING = Buffer.alloc(0);

/**
 * @param {Secrets} secrets of this end
 * @param {Buffer} request the request as it came; of length zero where nobody has asked
 * @param {Buffer} context
 * @param {Identity} identity
 * @param {number} scheme one that fits the key
 */
export function makeAuthenticator(secrets, request, context, { chain, key }, scheme) {
  const certificate = certificateMessage(context, chain);
  const signature = signWith(scheme, key, secrets.signedContent(request, certificate));
  const certificateVerify = handshake(HandshakeType.certificateVerify, uint(scheme, 2), vector(2, signature));
  const finished = handshake(HandshakeType.finished, secrets.verifyData(request, certificate, certificateVerify));
  return Buffer.concat([certificate, certificateVerify, finished]);
}

/**
 * A Finished alone, over a Certificate that has no entries and is not sent (RFC 9261 section 6).
 * @param {Secrets} secrets of this end
 * @param {import("./request.mjs").Request} request
 */
export function makeEmptyAuthenticator(secrets, request) {
  return handshake(HandshakeType.finished, secrets.verifyData(request.bytes, certificateMessage(request.context, [])));
}

/**
 * @param {Buffer} context
 * @param {Buffer[]} chain
 */
function certificateMessage(context, chain) {
  const entries = chain.map((certificate) => Buffer.concat([vector(3, certificate), vector(2, NOTHING)]));
  return handshake(HandshakeType.certificate, vector(1, context), vector(3, ...entries));
}

/**
 * Reads the three messages, in their order and with nothing behind them. Throws a Refusal for everything else; an empty authenticator is
 * none of a peer (RFC 9261 section 7.4), whatever its MAC.
 * @param {Buffer} bytes
 */
export function readAuthenticator(bytes) {
  const messages = readHandshakes(bytes, "authenticator");
  const types = messages.map(({ type }) => type).join();
  if (types === `${HandshakeType.finished}`) throw new Refusal("empty-authenticator", "the peer has declined");
  const [certificate, certificateVerify, finished] = messages;
  const expected = [HandshakeType.certificate, HandshakeType.certificateVerify, HandshakeType.finished].join();
  if (types !== expected || certificate === undefined || certificateVerify === undefined || finished === undefined) {
    throw new Refusal("malformed", `authenticator: messages ${types}, expected ${expected}`);
  }
  return {
    certificate: certificate.bytes,
    ...readCertificate(certificate.body),
    certificateVerify: certificateVerify.bytes,
    ...readCertificateVerify(certificateVerify.body),
    mac: finished.body,
  };
}

/** @typedef {ReturnType<typeof readAuthenticator>} Authenticator */

/** @param {Buffer} body */
function readCertificate(body) {
  const reader = new Reader(body, "Certificate");
  const context = reader.vector(1);
  const list = new Reader(reader.vector(3), "certificate_list");
  reader.end();
  const chain = [];
  /** @type {Set<number>} */
  const extensions = new Set();
  while (!list.atEnd) {
    chain.push(list.vector(3, 1));
    for (const type of readExtensions(list.vector(2), "CertificateEntry").keys()) extensions.add(type);
  }
  return { context, chain, extensions };
}

/** @param {Buffer} body */
function readCertificateVerify(body) {
  const reader = new Reader(body, "CertificateVerify");
  const scheme = reader.uint(2);
  const signature = reader.vector(2);
  reader.end();
  return { scheme, signature };
}

/**
 * Throws a Refusal where the signature is not of this key, or the MAC not of this connection.
 * @param {Authenticator} authenticator
 * @param {Secrets} secrets of its sender
 * @param {Buffer} request of length zero where nobody has asked
 * @param {KeyObject} key of the end-entity certificate
 */
export function verifyAuthenticator({ certificate, certificateVerify, scheme, signature, mac }, secrets, request, key) {
  if (!verifyWith(scheme, key, secrets.signedContent(request, certificate), signature)) {
    throw new Refusal("signature-mismatch", "CertificateVerify is not a signature of the end-entity key over this transcript");
  }
  const expected = secrets.verifyData(request, certificate, certificateVerify);
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) {
    throw new Refusal("finished-mismatch", "Finished is not the MAC of this transcript on this connection");
  }
}
