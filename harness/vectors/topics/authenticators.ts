import { type Family, families } from "../../pki/test-pki.ts";
import { type GroupDefinition, invalid, type Topic, type VectorDefinition, valid } from "../topic.ts";
import { authenticatorFlags } from "./authenticator-flags.ts";
import { authenticatorGroup, requestTo } from "./authenticator-group.ts";
import { context, SUITES, type SuiteName } from "./inputs.ts";

type Authenticator = VectorDefinition<"authenticator">;

const CONTEXT = context("authenticators");

// Of each suite and each scheme: that it is signed and MACed rightly, and that both are looked at.
function basic(family: Family): readonly Authenticator[] {
  return [
    valid("right", `An authenticator signed with ${family}`),
    invalid("signature-altered", "The last bit of the signature is another", "SignatureWrong", {
      at: "certificate-verify.signature",
      op: "flip",
    }),
    // The MAC depends on the suite, and not on the key that signs.
    ...(family === "ed25519" || family === "p256" ? [macAltered] : []),
  ];
}

const macAltered = invalid<"authenticator">("mac-altered", "The last bit of the MAC is another", "MacWrong", {
  at: "finished.verifyData",
  op: "flip",
});

const structure: readonly Authenticator[] = [
  invalid("truncated", "The last byte is missing", "FrameWrong", { at: "frame.bytes", op: "truncate", by: 1 }),
  invalid("trailing-bytes", "A byte follows Finished", "FrameWrong", { at: "frame.bytes", op: "extend", value: { hex: "00" } }),
  invalid("nothing", "No message at all", "FrameWrong", { at: "frame.messages", op: "replace", value: [] }),
  invalid("certificate-alone", "Certificate alone", "FrameWrong", { at: "frame.messages", op: "truncate", by: 2 }),
  invalid("reordered", "Finished comes first and Certificate last", "FrameWrong", { at: "frame.messages", op: "reverse" }),
  invalid("finished-twice", "Finished stands twice", "FrameWrong", { at: "frame.messages.finished", op: "duplicate" }),
  invalid("finished-missing", "No Finished", "FrameWrong", { at: "frame.messages.finished", op: "drop" }),
  invalid("certificate-twice", "Certificate stands twice", "FrameWrong", { at: "frame.messages.certificate", op: "duplicate" }),
  invalid("certificate-missing", "No Certificate", "FrameWrong", { at: "frame.messages.certificate", op: "drop" }),
  invalid("certificate-verify-missing", "No CertificateVerify", "FrameWrong", { at: "frame.messages.certificateVerify", op: "drop" }),
  invalid("other-message-between", "KeyUpdate between Certificate and CertificateVerify", "FrameWrong", {
    at: "frame.messages",
    op: "insert",
    index: 1,
    value: { name: "between", bytes: { hex: "1800000100" } },
  }),
  invalid("in-record", "A header of the record layer stands before the messages", "FrameWrong", {
    at: "frame.bytes",
    op: "insert",
    index: 0,
    value: { hex: "1603030400" },
  }),
  invalid("certificate-type-altered", "Another handshake type in place of Certificate", "FrameWrong", {
    at: "certificate.handshakeType",
    op: "replace",
    value: 12,
  }),
  invalid("compressed-certificate", "The handshake type of CompressedCertificate", "FrameWrong", {
    at: "certificate.handshakeType",
    op: "replace",
    value: 25,
  }),
  invalid("certificate-verify-type-altered", "Another handshake type in place of CertificateVerify", "FrameWrong", {
    at: "certificate-verify.handshakeType",
    op: "replace",
    value: 14,
  }),
  invalid("finished-type-altered", "Another handshake type in place of Finished", "FrameWrong", {
    at: "finished.handshakeType",
    op: "replace",
    value: 24,
  }),
  invalid("certificate-length", "The length of Certificate is one too great", "FrameWrong", { at: "certificate.length", op: "add", by: 1 }),
  invalid("list-length", "The list of certificates claims one byte less", "StructureWrong", {
    at: "certificate.entries.length",
    op: "add",
    by: -1,
  }),
  invalid("certificate-data-length", "The first certificate claims one byte more", "StructureWrong", {
    at: "certificate.entries.0.certData.length",
    op: "add",
    by: 1,
  }),
  invalid("extensions-length", "The extensions of the last entry claim four bytes more", "StructureWrong", {
    at: "certificate.entries.1.extensions.length",
    op: "add",
    by: 4,
  }),
  invalid("context-length", "The context claims one byte more", "StructureWrong", {
    at: "certificate.certificateRequestContext.length",
    op: "add",
    by: 1,
  }),
  invalid("no-entries", "The list of certificates is empty", "StructureWrong", { at: "certificate.entries", op: "replace", value: [] }),
  invalid("certificate-empty", "A certificate of length zero", "StructureWrong", { at: "certificate.entries.0.certData", op: "drop" }),
  invalid("signature-length", "The signature claims one byte less", "StructureWrong", {
    at: "certificate-verify.signature.length",
    op: "add",
    by: -1,
  }),
  invalid("mac-truncated", "The last byte of the MAC is missing", "StructureWrong", { at: "finished.verifyData", op: "truncate", by: 1 }),
  invalid("mac-empty", "A MAC of length zero", "StructureWrong", { at: "finished.verifyData", op: "drop" }),
  invalid("mac-extended", "A byte stands behind the MAC", "StructureWrong", {
    at: "finished.verifyData",
    op: "extend",
    value: { hex: "00" },
  }),
];

