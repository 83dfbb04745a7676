import { invalid, type Topic, type VectorDefinition, valid } from "../topic.ts";
import { authenticatorGroup, requestTo } from "./authenticator-group.ts";
import { connection, context, type SuiteName } from "./inputs.ts";

type Authenticator = VectorDefinition<"authenticator">;

const CONTEXT = context("transcript");
const ED25519 = 0x0807;

/** Of the end that sends, and of the other one. */
interface Ends {
  readonly sender: "client" | "server";
  readonly other: "client" | "server";
}

function signed({ sender, other }: Ends): readonly Authenticator[] {
  const wrong = (id: string, comment: string, mutation: Parameters<typeof invalid>[3], flag = "SignedContent") =>
    invalid<"authenticator">(`signed-${id}`, comment, flag, mutation);
  return [
    wrong("without-padding", "The 64 octets 0x20 are left out", { at: "signature-input.padding", op: "drop" }),
    wrong("padding-of-63", "63 octets 0x20", { at: "signature-input.padding", op: "truncate", by: 1 }),
    wrong("padding-of-zeros", "64 octets 0x00", { at: "signature-input.padding", op: "replace", value: { repeat: "00", times: 64 } }),
    wrong("without-context-string", "The context string is left out", { at: "signature-input.contextString", op: "drop" }),
    wrong("context-string-of-server", "The context string of the handshake of a server", {
      at: "signature-input.contextString",
      op: "replace",
      value: { text: "TLS 1.3, server CertificateVerify" },
    }),
    wrong("context-string-of-client", "The context string of the handshake of a client", {
      at: "signature-input.contextString",
      op: "replace",
      value: { text: "TLS 1.3, client CertificateVerify" },
    }),
    wrong("context-string-plural", "The context string is the title of the specification", {
      at: "signature-input.contextString",
      op: "replace",
      value: { text: "Exported Authenticators" },
    }),
    wrong("without-separator", "The zero octet behind the context string is left out", { at: "signature-input.separator", op: "drop" }),
    wrong(
      "without-handshake-context",
      "The transcript begins with the request",
      {
        at: "signature-input.handshakeContext",
        op: "drop",
      },
      "ConnectionNotSigned",
    ),
    wrong(
      "handshake-context-of-other-role",
      "The handshake context is that of the end that validates",
      {
        at: "signature-input.handshakeContext",
        op: "replace",
        value: { export: `EXPORTER-${other} authenticator handshake context` },
      },
      "ConnectionNotSigned",
    ),
    wrong(
      "handshake-context-of-other-connection",
      "The handshake context is that of another connection",
      {
        at: "signature-input.handshakeContext",
        op: "replace",
        value: { export: `EXPORTER-${sender} authenticator handshake context`, on: "other" },
      },
      "ConnectionNotSigned",
    ),
    wrong(
      "finished-key-as-handshake-context",
      "The finished key stands in place of the handshake context",
      {
        at: "signature-input.handshakeContext",
        op: "replace",
        value: { self: "secrets.finishedKey" },
      },
      "ConnectionNotSigned",
    ),
    wrong(
      "without-request",
      "The request is left out of the transcript",
      { at: "signature-input.request", op: "drop" },
      "RequestNotSigned",
    ),
    wrong(
      "request-altered",
      "Another request is signed than the one that came",
      {
        at: "signature-input.request",
        op: "flip",
      },
      "RequestNotSigned",
    ),
    wrong(
      "request-of-other-type",
      "The request is signed under the handshake type of the other role",
      {
        at: "signature-input.request",
        op: "overwrite",
        value: { hex: sender === "server" ? "0d" : "11" },
      },
      "RequestNotSigned",
    ),
    wrong(
      "without-certificate",
      "The Certificate is left out of the transcript",
      { at: "signature-input.certificate", op: "drop" },
      "CertificateNotSigned",
    ),
    wrong(
      "certificate-length-cut",
      "The last byte of the Certificate is left out of the transcript",
      {
        at: "signature-input.certificate",
        op: "truncate",
        by: 1,
      },
      "CertificateNotSigned",
    ),
    wrong(
      "end-entity-alone",
      "The end-entity certificate is signed, and not the message Certificate",
      {
        at: "signature-input.certificate",
        op: "replace",
        value: { self: "certificate.entries.0.certData" },
      },
      "CertificateNotSigned",
    ),
    wrong("prehashed", "The content is hashed before it is signed, as the pre-hashed variant does", {
      at: "signature-input.prehash",
      op: "replace",
      value: "sha512",
    }),
    wrong(
      "by-other-key",
      "Another key has signed",
      { at: "signature-input.key", op: "replace", value: { pki: "attestation-ed25519.key" } },
      "OtherKey",
    ),
  ];
}

