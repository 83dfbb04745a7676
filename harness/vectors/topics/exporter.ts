import type { GroupDefinition, Topic, VectorDefinition } from "../topic.ts";
import { connection, context, PROFILE, type SuiteName } from "./inputs.ts";

const CONTEXT = context("exporter");

const wrong: readonly VectorDefinition<"exporter">[] = [
  {
    id: "handshake-context-of-other-role",
    comment: "The label names the other end than the one that sends the authenticator",
    flag: "LabelOfOtherRole",
    mutation: { at: "secrets.handshakeContext", op: "replace", value: { export: "EXPORTER-client authenticator handshake context" } },
  },
  {
    id: "handshake-context-under-finished-label",
    comment: "The handshake context is exported under the label of the finished key",
    flag: "LabelsSwapped",
    mutation: { at: "secrets.handshakeContext", op: "replace", value: { export: "EXPORTER-server authenticator finished key" } },
  },
  {
    id: "handshake-context-with-context",
    comment: "The certificate_request_context is given to the exporter, which takes none here",
    flag: "ContextGivenToExporter",
    mutation: {
      at: "secrets.handshakeContext",
      op: "replace",
      value: { export: "EXPORTER-server authenticator handshake context", context: { hex: CONTEXT } },
    },
  },
  {
    id: "handshake-context-of-other-connection",
    comment: "The exporter of another connection",
    flag: "OtherConnection",
    mutation: {
      at: "secrets.handshakeContext",
      op: "replace",
      value: { export: "EXPORTER-server authenticator handshake context", on: "other" },
    },
  },
  {
    id: "handshake-context-too-short",
    comment: "One byte less than the hash of the suite gives",
    flag: "LengthNotOfHash",
    mutation: { at: "secrets.handshakeContext", op: "truncate", by: 1 },
  },
  {
    id: "finished-key-of-other-role",
    comment: "The label names the other end than the one that sends the authenticator",
    flag: "FinishedKeyOfOtherRole",
    mutation: { at: "secrets.finishedKey", op: "replace", value: { export: "EXPORTER-client authenticator finished key" } },
  },
  {
    id: "finished-key-under-handshake-label",
    comment: "The finished key is exported under the label of the handshake context",
    flag: "FinishedKeyLabelSwapped",
    mutation: { at: "secrets.finishedKey", op: "replace", value: { export: "EXPORTER-server authenticator handshake context" } },
  },
  {
    id: "finished-key-of-other-connection",
    comment: "The exporter of another connection",
    flag: "FinishedKeyOfOtherConnection",
    mutation: { at: "secrets.finishedKey", op: "replace", value: { export: "EXPORTER-server authenticator finished key", on: "other" } },
  },
  {
    id: "exported-value-under-other-label",
    comment: "The label of the handshake context, with the right exporter context",
    flag: "AttestationLabel",
    mutation: {
      at: "secrets.exportedValue",
      op: "replace",
      value: { export: "EXPORTER-server authenticator handshake context", context: { hex: CONTEXT }, length: 32 },
    },
  },
  {
    id: "exported-value-without-context",
    comment: "The certificate_request_context is left out of the exporter",
    flag: "ContextLeftOut",
    mutation: { at: "secrets.exportedValue", op: "replace", value: { export: "Attestation", length: 32 } },
  },
  {
    id: "exported-value-with-other-context",
    comment: "The context of another request",
    flag: "OtherContext",
    mutation: {
      at: "secrets.exportedValue",
      op: "replace",
      value: { export: "Attestation", context: { next: { hex: CONTEXT } }, length: 32 },
    },
  },
  {
    id: "exported-value-of-other-connection",
    comment: "The exporter of another connection",
    flag: "ExportedValueOfOtherConnection",
    mutation: {
      at: "secrets.exportedValue",
      op: "replace",
      value: { export: "Attestation", context: { hex: CONTEXT }, length: 32, on: "other" },
    },
  },
];

// Of an exporter, other lengths are other values: HkdfLabel holds the length.
const ofSha384: readonly VectorDefinition<"exporter">[] = [
  {
    id: "handshake-context-of-32-bytes",
    comment: "32 bytes under a suite of SHA-384",
    flag: "LengthNotOfHash",
    mutation: {
      at: "secrets.handshakeContext",
      op: "replace",
      value: { export: "EXPORTER-server authenticator handshake context", length: 32 },
    },
  },
  {
    id: "finished-key-of-32-bytes",
    comment: "32 bytes under a suite of SHA-384",
    flag: "FinishedKeyLength",
    mutation: { at: "secrets.finishedKey", op: "replace", value: { export: "EXPORTER-server authenticator finished key", length: 32 } },
  },
  {
    id: "exported-value-of-48-bytes",
    comment: "As long as the hash of the suite, and not 32 bytes",
    flag: "ExportedValueLength",
    mutation: { at: "secrets.exportedValue", op: "replace", value: { export: "Attestation", context: { hex: CONTEXT }, length: 48 } },
  },
];