const content: readonly Authenticator[] = [
  valid("empty-context", "A certificate_request_context of length zero", {
    inputs: { request: requestTo("server", "", [0x0807]) },
    source: { certificateRequestContext: "" },
  }),
  valid("long-context", "A certificate_request_context of 255 bytes", {
    inputs: { request: requestTo("server", "3c".repeat(255), [0x0807]) },
    source: { certificateRequestContext: "3c".repeat(255) },
  }),
  valid("one-of-many-schemes", "The scheme is the last of several that were offered", {
    inputs: { request: requestTo("server", CONTEXT, [0x0403, 0x0503, 0x0804, 0x0807]) },
  }),
  valid("root-sent-along", "The root stands at the end of the list", {
    mutation: {
      at: "certificate.entries",
      op: "extend",
      value: { certData: { pki: "identity-root-ed25519.certificate" }, extensions: [] },
    },
  }),
  valid("unrelated-certificate", "A certificate that nobody needs stands in the list", {
    mutation: {
      at: "certificate.entries",
      op: "extend",
      value: { certData: { pki: "result-intermediate-ed25519.certificate" }, extensions: [] },
    },
  }),
  valid("other-contexts-consumed", "Other contexts were validated on the connection before", {
    inputs: { consumedContexts: [context("authenticators, earlier")] },
  }),
  invalid("context-altered", "The last bit of the context is another", "ContextWrong", {
    at: "certificate.certificateRequestContext",
    op: "flip",
  }),
  invalid("context-dropped", "A context of length zero", "ContextWrong", { at: "certificate.certificateRequestContext", op: "drop" }),
  invalid("context-prefix", "The last byte of the context is missing", "ContextWrong", {
    at: "certificate.certificateRequestContext",
    op: "truncate",
    by: 1,
  }),
  invalid("context-extended", "A zero byte stands behind the context", "ContextWrong", {
    at: "certificate.certificateRequestContext",
    op: "extend",
    value: { hex: "00" },
  }),
  invalid("replayed", "An authenticator with this context was validated before", "Replayed", {
    at: "inputs.consumedContexts",
    op: "replace",
    value: [CONTEXT],
  }),
  invalid("signature-empty", "A signature of length zero", "SignatureWrong", { at: "certificate-verify.signature", op: "drop" }),
  invalid("mac-first-bit", "The first bit of the MAC is another", "MacWrong", { at: "finished.verifyData", op: "flip", index: 0 }),
  invalid("replaced-after-signing", "A certificate was added after signature and MAC were made", "SignatureWrong", {
    at: "certificate.entries.1",
    op: "duplicate",
    reseal: false,
  }),
  invalid(
    "replaced-after-signing-mac-renewed",
    "A certificate was added after the signature was made, and the MAC renewed",
    "SignatureWrong",
    {
      at: "certificate.entries.1",
      op: "duplicate",
      reseal: ["finished"],
    },
  ),
  invalid("replaced-before-mac", "A certificate was added, the signature renewed, and the MAC is the old one", "MacWrong", {
    at: "certificate.entries.1",
    op: "duplicate",
    reseal: ["certificate-verify"],
  }),
  invalid("secrets-of-other-role", "The handshake context is that of the other role throughout", "SignatureWrong", {
    at: "secrets.handshakeContext",
    op: "replace",
    value: { export: "EXPORTER-client authenticator handshake context" },
  }),
  invalid("secrets-of-other-connection", "The handshake context is that of another connection throughout", "SignatureWrong", {
    at: "secrets.handshakeContext",
    op: "replace",
    value: { export: "EXPORTER-server authenticator handshake context", on: "other" },
  }),
  invalid("extension-twice", "status_request stands twice in an entry of which the request holds none", "ExtensionTwice", {
    at: "certificate.entries.0.extensions",
    op: "replace",
    value: [
      { type: 5, data: { hex: "0100000100" } },
      { type: 5, data: { hex: "0100000100" } },
    ],
  }),
  invalid("attestation-unsolicited", "cmw_attestation, which the request does not offer", "Unsolicited", {
    at: "certificate.entries.0.extensions",
    op: "extend",
    value: { type: 0xff00, data: { hex: "0003820000" } },
  }),
  invalid("scheme-not-offered", "The request offers another scheme", "SchemeNotOffered", {
    at: "inputs.request",
    op: "replace",
    value: requestTo("server", CONTEXT, [0x0403]),
  }),
  invalid("scheme-unknown", "A scheme that nobody knows", "SchemeNotOffered", {
    at: "certificate-verify.algorithm",
    op: "replace",
    value: 0xfefe,
  }),
  invalid("scheme-relabelled", "The signature of Ed25519 under the name of Ed448", "SchemeNotOffered", {
    at: "certificate-verify.algorithm",
    op: "replace",
    value: 0x0808,
  }),
];

