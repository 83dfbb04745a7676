import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { type Bytes, view } from "../wire/bytes.ts";
import { Reader } from "../wire/reader.ts";

/** A parsed certificate with the exact bytes of its SubjectPublicKeyInfo, which the expat binding hashes. */
export interface ParsedCertificate {
  readonly der: Bytes;
  readonly x509: X509Certificate;
  readonly publicKey: KeyObject;
  /** Validity, in milliseconds since 1970: parsing the text of the dates costs more than comparing them. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** SubjectPublicKeyInfo as it stands in the certificate: never re-encoded. */
  readonly spki: Bytes;
  /** The content of its BIT STRING `subjectPublicKey`, without the count of unused bits. */
  readonly subjectPublicKey: Bytes;
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
    if (!view(der).equals(x509.raw)) throw new Error(`${der.length - x509.raw.length} bytes follow the certificate`);
    const spki = subjectPublicKeyInfo(der);
    return {
      der: Buffer.from(der),
      x509,
      publicKey: x509.publicKey,
      notBefore: Date.parse(x509.validFrom),
      notAfter: Date.parse(x509.validTo),
      spki: spki.whole,
      subjectPublicKey: spki.bits,
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

// RFC 5280 section 4.1: TBSCertificate ::= [0] version?, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, …
function subjectPublicKeyInfo(der: Bytes): { whole: Bytes; bits: Bytes } {
  const tbs = element(element(new Reader(der, "certificate")).content);
  const fields = tbs.content;
  if (fields.bytes[0] === 0xa0) element(fields);
  for (let skipped = 0; skipped < 5; skipped++) element(fields);
  const spki = element(fields);
  element(spki.content);
  return { whole: spki.whole, bits: element(spki.content).content.rest().subarray(1) };
}

/** One DER element: its content as a reader, and all its bytes. */
function element(reader: Reader): { whole: Bytes; content: Reader } {
  const from = reader.bytes.length - reader.remaining;
  reader.uint(1, "tag");
  let length = reader.uint(1, "length");
  if (length >= 0x80) length = reader.uint(length & 0x7f, "length");
  const content = reader.take(length, "content");
  return {
    whole: reader.bytes.subarray(from, reader.bytes.length - reader.remaining),
    content: new Reader(content, reader.path),
  };
}
