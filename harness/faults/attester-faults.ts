import { parseCertificate } from "../authenticator/certificate.ts";
import { toPem } from "../authenticator/pem.ts";
import type { BuildInput } from "../forge/authenticator-values.ts";
import { attesterParts } from "../reference/attester.ts";
import { utf8 } from "../wire/bytes.ts";
import { decodeRequest, offeredSchemes } from "../wire/request.ts";
import type { Condition, Edits, Fault, Needs } from "./fault.ts";

const self = (path: string) => ({ self: path });
const attested = { attested: true } as const;
const answered = { declines: false } as const;
const background = { model: "background-check" } as const;
const passport = { model: "passport" } as const;

function fault(
  id: string,
  title: string,
  requirements: readonly string[],
  authenticator: Edits<BuildInput>,
  when: Condition = {},
  needs?: Needs,
): Fault {
  return { id: `attester/${id}`, role: "attester", title, requirements, breaks: { authenticator, when }, needs };
}

// Only where the key is of that kind can the mistake be made at all.
const withKey =
  (kind: "rsa" | "ed25519" | "prime256v1", edits: Edits<BuildInput>): Edits<BuildInput> =>
  (input) => {
    const key = input.identity?.key;
    const found = key?.asymmetricKeyDetails?.namedCurve ?? key?.asymmetricKeyType;
    return found === kind ? (typeof edits === "function" ? edits(input) : edits) : [];
  };

/** RFC 9261 section 5.2: the messages and how they are framed. */
const framing: readonly Fault[] = [
  fault(
    "frame/finished-left-out",
    "Finished is not sent",
    ["rfc9261-authenticator-messages"],
    [{ at: "frame.messages.finished", op: "drop" }],
    answered,
  ),
  fault(
    "frame/certificate-verify-left-out",
    "CertificateVerify is not sent",
    ["rfc9261-authenticator-messages", "rfc8446-certificate-verify-sent"],
    [{ at: "frame.messages.certificateVerify", op: "drop" }],
    answered,
  ),
  fault(
    "frame/messages-reversed",
    "Finished comes first and Certificate last",
    ["rfc9261-authenticator-order", "rfc8446-certificate-verify-place"],
    [{ at: "frame.messages", op: "reverse" }],
    answered,
  ),
  fault(
    "frame/finished-twice",
    "Finished is sent twice",
    ["rfc9261-authenticator-messages"],
    [{ at: "frame.messages.finished", op: "duplicate" }],
  ),
  fault(
    "frame/in-record",
    "the authenticator is wrapped in a TLS record",
    ["rfc9261-authenticator-no-record-layer", "rfc9261-empty-no-record-layer"],
    [{ at: "frame.bytes", op: "insert", value: { hex: "1603030100" } }],
  ),
  fault(
    "frame/trailing-byte",
    "a byte stands behind Finished",
    ["rfc9261-authenticator-handshake-encoding", "rfc9261-empty-handshake-encoding"],
    [{ at: "frame.bytes", op: "extend", value: { hex: "00" } }],
  ),
  fault(
    "frame/last-byte-lost",
    "the last byte is not sent",
    ["rfc9261-authenticator-handshake-encoding"],
    [{ at: "frame.bytes", op: "truncate" }],
  ),
  fault(
    "frame/certificate-of-other-type",
    "Certificate has the handshake type of CompressedCertificate (25)",
    ["rfc9261-authenticator-handshake-encoding"],
    [{ at: "certificate.handshakeType", op: "replace", value: 25 }],
    answered,
  ),
  fault(
    "frame/header-length-too-long",
    "the handshake header of Certificate counts its own four bytes",
    ["rfc9261-authenticator-handshake-encoding"],
    [{ at: "certificate.length", op: "add", by: 4 }],
    answered,
  ),
  fault(
    "parse/list-length-too-short",
    "the length of the certificate_list leaves out its last byte",
    ["rfc8446-vector-length", "rfc9261-certificate-structure"],
    [{ at: "certificate.entries.length", op: "add", by: -1 }],
    answered,
  ),
  fault(
    "parse/certificate-length-too-long",
    "the length of cert_data is one too large",
    ["rfc8446-vector-length", "rfc8446-certificate-structure"],
    [{ at: "certificate.entries.0.certData.length", op: "add", by: 1 }],
    answered,
  ),
  fault(
    "parse/signature-length-too-long",
    "the length of the signature is one too large",
    ["rfc8446-vector-length", "rfc9261-certificate-verify-structure"],
    [{ at: "certificate-verify.signature.length", op: "add", by: 1 }],
    answered,
  ),
  fault(
    "parse/certificate-list-empty",
    "Certificate has no entries, yet CertificateVerify follows",
    ["rfc8446-certificate-list-nonempty"],
    [{ at: "certificate.entries", op: "drop" }],
    answered,
  ),
  fault(
    "parse/finished-longer",
    "verify_data is filled up with a zero byte",
    ["rfc8446-finished-length"],
    [{ at: "finished.verifyData", op: "extend", value: { hex: "00" } }],
  ),
];

