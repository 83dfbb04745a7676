import { type GroupDefinition, invalid, type Topic, type VectorDefinition, valid } from "../topic.ts";
import { certificate, NOW, NOW_SECONDS, POLICY, result, trust } from "./inputs.ts";

type Family = "p256" | "p384" | "ed25519" | "rsa-pss-sha256";
type Result = VectorDefinition<"result">;
type Serialisation = "cwt" | "jwt";

const STATUS = "result-claims.submods.value.fields.attester.value.fields.status";
const KEY_ATTESTATION = "result-claims.submods.value.fields.attester.value.fields.keyAttestation";

function mediaType(serialisation: Serialisation) {
  return `application/eat+${serialisation}` as const;
}

function accepted(serialisation: Serialisation): readonly Result[] {
  const own = (changes: Partial<ReturnType<typeof result>>) => ({
    source: { message: { ...result(mediaType(serialisation), "ed25519"), ...changes } },
  });
  const unknown = serialisation === "cwt" ? -70123 : "x-unknown";
  return [
    valid("right", "An affirming result that is right in every respect"),
    valid("without-expiry", "A result that does not expire", own({ expires: null })),
    valid("not-before-now", "A result that counts from now on", own({ notBefore: NOW_SECONDS })),
    valid("last-second", "A result that expires in a second", own({ expires: NOW_SECONDS + 1 })),
    valid("more-claims", "A claim that nobody knows", {
      mutation: { at: "result-claims", op: "extend", value: { name: "unknown", label: unknown, value: "more" } },
    }),
    valid("more-claims-in-submodule", "A claim that nobody knows in the submodule", {
      mutation: {
        at: "result-claims.submods.value.fields.attester.value.fields",
        op: "extend",
        value: { name: "unknown", label: unknown, value: "more" },
      },
    }),
    valid("submodule-of-other-name", "The submodule has another name", {
      mutation: { at: "result-claims.submods.value.fields.attester.label", op: "replace", value: "platform" },
    }),
  ];
}