function maced({ sender, other }: Ends): readonly Authenticator[] {
  const wrong = (id: string, comment: string, mutation: Parameters<typeof invalid>[3], flag = "MacTranscript") =>
    invalid<"authenticator">(`maced-${id}`, comment, flag, mutation);
  return [
    wrong("without-handshake-context", "The transcript begins with the request", { at: "mac-input.handshakeContext", op: "drop" }),
    wrong("handshake-context-of-other-role", "The handshake context is that of the end that validates", {
      at: "mac-input.handshakeContext",
      op: "replace",
      value: { export: `EXPORTER-${other} authenticator handshake context` },
    }),
    wrong("without-request", "The request is left out of the transcript", { at: "mac-input.request", op: "drop" }),
    wrong("request-altered", "Another request is in the transcript than the one that came", { at: "mac-input.request", op: "flip" }),
    wrong("without-certificate", "The Certificate is left out of the transcript", { at: "mac-input.certificate", op: "drop" }),
    wrong("without-certificate-verify", "The CertificateVerify is left out of the transcript", {
      at: "mac-input.certificateVerify",
      op: "drop",
    }),
    wrong("certificate-verify-without-header", "The bare signature stands in the transcript", {
      at: "mac-input.certificateVerify",
      op: "replace",
      value: { self: "certificate-verify.signature" },
    }),
    wrong(
      "key-of-other-role",
      "The key is that of the end that validates",
      {
        at: "mac-input.key",
        op: "replace",
        value: { export: `EXPORTER-${other} authenticator finished key` },
      },
      "MacKey",
    ),
    wrong(
      "key-of-other-connection",
      "The key is that of another connection",
      {
        at: "mac-input.key",
        op: "replace",
        value: { export: `EXPORTER-${sender} authenticator finished key`, on: "other" },
      },
      "MacKey",
    ),
    wrong(
      "key-with-context",
      "The key is exported with the certificate_request_context",
      {
        at: "mac-input.key",
        op: "replace",
        value: { export: `EXPORTER-${sender} authenticator finished key`, context: { hex: CONTEXT } },
      },
      "MacKey",
    ),
    wrong(
      "key-is-handshake-context",
      "The handshake context is the key",
      {
        at: "mac-input.key",
        op: "replace",
        value: { self: "secrets.handshakeContext" },
      },
      "MacKey",
    ),
    wrong("key-of-zeros", "The key is all zeros", { at: "mac-input.key", op: "replace", value: { repeat: "00", times: 32 } }, "MacKey"),
  ];
}

const ofSha384: readonly Authenticator[] = [
  invalid("signed-by-sha256", "The transcript is hashed with SHA-256", "SignedContent", {
    at: "signature-input.hash",
    op: "replace",
    value: "sha256",
  }),
  invalid("maced-by-sha256", "The MAC is made with SHA-256", "MacLength", { at: "mac-input.hash", op: "replace", value: "sha256" }),
];