/** RFC 9261 section 5.2.1: context, extensions and chain. */
const certificate: readonly Fault[] = [
  fault(
    "context/left-empty",
    "Certificate carries no context, as in the handshake",
    ["rfc9261-certificate-context", "rfc9261-request-context-echoed"],
    [{ at: "certificate.certificateRequestContext", op: "drop" }],
    answered,
  ),
  fault(
    "context/cut",
    "Certificate carries the context of the request without its last byte",
    ["rfc9261-certificate-context", "rfc9261-request-context-echoed"],
    [{ at: "certificate.certificateRequestContext", op: "truncate" }],
    answered,
  ),
  fault(
    "context/with-length",
    "Certificate carries the context of the request with its length byte in front",
    ["rfc9261-certificate-context", "rfc9261-request-context-echoed"],
    ({ certificateRequestContext: { length } }) =>
      length < 255 ? [{ at: "certificate.certificateRequestContext", op: "insert", value: Uint8Array.of(length) }] : [],
    answered,
  ),
  fault(
    "context/as-text",
    "the context is cut at its first zero byte, as text is in C",
    ["rfc9261-certificate-context", "rfc9261-request-context-echoed"],
    ({ certificateRequestContext: context }) => {
      const end = context.indexOf(0);
      return end < 0 ? [] : [{ at: "certificate.certificateRequestContext", op: "truncate", by: context.length - end }];
    },
    answered,
  ),
  fault(
    "context/in-32-bytes",
    "the context is kept in a buffer of 32 bytes: longer ones are cut",
    ["rfc9261-certificate-context", "rfc9261-request-context-echoed"],
    ({ certificateRequestContext: { length } }) => [
      { at: "certificate.certificateRequestContext", op: "truncate", by: Math.max(0, length - 32) },
    ],
    answered,
  ),
  fault(
    "extensions/unsolicited-timestamp",
    "the first entry holds signed_certificate_timestamp, which nobody asked for",
    ["rfc9261-extensions-only-requested", "rfc8446-unsolicited-extension", "rfc9261-spontaneous-extensions-only-client-hello"],
    [{ at: "certificate.entries.0.extensions", op: "insert", value: { type: 18, data: { hex: "0000" } } }],
    answered,
  ),
  fault(
    "extensions/unsolicited-in-issuer",
    "the entry of the issuer holds status_request, which nobody asked for",
    ["rfc9261-extensions-only-requested", "rfc8446-unsolicited-extension"],
    [{ at: "certificate.entries.1.extensions", op: "insert", value: { type: 5, data: { hex: "01000000" } } }],
    answered,
  ),
  fault(
    "extensions/attestation-without-offer",
    "attestation is sent although the request does not offer it",
    ["expat-only-when-offered", "rfc9261-extensions-only-requested"],
    (input) => [
      {
        at: "certificate.entries.0.extensions",
        op: "insert",
        value: { type: input.profile.cmwAttestation, data: { hex: "000482617800" } },
      },
    ],
    { attested: false, declines: false, spontaneous: false },
  ),
  fault(
    "extensions/attestation-spontaneous",
    "attestation is sent in an authenticator that nobody asked for",
    ["expat-only-on-request"],
    (input) => [
      {
        at: "certificate.entries.0.extensions",
        op: "insert",
        value: { type: input.profile.cmwAttestation, data: { hex: "000482617800" } },
      },
    ],
    { spontaneous: true },
  ),
  fault(
    "extensions/attestation-twice",
    "cmw_attestation stands twice in the first entry",
    ["rfc8446-no-duplicate-extensions"],
    [{ at: "certificate.entries.0.extensions.0", op: "duplicate" }],
    attested,
  ),
  fault(
    "extensions/offer-echoed",
    "the first entry also holds the empty offer of the request",
    ["rfc8446-no-duplicate-extensions", "expat-extension-structure"],
    (input) => [{ at: "certificate.entries.0.extensions", op: "insert", value: { type: input.profile.cmwAttestation, data: { hex: "" } } }],
    attested,
  ),
  fault(
    "extensions/other-code-point",
    "cmw_attestation stands under 0xFFFF, not under the number of the profile",
    ["rfc9261-extensions-only-requested", "expat-evidence-in-extension", "expat-only-when-offered"],
    [{ at: "extension.type", op: "replace", value: 0xffff }],
    attested,
  ),
  fault(
    "placement/no-inner-length",
    "the CMW fills extension_data by itself",
    ["expat-extension-structure"],
    [{ at: "extension.bytes", op: "replace", value: self("extension.cmwData") }],
    attested,
  ),
  fault(
    "placement/inner-length-short",
    "the length of cmw_data is one too small",
    ["expat-extension-structure", "rfc8446-vector-length"],
    [{ at: "extension.cmwData.length", op: "add", by: -1 }],
    attested,
  ),
  fault(
    "placement/empty",
    "cmw_data is of length zero",
    ["expat-extension-structure"],
    [{ at: "extension.cmwData", op: "drop" }],
    attested,
  ),
  fault(
    "placement/in-issuer",
    "the attestation stands in the entry of the issuer",
    ["expat-first-entry-only", "expat-not-in-other-entries"],
    (input) => [
      {
        at: "certificate.entries.1.extensions",
        op: "insert",
        value: { type: input.profile.cmwAttestation, data: self("extension.bytes") },
      },
      { at: "certificate.entries.0.extensions", op: "drop" },
    ],
    attested,
  ),
  fault(
    "placement/in-every-entry",
    "the entry of the issuer carries the attestation too",
    ["expat-first-entry-only", "expat-not-in-other-entries"],
    (input) => [
      {
        at: "certificate.entries.1.extensions",
        op: "insert",
        value: { type: input.profile.cmwAttestation, data: self("extension.bytes") },
      },
    ],
    attested,
  ),
  fault(
    "chain/leaf-alone",
    "the intermediate certificate is not sent",
    ["rfc9261-certificate-conforms", "rfc9261-certificate-chain-valid-for-schemes"],
    ({ identity }) => [{ at: "certificate.entries", op: "truncate", by: (identity?.chain.length ?? 1) - 1 }],
    answered,
  ),
  fault(
    "chain/leaf-last",
    "the end-entity certificate comes last",
    ["rfc8446-certificate-first"],
    [{ at: "certificate.entries", op: "reverse" }],
    answered,
  ),
  fault(
    "chain/issuers-in-other-order",
    "the issuers of the chain are sent from the top down",
    ["rfc8446-certificate-order"],
    ({ identity }) => {
      const [, lower, upper] = identity?.chain ?? [];
      if (lower === undefined || upper === undefined) return [];
      return [
        { at: "certificate.entries.1.certData", op: "replace", value: upper },
        { at: "certificate.entries.2.certData", op: "replace", value: lower },
      ];
    },
    answered,
  ),
  fault(
    "chain/other-certificate",
    "the end-entity certificate is one of another key",
    ["rfc8446-certificate-first", "rfc9261-signature-input"],
    withKey("prime256v1", [{ at: "certificate.entries.0.certData", op: "replace", value: { pki: "identity-other.certificate" } }]),
    answered,
  ),
  fault(
    "chain/expired",
    "a certificate that expired in 2020 is sent for the one that was given",
    ["rfc9261-certificate-conforms"],
    withKey("prime256v1", [
      { at: "certificate.entries.0.certData", op: "replace", value: { pki: "identity-expired.certificate" } },
      { at: "signature-input.key", op: "replace", value: { pki: "identity-expired.key" } },
    ]),
    { attested: false, declines: false },
  ),
  fault(
    "chain/self-signed",
    "a self-signed certificate of an own key is sent for the one that was given",
    ["rfc9261-certificate-conforms"],
    withKey("prime256v1", [
      { at: "certificate.entries", op: "truncate", by: 1 },
      { at: "certificate.entries.0.certData", op: "replace", value: { pki: "identity-self-signed.certificate" } },
      { at: "signature-input.key", op: "replace", value: { pki: "identity-self-signed.key" } },
    ]),
    { attested: false, declines: false },
  ),
  fault(
    "chain/pem",
    "cert_data is PEM text",
    ["rfc8446-certificate-der", "rfc9261-x509-only"],
    ({ identity }) => [
      { at: "certificate.entries.0.certData", op: "replace", value: utf8(toPem("CERTIFICATE", identity?.chain[0] ?? new Uint8Array(0))) },
    ],
    answered,
  ),
  fault(
    "chain/raw-public-key",
    "the first entry holds a bare public key (RFC 7250)",
    ["rfc9261-x509-only"],
    ({ identity }) => [
      { at: "certificate.entries.0.certData", op: "replace", value: parseCertificate(identity?.chain[0] ?? new Uint8Array(0)).spki },
    ],
    answered,
  ),
  fault(
    "chain/certificate-with-trailing-byte",
    "cert_data has a byte behind the certificate",
    ["rfc8446-certificate-der"],
    [{ at: "certificate.entries.0.certData", op: "extend", value: { hex: "00" } }],
    answered,
  ),
];

