import { constants, type SignKeyObjectInput, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Deferred } from "../forge/mutation.ts";
import { type Family, pki } from "../pki/test-pki.ts";
import { fixedConnection } from "../testing/connection.ts";
import { type Edits, type Exchange, exchange } from "../testing/exchange.ts";
import { named, sha, signed, withSignature } from "../testing/mistakes.ts";
import { type Bytes, concat, utf8 } from "../wire/bytes.ts";
import type { AuthenticatorHash } from "../wire/code-points.ts";
import { signatureMistakes } from "./signature-mistakes.ts";

const HC = "EXPORTER-server authenticator handshake context";
const edit = (field: string, value: unknown): Edits => [{ at: `signature-input.${field}`, op: "replace", value }];

interface Row {
  readonly hash?: AuthenticatorHash;
  readonly family?: Family;
  /** An edit of the build, or the signature itself. */
  readonly edits?: (right: Exchange) => Edits;
  readonly signature?: (right: Exchange) => Bytes;
  /** What is found beside it, since the mistake is not one of the signature alone. */
  readonly also?: Record<string, string[]>;
}

const drop = (field: string): Row => ({ edits: () => [{ at: `signature-input.${field}`, op: "drop" }] });
const replaced = (field: string, value: (right: Exchange) => unknown, more: Row = {}): Row => ({
  ...more,
  edits: (right) => edit(field, value(right)),
});
const exported =
  (label: string, context = "", length = 32) =>
  (right: Exchange) =>
    right.input.connection.exportKeyingMaterial(label, utf8(context), length);
const over = (content: (right: Exchange) => Bytes, more: Row = {}): Row => ({
  ...more,
  signature: (right) => sign("sha256", content(right), pki(`identity-${more.family ?? "p256"}`).key),
});
const with_ = (family: Family, digest: string, options: Partial<SignKeyObjectInput> = {}): Row => ({
  family,
  signature: (right) => {
    const { framing, transcript } = signed(right);
    return sign(digest, concat(framing, sha("sha256", transcript)), { key: pki(`identity-${family}`).key, ...options });
  },
});

/** Each mistake as somebody makes it. Where two cannot be told apart in an exchange, both are named. */
const rows: Record<string, Row> = {
  "request-left-out": drop("request"),
  "request-without-header": replaced("request", ({ input }) => input.request.subarray(4)),
  "request-of-other-type": replaced("request", ({ input }) => concat(Uint8Array.of(13), input.request.subarray(1))),
  "request-context-only": replaced("request", () => utf8("the context")),
  "certificate-left-out": drop("certificate"),
  "certificate-without-header": over((right) => {
    const { framing, handshakeContext, request, certificate } = signed(right);
    return concat(framing, sha("sha256", handshakeContext, request, certificate.subarray(4)));
  }),
  "bodies-without-headers": over((right) => {
    const { framing, handshakeContext, request, certificate } = signed(right);
    return concat(framing, sha("sha256", handshakeContext, request.subarray(4), certificate.subarray(4)));
  }),
  "handshake-context-left-out": drop("handshakeContext"),
  "handshake-context-behind-request": over((right) => {
    const { framing, handshakeContext, request, certificate } = signed(right);
    return concat(framing, sha("sha256", request, handshakeContext, certificate));
  }),
  "certificate-before-request": over((right) => {
    const { framing, handshakeContext, request, certificate } = signed(right);
    return concat(framing, sha("sha256", handshakeContext, certificate, request));
  }),
  "finished-key-as-handshake-context": replaced("handshakeContext", exported("EXPORTER-server authenticator finished key")),
  "handshake-context-of-other-role": replaced("handshakeContext", exported("EXPORTER-client authenticator handshake context")),
  "handshake-context-exported-with-context": replaced("handshakeContext", exported(HC, "the context")),
  "handshake-context-of-32-bytes": replaced("handshakeContext", exported(HC), { hash: "sha384" }),
  // ecdsa_secp384r1_sha384: the hash of the scheme would have been the right one.
  "sha256-for-every-suite": replaced("hash", () => "sha256", { hash: "sha384", family: "p384" }),
  "sha256-and-32-bytes-for-every-suite": {
    hash: "sha384",
    edits: (right) => [...edit("hash", "sha256"), ...edit("handshakeContext", exported(HC)(right))],
  },
  "hash-of-the-scheme": replaced("hash", () => "sha384", { family: "p384" }),
  "transcript-not-hashed": over((right) => concat(signed(right).framing, signed(right).transcript)),
  "transcript-hashed-twice": over((right) => concat(signed(right).framing, sha("sha256", sha("sha256", signed(right).transcript)))),
  "content-hashed-before-signing": over((right) => sha("sha256", signed(right).framing, sha("sha256", signed(right).transcript))),
  "padding-left-out": drop("padding"),
  "padding-of-zeros": replaced("padding", () => Buffer.alloc(64)),
  "separator-left-out": drop("separator"),
  "separator-twice": replaced("separator", () => Buffer.alloc(2)),
  "framing-left-out": over((right) => sha("sha256", signed(right).transcript)),
  "server-handshake-context-string": replaced("contextString", () => utf8("TLS 1.3, server CertificateVerify")),
  "client-handshake-context-string": replaced("contextString", () => utf8("TLS 1.3, client CertificateVerify")),
  "context-string-in-lower-case": replaced("contextString", () => utf8("exported authenticator")),
  "context-string-without-space": replaced("contextString", () => utf8("ExportedAuthenticator")),
  "context-string-in-plural": replaced("contextString", () => utf8("Exported Authenticators")),
  "signed-by-issuer-key": replaced("key", () => pki("identity-intermediate-p256").key),
  "signed-by-attestation-key": replaced("key", () => pki("attestation-p256").key),
  // The attestation of the first entry moves along with it, and what it is bound to is the key of the second one now.
  "issuer-first": {
    edits: () => [
      { at: "certificate.entries", op: "reverse" },
      {
        at: "certificate.entries.0.extensions",
        op: "replace",
        value: new Deferred((lookUp) => lookUp("certificate.entries.1.extensions")),
      },
      { at: "certificate.entries.1.extensions", op: "drop" },
    ],
    also: { "certificate-path": [], binding: ["binding/issuer-key"], "aik-hash": ["aik-hash/issuer-key"], "certificate-order": [] },
  },
  "ecdsa-not-in-der": with_("p256", "sha256", { dsaEncoding: "ieee-p1363" }),
  "signed-with-sha256": { ...with_("p384", "sha256") },
  "signed-with-sha384": with_("p256", "sha384"),
  "signed-with-sha512": with_("p256", "sha512"),
  "pss-salt-length": with_("rsa-pss-sha256", "sha256", { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 20 }),
  "pkcs1-under-pss": with_("rsa-pss-sha256", "sha256", { padding: constants.RSA_PKCS1_PADDING }),
};