function group(id: string, suite: SuiteName, ends: Ends) {
  const { sender } = ends;
  // Of the client, what has to do with the role.
  const accepted: readonly Authenticator[] = [
    valid("right", "A right authenticator"),
    valid("empty-context", "A certificate_request_context of length zero", {
      inputs: { request: requestTo(sender, "", [ED25519]) },
      source: { certificateRequestContext: "" },
    }),
    valid("other-connection", "The same on another connection", { inputs: { connection: connection(suite, "transcript, again") } }),
  ];
  const title = `What is signed and MACed by the ${sender} under the suite ${suite}`;
  return authenticatorGroup(id, title, { suite, family: "ed25519", sender, context: CONTEXT, name: "transcript" }, [
    ...accepted,
    ...[...signed(ends), ...maced(ends)].filter(
      ({ id }) => sender === "server" || /role|connection|of-client|other-type|finished/.test(id),
    ),
    ...(suite === "sha384" ? ofSha384 : []),
  ]);
}

const certificateVerify = { step: "certificate-verify", code: "signature-mismatch" } as const;
const finished = { step: "finished", code: "finished-mismatch" } as const;

export const transcript: Topic = {
  topic: "transcript",
  title: "Transcripts: the content that CertificateVerify signs, and what Finished is the MAC of",
  notes: [
    "The keys are of Ed25519, so that every signature can be made again byte by byte.",
    "Stage signature-input holds the parts of what is signed, mac-input those of what is MACed; their intermediates are the hashes.",
  ],
  flags: {
    SignedContent: {
      bugClass: "wrong signed content",
      description: "What is signed is not made as RFC 9261 section 5.2.2 says",
      effect: "No other implementation can verify the signature; or one made for another purpose passes for it.",
      requirements: ["rfc9261-signature-input"],
      ...certificateVerify,
    },
    ConnectionNotSigned: {
      bugClass: "transcript not covered",
      description: "The handshake context of the sender on this connection is not in the transcript",
      effect: "A signature of another connection, or of the other end, passes for one of this.",
      requirements: ["rfc9261-signature-input", "rfc9261-exporter-labels"],
      ...certificateVerify,
    },
    RequestNotSigned: {
      bugClass: "transcript not covered",
      description: "The request, as it came, is not in the transcript",
      effect: "An answer to another request passes for one to this.",
      requirements: ["rfc9261-transcript"],
      ...certificateVerify,
    },
    CertificateNotSigned: {
      bugClass: "transcript not covered",
      description: "The whole Certificate message is not in the transcript",
      effect: "Certificates and extensions can be exchanged behind the signature.",
      requirements: ["rfc9261-transcript"],
      ...certificateVerify,
    },
    OtherKey: {
      bugClass: "signature not verified",
      description: "Another key than that of the end-entity certificate has signed",
      effect: "Anyone passes for the holder of the certificate.",
      requirements: ["rfc9261-signature-input"],
      ...certificateVerify,
    },
    MacTranscript: {
      bugClass: "transcript not covered",
      description: "What is MACed is not the handshake context, the request, Certificate and CertificateVerify",
      effect: "Messages can be exchanged behind the MAC, or no other implementation can verify it.",
      requirements: ["rfc9261-finished-transcript"],
      ...finished,
    },
    MacLength: {
      bugClass: "wrong hash",
      description: "The MAC is not made with the hash of the suite, and has another length",
      effect: "No other implementation can verify it.",
      requirements: ["rfc9261-finished-mac", "rfc8446-finished-length"],
      step: "parse",
      code: "malformed",
    },
    MacKey: {
      bugClass: "wrong exporter label",
      description: "The key of the MAC is not the finished key of the sender on this connection",
      effect: "Messages of another connection, or of the other end, pass.",
      requirements: ["rfc9261-finished-mac", "rfc9261-exporter-labels"],
      ...finished,
    },
  },
  groups: [
    group("server", "sha256", { sender: "server", other: "client" }),
    group("client-sha384", "sha384", { sender: "client", other: "server" }),
  ],
};
