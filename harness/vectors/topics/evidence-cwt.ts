import type { GroupDefinition, Topic, VectorDefinition } from "../topic.ts";
import { invalid, valid } from "../topic.ts";
import { evidenceFlags } from "./evidence-flags.ts";
import { certificate, connection, context, evidence, NOW, POLICY, PROFILE, type SuiteName, trust } from "./inputs.ts";

type Family = "p256" | "p384" | "ed25519" | "rsa-pss-sha256";
type Evidence = VectorDefinition<"evidence">;

const CONTEXT = context("evidence-cwt");

const accepted: readonly Evidence[] = [
  valid("right", "Evidence that is right in every respect"),
  valid("more-claims", "A claim that nobody knows stands at the end", {
    mutation: { at: "claims", op: "extend", value: { name: "unknown", label: -70001, value: { text: "more" } } },
  }),
  valid("more-headers", "A header parameter that nobody knows, and that is not critical", {
    mutation: { at: "evidence.unprotectedHeader", op: "extend", value: { name: "unknown", label: -70077, value: "more" } },
  }),
  valid("claims-in-other-order", "The claims stand in reverse order", { mutation: { at: "claims", op: "reverse" } }),
  valid("ueid-of-33-bytes", "A UEID of the greatest length", {
    source: { message: { ...evidence("application/eat+cwt", "ed25519"), ueid: `01${"5a".repeat(32)}` } },
  }),
  valid("ueid-of-unknown-type", "A UEID whose first byte is no type that is known", {
    source: { message: { ...evidence("application/eat+cwt", "ed25519"), ueid: `7f${"5a".repeat(16)}` } },
  }),
  valid("empty-context", "A certificate_request_context of length zero", { inputs: { certificateRequestContext: "" } }),
  valid("no-reference-value", "The policy has no reference value, and the measurement is another", {
    inputs: { policy: { ...POLICY, measurement: null } },
    mutation: { at: "claims.measurement.value", op: "flip" },
  }),
  valid("time-of-validation", "The last second in which the chain counts", { inputs: { now: "2049-12-30T23:59:59Z" } }),
];

