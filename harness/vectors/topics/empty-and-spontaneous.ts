import type { Family } from "../../pki/test-pki.ts";
import { type GroupDefinition, invalid, type Topic, type VectorDefinition, valid } from "../topic.ts";
import { authenticatorFlags } from "./authenticator-flags.ts";
import { authenticatorGroup, requestTo } from "./authenticator-group.ts";
import { connection, context, PROFILE, SUITES, type SuiteName } from "./inputs.ts";

type Empty = VectorDefinition<"empty">;
type Spontaneous = VectorDefinition<"authenticator">;

const CONTEXT = context("empty-and-spontaneous");
const SCHEMES = [0x0403, 0x0807];

function empties(sender: "client" | "server", other: "client" | "server"): readonly Empty[] {
  return [
    valid("right", "A right refusal"),
    valid("empty-context", "Of a request with a context of length zero", {
      inputs: { request: requestTo(sender, "", SCHEMES) },
      source: { certificateRequestContext: "" },
    }),
    valid("long-context", "Of a request with a context of 255 bytes", {
      inputs: { request: requestTo(sender, "96".repeat(255), SCHEMES) },
      source: { certificateRequestContext: "96".repeat(255) },
    }),
    invalid("mac-altered", "The last bit of the MAC is another", "EmptyMac", { at: "finished.verifyData", op: "flip" }),
    invalid("without-request", "The request is left out of the transcript", "EmptyTranscript", { at: "mac-input.request", op: "drop" }),
    invalid("without-certificate", "The Certificate, which is not sent, is left out of the transcript", "EmptyTranscript", {
      at: "mac-input.certificate",
      op: "drop",
    }),
    invalid("certificate-without-context", "The Certificate in the transcript has no context", "EmptyTranscript", {
      at: "certificate.certificateRequestContext",
      op: "drop",
    }),
    invalid("certificate-with-entry", "The Certificate in the transcript has an entry", "EmptyTranscript", {
      at: "certificate.entries",
      op: "extend",
      value: { certData: { pki: "identity-ed25519.certificate" }, extensions: [] },
    }),
    invalid("without-handshake-context", "The handshake context is left out of the transcript", "EmptyTranscript", {
      at: "mac-input.handshakeContext",
      op: "drop",
    }),
    invalid("key-of-other-role", "The key is that of the other end", "EmptyKey", {
      at: "mac-input.key",
      op: "replace",
      value: { export: `EXPORTER-${other} authenticator finished key` },
    }),
    invalid("key-of-other-connection", "The key is that of another connection", "EmptyKey", {
      at: "mac-input.key",
      op: "replace",
      value: { export: `EXPORTER-${sender} authenticator finished key`, on: "other" },
    }),
    invalid("mac-truncated", "The last byte of the MAC is missing", "EmptyFrame", { at: "finished.verifyData", op: "truncate", by: 1 }),
    invalid("with-certificate", "The empty Certificate is sent as well", "EmptyFrame", {
      at: "frame.messages",
      op: "insert",
      index: 0,
      value: { name: "certificate", bytes: { self: "certificate.bytes" } },
    }),
    invalid("trailing-bytes", "A byte follows Finished", "EmptyFrame", { at: "frame.bytes", op: "extend", value: { hex: "00" } }),
    invalid("nothing", "No message at all", "EmptyFrame", { at: "frame.messages", op: "replace", value: [] }),
  ];
}

function empty(suite: SuiteName, sender: "client" | "server", vectors: readonly Empty[]): GroupDefinition<"empty"> {
  return {
    id: `empty-${sender}-${suite}`,
    title: `Empty authenticators of a ${sender} under ${SUITES[suite]}`,
    kind: "empty",
    inputs: {
      connection: connection(suite, "empty-and-spontaneous"),
      sender,
      profile: PROFILE,
      request: requestTo(sender, CONTEXT, SCHEMES),
    },
    source: { certificateRequestContext: CONTEXT },
    vectors,
  };
}

