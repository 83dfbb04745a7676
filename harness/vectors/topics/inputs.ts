import { createHash } from "node:crypto";
import { defaultProfile } from "../../attestation/profile.ts";
import { CLAIMS } from "../../pki/claims.ts";
import { type Family, families, pki } from "../../pki/test-pki.ts";
import { toHex } from "../../wire/bytes.ts";
import { type CipherSuite, cipherSuites } from "../../wire/code-points.ts";
import type { AttestationJson, ConnectionJson, EvidenceJson, PolicyJson, ResultJson, TrustJson } from "../kinds.ts";

/** What the tables of vectors are put together from. Everything is the same each time. */

export const SUITES = {
  sha256: "TLS_AES_128_GCM_SHA256",
  sha384: "TLS_AES_256_GCM_SHA384",
  chacha20: "TLS_CHACHA20_POLY1305_SHA256",
} as const satisfies Record<string, CipherSuite>;

export type SuiteName = keyof typeof SUITES;

export const PROFILE = defaultProfile;

/** The time at which everything is judged; the test PKI counts from 2020 to 2049. */
export const NOW = "2026-01-01T00:00:00Z";
export const NOW_SECONDS: number = Date.parse(NOW) / 1000;

/** A connection of that suite; its secret is made of the name. */
export function connection(suite: SuiteName, name = "connection"): ConnectionJson {
  const cipherSuite = SUITES[suite];
  return { cipherSuite, exporterMasterSecret: createHash(cipherSuites[cipherSuite]).update(`expat-conformance ${name}`).digest("hex") };
}

/** 32 bytes that look random, made of a name. */
export function context(name: string): string {
  return createHash("sha256").update(`context ${name}`).digest("hex");
}

export function certificate(name: string): string {
  return toHex(pki(name).certificate);
}

/** Tokens know one algorithm of RSA. */
export function tokenFamily(family: Family): Family {
  return family.startsWith("rsa-") ? "rsa-pss-sha256" : family;
}

/** The roots of a family. */
export function trust(family: Family): TrustJson {
  const ofTokens = tokenFamily(family);
  return {
    pkix: [certificate(`identity-root-${family}`)],
    attestation: [certificate(`attestation-root-${ofTokens}`)],
    results: [certificate(`result-root-${ofTokens}`)],
  };
}

export const POLICY: PolicyJson = { attestation: "required", measurement: toHex(CLAIMS.measurement), signedCmw: "refuse" };
export const NO_ATTESTATION: PolicyJson = { attestation: "optional", measurement: null, signedCmw: "refuse" };

export function identity(family: Family) {
  return { key: `identity-${family}`, scheme: families[family] };
}

export function evidence(mediaType: "application/eat+cwt" | "application/eat+jwt", family: Family): EvidenceJson {
  const key = `attestation-${tokenFamily(family)}`;
  return { model: "background-check", mediaType, key, ueid: toHex(CLAIMS.ueid), measurement: toHex(CLAIMS.measurement) };
}

/** An affirming result, issued a minute ago, for an hour. */
export function result(mediaType: "application/eat+cwt" | "application/eat+jwt", family: Family): ResultJson {
  const key = `result-${tokenFamily(family)}`;
  const times = { issuedAt: NOW_SECONDS - 60, notBefore: null, expires: NOW_SECONDS + 3600 };
  return { model: "passport", mediaType, key, status: "affirming", ...times, publicKey: null };
}

export function record(message: EvidenceJson | ResultJson, cmw: "cbor" | "json" = "cbor"): AttestationJson {
  return { message, second: null, cmw, form: "record", signer: null };
}