/** RFC 9261 section 5.2.2: the scheme and the key. */
const signing: readonly Fault[] = [
  fault(
    "signature/flipped",
    "the signature has a wrong bit",
    ["rfc9261-signature-input"],
    [{ at: "certificate-verify.signature", op: "flip", index: 100 }],
    answered,
  ),
  fault(
    "signature/empty",
    "the signature is of length zero",
    ["rfc9261-signature-input"],
    [{ at: "certificate-verify.signature", op: "drop" }],
    answered,
  ),
  fault(
    "signature/other-key",
    "the signature is made with the key of another identity",
    ["rfc9261-signature-input", "rfc8446-certificate-first"],
    withKey("prime256v1", [{ at: "signature-input.key", op: "replace", value: { pki: "identity-other.key" } }]),
    answered,
  ),
  fault(
    "signature/attestation-key",
    "the signature is made with the attestation key",
    ["expat-dedicated-keys", "rfc9261-signature-input"],
    withKey("prime256v1", [{ at: "signature-input.key", op: "replace", value: { pki: "attestation-p256.key" } }]),
    attested,
  ),
  fault(
    "signature/salt-of-20-bytes",
    "an RSA-PSS signature has a salt of 20 bytes",
    ["rfc8446-pss-salt"],
    withKey("rsa", [{ at: "signature-input.saltLength", op: "replace", value: 20 }]),
    answered,
    { scheme: "rsa-pss-sha256" },
  ),
  fault(
    "signature/ed25519-prehashed",
    "an Ed25519 signature is made over the SHA-512 of the content",
    ["rfc8446-eddsa-pure"],
    withKey("ed25519", [{ at: "signature-input.prehash", op: "replace", value: "sha512" }]),
    answered,
    { scheme: "ed25519" },
  ),
  fault(
    "schemes/pkcs1",
    "RSA keys sign with RSASSA-PKCS1-v1_5, and say so",
    ["rfc9261-signature-pkcs1-excluded", "rfc8446-pkcs1-not-in-handshake"],
    withKey("rsa", [{ at: "signature-input.scheme", op: "replace", value: 0x0401 }]),
    answered,
    { scheme: "rsa-pss-sha256" },
  ),
  fault(
    "schemes/sha1",
    "ECDSA keys sign with SHA-1, and say so",
    ["rfc8446-no-sha1-signature", "rfc8446-sha1-not-in-handshake"],
    withKey("prime256v1", [{ at: "signature-input.scheme", op: "replace", value: 0x0203 }]),
    answered,
  ),
  fault(
    "schemes/curve-of-suite",
    "the ECDSA scheme is chosen by the hash of the suite: a P-256 key signs with SHA-384",
    ["rfc8446-ecdsa-curve", "rfc9261-signature-ecdsa-combinations-excluded", "rfc9261-signature-scheme-offered"],
    withKey("prime256v1", [{ at: "signature-input.scheme", op: "replace", value: 0x0503 }]),
    { ...answered, hash: "sha384" },
    { suite: "sha384" },
  ),
  fault(
    "schemes/little-endian",
    "the code point of the scheme is in little-endian order",
    ["rfc9261-signature-algorithm-field", "rfc9261-signature-scheme-offered"],
    ({ identity }) => [
      {
        at: "certificate-verify.algorithm",
        op: "replace",
        value: (((identity?.scheme ?? 0) & 0xff) << 8) | ((identity?.scheme ?? 0) >> 8),
      },
    ],
    answered,
  ),
  fault(
    "schemes/first-offered-named",
    "CertificateVerify names the first scheme that was offered, whatever the key signed with",
    ["rfc9261-signature-algorithm-field", "rfc8446-key-compatible"],
    ({ request, identity }) => {
      const [first = identity?.scheme] = (request.length > 0 ? offeredSchemes(decodeRequest(request)) : undefined) ?? [];
      return [{ at: "certificate-verify.algorithm", op: "replace", value: first }];
    },
    answered,
  ),
  fault(
    "schemes/pss-pss-named",
    "CertificateVerify names rsa_pss_pss where the key is an ordinary RSA key",
    ["rfc8446-pss-rsae-key", "rfc9261-signature-scheme-offered"],
    withKey("rsa", [{ at: "certificate-verify.algorithm", op: "add", by: 5 }]),
    answered,
    { scheme: "rsa-pss-sha256" },
  ),
];

