import { createHash, createHmac } from "node:crypto";
import { type Bytes, utf8 } from "../wire/bytes.ts";
import { type AuthenticatorHash, hashLength } from "../wire/code-points.ts";
import { Writer } from "../wire/writer.ts";
import type { ExporterSteps } from "./secrets.ts";

/**
 * HKDF-Expand-Label of RFC 8446 section 7.1: `length` bytes from `secret` (a PRK of the hash's length), `label` without "tls13 ".
 */
export function hkdfExpandLabel(hash: AuthenticatorHash, secret: Bytes, label: string, context: Bytes, length: number): Bytes {
  return hkdfExpand(hash, secret, hkdfLabel(label, context, length), length);
}

/** The structure HkdfLabel of RFC 8446 section 7.1; `label` without "tls13 ". */
function hkdfLabel(label: string, context: Bytes, length: number): Bytes {
  return new Writer()
    .uint("length", length, 2)
    .vector("label", 1, utf8(`tls13 ${label}`))
    .vector("context", 1, context)
    .finish().bytes;
}

/** Derive-Secret of RFC 8446 section 7.1, given the hash of the transcript. */
export function deriveSecret(hash: AuthenticatorHash, secret: Bytes, label: string, transcriptHash: Bytes): Bytes {
  return hkdfExpandLabel(hash, secret, label, transcriptHash, hashLength[hash]);
}

/**
 * TLS-Exporter of RFC 8446 section 7.5: `length` bytes for `label` and `context` from the exporterMasterSecret of a connection.
 * The harness asks OpenSSL for exporters; this one explains and confirms them from the key log.
 */
export function tlsExporter(hash: AuthenticatorHash, exporterMasterSecret: Bytes, label: string, context: Bytes, length: number): Bytes {
  const { derivedSecret, exportedValueInfo } = tlsExporterSteps(hash, exporterMasterSecret, label, context, length);
  return hkdfExpand(hash, derivedSecret, exportedValueInfo, length);
}

/** What `tlsExporter` computes on its way from the same arguments. */
export function tlsExporterSteps(
  hash: AuthenticatorHash,
  exporterMasterSecret: Bytes,
  label: string,
  context: Bytes,
  length: number,
): ExporterSteps {
  const [nothing, contextHash] = [createHash(hash).digest(), createHash(hash).update(context).digest()];
  return {
    derivedSecretInfo: hkdfLabel(label, nothing, hashLength[hash]),
    derivedSecret: deriveSecret(hash, exporterMasterSecret, label, nothing),
    contextHash,
    exportedValueInfo: hkdfLabel("exporter", contextHash, length),
  };
}

// node:crypto joins Extract and Expand. Expand alone is RFC 5869 section 2.3, so it is written out over HMAC.
function hkdfExpand(hash: AuthenticatorHash, prk: Bytes, info: Bytes, length: number): Bytes {
  const blocks: Bytes[] = [];
  let previous: Bytes = new Uint8Array(0);
  for (let counter = 1; blocks.length * hashLength[hash] < length; counter++) {
    previous = createHmac(hash, prk).update(previous).update(info).update(Uint8Array.of(counter)).digest();
    blocks.push(previous);
  }
  return Buffer.concat(blocks).subarray(0, length);
}