function refused(serialisation: Serialisation): readonly Result[] {
  const inHeader = serialisation === "cwt" ? "result.unprotectedHeader.x5chain" : "result.protectedHeader.x5c";
  const algorithm = "result.protectedHeader.alg.value";
  return [
    invalid("signature-altered", "The first bit of the signature is another", "SignatureWrong", {
      at: "result-signature.signature",
      op: "flip",
      index: 0,
    }),
    invalid("signature-missing", "A signature of length zero", "SignatureWrong", { at: "result-signature.signature", op: "drop" }),
    invalid("claims-altered", "A claim was altered after the result was issued", "SignatureWrong", {
      at: "result-claims.issuedAt.value",
      op: "add",
      by: 1,
      reseal: false,
    }),
    invalid("status-improved", "The status was altered after the result was issued", "SignatureWrong", {
      at: STATUS,
      op: "drop",
      reseal: false,
    }),
    invalid("signed-by-other-key", "Another key than that of the chain has signed", "SignatureWrong", {
      at: "result.key",
      op: "replace",
      value: { pki: "attestation-ed25519.key" },
    }),
    invalid("algorithm-missing", "No algorithm is named", "Algorithm", { at: "result.protectedHeader.alg", op: "drop" }),
    invalid("algorithm-unknown", "An algorithm that is none for signatures", "Algorithm", {
      at: algorithm,
      op: "replace",
      value: serialisation === "cwt" ? 5 : "HS256",
    }),
    invalid("algorithm-of-other-key", "ES256 for a key of Ed25519", "Algorithm", {
      at: algorithm,
      op: "replace",
      value: serialisation === "cwt" ? -7 : "ES256",
    }),
    invalid("chain-missing", "No chain of the issuer", "IssuerUntrusted", { at: inHeader, op: "drop" }),
    invalid("chain-reversed", "The chain begins with the intermediate", "SignatureWrong", { at: `${inHeader}.value`, op: "reverse" }),
    invalid("intermediate-missing", "The intermediate is missing in the chain", "IssuerUntrusted", {
      at: `${inHeader}.value.1`,
      op: "drop",
    }),
    invalid("unsigned", "The claims without any signature around them", "NotSigned", {
      at: "result-signature.bytes",
      op: "replace",
      value: { self: "result.payload" },
    }),
    invalid("trailing-bytes", "Something stands behind the result", "NotSigned", {
      at: "result-signature.bytes",
      op: "extend",
      value: { hex: "00" },
    }),
    invalid("truncated", "The first part alone", "NotSigned", { at: "result-signature.bytes", op: "truncate", by: 120 }),
    invalid("issuer-untrusted", "The issuer chains to a root that is not trusted", "IssuerUntrusted", {
      at: "source.message.key",
      op: "replace",
      value: "result-untrusted",
    }),
    invalid("issuer-self-signed", "The issuer has certified itself", "IssuerUntrusted", {
      at: "source.message.key",
      op: "replace",
      value: "result-self-signed",
    }),
    invalid("issuer-expired", "The certificate of the issuer has expired", "IssuerUntrusted", {
      at: "source.message.key",
      op: "replace",
      value: "result-expired",
    }),
    invalid("issued-by-attestation-key", "The issuer is trusted for attestation alone", "IssuerUntrusted", {
      at: "source.message.key",
      op: "replace",
      value: "attestation-ed25519",
    }),
    invalid("issued-by-identity-key", "The end entity has issued the result itself", "IssuerUntrusted", {
      at: "source.message.key",
      op: "replace",
      value: "identity-ed25519",
    }),
    invalid("no-issuers", "No issuer is trusted", "IssuerUntrusted", { at: "inputs.trust.results", op: "replace", value: [] }),
    invalid("contraindicated", "The status is contraindicated", "StatusBad", {
      at: "source.message.status",
      op: "replace",
      value: "contraindicated",
    }),
    invalid("status-none", "The status is none", "StatusBad", { at: "source.message.status", op: "replace", value: "none" }),
    invalid("status-missing", "No status", "StatusBad", { at: STATUS, op: "drop" }),
    invalid("status-unknown", "A status that is no tier", "StatusBad", { at: `${STATUS}.value`, op: "replace", value: "splendid" }),
    invalid("status-of-other-serialisation", "The status as the other serialisation has it", "StatusBad", {
      at: `${STATUS}.value`,
      op: "replace",
      value: serialisation === "cwt" ? "affirming" : 2,
    }),
    invalid("submodules-missing", "No submodules", "NoAppraisal", { at: "result-claims.submods", op: "drop" }),
    invalid("submodules-empty", "No submodule in the map of them", "NoAppraisal", {
      at: "result-claims.submods.value.fields",
      op: "replace",
      value: [],
    }),
    invalid("expired", "It has expired", "Expired", { at: "source.message.expires", op: "replace", value: NOW_SECONDS - 1 }),
    invalid("expires-now", "It expires in the very second of the validation", "Expired", {
      at: "source.message.expires",
      op: "replace",
      value: NOW_SECONDS,
    }),
    invalid("expired-by-then", "The time of the validation lies behind its expiry", "Expired", {
      at: "inputs.now",
      op: "replace",
      value: "2030-01-01T00:00:00Z",
    }),
    invalid("not-yet", "It does not count yet", "NotYet", { at: "source.message.notBefore", op: "replace", value: NOW_SECONDS + 60 }),
    invalid("expiry-as-text", "The expiry is a text", "TimeNoInteger", {
      at: "result-claims.expires.value",
      op: "replace",
      value: "4102444800",
    }),
    invalid("of-other-key", "It speaks of another key", "OfOtherKey", {
      at: "source.message.publicKey",
      op: "replace",
      value: { pki: "attestation-ed25519.spki" },
    }),
    invalid("of-intermediate", "It speaks of the key of the intermediate certificate", "OfOtherKey", {
      at: "source.message.publicKey",
      op: "replace",
      value: { pki: "identity-intermediate-ed25519.spki" },
    }),
    invalid("key-truncated", "Only the start of the right key", "OfOtherKey", {
      at: `${KEY_ATTESTATION}.value.fields.akpub.value`,
      op: "truncate",
      by: 1,
    }),
    invalid("key-bits-alone", "The bits of the key without their SubjectPublicKeyInfo", "OfOtherKey", {
      at: `${KEY_ATTESTATION}.value.fields.akpub.value`,
      op: "replace",
      value: { pki: "identity-ed25519.publicKeyBits" },
    }),
    invalid("claims-no-map", "The payload is an array", "NotSigned", {
      at: "result.payload",
      op: "replace",
      value: serialisation === "cwt" ? { hex: "80" } : { text: "[]" },
    }),
  ];
}