const requirementsOf = {
  nonce: ["expat-binding-in-evidence", "eat-nonce"],
  aikPubHash: ["expat-aik-hash-present"],
  ueid: ["iut-claims"],
  eatProfile: ["eat-profile"],
  measurement: ["iut-claims"],
} as const;

/** expat sections 4 and 5, and the Evidence profile: what is attested. */
const evidence: readonly Fault[] = [
  ...(["nonce", "aikPubHash", "ueid", "eatProfile", "measurement"] as const).map((claim) =>
    fault(
      `claims/${claim}-left-out`,
      `the Evidence has no ${claim}`,
      requirementsOf[claim],
      [{ at: `claims.${claim}`, op: "drop" }],
      background,
    ),
  ),
  fault(
    "claims/swapped",
    "ueid and measurement are swapped",
    ["iut-claims"],
    ({ attestation }) => {
      const message = attestation?.message;
      if (!message || !("ueid" in message)) return [];
      return [
        { at: "claims.ueid.value", op: "replace", value: message.measurement },
        { at: "claims.measurement.value", op: "replace", value: message.ueid },
      ];
    },
    background,
  ),
  ...(["eat-cwt", "eat-jwt"] as const).map((format) =>
    fault(
      `claims/issued-at-float-in-${format}`,
      "the Evidence says when it was made, in fractions of a second",
      ["eat-iat-integer"],
      [{ at: "claims", op: "extend", value: { name: "issuedAt", label: format === "eat-cwt" ? 6 : "iat", value: 1700000000.5 } }],
      { ...background, format },
    ),
  ),
  fault(
    "claims/nonce-twice",
    "the nonce stands twice among the claims",
    ["eat-cose-no-duplicate-keys-sent", "eat-jwt-names-unique"],
    [{ at: "claims.nonce", op: "duplicate" }],
    background,
  ),
  fault(
    "claims/nonce-under-other-label",
    "the nonce stands under the label of cti (7)",
    ["eat-nonce", "expat-binding-in-evidence"],
    [{ at: "claims.nonce.label", op: "replace", value: 7 }],
    { ...background, format: "eat-cwt" },
  ),
  fault(
    "claims/aik-hash-under-other-label",
    "AIK_pub_hash stands under another label than the profile's",
    ["expat-aik-hash-present", "eat-integer-keys"],
    [{ at: "claims.aikPubHash.label", op: "replace", value: -65600 }],
    { ...background, format: "eat-cwt" },
  ),
  fault(
    "claims/other-profile",
    "eat_profile names another profile",
    ["eat-profile"],
    [{ at: "claims.eatProfile.value", op: "replace", value: "tag:example.com,2026:other" }],
    background,
  ),
  fault(
    "claims/bytes-as-hexadecimal",
    "ueid is written as hexadecimal text in place of base64url",
    ["eat-json-bytes", "iut-claims"],
    [{ at: "claims.ueid.value", op: "replace", value: "0102030405060708090a0b0c0d0e0f10" }],
    { ...background, format: "eat-jwt" },
  ),
  fault(
    "evidence-signature/flipped",
    "the signature of the Evidence has a wrong bit",
    ["expat-evidence-signed"],
    [{ at: "evidence-signature.signature", op: "flip", index: 100 }],
    background,
  ),
  fault(
    "evidence-signature/missing",
    "the signature of the Evidence is of length zero",
    ["expat-evidence-signed"],
    [{ at: "evidence-signature.signature", op: "drop" }],
    background,
  ),
  fault(
    "evidence-signature/before-the-claims",
    "the Evidence is altered after it was signed",
    ["expat-evidence-signed", "eat-protected"],
    [{ at: "evidence.payload", op: "flip", index: -1, reseal: ["certificate-verify", "finished"] }],
    background,
  ),
  fault(
    "evidence-signature/ecdsa-in-der",
    "the ECDSA signature of the Evidence is in DER",
    ["eat-cose-sign1", "eat-jws-compact"],
    withKey("prime256v1", [{ at: "evidence-signature.signature", op: "replace", value: { der: self("evidence-signature.signature") } }]),
    background,
  ),
  fault(
    "evidence-signature/identity-key",
    "the Evidence is signed with the key of the end-entity certificate, and carries its chain",
    ["expat-dedicated-keys", "expat-attestation-key-chain"],
    ({ identity, attestation }) => {
      if (!identity || !attestation || !("key" in attestation.message)) return [];
      const isCose = attestation.message.format.name.endsWith("cwt");
      return [
        { at: "evidence.key", op: "replace", value: identity.key },
        {
          at: isCose ? "evidence.unprotectedHeader.x5chain.value" : "evidence.protectedHeader.x5c.value",
          op: "replace",
          value: identity.chain,
        },
      ];
    },
    background,
  ),
  fault(
    "evidence-signature/chain-missing",
    "the Evidence carries no chain of the attestation key",
    ["expat-attestation-key-chain", "eat-x5chain"],
    [{ at: "evidence.unprotectedHeader.x5chain", op: "drop" }],
    { ...background, format: "eat-cwt" },
  ),
  fault(
    "evidence-signature/x5c-missing",
    "the Evidence in a JWT carries no chain of the attestation key",
    ["expat-attestation-key-chain", "eat-jws-x5c"],
    [{ at: "evidence.protectedHeader.x5c", op: "drop" }],
    { ...background, format: "eat-jwt" },
  ),
  fault(
    "evidence-signature/chain-reversed",
    "the chain of the attestation key begins with the issuer",
    ["eat-x5chain", "eat-jws-x5c"],
    ({ attestation }) => [
      {
        at:
          attestation?.message && "format" in attestation.message && attestation.message.format.name.endsWith("jwt")
            ? "evidence.protectedHeader.x5c.value"
            : "evidence.unprotectedHeader.x5chain.value",
        op: "reverse",
      },
    ],
    background,
  ),
  fault(
    "evidence-signature/leaf-alone",
    "of the chain of the attestation key only the first certificate is sent",
    ["expat-attestation-key-chain", "eat-x5chain"],
    [{ at: "evidence.unprotectedHeader.x5chain.value", op: "truncate", by: 1 }],
    { ...background, format: "eat-cwt" },
  ),
  fault("evidence-signature/untagged", "the COSE_Sign1 has no tag", ["eat-cose-sign1"], [{ at: "evidence.tag", op: "drop" }], {
    ...background,
    format: "eat-cwt",
  }),
  fault(
    "evidence-signature/algorithm-missing",
    "the protected header of the Evidence names no algorithm",
    ["eat-cose-headers"],
    [{ at: "evidence.protectedHeader.alg", op: "drop" }],
    background,
  ),
  fault(
    "evidence-signature/algorithm-none",
    'the JWT says "alg": "none" and is not signed',
    ["expat-evidence-signed", "eat-jws-compact"],
    [
      { at: "evidence.protectedHeader.alg.value", op: "replace", value: "none" },
      { at: "evidence-signature.signature", op: "drop" },
    ],
    { ...background, format: "eat-jwt" },
  ),
];

