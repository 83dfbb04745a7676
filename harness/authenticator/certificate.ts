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

/** At most so many are kept twice: those since the last time that there were as many, and those before that nobody has asked for since. */
const KEPT = 160;

/** What was parsed of late. A campaign makes a new certificate in every tenth case, and they must not push out those of every exchange. */
class Recent<T> {
  #young = new Map<string, T>();
  #old = new Map<string, T>();

  get(key: string): T | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: T): void {
    if (this.#young.size >= KEPT) [this.#old, this.#young] = [this.#young, new Map()];
    this.#young.set(key, value);
  }
}

// An exchange parses the same few certificates over and over; a parse costs more than a signature verification.
const known = new WeakMap<Bytes, ParsedCertificate>();
const parsed = new Recent<ParsedCertificate>();
const keys = new Recent<KeyObject>();
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

function cached<T>(recent: Recent<T>, der: Bytes, parse: () => T): T {
  const key = view(der).toString("latin1");
  const known = recent.get(key);
  if (known !== undefined) return known;
  const value = parse();
  if (der.length <= CACHED_LENGTH) recent.set(key, value);
  return value;
}
