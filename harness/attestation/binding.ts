import { createHash } from "node:crypto";
import type { ParsedCertificate } from "../authenticator/certificate.ts";
import type { ExporterSource } from "../authenticator/secrets.ts";
import { type Bytes, concat } from "../wire/bytes.ts";
import type { AuthenticatorHash } from "../wire/code-points.ts";
import type { Profile } from "./profile.ts";

/** The inputs of the attestation binder, part by part, so that each can be altered (expat section 5.1). */
export interface BindingInput {
  /** The hash of the suite. */
  readonly hash: AuthenticatorHash;
  /** Of the end-entity certificate, encoded as the profile says. */
  readonly publicKey: Bytes;
  readonly exportedValue: Bytes;
}

/** The inputs of AIK_pub_hash (expat section 5.2). */
export interface AikHashInput {
  readonly hash: AuthenticatorHash;
  readonly publicKey: Bytes;
}

/** TLS-Exporter(label, certificate_request_context, length): `profile.exporterLength` bytes (expat section 5.1). */
export function attestationExport(connection: ExporterSource, certificateRequestContext: Bytes, profile: Profile): Bytes {
  return connection.exportKeyingMaterial(profile.exporterLabel, certificateRequestContext, profile.exporterLength);
}

/** The public key as the profile encodes it for hashing; the draft does not define the encoding (open point public-key-encoding). */
export function publicKeyBytes(certificate: ParsedCertificate, encoding: Profile["publicKey"]): Bytes {
  return encoding === "raw" ? certificate.subjectPublicKey : certificate.spki;
}

/** What is hashed: public_key ‖ exported_value (expat section 5.1). */
export function bindingHashInput({ publicKey, exportedValue }: BindingInput): Bytes {
  return concat(publicKey, exportedValue);
}

/** binding = Hash(public_key ‖ exported_value), as long as the output of the hash (expat section 5.1). */
export function bindingValue(input: BindingInput): Bytes {
  return createHash(input.hash).update(bindingHashInput(input)).digest();
}

/** AIK_pub_hash = Hash(public_key) (expat section 5.2). */
export function aikHash(input: AikHashInput): Bytes {
  return createHash(input.hash).update(input.publicKey).digest();
}