/** draft-ietf-rats-msg-wrap, and the passport model. */
const wrapping: readonly Fault[] = [
  fault(
    "cmw/no-wrapper",
    "the Evidence stands in cmw_data by itself",
    ["expat-cmw-format", "cmw-record-structure"],
    [{ at: "extension.cmwData", op: "replace", value: self("evidence-signature.bytes") }],
    background,
  ),
  fault(
    "cmw/json-for-cbor",
    "the CMW is in JSON where CBOR was asked for",
    ["iut-cmw-as-asked"],
    [{ at: "cmw.encoding", op: "replace", value: "json" }],
    {
      attested: true,
      cmw: "cbor",
      form: "record",
    },
  ),
  fault(
    "cmw/cbor-for-json",
    "the CMW is in CBOR where JSON was asked for",
    ["iut-cmw-as-asked"],
    [{ at: "cmw.encoding", op: "replace", value: "cbor" }],
    {
      attested: true,
      cmw: "json",
      form: "record",
    },
  ),
  fault(
    "cmw/indicator-zero",
    "the indicator is zero",
    ["cmw-ind-nonzero", "cmw-ind-range"],
    [{ at: "cmw.indicator", op: "replace", value: 0 }],
    attested,
  ),
  fault(
    "cmw/indicator-of-other-kind",
    "Evidence is marked as Attestation Results",
    ["cmw-ind-kind"],
    [{ at: "cmw.indicator", op: "replace", value: 8 }],
    background,
  ),
  fault(
    "cmw/result-marked-as-evidence",
    "an Attestation Result is marked as Evidence",
    ["cmw-ind-kind"],
    [{ at: "cmw.indicator", op: "replace", value: 4 }],
    passport,
  ),
  fault(
    "cmw/unknown-type",
    "the type of the record is one that nobody has registered",
    ["cmw-type", "eat-media-type"],
    [{ at: "cmw.type", op: "replace", value: "application/x-evidence" }],
    attested,
  ),
  fault(
    "cmw/type-of-other-format",
    "a CWT is called a JWT",
    ["cmw-value-matches-type", "eat-media-type"],
    [{ at: "cmw.type", op: "replace", value: "application/eat+jwt" }],
    { ...background, format: "eat-cwt", form: "record" },
  ),
  ...(["base64url-padded", "base64", "verbatim"] as const).map((form) =>
    fault(
      `cmw/value-as-${form}`,
      `the value in JSON is written as ${form}`,
      ["cmw-json-base64url", "cmw-json-base64url-text-too"],
      [{ at: "cmw.valueAs", op: "replace", value: form }],
      { attested: true, cmw: "json", form: "record" },
    ),
  ),
  fault(
    "cmw/trailing-byte",
    "a byte stands behind the CMW",
    ["cmw-record-structure"],
    [{ at: "cmw.bytes", op: "extend", value: { hex: "00" } }],
    attested,
  ),
  fault("cmw/cut", "the last byte of the CMW is missing", ["cmw-record-structure"], [{ at: "cmw.bytes", op: "truncate" }], attested),
  fault(
    "cmw/tag-of-other-format",
    "the tag stands for another Content-Format",
    ["cmw-tag-range", "eat-media-type"],
    [{ at: "cmw.tag", op: "add", by: 1000 }],
    { attested: true, form: "tag" },
  ),
  fault(
    "cmw/record-for-tag",
    "a record is made where a tag was asked for",
    ["iut-cmw-as-asked"],
    [{ at: "cmw", op: "replace", value: { form: "record", encoding: "cbor", type: 263, value: self("cmw.value"), indicator: 4 } }],
    { ...background, form: "tag" },
  ),
  fault("cmw/collection-empty", "the collection holds nothing", ["cmw-collection-nonempty"], [{ at: "cmw.items", op: "drop" }], {
    attested: true,
    form: "collection",
  }),
  fault(
    "cmw/label-twice",
    "two items of the collection have the same label",
    ["cmw-collection-label-unique"],
    [{ at: "cmw.items.first", op: "duplicate" }],
    {
      attested: true,
      form: "collection",
    },
  ),
  fault(
    "cmw/relative-collection-type",
    "the type of the collection is no absolute URI",
    ["cmw-collection-type-uri-absolute"],
    [{ at: "cmw.collectionType", op: "replace", value: "a/b" }],
    { attested: true, form: "collection" },
  ),
  fault(
    "cmw/record-for-collection",
    "a record is made where a collection was asked for",
    ["iut-cmw-as-asked"],
    [{ at: "cmw", op: "replace", value: self("cmw.items.first.cmw") }],
    { attested: true, form: "collection" },
  ),
  fault(
    "result/altered",
    "a bit of the Attestation Result is lost on its way through the attester",
    ["expat-result-in-extension", "expat-result-signed"],
    [{ at: "cmw.value", op: "flip" }],
    passport,
  ),
  fault(
    "result/cut",
    "the Attestation Result is cut short",
    ["expat-result-in-extension", "expat-result-signed"],
    [{ at: "cmw.value", op: "truncate" }],
    passport,
  ),
  fault(
    "result/hexadecimal",
    "the Attestation Result is written as hexadecimal",
    ["expat-result-in-extension", "cmw-value-matches-type"],
    ({ attestation }) => {
      const message = attestation?.message;
      return message && "issued" in message
        ? [{ at: "cmw.value", op: "replace", value: utf8(Buffer.from(message.issued).toString("hex")) }]
        : [];
    },
    passport,
  ),
];

