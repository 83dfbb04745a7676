import type { Inputs } from "../kinds.ts";
import { type GroupDefinition, invalid, type Topic, type VectorDefinition, valid } from "../topic.ts";
import { context, PROFILE } from "./inputs.ts";

type Request = VectorDefinition<"request">;

const CONTEXT = context("requests");
const SCHEMES = [0x0403, 0x0807, 0x0804];
const ASKED = { signatureSchemes: SCHEMES, attestation: true, context: CONTEXT };

function asking(asked: Partial<Inputs<"request">["asked"]>) {
  return { inputs: { asked: { ...ASKED, ...asked } } };
}

const accepted: readonly Request[] = [
  valid("right", "A request that offers attestation"),
  valid("without-offer", "A request that does not offer attestation", asking({ attestation: false })),
  valid("context-chosen", "Whoever asks has chosen the context", asking({ context: null })),
  valid("empty-context", "A context of length zero", { ...asking({ context: "" }), source: { certificateRequestContext: "" } }),
  valid("long-context", "A context of 255 bytes", {
    ...asking({ context: "c3".repeat(255) }),
    source: { certificateRequestContext: "c3".repeat(255) },
  }),
  valid("one-scheme", "A single signature scheme", asking({ signatureSchemes: [0x0503] })),
  valid("all-schemes", "All schemes of the suite", asking({ signatureSchemes: [0x0403, 0x0503, 0x0807, 0x0804, 0x0805, 0x0806] })),
  valid("offer-first", "The offer stands before signature_algorithms", { mutation: { at: "extensions.list", op: "reverse" } }),
  valid("unknown-extension", "An extension that nobody knows", {
    mutation: { at: "extensions.list", op: "extend", value: { name: "unknown", type: 64250, data: { hex: "010203" } } },
  }),
  valid("more-schemes", "More schemes than were asked for", {
    mutation: { at: "extensions.list.signatureAlgorithms.data", op: "replace", value: { hex: "000a04030807080405030806" } },
  }),
  valid("earlier-requests", "Other contexts were used on the connection before", {
    inputs: { earlierContexts: [context("requests, earlier"), ""] },
  }),
];

