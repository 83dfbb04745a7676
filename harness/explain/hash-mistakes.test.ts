import { describe, expect, it } from "vitest";
import { parseCertificate } from "../authenticator/certificate.ts";
import { pki } from "../pki/test-pki.ts";
import { fixedConnection } from "../testing/connection.ts";
import { type Edits, exchange } from "../testing/exchange.ts";
import { named, sha } from "../testing/mistakes.ts";
import { type Bytes, concat, fromHex, toHex, utf8, view } from "../wire/bytes.ts";
import { type AuthenticatorHash, hashLength } from "../wire/code-points.ts";
import { aikHashStepMistakes, bindingStepMistakes } from "./hash-mistakes.ts";

const leaf = parseCertificate(pki("identity-p256").certificate);
const issuer = parseCertificate(pki("identity-intermediate-p256").certificate);
const attester = parseCertificate(pki("attestation-p256").certificate);
const pem = utf8(leaf.publicKey.export({ type: "spki", format: "pem" }).toString());
const CONTEXT = utf8("the context");

/** What a claim is made of, for one who makes the mistake. */
interface Known {
  readonly hash: AuthenticatorHash;
  readonly key: Bytes;
  readonly value: Bytes;
  exported(label: string, context: Bytes, length?: number): Bytes;
}
type Make = (known: Known) => Bytes;

function known(hash: AuthenticatorHash): Known {
  const exported: Known["exported"] = (label, context, length = 32) => fixedConnection(hash).exportKeyingMaterial(label, context, length);
  return { hash, key: leaf.spki, value: exported("Attestation", CONTEXT), exported };
}

const inForm = (right: Make): Record<string, Make> => ({
  "as-text": (k) => utf8(view(right(k)).toString("base64")),
  truncated: (k) => right(k).subarray(0, 16),
  padded: (k) => concat(right(k), Buffer.alloc(64 - hashLength[k.hash])),
  "hashed-twice": (k) => sha(k.hash, right(k)),
});
const withKey = (hashed: (k: Known, key: Bytes) => Bytes): Record<string, Make> => ({
  "key-encoding": (k) => hashed(k, leaf.subjectPublicKey),
  "key-as-pem": (k) => hashed(k, pem),
  "whole-certificate": (k) => hashed(k, pki("identity-p256").certificate),
  "issuer-key": (k) => hashed(k, issuer.spki),
  "attestation-key": (k) => hashed(k, attester.spki),
});
const bindingOf = (k: Known, key = k.key, value = k.value) => sha(k.hash, key, value);

const SHA384_ONLY = ["sha256-for-every-suite", "exported-length-of-hash"];

const bindingRows: Record<string, Make> = {
  ...withKey((k, key) => bindingOf(k, key)),
  ...inForm((k) => bindingOf(k)),
  "other-label": (k) => bindingOf(k, k.key, k.exported("Attestation Binding", CONTEXT)),
  "exported-without-context": (k) => bindingOf(k, k.key, k.exported("Attestation", fromHex(""))),
  "exported-with-length-prefix": (k) => bindingOf(k, k.key, k.exported("Attestation", concat(Uint8Array.of(11), CONTEXT))),
  "exported-with-hexadecimal-context": (k) => bindingOf(k, k.key, k.exported("Attestation", utf8(toHex(CONTEXT)))),
  "exported-with-whole-request": (k) => bindingOf(k, k.key, k.exported("Attestation", exchange().input.request)),
  "exported-length-of-hash": (k) => bindingOf(k, k.key, k.exported("Attestation", CONTEXT, 48)),
  "handshake-context-for-exported-value": (k) =>
    bindingOf(k, k.key, k.exported("EXPORTER-server authenticator handshake context", fromHex(""), hashLength[k.hash])),
  "made-for-earlier-context": (k) => bindingOf(k, k.key, k.exported("Attestation", utf8("an earlier one"))),
  "parts-swapped": (k) => sha(k.hash, k.value, k.key),
  "exported-value-unhashed": (k) => k.value,
  "exported-value-alone": (k) => sha(k.hash, k.value),
  "public-key-alone": (k) => sha(k.hash, k.key),
  "not-hashed": (k) => concat(k.key, k.value),
  "context-as-nonce": () => CONTEXT,
  "context-hashed-along": (k) => sha(k.hash, k.key, k.value, CONTEXT),
  "parts-hashed-first": (k) => sha(k.hash, sha(k.hash, k.key), k.value),
  "sha256-for-every-suite": (k) => sha("sha256", k.key, k.value),
  "other-hash": (k) => sha("sha512", k.key, k.value),
};