function make({ hash = "sha256", family = "p256", edits, signature }: Row) {
  const connection = fixedConnection(hash);
  const right = exchange([], connection, { family });
  if (signature) return withSignature(right, signature(right));
  return exchange(edits?.(right), connection, { family }).appraisal;
}

describe("known mistakes in CertificateVerify", () => {
  it("are all made here", () => {
    expect(Object.keys(rows).sort()).toEqual(signatureMistakes.map(({ id }) => id.slice("certificate-verify/".length)).sort());
  });

  it.each(Object.entries(rows))("%s is named, and nothing else", (name, row) => {
    expect(named(make(row))).toEqual({ "certificate-verify": [`certificate-verify/${name}`], ...row.also });
  });

  // What does not depend on the suite's hash is named under another one too.
  const anySuite = Object.entries(rows).filter(([, { hash, edits }]) => hash === undefined && edits !== undefined);
  const withoutLengths = anySuite.filter(([name]) => !/handshake-context-(of|exported)|finished-key|hash-of/.test(name));
  it.each(withoutLengths)("%s is named under SHA-384", (name, row) => {
    expect(named(make({ ...row, hash: "sha384" }))).toEqual({ "certificate-verify": [`certificate-verify/${name}`], ...row.also });
  });

  it("names both of two that give the same bytes", () => {
    const both = named(make(replaced("hash", () => "sha256", { hash: "sha384" })));
    expect(both).toEqual({ "certificate-verify": ["certificate-verify/sha256-for-every-suite", "certificate-verify/hash-of-the-scheme"] });
  });

  it.each(["sha256", "sha384"] as const)("of a signature that is merely broken nothing is named (%s)", (hash) => {
    const edits: Edits = [{ at: "certificate-verify.signature", op: "flip" }];
    expect(named(exchange(edits, fixedConnection(hash)).appraisal)).toEqual({ "certificate-verify": [] });
  });

  it("a signature of another connection is not explained by anything known", () => {
    const { appraisal } = exchange(edit("handshakeContext", exported(HC)(exchange([], fixedConnection("sha256", "other")))));
    expect(named(appraisal)).toEqual({ "certificate-verify": [] });
  });
});

describe("a right authenticator", () => {
  const families: Family[] = ["p256", "p384", "ed25519", "rsa-pss-sha256", "rsa-pss-sha384", "rsa-pss-sha512"];
  it.each(families.flatMap((family) => (["sha256", "sha384"] as const).map((hash) => [family, hash] as const)))(
    "has no mistake (%s, %s)",
    (family, hash) => {
      expect(named(exchange([], fixedConnection(hash), { family }).appraisal)).toEqual({});
    },
  );
});
