import { parseCertificate } from "../../authenticator/certificate.ts";
import { type Family, families, pki } from "../../pki/test-pki.ts";
import { toHex } from "../../wire/bytes.ts";
import type { GroupDefinition, Topic, VectorDefinition } from "../topic.ts";
import { certificate, connection, context, PROFILE, SUITES, type SuiteName } from "./inputs.ts";

const CONTEXT = context("bindings");
const FAMILY: Family = "p256";

const wrong: readonly VectorDefinition<"binding">[] = [
  {
    id: "other-connection",
    comment: "The exported value is that of another connection, as in relayed Evidence",
    flag: "Relayed",
    mutation: {
      at: "secrets.exportedValue",
      op: "replace",
      value: { export: "Attestation", context: { hex: CONTEXT }, length: 32, on: "other" },
    },
  },
  {
    id: "other-context",
    comment: "The exported value is that of another certificate_request_context",
    flag: "OtherContext",
    mutation: {
      at: "secrets.exportedValue",
      op: "replace",
      value: { export: "Attestation", context: { next: { hex: CONTEXT } }, length: 32 },
    },
  },
  {
    id: "no-context",
    comment: "The exported value does not depend on the certificate_request_context",
    flag: "OtherContext",
    mutation: { at: "secrets.exportedValue", op: "replace", value: { export: "Attestation", length: 32 } },
  },
  {
    id: "other-label",
    comment: "The exported value is exported under the label of the finished key",
    flag: "OtherLabel",
    mutation: {
      at: "secrets.exportedValue",
      op: "replace",
      value: { export: "EXPORTER-server authenticator finished key", context: { hex: CONTEXT }, length: 32 },
    },
  },
  {
    id: "exported-value-left-out",
    comment: "Only the public key is hashed",
    flag: "ExportedValueLeftOut",
    mutation: { at: "binding.exportedValue", op: "drop" },
  },
  {
    id: "exported-value-cut",
    comment: "Only 16 bytes of the exported value are hashed",
    flag: "ExportedValueLength",
    mutation: { at: "binding.exportedValue", op: "truncate", by: 16 },
  },
  {
    id: "public-key-left-out",
    comment: "Only the exported value is hashed",
    flag: "KeyLeftOut",
    mutation: { at: "binding.publicKey", op: "drop" },
  },
  {
    id: "key-of-other-certificate",
    comment: "The key of the intermediate certificate is hashed",
    flag: "OtherKey",
    mutation: { at: "binding.publicKey", op: "replace", value: { pki: "identity-intermediate-p256.spki" } },
  },
  {
    id: "attestation-key",
    comment: "The attestation key is hashed in place of the end entity's",
    flag: "OtherKey",
    mutation: { at: "binding.publicKey", op: "replace", value: { pki: "attestation-p256.spki" } },
  },
  {
    id: "whole-certificate",
    comment: "The whole certificate is hashed in place of its public key",
    flag: "OtherKey",
    mutation: { at: "binding.publicKey", op: "replace", value: { pki: "identity-p256.certificate" } },
  },
  {
    id: "exported-value-in-front",
    comment: "The exported value stands before the public key as well",
    flag: "Order",
    mutation: {
      at: "binding.publicKey",
      op: "replace",
      value: { concat: [{ self: "secrets.exportedValue" }, { self: "binding.publicKey" }] },
    },
  },
  {
    id: "key-in-hexadecimal",
    comment: "The text of the hexadecimal public key is hashed",
    flag: "OtherKey",
    mutation: { at: "binding.publicKey", op: "replace", value: { text: toHex(parseCertificate(pki("identity-p256").certificate).spki) } },
  },
  {
    id: "separator",
    comment: "A zero byte stands between public key and exported value",
    flag: "Order",
    mutation: { at: "binding.publicKey", op: "extend", value: { hex: "00" } },
  },
  {
    id: "aik-of-other-key",
    comment: "AIK_pub_hash is the hash of the attestation key",
    flag: "AikOfOtherKey",
    mutation: { at: "aik-hash.publicKey", op: "replace", value: { pki: "attestation-p256.spki" } },
  },
  {
    id: "aik-of-intermediate",
    comment: "AIK_pub_hash is the hash of the intermediate's key",
    flag: "AikOfOtherKey",
    mutation: { at: "aik-hash.publicKey", op: "replace", value: { pki: "identity-intermediate-p256.spki" } },
  },
  {
    id: "aik-of-certificate",
    comment: "AIK_pub_hash is the fingerprint of the certificate",
    flag: "AikOfOtherKey",
    mutation: { at: "aik-hash.publicKey", op: "replace", value: { pki: "identity-p256.certificate" } },
  },
  {
    id: "aik-of-nothing",
    comment: "AIK_pub_hash is the hash of nothing",
    flag: "AikOfOtherKey",
    mutation: { at: "aik-hash.publicKey", op: "drop" },
  },
  {
    id: "aik-with-exported-value",
    comment: "AIK_pub_hash is bound to the connection as the binding is",
    flag: "AikOfOtherKey",
    mutation: { at: "aik-hash.publicKey", op: "extend", value: { self: "secrets.exportedValue" } },
  },
];