function group(serialisation: Serialisation, family: Family, vectors: readonly Result[]): GroupDefinition<"result"> {
  return {
    id: family === "ed25519" ? serialisation : `${serialisation}-${family}`,
    title: `EAR as ${serialisation.toUpperCase()}, issued with ${family}`,
    kind: "result",
    inputs: {
      endEntityCertificate: certificate(`identity-${family}`),
      mediaType: mediaType(serialisation),
      trust: trust(family),
      policy: { ...POLICY, measurement: null },
      now: NOW,
    },
    source: { message: result(mediaType(serialisation), family) },
    vectors,
  };
}

/** What does not depend on the serialisation is shown in CWT alone. */
const issuers = /^(issue|no-issuers|intermediate|signed-by|of-intermediate|key-truncated|expire|not-yet|status-none|truncated|claims-no)/;

const signatures: readonly Result[] = [
  valid("right", "An affirming result"),
  invalid("signature-altered", "The first bit of the signature is another", "SignatureWrong", {
    at: "result-signature.signature",
    op: "flip",
    index: 0,
  }),
];

const issuer = { step: "result", code: "result-signature" } as const;
const status = { step: "result-status", code: "policy" } as const;

export const attestationResults: Topic = {
  topic: "attestation-results",
  title: "Attestation Results as EAR, in JWT and CWT",
  notes: [
    "Judged are the signature with its chain, form, time and status of the result, and the key of which it speaks.",
    "Whether a status of warning grants access, what a result without a key attestation proves, and which of several statuses counts, is open: no vector decides it.",
  ],
  flags: {
    SignatureWrong: {
      bugClass: "signature not verified",
      description: "The signature is not that of the chain's first key over this result",
      effect: "A result that anyone can issue, or alter on the way, is believed.",
      requirements: ["expat-result-signed"],
      ...issuer,
    },
    Algorithm: {
      bugClass: "algorithm confusion",
      description: "The algorithm is missing, not known, or not that of the key",
      effect: "The sender chooses how, or whether, a signature is verified.",
      requirements: ["expat-result-signed"],
      ...issuer,
    },
    IssuerUntrusted: {
      bugClass: "path not validated",
      description: "There is no chain to a root that is trusted for issuers of results and counts now",
      effect: "An attacker runs a Verifier of his own.",
      requirements: ["expat-result-signed"],
      ...issuer,
    },
    NotSigned: {
      bugClass: "wrong structure",
      description: "It is no signed token around a map of claims, and nothing else",
      effect: "Claims that nobody has signed are believed, or two readers come to different ones.",
      requirements: ["ear-token"],
      ...issuer,
    },
    StatusBad: {
      bugClass: "policy not applied",
      description: "The status is not affirming, or is none that is known",
      effect: "A machine that the Verifier has found wanting is accepted.",
      requirements: ["ear-status", "expat-result-policy"],
      ...status,
    },
    NoAppraisal: {
      bugClass: "wrong structure",
      description: "The result has no submodule with an appraisal",
      effect: "Nothing was appraised, and all is taken for right.",
      requirements: ["ear-submods-nonempty"],
      step: "result-status",
      code: "malformed",
    },
    Expired: {
      bugClass: "time not checked",
      description: "The result has expired",
      effect: "A machine goes on with a result from before it was broken into.",
      requirements: ["ear-expired-refused"],
      ...status,
    },
    NotYet: {
      bugClass: "time not checked",
      description: "The result does not count yet",
      effect: "A result counts at a time for which it was not issued.",
      requirements: ["expat-result-policy"],
      ...status,
    },
    TimeNoInteger: {
      bugClass: "time not checked",
      description: "A time is no integer",
      effect: "A reader that knows only numbers takes it for one that never expires.",
      requirements: ["ear-expiry-float-refused"],
      step: "result-status",
      code: "malformed",
    },
    OfOtherKey: {
      bugClass: "result of another key",
      description: "The result speaks of another key than that of the end entity",
      effect: "The result of a genuine machine is shown beside the key of another.",
      requirements: ["ear-key-attestation"],
      step: "result-key",
      code: "aik-mismatch",
    },
  },
  groups: [
    group("jwt", "ed25519", [...accepted("jwt"), ...refused("jwt").filter(({ id }) => !issuers.test(id))]),
    group("cwt", "ed25519", [...accepted("cwt"), ...refused("cwt")]),
    ...(["p256", "p384", "rsa-pss-sha256"] as const).flatMap((family) => [
      group("jwt", family, signatures),
      group("cwt", family, signatures),
    ]),
  ],
};