const aikRows: Record<string, Make> = {
  ...withKey((k, key) => sha(k.hash, key)),
  ...inForm((k) => sha(k.hash, k.key)),
  "not-hashed": (k) => k.key,
  "binding-in-its-place": (k) => bindingOf(k),
  "sha256-for-every-suite": (k) => sha("sha256", k.key),
  "other-hash": (k) => sha("sha1", k.key),
};

const cases = (rows: Record<string, Make>) =>
  Object.entries(rows).flatMap(([name, make]) =>
    (SHA384_ONLY.includes(name) ? (["sha384"] as const) : (["sha256", "sha384"] as const)).map((hash) => [name, hash, make] as const),
  );

function namedWith(claim: string, hash: AuthenticatorHash, value: Bytes) {
  const edits: Edits = [{ at: `claims.${claim}.value`, op: "replace", value }];
  const { appraisal } = exchange(edits, fixedConnection(hash));
  return named({ ...appraisal, consumedContexts: new Set([toHex(utf8("an earlier one"))]) });
}

describe("known mistakes in the binding", () => {
  it("are all made here", () => {
    const made = [...Object.keys(bindingRows), "made-for-context-of-request"];
    expect(made.sort()).toEqual(bindingStepMistakes.map(({ id }) => id.slice("binding/".length)).sort());
  });

  it.each(cases(bindingRows))("%s is named, and nothing else (%s)", (name, hash, make) => {
    expect(namedWith("nonce", hash, make(known(hash)))).toEqual({ binding: [`binding/${name}`] });
  });

  it("Evidence for the request's context in a Certificate with another one is told apart", () => {
    const { appraisal } = exchange([{ at: "certificate.certificateRequestContext", op: "flip" }]);
    expect(named(appraisal)).toEqual({ context: [], binding: ["binding/made-for-context-of-request"] });
  });

  it("under a profile with the bare key, SubjectPublicKeyInfo is the other encoding", () => {
    const { appraisal } = exchange();
    expect(named({ ...appraisal, profile: { ...appraisal.profile, publicKey: "raw" } })).toEqual({
      binding: ["binding/key-encoding"],
      "aik-hash": ["aik-hash/key-encoding"],
    });
  });

  it("of a nonce that is missing, or of another connection, nothing is named", () => {
    expect(named(exchange([{ at: "claims.nonce", op: "drop" }]).appraisal)).toEqual({ binding: [] });
    const other = fixedConnection("sha256", "other");
    const value = sha("sha256", leaf.spki, other.exportKeyingMaterial("Attestation", CONTEXT, 32));
    expect(namedWith("nonce", "sha256", value)).toEqual({ binding: [] });
  });
});

describe("known mistakes in AIK_pub_hash", () => {
  it("are all made here", () => {
    expect(Object.keys(aikRows).sort()).toEqual(aikHashStepMistakes.map(({ id }) => id.slice("aik-hash/".length)).sort());
  });

  it.each(cases(aikRows))("%s is named, and nothing else (%s)", (name, hash, make) => {
    expect(namedWith("aikPubHash", hash, make(known(hash)))).toEqual({ "aik-hash": [`aik-hash/${name}`] });
  });

  it("of one that is merely wrong nothing is named", () => {
    expect(namedWith("aikPubHash", "sha256", Buffer.alloc(32, 7))).toEqual({ "aik-hash": [] });
  });
});