// The other hash than that of the suite.
function otherHash(suite: SuiteName): readonly VectorDefinition<"binding">[] {
  const value = suite === "sha384" ? "sha256" : "sha384";
  return [
    {
      id: `binding-by-${value}`,
      comment: `The binding is made with ${value}, which is not the hash of the suite`,
      flag: "OtherHash",
      mutation: { at: "binding.hash", op: "replace", value },
    },
    {
      id: `aik-by-${value}`,
      comment: `AIK_pub_hash is made with ${value}, which is not the hash of the suite`,
      flag: "AikOtherHash",
      mutation: { at: "aik-hash.hash", op: "replace", value },
    },
  ];
}

function group(suite: SuiteName): GroupDefinition<"binding"> {
  return {
    id: suite,
    title: `Binding and AIK_pub_hash under ${SUITES[suite]}`,
    kind: "binding",
    inputs: {
      connection: connection(suite, "bindings"),
      certificateRequestContext: CONTEXT,
      endEntityCertificate: certificate(`identity-${FAMILY}`),
      profile: PROFILE,
    },
    source: {},
    vectors: [
      ...(Object.keys(families) as Family[]).map((family) => ({
        id: `key-${family}`,
        comment: `An end-entity key of ${family}`,
        inputs: { endEntityCertificate: certificate(`identity-${family}`) },
      })),
      { id: "empty-context", comment: "A certificate_request_context of length zero", inputs: { certificateRequestContext: "" } },
      {
        id: "long-context",
        comment: "A certificate_request_context of 255 bytes",
        inputs: { certificateRequestContext: "a5".repeat(255) },
      },
      ...(suite === "chacha20" ? [] : wrong),
      ...otherHash(suite),
    ],
  };
}

const binding = { step: "binding", code: "binding-mismatch" } as const;
const aik = { step: "aik-hash", code: "aik-mismatch" } as const;
const relay = "Evidence of a genuine machine can be shown by another one, on a connection of its own.";
const interop = "Right Evidence is refused by every implementation that follows the text.";

export const bindings: Topic = {
  topic: "bindings",
  title: "The attestation binding and AIK_pub_hash",
  notes: ["The public key is the SubjectPublicKeyInfo in DER, as profile.publicKey says; the draft does not define its encoding."],
  flags: {
    Relayed: {
      bugClass: "state of another connection",
      description: "The binding is that of another connection",
      effect: relay,
      requirements: ["expat-binding-verified", "expat-exporter-input"],
      ...binding,
    },
    OtherContext: {
      bugClass: "wrong exporter context",
      description: "The binding is not that of this certificate_request_context",
      effect: "An answer to an earlier request passes for one to this.",
      requirements: ["expat-exporter-context", "expat-bound-to-context"],
      ...binding,
    },
    OtherLabel: {
      bugClass: "wrong exporter label",
      description: "The exported value is exported under another label than the profile's",
      effect: interop,
      requirements: ["expat-exporter-input"],
      ...binding,
    },
    ExportedValueLeftOut: {
      bugClass: "input left out of a hash",
      description: "The exported value is left out of the binding",
      effect: relay,
      requirements: ["expat-binding-value"],
      ...binding,
    },
    ExportedValueLength: {
      bugClass: "wrong length",
      description: "The exported value is not of 32 bytes",
      effect: interop,
      requirements: ["expat-exporter-length"],
      ...binding,
    },
    KeyLeftOut: {
      bugClass: "input left out of a hash",
      description: "The end entity's key is left out of the binding",
      effect: "The Evidence counts for any key that can be used on the connection.",
      requirements: ["expat-binding-value", "expat-binding-end-entity-key"],
      ...binding,
    },
    OtherKey: {
      bugClass: "wrong input of a hash",
      description: "Something else than the public key of the end-entity certificate is hashed into the binding",
      effect: interop,
      requirements: ["expat-binding-end-entity-key"],
      ...binding,
    },
    Order: {
      bugClass: "wrong input of a hash",
      description: "The inputs of the binding are not joined as public_key and exported_value",
      effect: interop,
      requirements: ["expat-binding-value"],
      ...binding,
    },
    OtherHash: {
      bugClass: "wrong hash",
      description: "The binding is made with another hash than that of the suite",
      effect: interop,
      requirements: ["expat-binding-hash"],
      ...binding,
    },
    AikOfOtherKey: {
      bugClass: "wrong input of a hash",
      description: "AIK_pub_hash is not the hash of the end entity's public key",
      effect: "The identity key may live outside of the environment that the Evidence speaks of.",
      requirements: ["expat-aik-hash-verified"],
      ...aik,
    },
    AikOtherHash: {
      bugClass: "wrong hash",
      description: "AIK_pub_hash is made with another hash than that of the suite",
      effect: interop,
      requirements: ["expat-aik-hash-algorithm"],
      ...aik,
    },
  },
  groups: [group("sha256"), group("sha384"), group("chacha20")],
};
