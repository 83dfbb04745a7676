/** Numbers of the TLS registries that an exchange depends on, and their names. */

/** HandshakeType: RFC 8446 section 4, and client_certificate_request from RFC 9261 section 8.3. */
export const HandshakeType = {
  certificate: 11,
  certificateRequest: 13,
  certificateVerify: 15,
  clientCertificateRequest: 17,
  finished: 20,
} as const;

/** ExtensionType: RFC 8446 section 4.2, RFC 6066. cmw_attestation has no number yet and is a profile parameter. */
export const ExtensionType = {
  serverName: 0,
  statusRequest: 5,
  signatureAlgorithms: 13,
  signedCertificateTimestamp: 18,
  certificateAuthorities: 47,
  certWithExternPsk: 33,
  preSharedKey: 41,
  earlyData: 42,
  oidFilters: 48,
  signatureAlgorithmsCert: 50,
} as const;

/** SignatureScheme: RFC 8446 section 4.2.3. */
export const SignatureScheme = {
  ecdsaSha1: 0x0203,
  rsaPkcs1Sha256: 0x0401,
  ecdsaSecp256r1Sha256: 0x0403,
  ecdsaSecp384r1Sha384: 0x0503,
  rsaPssRsaeSha256: 0x0804,
  rsaPssRsaeSha384: 0x0805,
  rsaPssRsaeSha512: 0x0806,
  ed25519: 0x0807,
} as const;

export type AuthenticatorHash = "sha256" | "sha384";

/** The TLS 1.3 suites that the harness speaks, with their hash (RFC 8446 appendix B.4) and OpenSSL's name of it. */
export const cipherSuites = {
  TLS_AES_128_GCM_SHA256: "sha256",
  TLS_AES_256_GCM_SHA384: "sha384",
  TLS_CHACHA20_POLY1305_SHA256: "sha256",
} as const satisfies Record<string, AuthenticatorHash>;

export type CipherSuite = keyof typeof cipherSuites;

/** Output length of a hash in bytes. */
export const hashLength: Record<AuthenticatorHash, number> = { sha256: 32, sha384: 48 };

/** True for one of the suites of `cipherSuites`. */
export function isCipherSuite(name: string): name is CipherSuite {
  return Object.hasOwn(cipherSuites, name);
}

/** The registry's name of a signature scheme, or its number in hexadecimal. */
export function schemeName(scheme: number): string {
  return schemeNames[scheme] ?? hex16(scheme);
}

/** The name of a handshake type, or its number. */
export function handshakeTypeName(type: number): string {
  return handshakeTypeNames.get(type) ?? `handshake type ${type}`;
}

/** A code point of two bytes as `0x0403`. */
export function hex16(value: number): string {
  return `0x${value.toString(16).padStart(4, "0")}`;
}

const handshakeTypeNames = new Map<number, string>(Object.entries(HandshakeType).map(([name, type]) => [type, name]));

const schemeNames: Record<number, string> = {
  [SignatureScheme.ecdsaSha1]: "ecdsa_sha1",
  [SignatureScheme.rsaPkcs1Sha256]: "rsa_pkcs1_sha256",
  [SignatureScheme.ecdsaSecp256r1Sha256]: "ecdsa_secp256r1_sha256",
  [SignatureScheme.ecdsaSecp384r1Sha384]: "ecdsa_secp384r1_sha384",
  [SignatureScheme.rsaPssRsaeSha256]: "rsa_pss_rsae_sha256",
  [SignatureScheme.rsaPssRsaeSha384]: "rsa_pss_rsae_sha384",
  [SignatureScheme.rsaPssRsaeSha512]: "rsa_pss_rsae_sha512",
  [SignatureScheme.ed25519]: "ed25519",
};
