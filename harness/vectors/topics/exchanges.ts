import { type Family, families } from "../../pki/test-pki.ts";
import type { AttestationJson } from "../kinds.ts";
import type { GroupDefinition, Topic, VectorDefinition } from "../topic.ts";
import { invalid, valid } from "../topic.ts";
import { connection, context, evidence, identity, NOW, POLICY, PROFILE, record, result, type SuiteName, trust } from "./inputs.ts";

type Exchange = VectorDefinition<"exchange">;

const CONTEXT = context("exchanges");

interface Circumstances {
  readonly suite: SuiteName;
  readonly family: Family;
  readonly sender: "client" | "server";
  /** Of the connection. */
  readonly name?: string;
  readonly own?: string;
}

function group(
  id: string,
  title: string,
  { suite, family, sender, name = "exchanges", own = CONTEXT }: Circumstances,
  attestation: AttestationJson,
  vectors: readonly Exchange[],
): GroupDefinition<"exchange"> {
  return {
    id,
    title,
    kind: "exchange",
    inputs: {
      connection: connection(suite, name),
      sender,
      profile: PROFILE,
      trust: trust(family),
      policy: POLICY,
      now: NOW,
      consumedContexts: [],
      asked: { signatureSchemes: [families[family]], attestation: true },
    },
    source: { certificateRequestContext: own, identity: identity(family), attestation },
    vectors,
  };
}

const right: Exchange = valid("right", "A right exchange");

const relayed: Exchange = invalid("relayed", "The Evidence is bound to another connection", "Relayed", {
  at: "binding.exportedValue",
  op: "replace",
  value: { export: "Attestation", context: { hex: CONTEXT }, length: 32, on: "other" },
});

const ofEvidence: readonly Exchange[] = [
  invalid("attestation-in-second-entry", "The extension stands in the entry of the intermediate as well", "Misplaced", {
    at: "certificate.entries.1.extensions",
    op: "replace",
    value: [{ type: { self: "extension.type" }, data: { self: "extension.bytes" } }],
  }),
  invalid("attestation-missing", "The offer is left unanswered, and the policy demands attestation", "Missing", {
    at: "source.attestation",
    op: "drop",
  }),
  invalid("attestation-trailing-bytes", "A byte stands behind cmw_data in the extension", "ExtensionMalformed", {
    at: "certificate.entries.0.extensions.0.data",
    op: "extend",
    value: { hex: "00" },
  }),
  invalid("attestation-length", "The length of cmw_data is one too great", "ExtensionMalformed", {
    at: "extension.cmwData.length",
    op: "add",
    by: 1,
  }),
  invalid("attestation-empty", "cmw_data has no bytes", "ExtensionMalformed", { at: "extension.cmwData", op: "drop" }),
  relayed,
  invalid("evidence-signature-altered", "The signature of the Evidence does not verify, all around it is made again", "EvidenceSignature", {
    at: "evidence-signature.signature",
    op: "flip",
  }),
  invalid("evidence-exchanged", "Evidence with one more claim, rightly signed, put in after CertificateVerify was signed", "Exchanged", {
    at: "claims",
    op: "extend",
    value: { name: "unknown", label: -70001, value: { text: "more" } },
    reseal: ["evidence-signature", "finished"],
  }),
  invalid("attestation-unsolicited", "The request does not offer cmw_attestation, and the answer holds it", "Unsolicited", {
    at: "inputs.asked.attestation",
    op: "replace",
    value: false,
  }),
];

const ofAll: readonly Exchange[] = [
  invalid("signature-altered", "The signature of CertificateVerify does not verify", "CertificateVerifyWrong", {
    at: "certificate-verify.signature",
    op: "flip",
  }),
  invalid("mac-altered", "The MAC of Finished is wrong", "FinishedWrong", { at: "finished.verifyData", op: "flip" }),
  invalid("identity-untrusted", "The identity chains to a root that is not trusted", "PathWrong", {
    at: "inputs.trust.pkix",
    op: "replace",
    value: [{ pki: "untrusted-root.certificate" }],
  }),
  invalid("replayed", "An authenticator with this context was validated before", "Replayed", {
    at: "inputs.consumedContexts",
    op: "replace",
    value: [CONTEXT],
  }),
];