function group(suite: SuiteName): GroupDefinition<"exporter"> {
  return {
    id: suite,
    title: `Exporter values of a connection under the suite ${suite}`,
    kind: "exporter",
    inputs: { connection: connection(suite, "exporter"), sender: "server", certificateRequestContext: CONTEXT, profile: PROFILE },
    source: {},
    vectors: [
      { id: "server", comment: "Authenticators that the server sends" },
      { id: "client", comment: "Authenticators that the client sends", inputs: { sender: "client" } },
      { id: "empty-context", comment: "A certificate_request_context of length zero", inputs: { certificateRequestContext: "" } },
      {
        id: "long-context",
        comment: "A certificate_request_context of 255 bytes",
        inputs: { certificateRequestContext: "5a".repeat(255) },
      },
      { id: "other-connection", comment: "Another connection", inputs: { connection: connection(suite, "exporter, again") } },
      ...(suite === "chacha20" ? [] : wrong),
      ...(suite === "sha384" ? ofSha384 : []),
    ],
  };
}

const effect = "Nothing that rests on the value can be verified by the other end, or it is not bound to what it should be bound to.";
const ofHandshakeContext = { step: "handshake-context", code: "signature-mismatch", effect } as const;
const ofFinishedKey = { step: "finished-key", code: "finished-mismatch", effect } as const;
const ofExportedValue = { step: "exported-value", code: "binding-mismatch", effect } as const;

export const exporter: Topic = {
  topic: "exporter",
  title: "Exporter values: handshake context, finished key, and the exported value of the attestation binding",
  notes: [
    "The intermediates show the two expansions of RFC 8446 section 7.5 for each value: HkdfLabel, the derived secret, the hash of the context.",
    "The steps handshake-context, finished-key and exported-value compare a value with what the exporter gives.",
  ],
  flags: {
    LabelOfOtherRole: {
      bugClass: "wrong exporter label",
      description: "The handshake context is exported under the label of the end that validates",
      requirements: ["rfc9261-exporter-labels"],
      ...ofHandshakeContext,
    },
    LabelsSwapped: {
      bugClass: "wrong exporter label",
      description: "The labels of handshake context and finished key are confused",
      requirements: ["rfc9261-exporter-labels"],
      ...ofHandshakeContext,
    },
    ContextGivenToExporter: {
      bugClass: "wrong exporter context",
      description: "An exporter context is given where it has to be of length zero",
      requirements: ["rfc9261-exporter-labels", "rfc8446-exporter-no-context"],
      ...ofHandshakeContext,
    },
    OtherConnection: {
      bugClass: "state of another connection",
      description: "The handshake context is that of another connection",
      requirements: ["rfc9261-exporter-master-secret"],
      ...ofHandshakeContext,
    },
    LengthNotOfHash: {
      bugClass: "wrong length",
      description: "The handshake context is not as long as the output of the suite's hash",
      requirements: ["rfc9261-exporter-length"],
      ...ofHandshakeContext,
    },
    FinishedKeyOfOtherRole: {
      bugClass: "wrong exporter label",
      description: "The finished key is exported under the label of the end that validates",
      requirements: ["rfc9261-exporter-labels"],
      ...ofFinishedKey,
    },
    FinishedKeyLabelSwapped: {
      bugClass: "wrong exporter label",
      description: "The finished key is exported under the label of the handshake context",
      requirements: ["rfc9261-exporter-labels"],
      ...ofFinishedKey,
    },
    FinishedKeyOfOtherConnection: {
      bugClass: "state of another connection",
      description: "The finished key is that of another connection",
      requirements: ["rfc9261-exporter-master-secret"],
      ...ofFinishedKey,
    },
    FinishedKeyLength: {
      bugClass: "wrong length",
      description: "The finished key is not as long as the output of the suite's hash",
      requirements: ["rfc9261-exporter-length"],
      ...ofFinishedKey,
    },
    AttestationLabel: {
      bugClass: "wrong exporter label",
      description: "The exported value of the binding is exported under another label than the profile's",
      requirements: ["expat-exporter-input"],
      ...ofExportedValue,
    },
    ContextLeftOut: {
      bugClass: "wrong exporter context",
      description: "The exported value does not depend on the certificate_request_context",
      requirements: ["expat-exporter-context"],
      ...ofExportedValue,
    },
    OtherContext: {
      bugClass: "wrong exporter context",
      description: "The exported value is that of another certificate_request_context",
      requirements: ["expat-exporter-context"],
      ...ofExportedValue,
    },
    ExportedValueOfOtherConnection: {
      bugClass: "state of another connection",
      description: "The exported value is that of another connection",
      requirements: ["expat-exporter-input"],
      ...ofExportedValue,
    },
    ExportedValueLength: {
      bugClass: "wrong length",
      description: "The exported value is not of 32 bytes",
      requirements: ["expat-exporter-length"],
      ...ofExportedValue,
    },
  },
  groups: [group("sha256"), group("sha384"), group("chacha20")],
};
