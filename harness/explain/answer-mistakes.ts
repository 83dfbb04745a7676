import { createPublicKey } from "node:crypto";
import type { AppraisalState } from "../appraisal/state.ts";
import { decodeCmw } from "../attestation/cmw.ts";
import { type ParsedCertificate, parseCertificate } from "../authenticator/certificate.ts";
import { validatePath } from "../authenticator/path.ts";
import { type Bytes, concat, equalBytes, fromHex, toHex, utf8, view } from "../wire/bytes.ts";
import { ExtensionType } from "../wire/code-points.ts";
import { decodeCmwAttestation } from "../wire/extensions.ts";
import { offeredSchemes } from "../wire/request.ts";
import { isOneOf, type Mistake, reads } from "./mistake.ts";

/** The known mistakes of the step `context` (RFC 9261 section 5.2.1). */
export const contextMistakes: readonly Mistake<AppraisalState>[] = [
  context("left-empty", "Certificate has a context of length zero, although it answers a request", () => [new Uint8Array(0)]),
  context("of-earlier-request", "Certificate carries the context of an earlier request on this connection", (_, state) =>
    [...state.input.consumedContexts].map((earlier) => fromHex(earlier)),
  ),
  context("with-length-prefix", "the context in Certificate begins with the length byte of the request's context", (asked) => [
    concat(Uint8Array.of(asked.length), asked),
  ]),
  context("as-text", "the context in Certificate is that of the request as hexadecimal or base64 text", (asked) => {
    const bytes = view(asked);
    return [toHex(asked), toHex(asked).toUpperCase(), bytes.toString("base64"), bytes.toString("base64url")].map(utf8);
  }),
  context("truncated", "the context in Certificate is only the start of the request's", (asked, state) => {
    const found = state.facts.certificate?.certificateRequestContext ?? asked;
    return found.length > 0 && found.length < asked.length ? [asked.subarray(0, found.length)] : [];
  }),
  context("whole-request", "the context in Certificate is the request itself", (_, { input: { request } }) =>
    request ? [request.bytes, request.bytes.subarray(4)] : [],
  ),
];

/** The known mistakes of the step `schemes` (RFC 9261 section 5.2.2). */
export const schemeMistakes: readonly Mistake<AppraisalState>[] = [
  {
    id: "schemes/byte-order",
    title: "the code point of the signature scheme is in little-endian order",
    hint: "Numbers in TLS are big-endian: ecdsa_secp256r1_sha256 is 04 03.",
    requirements: ["rfc9261-signature-algorithm-field"],
    fits: (state) => offered(state).includes(Buffer.from(Uint16Array.of(schemeOf(state)).buffer).readUInt16BE(0)),
  },
  {
    id: "schemes/pkcs1",
    title: "an RSASSA-PKCS1-v1_5 scheme in an authenticator",
    hint: "With an RSA key sign with rsa_pss_rsae_sha256 or another PSS scheme; PKCS #1 v1.5 is for certificates only.",
    requirements: ["rfc9261-signature-pkcs1-excluded"],
    fits: (state) => [0x0401, 0x0501, 0x0601].includes(schemeOf(state)),
  },
  {
    id: "schemes/sha1",
    title: "a signature scheme with SHA-1",
    hint: "Choose a scheme of the request that fits the key; those with SHA-1 are not for signatures in messages.",
    requirements: ["rfc8446-no-sha1-signature"],
    fits: (state) => [0x0201, 0x0203].includes(schemeOf(state)),
  },
  {
    id: "schemes/pss-of-other-key-type",
    title: "rsa_pss_pss in place of rsa_pss_rsae: the key in the certificate is a plain RSA key",
    hint: "The key's OID decides: rsaEncryption goes with rsa_pss_rsae_*, id-RSASSA-PSS with rsa_pss_pss_*.",
    requirements: ["rfc8446-pss-rsae-key", "rfc9261-signature-scheme-offered"],
    fits: (state) => [0x0809, 0x080a, 0x080b].includes(schemeOf(state)) && keyType(state) === "rsa",
  },
  {
    id: "schemes/hash-of-the-suite",
    title: "an ECDSA scheme was chosen by the hash of the suite, not by the curve of the key",
    hint: "In TLS 1.3 the scheme fixes curve and hash together: a P-256 key signs with ecdsa_secp256r1_sha256 under every suite.",
    requirements: ["rfc8446-ecdsa-curve", "rfc9261-signature-ecdsa-combinations-excluded"],
    fits: (state) => {
      const bySuite = state.input.connection.hash === "sha384" ? 0x0503 : 0x0403;
      const byCurve = { prime256v1: 0x0403, secp384r1: 0x0503 }[leafOf(state)?.publicKey.asymmetricKeyDetails?.namedCurve ?? ""];
      return schemeOf(state) === bySuite && byCurve !== undefined && byCurve !== bySuite;
    },
  },
];

