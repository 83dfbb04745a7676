import { type CipherSuite, SignatureScheme } from "../wire/code-points.ts";
import type { schemeNames, suiteNames } from "./schema.ts";

/** What the short names of cases stand for. The order is that of preference where a case leaves the choice open. */

export const suiteOf: Record<(typeof suiteNames)[number], CipherSuite> = {
  sha256: "TLS_AES_128_GCM_SHA256",
  sha384: "TLS_AES_256_GCM_SHA384",
  chacha20: "TLS_CHACHA20_POLY1305_SHA256",
};

/** The code point of a scheme, and the entity of the test PKI whose key serves it. */
export const schemeOf: Record<(typeof schemeNames)[number], { readonly scheme: number; readonly identity: string }> = {
  p256: { scheme: SignatureScheme.ecdsaSecp256r1Sha256, identity: "identity-p256" },
  ed25519: { scheme: SignatureScheme.ed25519, identity: "identity-ed25519" },
  "rsa-pss-sha256": { scheme: SignatureScheme.rsaPssRsaeSha256, identity: "identity-rsa" },
  p384: { scheme: SignatureScheme.ecdsaSecp384r1Sha384, identity: "identity-p384" },
  "rsa-pss-sha384": { scheme: SignatureScheme.rsaPssRsaeSha384, identity: "identity-rsa" },
  "rsa-pss-sha512": { scheme: SignatureScheme.rsaPssRsaeSha512, identity: "identity-rsa" },
};

export type SuiteName = keyof typeof suiteOf;
export type SchemeName = keyof typeof schemeOf;