const emptyContext: Exchange = valid("empty-context", "A certificate_request_context of length zero", {
  source: { certificateRequestContext: "" },
});

const withoutAttestation: Exchange = valid(
  "without-attestation",
  "The offer is left unanswered, and the policy does not demand attestation",
  {
    source: { attestation: null },
    inputs: { policy: { ...POLICY, attestation: "optional" } },
  },
);

const ofResult: readonly Exchange[] = [
  invalid("contraindicated", "The result is contraindicated", "ResultStatus", {
    at: "source.attestation.message.status",
    op: "replace",
    value: "contraindicated",
  }),
  invalid("of-other-key", "The result speaks of another key", "ResultOfOtherKey", {
    at: "source.attestation.message.publicKey",
    op: "replace",
    value: { pki: "attestation-ed25519.spki" },
  }),
];

// On one connection, what one end has made is no answer of the other.
function reflected(sender: "client" | "server"): Exchange {
  const other = sender === "client" ? "server" : "client";
  return invalid("of-other-role", `The handshake context is that of authenticators from the ${other}`, "CertificateVerifyWrong", {
    at: "secrets.handshakeContext",
    op: "replace",
    value: { export: `EXPORTER-${other} authenticator handshake context` },
  });
}

export const exchanges: Topic = {
  topic: "exchanges",
  title: "Whole exchanges: a request with its context, and the authenticator with attestation that answers it",
  notes: [
    "Both groups of a mutual exchange are on one connection: their exporter_master_secret is the same.",
    "Steps of the request are prefixed with request-.",
  ],
  flags: {
    Relayed: {
      bugClass: "binding not verified",
      description: "The binding in the Evidence is that of another connection",
      effect: "Evidence of a genuine machine can be shown by another one, on a connection of its own.",
      requirements: ["expat-binding-verified"],
      step: "binding",
      code: "binding-mismatch",
    },
    EvidenceSignature: {
      bugClass: "signature not verified",
      description: "The signature of the Evidence is not that of its chain's first key",
      effect: "Evidence that anyone can write passes for that of a genuine machine.",
      requirements: ["expat-evidence-anchor"],
      step: "evidence-signature",
      code: "evidence-signature",
    },
    Misplaced: {
      bugClass: "misplaced extension",
      description: "cmw_attestation stands in another entry than the first",
      effect: "Attestation that hangs on an issuer's certificate is taken for that of the end.",
      requirements: ["expat-first-entry-only"],
      step: "placement",
      code: "malformed",
    },
    Missing: {
      bugClass: "policy not applied",
      description: "Attestation is missing, and the policy demands it",
      effect: "A machine that cannot attest leaves it out.",
      requirements: ["expat-missing-may-be-refused"],
      step: "policy",
      code: "attestation-missing",
    },
    ExtensionMalformed: {
      bugClass: "wrong structure",
      description: "The content of cmw_attestation is not one vector of at least one byte",
      effect: "Two readers of the same bytes come to different attestation.",
      requirements: ["expat-extension-structure"],
      step: "placement",
      code: "malformed",
    },
    Exchanged: {
      bugClass: "transcript not covered",
      description: "The Certificate was altered after CertificateVerify was signed",
      effect: "Whoever can make a MAC exchanges the attestation of another.",
      requirements: ["rfc9261-signature-input"],
      step: "certificate-verify",
      code: "signature-mismatch",
    },
    Unsolicited: {
      bugClass: "unsolicited extension",
      description: "cmw_attestation stands in an answer to a request that does not offer it",
      effect: "Code runs that nobody meant to run.",
      requirements: ["expat-unsolicited-refused"],
      step: "extensions",
      code: "unsolicited-extension",
    },
    CertificateVerifyWrong: {
      bugClass: "signature not verified",
      description: "The signature of CertificateVerify does not verify",
      effect: "Anyone passes for the holder of the certificate.",
      requirements: ["rfc9261-signature-input"],
      step: "certificate-verify",
      code: "signature-mismatch",
    },
    FinishedWrong: {
      bugClass: "MAC not verified",
      description: "The MAC of Finished is not right for this connection",
      effect: "Messages of another connection pass.",
      requirements: ["rfc9261-finished-mac"],
      step: "finished",
      code: "finished-mismatch",
    },
    PathWrong: {
      bugClass: "path not validated",
      description: "The end-entity certificate does not chain to a trusted root",
      effect: "Attestation stands in for the identity.",
      requirements: ["expat-pkix-still-performed"],
      step: "certificate-path",
      code: "pkix",
    },
    Replayed: {
      bugClass: "replay",
      description: "The context was consumed on the connection before",
      effect: "An old authenticator counts a second time.",
      requirements: ["rfc9261-validate-context-reuse"],
      step: "freshness",
      code: "context-reused",
    },
    ResultStatus: {
      bugClass: "policy not applied",
      description: "The Attestation Result does not affirm",
      effect: "A machine that the Verifier has found wanting is accepted.",
      requirements: ["expat-result-policy"],
      step: "result-status",
      code: "policy",
    },
    ResultOfOtherKey: {
      bugClass: "result of another key",
      description: "The Attestation Result speaks of another key than that of the end entity",
      effect: "The result of a genuine machine is shown beside the key of another.",
      requirements: ["ear-key-attestation"],
      step: "result-key",
      code: "aik-mismatch",
    },
  },
  groups: [
    group(
      "background-check-server",
      "The server attests with Evidence in a CWT",
      { suite: "sha256", family: "p256", sender: "server" },
      record(evidence("application/eat+cwt", "p256")),
      [right, emptyContext, withoutAttestation, ...ofEvidence, ...ofAll],
    ),
    group(
      "background-check-client",
      "The client attests with Evidence in a JWT, wrapped in JSON",
      { suite: "sha384", family: "ed25519", sender: "client" },
      record(evidence("application/eat+jwt", "ed25519"), "json"),
      [right, ...ofEvidence.filter(({ id }) => /relayed|unsolicited|missing/.test(id))],
    ),
    group(
      "passport-server",
      "The server shows an Attestation Result in a JWT",
      { suite: "chacha20", family: "ed25519", sender: "server" },
      record(result("application/eat+jwt", "ed25519")),
      [right, ...ofResult],
    ),
    group(
      "passport-client",
      "The client shows an Attestation Result in a CWT",
      { suite: "sha256", family: "p384", sender: "client" },
      record(result("application/eat+cwt", "p384")),
      [right, ...ofResult.slice(0, 1)],
    ),
    group(
      "mutual-server",
      "The server's half of a mutual exchange",
      { suite: "sha256", family: "ed25519", sender: "server", name: "mutual" },
      record(evidence("application/eat+cwt", "ed25519")),
      [right, reflected("server")],
    ),
    group(
      "mutual-client",
      "The client's half of a mutual exchange",
      { suite: "sha256", family: "ed25519", sender: "client", name: "mutual", own: context("mutual client") },
      record(result("application/eat+jwt", "ed25519")),
      [right, reflected("client")],
    ),
    group(
      "collection-of-two",
      "The server attests with a collection of two items of Evidence",
      { suite: "sha256", family: "ed25519", sender: "server" },
      {
        ...record(evidence("application/eat+cwt", "ed25519")),
        form: "collection",
        second: evidence("application/eat+jwt", "ed25519"),
      },
      [
        right,
        invalid("second-relayed", "The second item is bound to something else", "Relayed", {
          at: "second-claims.nonce.value",
          op: "flip",
        }),
      ],
    ),
    group(
      "rsa",
      "The server attests with keys of RSA",
      { suite: "sha256", family: "rsa-pss-sha256", sender: "server" },
      record(evidence("application/eat+cwt", "rsa-pss-sha256")),
      [right],
    ),
  ],
};