/** The known mistakes of the step `extensions` (RFC 9261 section 5.2.1). */
export const extensionMistakes: readonly Mistake<AppraisalState>[] = [
  {
    id: "extensions/staples-of-the-handshake",
    title: "the entries carry the OCSP response or certificate timestamps of the handshake, which the request did not ask for",
    hint: "Put into the entries only extensions that stand in the request; do not reuse the Certificate of the handshake.",
    requirements: ["rfc9261-extensions-only-requested"],
    fits: (state) => {
      const staples: readonly number[] = [ExtensionType.statusRequest, ExtensionType.signedCertificateTimestamp];
      return unsolicited(state).length > 0 && unsolicited(state).every(({ type }) => staples.includes(type));
    },
  },
  {
    id: "extensions/attestation-without-offer",
    title: "attestation was sent although the request does not offer it",
    hint: "Send cmw_attestation only where the request holds it, whatever the caller wants.",
    requirements: ["expat-only-when-offered"],
    fits: (state) => unsolicited(state).some(({ type }) => type === state.input.profile.cmwAttestation),
  },
  {
    id: "extensions/other-code-point",
    title: "cmw_attestation stands under another number than the one that was offered",
    hint: "Use the number of the profile for offer and answer; 0xff00 and 0xffff are both in use until one is assigned.",
    requirements: ["expat-code-point", "rfc9261-extensions-only-requested"],
    fits: (state) => {
      const others = unsolicited(state).filter(({ type }) => type >= 0xff00 && type !== state.input.profile.cmwAttestation);
      return others.some(({ data }) => reads(() => decodeCmw(decodeCmwAttestation(data))));
    },
  },
  {
    id: "extensions/offer-echoed",
    title: "an entry holds the empty offer of the request beside the attestation",
    hint: "The offer is empty in the request; in Certificate the extension stands once, with the attestation in it.",
    requirements: ["rfc8446-no-duplicate-extensions", "expat-extension-structure"],
    fits: ({ facts: { attestations = [] } }) => {
      const first = attestations.filter(({ entry }) => entry === 0);
      return first.length === 2 && first.filter(({ data }) => data.length === 0).length === 1;
    },
  },
];

/** The known mistakes of the step `certificate-path` (RFC 8446 section 4.4.2). */
export const pathMistakes: readonly Mistake<AppraisalState>[] = [
  {
    id: "certificate-path/pem",
    title: "the certificate is PEM text",
    hint: "Put the DER bytes into cert_data.",
    requirements: ["rfc8446-certificate-der"],
    fits: (state) =>
      view(first(state)).toString("latin1").includes("-----BEGIN CERTIFICATE-----") && reads(() => parseCertificate(fromPem(first(state)))),
  },
  {
    id: "certificate-path/base64",
    title: "the certificate is base64 text",
    hint: "Put the DER bytes into cert_data.",
    requirements: ["rfc8446-certificate-der"],
    fits: (state) => {
      const text = view(first(state)).toString("latin1");
      return /^[A-Za-z0-9+/_-]+=*$/.test(text) && reads(() => parseCertificate(Buffer.from(text, "base64")));
    },
  },
  {
    id: "certificate-path/raw-public-key",
    title: "a bare SubjectPublicKeyInfo stands in place of the certificate, as with RFC 7250",
    hint: "Authenticators carry X.509 certificates only.",
    requirements: ["rfc9261-x509-only"],
    fits: (state) => reads(() => createPublicKey({ key: Buffer.from(first(state)), format: "der", type: "spki" })),
  },
  {
    id: "certificate-path/all-in-one-entry",
    title: "the whole chain stands in one entry",
    hint: "Give each certificate an entry of its own.",
    requirements: ["rfc9261-certificate-structure"],
    fits: (state) => {
      const whole = first(state);
      const length = 4 + view(whole).readUInt16BE(2);
      return length < whole.length && reads(() => [whole.subarray(0, length), whole.subarray(length)].map(parseCertificate));
    },
  },
  {
    id: "certificate-path/attestation-chain",
    title: "the chain is that of the attestation key, not of the identity",
    hint: "Certificate holds the identity that was asked for; the chain of the attestation key stands in the Evidence.",
    requirements: ["expat-dedicated-keys", "expat-pkix-still-performed"],
    fits: ({ input: { trust, now }, facts: { chain = [] } }) =>
      chain.length > 0 && trust.attestation !== undefined && validatePath(chain, trust.attestation, now, "attestation") === undefined,
  },
];

