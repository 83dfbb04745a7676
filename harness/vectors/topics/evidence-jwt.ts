import { type GroupDefinition, invalid, type Topic, type VectorDefinition, valid } from "../topic.ts";
import { evidenceFlags } from "./evidence-flags.ts";
import { certificate, connection, context, evidence, NOW, POLICY, PROFILE, type SuiteName, trust } from "./inputs.ts";

type Family = "p256" | "p384" | "ed25519" | "rsa-pss-sha256";
type Evidence = VectorDefinition<"evidence">;

const CONTEXT = context("evidence-jwt");

const accepted: readonly Evidence[] = [
  valid("right", "Evidence that is right in every respect"),
  valid("more-claims", "A claim that nobody knows stands at the end", {
    mutation: { at: "claims", op: "extend", value: { name: "unknown", label: "x-unknown", value: "more" } },
  }),
  valid("more-headers", "A header parameter that nobody knows, and that is not critical", {
    mutation: { at: "evidence.protectedHeader", op: "extend", value: { name: "unknown", label: "x-unknown", value: "more" } },
  }),
  valid("claims-in-other-order", "The claims stand in reverse order", { mutation: { at: "claims", op: "reverse" } }),
  valid("empty-context", "A certificate_request_context of length zero", { inputs: { certificateRequestContext: "" } }),
];

