import { constants, type SignKeyObjectInput, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { cbor } from "../attestation/cbor.ts";
import { type Family, pki } from "../pki/test-pki.ts";
import { type Edits, exchange } from "../testing/exchange.ts";
import { named, sha } from "../testing/mistakes.ts";
import { type Bytes, concat, fromHex } from "../wire/bytes.ts";
import { evidenceMistakes } from "./evidence-mistakes.ts";

const HEADERS: Partial<Record<Family, string>> = { p256: "a10126", p384: "a1013822", "rsa-pss-sha256": "a1013824" };
const structure = (...members: Bytes[]) => cbor.array(members);
const name = cbor.text("Signature1");
const nothing = cbor.bytes(fromHex(""));

interface Row {
  readonly family?: Family;
  /** What is signed: protected header and payload, and the right Sig_structure of both. */
  readonly content?: (header: Bytes, payload: Bytes, right: Bytes) => Bytes;
  readonly digest?: string;
  readonly options?: Partial<SignKeyObjectInput>;
  /** In place of a signature. */
  readonly edits?: () => Edits;
}

const rows: Record<string, Row> = {
  "ecdsa-in-der": { options: { dsaEncoding: "der" } },
  "payload-signed-alone": { content: (_, payload) => payload },
  "message-signed-without-structure": { content: (header, payload) => concat(header, payload) },
  "structure-of-cose-sign": {
    content: (header, payload) => structure(cbor.text("Signature"), cbor.bytes(header), nothing, cbor.bytes(payload)),
  },
  "external-data-left-out": { content: (header, payload) => structure(name, cbor.bytes(header), cbor.bytes(payload)) },
  "protected-header-left-out-of-structure": { content: (_, payload) => structure(name, nothing, nothing, cbor.bytes(payload)) },
  "protected-header-as-map": { content: (header, payload) => structure(name, header, nothing, cbor.bytes(payload)) },
  "content-hashed-before-signing": { content: (_, __, right) => sha("sha256", right) },
  "signed-with-sha256": { family: "p384", digest: "sha256" },
  "signed-with-sha384": { digest: "sha384" },
  "signed-with-sha512": { digest: "sha512" },
  "pss-salt-length": {
    family: "rsa-pss-sha256",
    options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 20 },
  },
  "signed-by-identity-key": { edits: () => [{ at: "evidence.key", op: "replace", value: pki("identity-p256").key }] },
  "chain-not-leaf-first": { edits: () => [{ at: "evidence.unprotectedHeader.x5chain.value", op: "reverse" }] },
  "identity-chain": {
    edits: () => [
      { at: "evidence.key", op: "replace", value: pki("identity-p256").key },
      { at: "evidence.unprotectedHeader.x5chain.value", op: "replace", value: pki("identity-p256").chain },
    ],
  },
  "no-chain": { edits: () => [{ at: "evidence.unprotectedHeader.x5chain", op: "drop" }] },
  "tag-left-out": { edits: () => [{ at: "evidence.tag", op: "replace", value: null }] },
  "cwt-tag": { edits: () => [{ at: "evidence-signature.bytes", op: "insert", index: 0, value: fromHex("d83d") }] },
  "byte-string-around-evidence": {
    // ECDSA gives signatures of one length in COSE, so that the length is known beforehand.
    edits: () => {
      const { length } = exchange().built.bytes("evidence-signature");
      return [{ at: "evidence-signature.bytes", op: "insert", index: 0, value: Uint8Array.of(0x59, length >> 8, length) }];
    },
  },
};

function make({ family: signer = "p256", content, digest, options, edits }: Row) {
  if (edits) return exchange(edits(), undefined, { family: signer }).appraisal;
  const payload = exchange([], undefined, { family: signer }).built.values.evidence?.payload ?? fromHex("");
  const header = fromHex(HEADERS[signer] ?? "");
  const right = structure(name, cbor.bytes(header), nothing, cbor.bytes(payload));
  const key = { key: pki(`attestation-${signer}`).key, dsaEncoding: "ieee-p1363", ...options } as const;
  const value = sign(digest ?? "sha256", content?.(header, payload, right) ?? right, key);
  return exchange([{ at: "evidence-signature.signature", op: "replace", value }], undefined, { family: signer }).appraisal;
}

describe("known mistakes in how Evidence is signed", () => {
  it("are all made here", () => {
    expect(Object.keys(rows).sort()).toEqual(evidenceMistakes.map(({ id }) => id.slice("evidence-signature/".length)).sort());
  });

  it.each(Object.entries(rows))("%s is named, and nothing else", (mistake, row) => {
    expect(named(make(row))).toEqual({ "evidence-signature": [`evidence-signature/${mistake}`] });
  });

  it.each<[string, Edits]>([
    ["a broken signature", [{ at: "evidence-signature.signature", op: "flip" }]],
    ["the right signature of a stranger", [{ at: "evidence.key", op: "replace", value: pki("attestation-other").key }]],
    ["Evidence that is no CBOR", [{ at: "evidence-signature.bytes", op: "replace", value: fromHex("ffff") }]],
  ])("of %s nothing is named", (_, edits) => {
    expect(named(exchange(edits).appraisal)).toEqual({ "evidence-signature": [] });
  });
});