const spontaneous: readonly Spontaneous[] = [
  valid("right", "A server authenticates itself without being asked"),
  valid("other-context", "With another context of its own", { source: { certificateRequestContext: "00" } }),
  valid("client-hello-unknown", "Nothing is known of the ClientHello", { inputs: { clientHello: null } }),
  valid("extension-of-client-hello", "An extension that the ClientHello holds", {
    mutation: {
      at: "certificate.entries.0.extensions",
      op: "extend",
      value: { type: 18, data: { hex: "000400020000" } },
    },
  }),
  invalid("signature-altered", "The last bit of the signature is another", "SignatureWrong", {
    at: "certificate-verify.signature",
    op: "flip",
  }),
  invalid("mac-altered", "The last bit of the MAC is another", "MacWrong", { at: "finished.verifyData", op: "flip" }),
  invalid("request-signed", "A request that nobody made is signed", "SignatureWrong", {
    at: "signature-input.request",
    op: "replace",
    value: { hex: requestTo("server", CONTEXT, SCHEMES) },
  }),
  invalid("request-maced", "A request that nobody made is MACed", "MacWrong", {
    at: "mac-input.request",
    op: "replace",
    value: { hex: requestTo("server", CONTEXT, SCHEMES) },
  }),
  invalid("attested", "cmw_attestation, which never answers a ClientHello", "Unsolicited", {
    at: "certificate.entries.0.extensions",
    op: "extend",
    value: { type: 0xff00, data: { hex: "0003820000" } },
  }),
  invalid("replayed", "An authenticator with this context was validated before", "Replayed", {
    at: "inputs.consumedContexts",
    op: "replace",
    value: [CONTEXT],
  }),
  invalid("as-answer", "It was made without a request, and is taken for the answer to one", "SignatureWrong", {
    at: "signature-input.request",
    op: "extend",
    value: { hex: requestTo("server", CONTEXT, [0x0807]) },
  }),
  invalid("scheme-unknown", "A scheme that nobody knows", "SchemeNotOffered", {
    at: "certificate-verify.algorithm",
    op: "replace",
    value: 0xfefe,
  }),
];

function unrequested(suite: SuiteName, family: Family, vectors: readonly Spontaneous[]): GroupDefinition<"authenticator"> {
  const circumstances = { suite, family, sender: "server", context: CONTEXT, requested: false, name: "empty-and-spontaneous" } as const;
  return authenticatorGroup(`spontaneous-${suite}-${family}`, `Spontaneous authenticators under ${SUITES[suite]}`, circumstances, vectors);
}

// A refusal where an identity is expected.
const declined: GroupDefinition<"authenticator"> = {
  ...authenticatorGroup(
    "declined",
    "Refusals where an authenticator is expected",
    { suite: "sha256", family: "ed25519", sender: "server", context: CONTEXT, name: "empty-and-spontaneous" },
    [
      valid("right", "An authenticator with an identity"),
      invalid("finished-alone", "Finished alone, by which the sender declines", "Declined", {
        at: "frame.messages",
        op: "replace",
        value: [{ name: "finished", bytes: { self: "finished.bytes" } }],
      }),
      invalid("empty-list", "Certificate, CertificateVerify and Finished with an empty list", "StructureWrong", {
        at: "certificate.entries",
        op: "replace",
        value: [],
      }),
    ],
  ),
};

export const emptyAndSpontaneous: Topic = {
  topic: "empty-and-spontaneous",
  title: "Empty authenticators, which decline, and spontaneous ones, which nobody has asked for",
  notes: [
    "That an empty authenticator is right says that the refusal is authentic: validating it as an authenticator fails all the same (group declined).",
    "Clients never send a spontaneous authenticator.",
  ],
  flags: {
    ...authenticatorFlags,
    EmptyFrame: {
      bugClass: "wrong structure",
      description: "It is not a Finished alone",
      effect: "A refusal that looks like an authenticator may be taken for one.",
      requirements: ["rfc9261-empty-authenticator"],
      step: "empty-frame",
      code: "malformed",
    },
    EmptyMac: {
      bugClass: "MAC not verified",
      description: "The MAC is wrong",
      effect: "An attacker on the path declines in the peer's name.",
      requirements: ["rfc9261-empty-mac"],
      step: "empty-finished",
      code: "finished-mismatch",
    },
    EmptyTranscript: {
      bugClass: "transcript not covered",
      description: "The MAC does not cover the request and a Certificate with its context and no entries",
      effect: "The refusal of another request passes for one of this.",
      requirements: ["rfc9261-empty-transcript"],
      step: "empty-finished",
      code: "finished-mismatch",
    },
    EmptyKey: {
      bugClass: "wrong exporter label",
      description: "The key of the MAC is not the finished key of the sender on this connection",
      effect: "A refusal of another connection, or of the other end, passes.",
      requirements: ["rfc9261-exporter-labels"],
      step: "empty-finished",
      code: "finished-mismatch",
    },
  },
  groups: [
    empty("sha256", "server", empties("server", "client")),
    empty("sha384", "client", empties("client", "server")),
    unrequested("sha256", "ed25519", spontaneous),
    unrequested("sha384", "p384", spontaneous.slice(0, 1)),
    unrequested("chacha20", "p256", spontaneous.slice(0, 1)),
    declined,
  ],
};