const refused: readonly Request[] = [
  invalid("truncated", "The last byte is missing", "Structure", { at: "frame.bytes", op: "truncate", by: 1 }),
  invalid("header-alone", "Nothing follows the handshake header", "Structure", {
    at: "message.bytes",
    op: "replace",
    value: { hex: "11000000" },
  }),
  invalid("trailing-bytes", "A byte follows the message", "TrailingBytes", { at: "frame.bytes", op: "extend", value: { hex: "00" } }),
  invalid("twice", "The message stands twice", "TrailingBytes", { at: "frame.messages.0", op: "duplicate" }),
  invalid("in-record", "A header of the record layer stands before the message", "Structure", {
    at: "frame.bytes",
    op: "insert",
    index: 0,
    value: { hex: "1603030040" },
  }),
  invalid("nothing", "No message at all", "Structure", { at: "frame.messages", op: "replace", value: [] }),
  invalid("length-too-great", "The length of the message is one too great", "Length", { at: "message.length", op: "add", by: 1 }),
  invalid("length-too-small", "The length of the message is one too small", "Length", { at: "message.length", op: "add", by: -1 }),
  invalid("context-length", "The context claims to have 255 bytes", "Length", {
    at: "message.certificateRequestContext.length",
    op: "replace",
    value: 255,
  }),
  invalid("extensions-length-too-small", "The block of extensions is one byte longer than it claims to be", "Length", {
    at: "message.extensions.length",
    op: "add",
    by: -1,
  }),
  invalid("extensions-length-too-great", "The block of extensions is one byte shorter than it claims to be", "Length", {
    at: "message.extensions.length",
    op: "add",
    by: 1,
  }),
  invalid("extension-data-length", "The data of an extension claim to be longer than the block", "Length", {
    at: "message.extensions.1.data.length",
    op: "add",
    by: 2,
  }),
  invalid("no-extensions", "The block of extensions is empty", "Structure", { at: "extensions.list", op: "replace", value: [] }),
  invalid("another-message", "The handshake type of Certificate", "Structure", { at: "message.handshakeType", op: "replace", value: 11 }),
  invalid("of-old-number", "The handshake type of Finished", "Structure", { at: "message.handshakeType", op: "replace", value: 20 }),
  invalid("context-altered", "Another context than was asked for", "OtherContext", {
    at: "context.certificateRequestContext",
    op: "flip",
  }),
  invalid("context-dropped", "A context of length zero in place of the one that was asked for", "OtherContext", {
    at: "context.certificateRequestContext",
    op: "drop",
  }),
  invalid("context-truncated", "The last byte of the context is missing", "OtherContext", {
    at: "context.certificateRequestContext",
    op: "truncate",
    by: 1,
  }),
  invalid("context-used-before", "The context was used on the connection before", "ContextReused", {
    at: "inputs.earlierContexts",
    op: "replace",
    value: [CONTEXT],
  }),
  invalid("without-signature-algorithms", "No signature_algorithms", "NoSchemes", {
    at: "extensions.list.signatureAlgorithms",
    op: "drop",
  }),
  invalid("under-signature-algorithms-cert", "The schemes stand in signature_algorithms_cert", "NoSchemes", {
    at: "extensions.list.signatureAlgorithms.type",
    op: "replace",
    value: 50,
  }),
  invalid("scheme-list-empty", "A list of no schemes", "SchemeList", {
    at: "extensions.list.signatureAlgorithms.data",
    op: "replace",
    value: { hex: "0000" },
  }),
  invalid("scheme-list-odd", "A list of three bytes", "SchemeList", {
    at: "extensions.list.signatureAlgorithms.data",
    op: "replace",
    value: { hex: "0003040308" },
  }),
  invalid("scheme-list-without-length", "The list has no length of its own", "SchemeList", {
    at: "extensions.list.signatureAlgorithms.data",
    op: "replace",
    value: { hex: "040308070804" },
  }),
  invalid("scheme-list-length-of-one-byte", "The length of the list has one byte", "SchemeList", {
    at: "extensions.list.signatureAlgorithms.data",
    op: "replace",
    value: { hex: "06040308070804" },
  }),
  invalid("scheme-list-trailing", "A byte follows the list", "SchemeList", {
    at: "extensions.list.signatureAlgorithms.data",
    op: "extend",
    value: { hex: "00" },
  }),
  invalid("scheme-list-little-endian", "The schemes are written in little-endian order", "OtherSchemes", {
    at: "extensions.list.signatureAlgorithms.data",
    op: "replace",
    value: { hex: "0006030407080408" },
  }),
  invalid("scheme-left-out", "One of the schemes that were asked for is missing", "OtherSchemes", {
    at: "extensions.list.signatureAlgorithms.data",
    op: "replace",
    value: { hex: "000404030807" },
  }),
  invalid("schemes-of-certificates", "Schemes that sign certificates alone", "OtherSchemes", {
    at: "extensions.list.signatureAlgorithms.data",
    op: "replace",
    value: { hex: "000404010501" },
  }),
  invalid("signature-algorithms-twice", "signature_algorithms stands twice", "ExtensionTwice", {
    at: "extensions.list.signatureAlgorithms",
    op: "duplicate",
  }),
  invalid("offer-twice", "The offer stands twice", "ExtensionTwice", { at: "extensions.list.cmwAttestation", op: "duplicate" }),
  invalid("key-share", "key_share, which belongs to the handshake", "ExtensionMisplaced", {
    at: "extensions.list",
    op: "extend",
    value: { name: "keyShare", type: 51, data: { hex: "0000" } },
  }),
  invalid("supported-versions", "supported_versions, which belongs to the handshake", "ExtensionMisplaced", {
    at: "extensions.list",
    op: "extend",
    value: { name: "supportedVersions", type: 43, data: { hex: "020304" } },
  }),
  invalid("offer-missing", "Attestation was to be offered, and is not", "OfferMissing", {
    at: "extensions.list.cmwAttestation",
    op: "drop",
  }),
  invalid("offer-under-other-number", "The offer stands under another number than that of the profile", "OfferMissing", {
    at: "extensions.list.cmwAttestation.type",
    op: "replace",
    value: 0xff02,
  }),
  invalid("offer-with-length", "The offer holds a cmw_data of length zero", "OfferNotEmpty", {
    at: "extensions.list.cmwAttestation.data",
    op: "replace",
    value: { hex: "0000" },
  }),
  invalid("offer-with-data", "The offer holds a byte", "OfferNotEmpty", {
    at: "extensions.list.cmwAttestation.data",
    op: "replace",
    value: { hex: "01" },
  }),
];

const ofServer: readonly Request[] = [
  valid("right", "A CertificateRequest that offers attestation"),
  invalid("of-client", "The server asks with the type of the client", "WrongType", {
    at: "message.handshakeType",
    op: "replace",
    value: 17,
  }),
];

const ofClient: readonly Request[] = [
  ...accepted,
  valid("server-name", "server_name in a request of the client", {
    mutation: {
      at: "extensions.list",
      op: "extend",
      value: { name: "serverName", type: 0, data: { hex: "000c0000096c6f63616c686f7374" } },
    },
  }),
  ...refused,
  invalid("of-server", "The client asks with the type of the server", "WrongType", {
    at: "message.handshakeType",
    op: "replace",
    value: 13,
  }),
];