const path: readonly Authenticator[] = [
  valid("expired-now-valid-then", "A certificate that has expired, judged at a time when it counted", {
    source: { identity: { key: "identity-expired-ed25519", scheme: families.ed25519 } },
    inputs: { now: "2020-06-01T00:00:00Z" },
  }),
  valid("two-intermediates", "A path of two intermediates", {
    source: { identity: { key: "identity-deep-ed25519", scheme: families.ed25519 } },
  }),
  valid("name-permitted", "An issuer whose name constraints permit the name", {
    source: { identity: { key: "identity-under-permitted-here-ed25519", scheme: families.ed25519 } },
  }),
  ...(
    [
      ["untrusted", "The chain ends in a root that is not trusted"],
      ["self-signed", "A certificate that its own key has signed"],
      ["expired", "The certificate has expired"],
      ["future", "The certificate does not count yet"],
      ["issued-by-leaf", "The issuer is itself an end entity"],
      ["under-expired", "The certificate of the issuer has expired"],
      ["under-not-ca", "The issuer is no CA by its basic constraints"],
      ["under-path-length", "The path is longer than a constraint of it allows"],
      ["under-permitted-elsewhere", "The name is not among those that the issuer may certify"],
      ["unknown-critical", "The certificate has a critical extension that nobody knows"],
      ["under-altered", "The certificate of the issuer was altered after it was signed"],
    ] as const
  ).map(([name, comment]) =>
    invalid<"authenticator">(name, comment, "PathWrong", {
      at: "source.identity.key",
      op: "replace",
      value: `identity-${name}-ed25519`,
    }),
  ),
  invalid("intermediate-missing", "The intermediate is missing", "PathWrong", { at: "certificate.entries.1", op: "drop" }),
  invalid("leaf-not-first", "The intermediate stands first; who does not ask for its key usage refuses at the signature", "PathWrong", {
    at: "certificate.entries",
    op: "reverse",
  }),
  invalid("certificate-altered", "The last bit of the certificate is another", "PathWrong", {
    at: "certificate.entries.0.certData",
    op: "flip",
  }),
  invalid("certificate-garbage", "No certificate, but other DER", "PathWrong", {
    at: "certificate.entries.0.certData",
    op: "replace",
    value: { hex: "3006020101020102" },
  }),
  invalid("raw-public-key", "A SubjectPublicKeyInfo in place of the certificate", "PathWrong", {
    at: "certificate.entries.0.certData",
    op: "replace",
    value: { pki: "identity-ed25519.spki" },
  }),
  invalid("pem", "The certificate in PEM", "PathWrong", {
    at: "certificate.entries.0.certData",
    op: "replace",
    value: { pki: "identity-ed25519.pem" },
  }),
  invalid("no-anchors", "No root is trusted", "PathWrong", { at: "inputs.trust.pkix", op: "replace", value: [] }),
  invalid("attestation-root-alone", "Only a root of attestation keys is trusted", "PathWrong", {
    at: "inputs.trust.pkix",
    op: "replace",
    value: [{ pki: "attestation-root-ed25519.certificate" }],
  }),
  invalid("validated-too-late", "The time of the validation lies behind the end of the chain", "PathWrong", {
    at: "inputs.now",
    op: "replace",
    value: "2051-01-01T00:00:00Z",
  }),
];

