// @ts-check
// The published vectors (docs/vectors.md), and a connection made of what they record of one.
import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { signatureSchemes } from "../authenticator/schemes.mjs";
import { hashOfSuite } from "../authenticator/secrets.mjs";
import { Session } from "../authenticator/session.mjs";

/** @typedef {{ id: string, kind: string, inputs: any, output: any, valid: boolean, flags: string[] }} Vector */

/** @param {string} path */
const read = (path) => JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8"));

/**
 * @param {string} topic
 * @returns {Vector[]}
 */
export function vectors(topic) {
  return read(`vectors/${topic}.json`).groups.flatMap((/** @type {any} */ group) =>
    group.vectors.map((/** @type {any} */ { id, inputs, output, result, flags }) => ({
      id,
      kind: group.kind,
      inputs: { ...group.inputs, ...inputs },
      output,
      valid: result === "valid",
      flags: flags ?? [],
    })),
  );
}

/** An entity of the test PKI. @param {string} name */
export function entity(name) {
  const { certificate, key, issuer } = read("pki/test-pki.json")[name];
  const der = (/** @type {string} */ base64) => Buffer.from(base64, "base64");
  return { certificate: der(certificate), key: key && der(key), issuer };
}

/**
 * The exporter of RFC 8446 section 7.5. node:crypto has no HKDF-Expand alone; one block of it is one HMAC.
 * @param {"sha256" | "sha384"} hash
 * @param {Buffer} secret
 * @returns {import("../authenticator/secrets.mjs").Exporter}
 */
function exporterOf(hash, secret) {
  const digest = (/** @type {Buffer} */ data) => createHash(hash).update(data).digest();
  const expandLabel = (
    /** @type {Buffer} */ key,
    /** @type {string} */ label,
    /** @type {Buffer} */ context,
    /** @type {number} */ length,
  ) => {
    const name = Buffer.from(`tls13 ${label}`);
    const info = Buffer.concat([Buffer.from([length >> 8, length & 0xff, name.length]), name, Buffer.from([context.length]), context]);
    return createHmac(hash, key)
      .update(info)
      .update(Buffer.from([1]))
      .digest()
      .subarray(0, length);
  };
  const none = digest(Buffer.alloc(0));
  return (label, context, length) => expandLabel(expandLabel(secret, label, none, none.length), "exporter", digest(context), length);
}

/**
 * One end of the recorded connection.
 * @param {any} inputs
 * @param {"client" | "server"} side
 */
export function session({ connection, clientHello }, side) {
  const hash = hashOfSuite(connection.cipherSuite);
  const exporter = exporterOf(hash, Buffer.from(connection.exporterMasterSecret, "hex"));
  return new Session(side, exporter, hash, { schemes: signatureSchemes, extensions: new Set(clientHello) });
}

/** @param {string | null} hex */
export const optionalBytes = (hex) => (hex === null ? undefined : Buffer.from(hex, "hex"));