function group(sender: "client" | "server", title: string, vectors: readonly Request[]): GroupDefinition<"request"> {
  return {
    id: sender,
    title,
    kind: "request",
    inputs: { sender, profile: PROFILE, asked: ASKED, earlierContexts: [] },
    source: { certificateRequestContext: CONTEXT },
    vectors,
  };
}

const transcripts = "The request is part of what is signed: two ends that read it differently agree on bytes and not on their meaning.";

export const requests: Topic = {
  topic: "requests",
  title: "Requests: CertificateRequest of a server, ClientCertificateRequest of a client",
  notes: [
    "A request is judged by what its sender was to ask for (inputs.asked) as well. Whoever receives one knows nothing of that: what it has to refuse are the flags Structure, TrailingBytes, Length, WrongType, NoSchemes, SchemeList and ExtensionTwice.",
  ],
  flags: {
    Structure: {
      bugClass: "wrong structure",
      description: "The bytes are no request of RFC 9261 section 4",
      effect: transcripts,
      requirements: ["rfc9261-request-structure"],
      step: "structure",
      code: "malformed",
    },
    TrailingBytes: {
      bugClass: "trailing bytes",
      description: "Something follows the one message",
      effect: transcripts,
      requirements: ["rfc9261-request-structure"],
      step: "structure",
      code: "malformed",
    },
    Length: {
      bugClass: "wrong length",
      description: "A length prefix does not fit what follows it",
      effect: transcripts,
      requirements: ["rfc8446-vector-length"],
      step: "structure",
      code: "malformed",
    },
    WrongType: {
      bugClass: "role confusion",
      description: "The handshake type is that of a request of the other role",
      effect: "A request of one role is answered as one of the other.",
      requirements: ["rfc9261-request-type"],
      step: "type",
      code: "wrong-role",
    },
    OtherContext: {
      bugClass: "wrong context",
      description: "The context is not the one that was given",
      effect: "The application cannot tell which answer belongs to which request.",
      requirements: ["rfc9261-context-unique"],
      step: "context",
      code: "context-mismatch",
    },
    ContextReused: {
      bugClass: "replay",
      description: "The context comes a second time on the connection",
      effect: "An answer to the first request passes for an answer to the second.",
      requirements: ["rfc9261-context-unique"],
      step: "context",
      code: "context-reused",
    },
    NoSchemes: {
      bugClass: "missing extension",
      description: "There is no signature_algorithms",
      effect: "The attester has no scheme to choose, and the relying party no ground to refuse a weak one.",
      requirements: ["rfc9261-request-signature-algorithms"],
      step: "signature-algorithms",
      code: "malformed",
    },
    SchemeList: {
      bugClass: "wrong structure",
      description: "signature_algorithms is no list of schemes",
      effect: "Two readers see different schemes.",
      requirements: ["rfc8446-scheme-list-structure"],
      step: "signature-algorithms",
      code: "malformed",
    },
    OtherSchemes: {
      bugClass: "wrong schemes",
      description: "A scheme that was to be offered is not",
      effect: "No scheme is in common, or only one that nobody wanted.",
      requirements: ["rfc9261-request-signature-algorithms"],
      step: "signature-algorithms",
      code: "other",
    },
    ExtensionTwice: {
      bugClass: "duplicate extension",
      description: "An extension stands twice",
      effect: "It is left to the reader which of them counts.",
      requirements: ["rfc8446-no-duplicate-extensions"],
      step: "extensions",
      code: "malformed",
    },
    ExtensionMisplaced: {
      bugClass: "misplaced extension",
      description: "An extension that is registered for other messages",
      effect: "Code of the handshake runs behind it.",
      requirements: ["rfc9261-request-extensions-registered"],
      step: "extensions",
      code: "other",
    },
    OfferMissing: {
      bugClass: "missing extension",
      description: "cmw_attestation is not offered",
      effect: "No attestation comes, or one that has to be refused.",
      requirements: ["expat-request-offers-attestation"],
      step: "offer",
      code: "attestation-missing",
    },
    OfferNotEmpty: {
      bugClass: "wrong structure",
      description: "The offer is not empty",
      effect: "An attester that reads it strictly refuses the request.",
      requirements: ["expat-offer-empty"],
      step: "offer",
      code: "malformed",
    },
  },
  groups: [
    group("client", "Requests of a client: ClientCertificateRequest", ofClient),
    group("server", "Requests of a server: CertificateRequest", ofServer),
  ],
};
