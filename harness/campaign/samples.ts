import { cmwPayload } from "../attestation/payload.ts";
import { defaultProfile } from "../attestation/profile.ts";
import { parsePrivateKey } from "../authenticator/certificate.ts";
import { signDeterministically } from "../authenticator/deterministic-signing.ts";
import { tlsExporter } from "../authenticator/exporter.ts";
import { authenticatorStages } from "../forge/authenticator-stages.ts";
import { buildAuthenticator, buildRequest } from "../forge/build.ts";
import { requestStages } from "../forge/request-stages.ts";
import { pki } from "../pki/test-pki.ts";
import { forgedAttestation } from "../scenario/attestation-inputs.ts";
import { type FormatName, formatsByName, type SchemeName, schemeOf } from "../scenario/parameters.ts";
import type { AuthenticateStep } from "../scenario/schema.ts";
import { utf8 } from "../wire/bytes.ts";
import { type Target, targetsOf } from "./targets.ts";

const CONNECTION = {
  hash: "sha256",
  exportKeyingMaterial: (label: string, context: Uint8Array, length: number) =>
    tlsExporter("sha256", utf8("a sample".padEnd(32, ".")), label, context, length),
} as const;

/** The places that an edit can name in an authenticator of that scheme, wrapper and identity: those of a sample build without a connection. */
export function authenticatorTargets(
  format: FormatName | undefined,
  scheme: SchemeName,
  attestation: AuthenticateStep["attestation"],
  identity = `identity-${scheme}`,
): Target[] {
  const { chain, pkcs8 } = pki(identity);
  const built = buildAuthenticator({
    connection: CONNECTION,
    sender: "server",
    profile: defaultProfile,
    request: new Uint8Array(60),
    certificateRequestContext: new Uint8Array(32),
    identity: { chain, key: parsePrivateKey(pkcs8), scheme: schemeOf[scheme] },
    // An ECDSA signature of random length would make other sentences of the same seed.
    sign: signDeterministically,
    attestation:
      format && attestation ? forgedAttestation({ ...attestation, result: ISSUED }, { scheme, format, payload: cmwPayload }) : null,
  });
  const names = authenticatorStages.map(({ name }) => name);
  const targets = targetsOf(built, names).filter(({ at }) => isBound(format) || !BINDING.test(at));
  return targets.map((target) =>
    VARIES.test(target.at) && !CERTAIN.includes(scheme) ? { ...target, size: target.size - SHORTER } : target,
  );
}

// A sample of now would be another one in each second, with signatures of other lengths.
const ISSUED = { issuedAt: "2026-01-01T00:00:00Z", expires: "2026-01-01T01:00:00Z" } as const;

// The DER form of an ECDSA signature is some bytes shorter now and then (RFC 3279 section 2.2.3): an edit at its end would not always fit.
const VARIES = /^certificate-verify\.(signature|bytes)$/;
const CERTAIN: readonly SchemeName[] = ["ed25519", "rsa-pss-sha256", "rsa-pss-sha384", "rsa-pss-sha512"];
const SHORTER = 4;

/** The places that an edit can name in a request. */
export function requestTargets(attestation: boolean): Target[] {
  const built = buildRequest({
    sender: "server",
    profile: defaultProfile,
    certificateRequestContext: new Uint8Array(32),
    signatureSchemes: [schemeOf.p256, schemeOf.ed25519],
    attestation,
  });
  return targetsOf(
    built,
    requestStages.map(({ name }) => name),
  );
}

// Only Evidence is bound to the connection: elsewhere an edit of what it is bound by goes nowhere.
const BINDING = /^(binding|aik-hash|secrets\.exportedValue)\b/;

function isBound(format: FormatName | undefined): boolean {
  return format !== undefined && formatsByName[format].model === "background-check";
}
