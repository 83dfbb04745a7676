import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { type Bytes, view } from "../wire/bytes.ts";
import { type CertificateFields, certificateFields } from "./certificate-fields.ts";

/** A parsed certificate. The exact bytes of its SubjectPublicKeyInfo are what the expat binding hashes. */
export interface ParsedCertificate extends CertificateFields {
  readonly der: Bytes;
  readonly x509: X509Certificate;
  readonly publicKey: KeyObject;
  /** Validity, in milliseconds since 1970: parsing the text of the dates costs more than comparing them. */
  readonly notBefore: number;
  readonly notAfter: number;
}

// An exchange parses the same few certificates over and over; a parse costs more than a signature verification.
const known = new WeakMap<Bytes, ParsedCertificate>();
const parsed = new Map<string, ParsedCertificate>();
const keys = new Map<string, KeyObject>();
const CACHE_LIMIT = 512;
/** Longer ones are not kept: what a peer sends must not stay behind by the megabyte. */
const CACHED_LENGTH = 16384;

/** Parses an X.509 certificate (RFC 5280). Throws Error with OpenSSL's reason where it is not one. */
export function parseCertificate(der: Bytes): ParsedCertificate {
  const seen = known.get(der);
  if (seen) return seen;
  const certificate = cached(parsed, der, () => {
    const x509 = new X509Certificate(der);
    const { raw } = x509;
    if (!view(der).equals(raw)) {
      const more = der.length - raw.length;
      throw new Error(
        view(der.subarray(0, raw.length)).equals(raw) ? `${more} bytes follow the certificate` : "it is encoded in BER and not in DER",
      );
    }
    return {
      der: Buffer.from(der),
      x509,
      publicKey: x509.publicKey,
      notBefore: Date.parse(x509.validFrom),
      notAfter: Date.parse(x509.validTo),
      ...certificateFields(der),
    };
  });
  known.set(der, certificate);
  return certificate;
}

/** A private key from PKCS #8 DER. Throws Error where it is not one. */
export function parsePrivateKey(pkcs8: Bytes): KeyObject {
  return cached(keys, pkcs8, () => createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" }));
}

function cached<T>(cache: Map<string, T>, der: Bytes, parse: () => T): T {
  const key = view(der).toString("latin1");
  const known = cache.get(key);
  if (known !== undefined) return known;
  const value = parse();
  if (der.length > CACHED_LENGTH) return value;
  if (cache.size >= CACHE_LIMIT) cache.clear();
  cache.set(key, value);
  return value;
}
