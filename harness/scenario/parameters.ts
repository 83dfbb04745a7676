import type { AttestationFormat } from "../attestation/format.ts";
import { attestationFormats } from "../attestation/formats.ts";
import { families } from "../pki/test-pki.ts";
import type { CipherSuite } from "../wire/code-points.ts";
import type { suiteNames } from "./schema.ts";

/** What the short names of cases stand for. The order is that of preference where a case leaves the choice open. */

export const suiteOf: Record<(typeof suiteNames)[number], CipherSuite> = {
  sha256: "TLS_AES_128_GCM_SHA256",
  sha384: "TLS_AES_256_GCM_SHA384",
  chacha20: "TLS_CHACHA20_POLY1305_SHA256",
};

/** The code point of a scheme by its name, which is that of a family of keys in the test PKI. */
export const schemeOf = families;

/** Formats of Evidence and of Attestation Results by their names, in the order of preference. */
export const formatsByName = Object.fromEntries(attestationFormats.map((format) => [format.name, format])) as Record<
  FormatName,
  AttestationFormat
>;

export type SuiteName = keyof typeof suiteOf;
export type SchemeName = keyof typeof schemeOf;
export type FormatName = (typeof attestationFormats)[number]["name"];