const refused: readonly Evidence[] = [
  invalid("signature-altered", "The last bit of the signature is another", "SignatureWrong", {
    at: "evidence-signature.signature",
    op: "flip",
  }),
  invalid("signature-first-bit", "The first bit of the signature is another", "SignatureWrong", {
    at: "evidence-signature.signature",
    op: "flip",
    index: 0,
  }),
  invalid("signature-missing", "A signature of length zero", "SignatureWrong", { at: "evidence-signature.signature", op: "drop" }),
  invalid("signature-truncated", "The last byte of the signature is missing", "SignatureWrong", {
    at: "evidence-signature.signature",
    op: "truncate",
    by: 1,
  }),
  invalid("signature-extended", "A zero byte stands behind the signature", "SignatureWrong", {
    at: "evidence-signature.signature",
    op: "extend",
    value: { hex: "00" },
  }),
  invalid("claims-altered", "A claim was altered after the Evidence was signed", "SignatureWrong", {
    at: "claims.ueid.value",
    op: "flip",
    reseal: false,
  }),
  invalid("claim-added", "A claim was added after the Evidence was signed", "SignatureWrong", {
    at: "claims",
    op: "extend",
    value: { name: "unknown", label: -70001, value: { text: "more" } },
    reseal: false,
  }),
  invalid("signed-by-other-key", "Another key than that of the chain has signed", "SignatureWrong", {
    at: "evidence.key",
    op: "replace",
    value: { pki: "result-ed25519.key" },
  }),
  invalid("signed-by-identity-key", "The key of the end entity has signed, under the chain of the attestation key", "SignatureWrong", {
    at: "evidence.key",
    op: "replace",
    value: { pki: "identity-ed25519.key" },
  }),
  invalid("signature-over-payload-alone", "The signature covers the claims, and not the Sig_structure around them", "NotTheSigStructure", {
    at: "evidence-signature.signature",
    op: "replace",
    value: { sign: { self: "evidence.payload" }, key: "attestation-ed25519" },
  }),
  invalid("anchor-untrusted", "The chain ends in a root of the right name that is not trusted", "AnchorUntrusted", {
    at: "source.message.key",
    op: "replace",
    value: "attestation-untrusted",
  }),
  invalid("self-signed", "The attestation key has certified itself", "AnchorUntrusted", {
    at: "source.message.key",
    op: "replace",
    value: "attestation-self-signed",
  }),
  invalid("key-expired", "The certificate of the attestation key has expired", "AttestationKeyExpired", {
    at: "source.message.key",
    op: "replace",
    value: "attestation-expired",
  }),
  invalid("key-of-identities", "The chain ends in a root that is trusted for identities alone", "AnchorUntrusted", {
    at: "source.message.key",
    op: "replace",
    value: "identity-other",
  }),
  invalid("key-of-issuers", "The chain ends in a root that is trusted for issuers of results alone", "AnchorUntrusted", {
    at: "source.message.key",
    op: "replace",
    value: "result-ed25519",
  }),
  invalid("no-anchors", "No root is trusted for attestation", "AnchorUntrusted", {
    at: "inputs.trust.attestation",
    op: "replace",
    value: [],
  }),
  invalid("identity-root-alone", "Of roots, only that of identities is trusted for attestation", "AnchorUntrusted", {
    at: "inputs.trust.attestation",
    op: "replace",
    value: [{ pki: "identity-root-ed25519.certificate" }],
  }),
  invalid("validated-too-late", "The time of the validation lies behind the end of the chain", "AttestationKeyExpired", {
    at: "inputs.now",
    op: "replace",
    value: "2051-01-01T00:00:00Z",
  }),
  invalid("validated-too-early", "The time of the validation lies before the beginning of the chain", "AttestationKeyExpired", {
    at: "inputs.now",
    op: "replace",
    value: "2019-01-01T00:00:00Z",
  }),
  invalid("chain-missing", "No x5chain", "ChainMissing", { at: "evidence.unprotectedHeader.x5chain", op: "drop" }),
  invalid("chain-reversed", "The x5chain begins with the intermediate", "ChainOfOtherKey", {
    at: "evidence.unprotectedHeader.x5chain.value",
    op: "reverse",
  }),
  invalid("chain-of-other-key", "The chain is that of another key", "ChainOfOtherKey", {
    at: "evidence.unprotectedHeader.x5chain.value",
    op: "replace",
    value: { pki: "result-ed25519.chain" },
  }),
  invalid("intermediate-missing", "The intermediate is missing in x5chain", "AnchorUntrusted", {
    at: "evidence.unprotectedHeader.x5chain.value.1",
    op: "drop",
  }),
  invalid("certificate-garbage", "The first certificate of the chain is none", "ChainMissing", {
    at: "evidence.unprotectedHeader.x5chain.value.0",
    op: "replace",
    value: { hex: "3006020101020102" },
  }),
  invalid("algorithm-unknown", "An algorithm that nobody knows", "Algorithm", {
    at: "evidence.protectedHeader.alg.value",
    op: "replace",
    value: -999,
  }),
  invalid("algorithm-missing", "The protected header is empty", "Algorithm", { at: "evidence.protectedHeader", op: "drop" }),
  invalid("algorithm-of-other-key", "ES256 for a key of Ed25519", "Algorithm", {
    at: "evidence.protectedHeader.alg.value",
    op: "replace",
    value: -7,
  }),
  invalid("algorithm-as-text", "The name of JOSE for the algorithm", "Algorithm", {
    at: "evidence.protectedHeader.alg.value",
    op: "replace",
    value: "HS256",
  }),
  invalid("algorithm-twice", "The protected header names the algorithm twice", "HeaderMalformed", {
    at: "evidence.protectedHeader.alg",
    op: "duplicate",
  }),
  invalid("critical-as-bytes", "The parameter crit is a byte string and no array of labels", "HeaderMalformed", {
    at: "evidence.protectedHeader",
    op: "extend",
    value: { name: "crit", label: 2, value: { hex: "1821" } },
  }),
  invalid("tag-of-mac", "The tag of COSE_Mac0", "NotCoseSign1", { at: "evidence.tag", op: "replace", value: 17 }),
  invalid("tag-of-cose-sign", "The tag of COSE_Sign", "NotCoseSign1", { at: "evidence.tag", op: "replace", value: 98 }),
  invalid("trailing-bytes", "A byte stands behind the COSE message", "TrailingBytes", {
    at: "evidence-signature.bytes",
    op: "extend",
    value: { hex: "00" },
  }),
  invalid("truncated", "The last byte of the COSE message is missing", "NotCoseSign1", {
    at: "evidence-signature.bytes",
    op: "truncate",
    by: 1,
  }),
  invalid("garbage", "A CBOR null in place of the COSE message", "NotCoseSign1", {
    at: "evidence-signature.bytes",
    op: "replace",
    value: { hex: "f6" },
  }),
  invalid("unsigned", "The claims without any signature around them", "NotCoseSign1", {
    at: "evidence-signature.bytes",
    op: "replace",
    value: { self: "evidence.payload" },
  }),
  invalid("payload-trailing-bytes", "A byte stands behind the claims, and is signed", "TrailingBytes", {
    at: "evidence.payload",
    op: "extend",
    value: { hex: "00" },
  }),
  invalid("claims-no-map", "The payload is an array of claims", "ClaimsNoMap", {
    at: "evidence.payload",
    op: "replace",
    value: { hex: "8101" },
  }),
  invalid("claims-empty-payload", "The payload has no bytes", "ClaimsNoMap", { at: "evidence.payload", op: "drop" }),
  invalid("claims-indefinite-text", "The payload is a text", "ClaimsNoMap", {
    at: "evidence.payload",
    op: "replace",
    value: { hex: "6161" },
  }),
  invalid("nonce-altered", "The last bit of the nonce is another", "NonceWrong", { at: "claims.nonce.value", op: "flip" }),
  invalid("nonce-missing", "No nonce", "NonceMissing", { at: "claims.nonce", op: "drop" }),
  invalid("nonce-empty", "A nonce of length zero", "NonceWrong", { at: "claims.nonce.value", op: "drop" }),
  invalid("nonce-truncated", "The first half of the binding", "NonceWrong", { at: "claims.nonce.value", op: "truncate", by: 16 }),
  invalid("nonce-extended", "A zero byte stands behind the binding", "NonceWrong", {
    at: "claims.nonce.value",
    op: "extend",
    value: { hex: "00" },
  }),
  invalid("nonce-in-other-claim", "The binding stands in the claim cti (7)", "NonceMissing", {
    at: "claims.nonce.label",
    op: "replace",
    value: 7,
  }),
  invalid("nonce-under-its-name", "The name of JSON, where CBOR has the integer 10", "NonceMissing", {
    at: "claims.nonce.label",
    op: "replace",
    value: "eat_nonce",
  }),
  invalid("nonce-as-text", "The nonce is a text", "NonceMissing", {
    at: "claims.nonce.value",
    op: "replace",
    value: "a nonce that is no byte string",
  }),
  invalid("nonce-twice", "The nonce stands twice", "ClaimTwice", { at: "claims.nonce", op: "duplicate" }),
  invalid("exported-value-bare", "The exported value itself, without the public key", "NonceWrong", {
    at: "claims.nonce.value",
    op: "replace",
    value: { self: "secrets.exportedValue" },
  }),
  invalid("nonce-is-context", "The certificate_request_context in place of the binding", "NonceWrong", {
    at: "claims.nonce.value",
    op: "replace",
    value: { hex: CONTEXT },
  }),
  invalid("relayed", "The exported value is that of another connection", "NonceWrong", {
    at: "binding.exportedValue",
    op: "replace",
    value: { export: "Attestation", context: { hex: CONTEXT }, length: 32, on: "other" },
  }),
  invalid("aik-altered", "The last bit of AIK_pub_hash is another", "AikWrong", { at: "claims.aikPubHash.value", op: "flip" }),
  invalid("aik-missing", "No AIK_pub_hash", "AikMissing", { at: "claims.aikPubHash", op: "drop" }),
  invalid("aik-empty", "AIK_pub_hash of length zero", "AikWrong", { at: "claims.aikPubHash.value", op: "drop" }),
  invalid("aik-truncated", "The last byte of AIK_pub_hash is missing", "AikWrong", {
    at: "claims.aikPubHash.value",
    op: "truncate",
    by: 1,
  }),
  invalid("aik-twice", "AIK_pub_hash stands twice", "ClaimTwice", { at: "claims.aikPubHash", op: "duplicate" }),
  invalid("aik-of-attestation-key", "The hash of the attestation key", "AikWrong", {
    at: "aik-hash.publicKey",
    op: "replace",
    value: { pki: "attestation-ed25519.spki" },
  }),
  invalid("bound-to-intermediate", "The key of the intermediate certificate is bound", "NonceWrong", {
    at: "binding.publicKey",
    op: "replace",
    value: { pki: "identity-intermediate-ed25519.spki" },
  }),
  invalid("order-exchanged", "The exported value is hashed before the public key", "NonceWrong", {
    at: "claims.nonce.value",
    op: "replace",
    value: { hash: [{ self: "secrets.exportedValue" }, { self: "binding.publicKey" }], with: "sha256" },
  }),
  invalid("measurement-differs", "The last bit of the measurement is another", "Measurement", {
    at: "claims.measurement.value",
    op: "flip",
  }),
  invalid("measurement-missing", "No measurement", "Measurement", { at: "claims.measurement", op: "drop" }),
  invalid("measurement-truncated", "Only the start of the reference value", "Measurement", {
    at: "claims.measurement.value",
    op: "truncate",
    by: 1,
  }),
  invalid("other-reference-value", "The same Evidence under another reference value", "Measurement", {
    at: "inputs.policy.measurement",
    op: "replace",
    value: "00".repeat(32),
  }),
];