/** The known mistakes of the step `claims` (the Evidence profile of docs/iut-protocol.md). */
export const claimMistakes: readonly Mistake<AppraisalState>[] = [
  {
    id: "claims/swapped",
    title: "ueid and measurement are swapped",
    hint: "ueid stands in claim 256, the measurement in -65538 (docs/iut-protocol.md).",
    requirements: ["iut-claims"],
    fits: ({ input: { asked }, facts: { evidence } }) =>
      isOneOf(evidence?.[0]?.claims.ueid, [asked?.measurement]) && isOneOf(evidence?.[0]?.claims.measurement, [asked?.ueid]),
  },
  {
    id: "claims/as-text",
    title: "ueid or measurement is right but written as hexadecimal or base64 text",
    hint: "Put the bytes into the claim.",
    requirements: ["iut-claims"],
    fits: ({ input: { asked }, facts: { evidence } }) =>
      isOneOf(evidence?.[0]?.claims.ueid, texts(asked?.ueid)) || isOneOf(evidence?.[0]?.claims.measurement, texts(asked?.measurement)),
  },
];

function texts(bytes: Bytes | undefined): Bytes[] {
  return bytes ? [toHex(bytes), view(bytes).toString("base64"), view(bytes).toString("base64url")].map(utf8) : [];
}

function context(name: string, title: string, gives: (asked: Bytes, state: AppraisalState) => readonly Bytes[]): Mistake<AppraisalState> {
  return {
    id: `context/${name}`,
    title,
    hint: "Echo the certificate_request_context of the request that is answered, byte for byte.",
    requirements: ["rfc9261-certificate-context", "rfc9261-request-context-echoed"],
    fits(state) {
      const asked = state.input.request?.decoded.certificateRequestContext;
      const found = state.facts.certificate?.certificateRequestContext;
      return asked !== undefined && isOneOf(found, gives(asked, state)) && !equalBytes(asked, found ?? asked);
    },
  };
}

function schemeOf({ facts }: AppraisalState): number {
  return facts.certificateVerify?.algorithm ?? 0;
}

function offered({ input: { request } }: AppraisalState): readonly number[] {
  return (request && offeredSchemes(request.decoded)) ?? [];
}

function first({ facts }: AppraisalState): Bytes {
  return facts.certificate?.entries[0]?.certData ?? new Uint8Array(0);
}

function leafOf(state: AppraisalState): ParsedCertificate | undefined {
  return state.facts.chain?.[0] ?? parseCertificate(first(state));
}

function keyType(state: AppraisalState): string | undefined {
  return leafOf(state)?.publicKey.asymmetricKeyType;
}

function unsolicited({ input: { request, profile }, facts }: AppraisalState) {
  const requested = request?.decoded.extensions.map(({ type }) => type) ?? [];
  const sent = facts.certificate?.entries.flatMap(({ extensions }) => extensions) ?? [];
  return sent.filter(({ type }) => (request ? !requested.includes(type) : type === profile.cmwAttestation));
}

function fromPem(bytes: Bytes): Bytes {
  const [, text = ""] = /-----BEGIN CERTIFICATE-----([^-]*)-----END/.exec(view(bytes).toString("latin1")) ?? [];
  return Buffer.from(text, "base64");
}