/** RFC 9261 section 6, and when an authenticator is made at all. */
const deciding: readonly Fault[] = [
  fault(
    "empty-frame/with-certificate",
    "an empty authenticator comes with its empty Certificate",
    ["rfc9261-empty-authenticator"],
    [{ at: "frame.messages", op: "insert", value: { name: "certificate", bytes: self("certificate.bytes") } }],
    { declines: true },
  ),
  fault(
    "empty-frame/zeros",
    "the MAC of an empty authenticator is left zero",
    ["rfc9261-empty-mac"],
    [{ at: "finished.verifyData", op: "replace", value: { repeat: "00", times: 32 } }],
    { declines: true },
  ),
  ...attesterParts.answerRules.map(
    ({ name, title, requirements }): Fault => ({
      id: `attester/answering/${name}-not-asked`,
      role: "attester",
      title: `it does not ask: ${title}`,
      requirements,
      breaks: { withoutRule: `answering/${name}` },
      ...(name === "spontaneous-from-server-alone" && { needs: { side: "client" } }),
      ...(name === "offer-empty" && {
        equivalent:
          "expat section 3.1 says how a relying party offers; no text says what an attester does with an offer that holds data, and one that does not know the extension ignores it (RFC 9261 section 5.2.1)",
      }),
    }),
  ),
];

/** Faults of an attester in what it makes. */
export const attesterFaults: readonly Fault[] = [...framing, ...certificate, ...signing, ...evidence, ...wrapping, ...deciding];