// What only the signatures of one family can get wrong.
const ofFamily: Readonly<Partial<Record<Family, readonly Authenticator[]>>> = {
  p256: [
    invalid("ecdsa-not-der", "The two numbers side by side in place of DER", "SignatureEncoding", {
      at: "signature-input.ecdsaEncoding",
      op: "replace",
      value: "ieee-p1363",
    }),
    invalid("ecdsa-zeros", "A signature of two zeros", "SignatureWrong", {
      at: "certificate-verify.signature",
      op: "replace",
      value: { hex: "3006020100020100" },
    }),
    invalid("ecdsa-trailing", "A byte stands behind the DER of the signature", "SignatureEncoding", {
      at: "certificate-verify.signature",
      op: "extend",
      value: { hex: "00" },
    }),
    invalid("other-certificate", "The certificate of another key, under the same intermediate", "EndEntityNotFirst", {
      at: "certificate.entries.0.certData",
      op: "replace",
      value: { pki: "identity-other.certificate" },
    }),
    invalid("signed-with-sha1", "Signed as ecdsa_sha1", "SchemeNotOffered", { at: "signature-input.scheme", op: "replace", value: 0x0203 }),
  ],
  p384: [
    invalid("as-p256", "Signed with SHA-256 under the scheme of P-256", "SchemeNotOffered", {
      at: "signature-input.scheme",
      op: "replace",
      value: 0x0403,
    }),
  ],
  "rsa-pss-sha256": [
    invalid("salt-of-20", "A salt of 20 bytes", "PssSalt", { at: "signature-input.saltLength", op: "replace", value: 20 }),
    invalid("salt-of-0", "A salt of length zero", "PssSalt", { at: "signature-input.saltLength", op: "replace", value: 0 }),
    invalid("salt-longest", "The longest salt that fits", "PssSalt", { at: "signature-input.saltLength", op: "replace", value: 222 }),
    invalid("pkcs1", "Signed as rsa_pkcs1_sha256", "SchemeNotOffered", { at: "signature-input.scheme", op: "replace", value: 0x0401 }),
    invalid("as-pss-sha384", "Signed as rsa_pss_rsae_sha384, which was not offered", "SchemeNotOffered", {
      at: "signature-input.scheme",
      op: "replace",
      value: 0x0805,
    }),
  ],
};

function group(suite: SuiteName, family: Family): GroupDefinition<"authenticator"> {
  // Both ends send: the three suites take turns.
  const sender = suite === "sha384" ? "client" : "server";
  const title = `Authenticators of a ${sender} under ${SUITES[suite]}, signed with ${family}`;
  const more = suite === "sha256" ? (ofFamily[family] ?? []) : [];
  return authenticatorGroup(`${suite}-${family}`, title, { suite, family, sender, context: CONTEXT, name: "authenticators" }, [
    ...basic(family),
    ...more,
  ]);
}

const right = valid<"authenticator">("right", "A right authenticator");

function detail(id: string, title: string, vectors: readonly Authenticator[]): GroupDefinition<"authenticator"> {
  const circumstances = { suite: "sha256", family: "ed25519", sender: "server", context: CONTEXT, name: "authenticators" } as const;
  return authenticatorGroup(id, title, circumstances, [right, ...vectors]);
}

export const authenticators: Topic = {
  topic: "authenticators",
  title: "Authenticators without attestation: each suite with each signature scheme, structure, content and path",
  notes: ["ECDSA signatures have the nonce of RFC 6979. The salt of RSASSA-PSS is made of the content; verify, do not compare."],
  flags: authenticatorFlags,
  groups: [
    ...(Object.keys(SUITES) as SuiteName[]).flatMap((suite) => (Object.keys(families) as Family[]).map((family) => group(suite, family))),
    detail("structure", "The structure of the messages", structure),
    detail("content", "What stands in the messages", content),
    detail("path", "The path of the end-entity certificate", path),
  ],
};