const refused: readonly Evidence[] = [
  invalid("signature-altered", "The first bit of the signature is another", "SignatureWrong", {
    at: "evidence-signature.signature",
    op: "flip",
    index: 0,
  }),
  invalid("signature-missing", "The last part of the JWS has no bytes", "SignatureWrong", {
    at: "evidence-signature.signature",
    op: "drop",
  }),
  invalid("claims-altered", "A claim was altered after the Evidence was signed", "SignatureWrong", {
    at: "claims.ueid.value",
    op: "flip",
    reseal: false,
  }),
  invalid("signed-by-other-key", "Another key than that of the chain has signed", "SignatureWrong", {
    at: "evidence.key",
    op: "replace",
    value: { pki: "result-ed25519.key" },
  }),
  invalid("signature-over-payload-alone", "The signature covers the claims, and not the header", "NotTheSigningInput", {
    at: "evidence-signature.signature",
    op: "replace",
    value: { sign: { self: "evidence.payload" }, key: "attestation-ed25519" },
  }),
  invalid("algorithm-none", "The algorithm none, and the signature is there all the same", "Algorithm", {
    at: "evidence.protectedHeader.alg.value",
    op: "replace",
    value: "none",
  }),
  invalid("algorithm-hmac", "HS256: the public key would be the key of a MAC", "Algorithm", {
    at: "evidence.protectedHeader.alg.value",
    op: "replace",
    value: "HS256",
  }),
  invalid("algorithm-missing", "No algorithm is named", "Algorithm", { at: "evidence.protectedHeader.alg", op: "drop" }),
  invalid("algorithm-of-other-key", "ES256 for a key of Ed25519", "Algorithm", {
    at: "evidence.protectedHeader.alg.value",
    op: "replace",
    value: "ES256",
  }),
  invalid("algorithm-as-number", "The number of COSE for the algorithm", "Algorithm", {
    at: "evidence.protectedHeader.alg.value",
    op: "replace",
    value: -8,
  }),
  invalid("algorithm-in-lower-case", "eddsa: names of algorithms are case-sensitive", "Algorithm", {
    at: "evidence.protectedHeader.alg.value",
    op: "replace",
    value: "eddsa",
  }),
  invalid("critical", "A critical header parameter that nobody understands", "CriticalHeader", {
    at: "evidence.protectedHeader",
    op: "extend",
    value: { name: "crit", label: "crit", value: "x-unknown" },
  }),
  invalid("chain-missing", "No x5c", "ChainMissingInJws", { at: "evidence.protectedHeader.x5c", op: "drop" }),
  invalid("chain-reversed", "The x5c begins with the intermediate", "ChainOfOtherKeyInJws", {
    at: "evidence.protectedHeader.x5c.value",
    op: "reverse",
  }),
  invalid("chain-empty", "The x5c is an empty list", "ChainMissingInJws", {
    at: "evidence.protectedHeader.x5c.value",
    op: "replace",
    value: [],
  }),
  invalid("chain-no-base64", "The x5c is a text that is no base64", "ChainMissingInJws", {
    at: "evidence.protectedHeader.x5c.value",
    op: "replace",
    value: "no base64!",
  }),
  invalid("intermediate-missing", "The intermediate is missing in x5c", "AnchorUntrusted", {
    at: "evidence.protectedHeader.x5c.value.1",
    op: "drop",
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
  invalid("no-anchors", "No root is trusted for attestation", "AnchorUntrusted", {
    at: "inputs.trust.attestation",
    op: "replace",
    value: [],
  }),
  invalid("parts-padded", "The last part is padded", "NotJws", {
    at: "evidence-signature.bytes",
    op: "extend",
    value: { text: "=" },
  }),
  invalid("parts-four", "A fourth part", "NotJws", { at: "evidence-signature.bytes", op: "extend", value: { text: ".AAAA" } }),
  invalid("line-end", "A line feed behind the JWS", "NotJws", { at: "evidence-signature.bytes", op: "extend", value: { hex: "0a" } }),
  invalid("unsigned", "The claims without any signature around them", "NotJws", {
    at: "evidence-signature.bytes",
    op: "replace",
    value: { self: "evidence.payload" },
  }),
  invalid("nothing", "No bytes at all", "NotJws", { at: "evidence-signature.bytes", op: "drop" }),
  invalid("payload-trailing-bytes", "A second object stands behind the claims, and is signed", "ClaimsNoObject", {
    at: "evidence.payload",
    op: "extend",
    value: { text: "{}" },
  }),
  invalid("claims-no-object", "The payload is an array", "ClaimsNoObject", {
    at: "evidence.payload",
    op: "replace",
    value: { text: "[]" },
  }),
  invalid("claims-no-utf8", "The payload is no UTF-8", "ClaimsNoObject", {
    at: "evidence.payload",
    op: "replace",
    value: { hex: "7bff7d" },
  }),
  invalid("claims-in-cbor", "The payload is a CBOR map", "ClaimsNoObject", { at: "evidence.payload", op: "replace", value: { hex: "a0" } }),
  invalid("nonce-altered", "The last bit of the nonce is another", "NonceWrong", { at: "claims.nonce.value", op: "flip" }),
  invalid("nonce-missing", "No nonce", "NonceMissing", { at: "claims.nonce", op: "drop" }),
  invalid("nonce-truncated", "The first half of the binding", "NonceWrong", { at: "claims.nonce.value", op: "truncate", by: 16 }),
  invalid("nonce-under-older-name", "The claim nonce of older texts", "NonceMissing", {
    at: "claims.nonce.label",
    op: "replace",
    value: "nonce",
  }),
  invalid("nonce-under-number", "The number of CBOR, as a name", "NonceMissing", { at: "claims.nonce.label", op: "replace", value: "10" }),
  invalid("nonce-as-number", "The nonce is a number", "NonceMissing", { at: "claims.nonce.value", op: "replace", value: 10 }),
  invalid("relayed", "The exported value is that of another connection", "NonceWrong", {
    at: "binding.exportedValue",
    op: "replace",
    value: { export: "Attestation", context: { hex: CONTEXT }, length: 32, on: "other" },
  }),
  invalid("aik-altered", "The last bit of AIK_pub_hash is another", "AikWrong", { at: "claims.aikPubHash.value", op: "flip" }),
  invalid("aik-missing", "No AIK_pub_hash", "AikMissing", { at: "claims.aikPubHash", op: "drop" }),
  invalid("aik-of-attestation-key", "The hash of the attestation key", "AikWrong", {
    at: "aik-hash.publicKey",
    op: "replace",
    value: { pki: "attestation-ed25519.spki" },
  }),
  invalid("measurement-differs", "The last bit of the measurement is another", "Measurement", {
    at: "claims.measurement.value",
    op: "flip",
  }),
  invalid("measurement-missing", "No measurement", "Measurement", { at: "claims.measurement", op: "drop" }),
];

function group(family: Family, suite: SuiteName, vectors: readonly Evidence[]): GroupDefinition<"evidence"> {
  return {
    id: family,
    title: `Evidence as EAT in a JWT, signed with ${family}`,
    kind: "evidence",
    inputs: {
      connection: connection(suite, "evidence-jwt"),
      certificateRequestContext: CONTEXT,
      endEntityCertificate: certificate(`identity-${family}`),
      profile: PROFILE,
      mediaType: "application/eat+jwt",
      trust: trust(family),
      policy: POLICY,
      now: NOW,
    },
    source: { message: evidence("application/eat+jwt", family) },
    vectors,
  };
}

function signatures(family: Family): readonly Evidence[] {
  return [
    valid("right", `Evidence that ${family} has signed`),
    ...refused.filter(({ id }) => ["signature-altered", "claims-altered"].includes(id)),
  ];
}

const signature = { step: "evidence-signature", code: "evidence-signature" } as const;
const forged = "Evidence that anyone can write or alter passes for that of a genuine machine.";

export const evidenceJwt: Topic = {
  topic: "evidence-jwt",
  title: "Evidence as EAT in a JWT (JWS in the compact serialisation)",
  notes: [
    "Judged are the signature with its chain, the nonce against the binding, AIK_pub_hash, and the measurement against the reference value.",
    "Texts of JSON stand in payload as their bytes; signedContent is the signing input, ASCII.",
  ],
  flags: {
    ...evidenceFlags,
    NotTheSigningInput: {
      bugClass: "wrong signed content",
      description: "The signature is right over other bytes than the signing input of JWS",
      effect: "The signature of another protocol over the same bytes would do.",
      requirements: ["expat-evidence-anchor"],
      ...signature,
    },
    CriticalHeader: {
      bugClass: "header not strictly read",
      description: "A header parameter is critical that is not understood",
      effect: "The message means something else to whoever knows the parameter.",
      requirements: ["eat-jws-critical-understood"],
      ...signature,
    },
    ChainMissingInJws: {
      bugClass: "path not validated",
      description: "The header holds no chain of certificates that can be read",
      effect: "A key that nobody has certified is taken from elsewhere.",
      requirements: ["eat-jws-x5c"],
      ...signature,
    },
    ChainOfOtherKeyInJws: {
      bugClass: "path not validated",
      description: "The x5c does not begin with the key that has signed",
      effect: forged,
      requirements: ["eat-jws-x5c"],
      ...signature,
    },
    NotJws: {
      bugClass: "wrong structure",
      description: "The Evidence is not three parts of base64url without padding, joined by dots",
      effect: forged,
      requirements: ["eat-jws-compact"],
      ...signature,
    },
    ClaimsNoObject: {
      bugClass: "wrong structure",
      description: "What is signed is no JSON object of claims and nothing else",
      effect: "Two readers of the same bytes come to different claims.",
      requirements: ["eat-claims-set"],
      ...signature,
    },
  },
  groups: [
    group("ed25519", "sha256", [...accepted, ...refused]),
    group("p256", "chacha20", [
      ...signatures("p256"),
      invalid("signature-in-der", "The signature is in DER, as TLS has it", "SignatureWrong", {
        at: "evidence-signature.signature",
        op: "replace",
        value: { der: { self: "evidence-signature.signature" } },
      }),
    ]),
    group("p384", "sha384", signatures("p384")),
    group("rsa-pss-sha256", "sha256", signatures("rsa-pss-sha256")),
  ],
};