const SUITE_OF: Readonly<Record<Family, SuiteName>> = {
  ed25519: "sha256",
  p256: "chacha20",
  p384: "sha384",
  "rsa-pss-sha256": "sha256",
};

// One family shows everything, the others that their signatures are made and verified.
function group(family: Family, vectors: readonly Evidence[]): GroupDefinition<"evidence"> {
  return {
    id: family,
    title: `Evidence as EAT in a CWT, signed with ${family}`,
    kind: "evidence",
    inputs: {
      connection: connection(SUITE_OF[family], "evidence-cwt"),
      certificateRequestContext: CONTEXT,
      endEntityCertificate: certificate(`identity-${family}`),
      profile: PROFILE,
      mediaType: "application/eat+cwt",
      trust: trust(family),
      policy: POLICY,
      now: NOW,
    },
    source: { message: evidence("application/eat+cwt", family) },
    vectors,
  };
}

function signatures(family: Family): readonly Evidence[] {
  const some = ["signature-altered", "signature-missing", "claims-altered", "nonce-altered"];
  const deviates = family === "p384" ? "sha256" : "sha384";
  return [
    valid("right", `Evidence that ${family} has signed`),
    ...refused.filter(({ id }) => some.includes(id)),
    invalid("binding-by-other-hash", `The binding is made with ${deviates}, which is not the hash of the suite`, "NonceWrong", {
      at: "binding.hash",
      op: "replace",
      value: deviates,
    }),
  ];
}

export const evidenceCwt: Topic = {
  topic: "evidence-cwt",
  title: "Evidence as EAT in a CWT (COSE_Sign1)",
  notes: [
    "Judged are the signature with its chain, the nonce against the binding, AIK_pub_hash, and the measurement against the reference value.",
    "The end-entity certificate is that of the authenticator in which the Evidence would stand.",
  ],
  flags: evidenceFlags,
  groups: [
    group("ed25519", [...accepted, ...refused]),
    group("p256", [
      ...signatures("p256"),
      valid("direct", "The anchor itself has certified the key: x5chain is a bare byte string", {
        source: { message: { ...evidence("application/eat+cwt", "p256"), key: "attestation-direct" } },
      }),
    ]),
    group("p384", signatures("p384")),
    group("rsa-pss-sha256", signatures("rsa-pss-sha256")),
  ],
};
