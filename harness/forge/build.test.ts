import { createHash, createHmac, verify, X509Certificate } from "node:crypto";
import { decode } from "cborg";
import { describe, expect, it } from "vitest";
import { CLAIMS } from "../pki/claims.ts";
import { pki } from "../pki/test-pki.ts";
import { fixedConnection } from "../testing/connection.ts";
import { exchange } from "../testing/exchange.ts";

/** Reads `length` bytes at a time, with nothing but Buffer: this test shares no parsing with what it tests. */
class Cursor {
  at = 0;
  constructor(readonly bytes: Buffer) {}
  take(length: number): Buffer {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
  vector(size: number): Buffer {
    return this.take(this.take(size).readUIntBE(0, size));
  }
}

describe.each(["sha256", "sha384"] as const)("an authenticator under %s, taken apart by other code", (hash) => {
  const connection = fixedConnection(hash);
  const { built, input } = exchange([], connection);
  const length = hash === "sha256" ? 32 : 48;
  const all = new Cursor(Buffer.from(built.authenticator));
  const message = () => {
    const start = all.at;
    const type = all.take(1)[0];
    const body = all.vector(3);
    return { type, body, raw: all.bytes.subarray(start, all.at) };
  };
  const [certificate, certificateVerify, finished] = [message(), message(), message()];
  const secret = (what: string, size = length, context = Buffer.alloc(0)) =>
    Buffer.from(connection.exportKeyingMaterial(what, context, size));
  const request = Buffer.from(input.request);
  const digest = (...parts: Buffer[]) => createHash(hash).update(Buffer.concat(parts)).digest();
  const handshakeContext = secret("EXPORTER-server authenticator handshake context");

  it("is Certificate, CertificateVerify, Finished", () => {
    expect([certificate.type, certificateVerify.type, finished.type]).toEqual([11, 15, 20]);
    expect(all.at).toBe(all.bytes.length);
  });

  const body = new Cursor(certificate.body);
  const context = body.vector(1);
  const list = new Cursor(body.vector(3));
  const leaf = new X509Certificate(list.vector(3));
  const extensions = new Cursor(list.vector(2));

  it("carries the context and the chain", () => {
    expect(context.toString()).toBe("the context");
    expect(leaf.fingerprint256).toBe(new X509Certificate(pki("identity-p256").certificate).fingerprint256);
    expect(list.vector(3).equals(pki("identity-intermediate-p256").certificate)).toBe(true);
    expect(list.vector(2)).toHaveLength(0);
    expect(list.at).toBe(list.bytes.length);
  });

  it("is signed over padding, context string, zero and the hash of the transcript", () => {
    const { body: signed } = certificateVerify;
    expect(signed.readUInt16BE(0)).toBe(0x0403);
    const signature = signed.subarray(4);
    expect(signed.readUInt16BE(2)).toBe(signature.length);
    const content = Buffer.concat([
      Buffer.alloc(64, 0x20),
      Buffer.from("Exported Authenticator\0"),
      digest(handshakeContext, request, certificate.raw),
    ]);
    expect(verify("sha256", content, leaf.publicKey, signature)).toBe(true);
  });

  it("ends in the MAC over everything before", () => {
    const transcript = digest(handshakeContext, request, certificate.raw, certificateVerify.raw);
    const mac = createHmac(hash, secret("EXPORTER-server authenticator finished key")).update(transcript).digest();
    expect(finished.body.equals(mac)).toBe(true);
  });

  it("holds Evidence in a CMW, signed, with binding and AIK hash", () => {
    expect(extensions.take(2).readUInt16BE(0)).toBe(0xff00);
    const data = new Cursor(extensions.vector(2));
    const [type, value, indicator] = decode(data.vector(2)) as [string, Uint8Array, number];
    expect([type, indicator]).toEqual(["application/eat+cwt", 4]);
    expect(value[0]).toBe(0xd2);
    const [header, unprotected, payload, signature] = decode(value.subarray(1), { useMaps: true }) as [
      Uint8Array,
      Map<number, Uint8Array[]>,
      Uint8Array,
      Uint8Array,
    ];
    const claims = decode(payload, { useMaps: true }) as Map<number, Uint8Array | string>;
    const spki = leaf.publicKey.export({ type: "spki", format: "der" });
    const exported = secret("Attestation", 32, Buffer.from("the context"));
    expect(Buffer.from(claims.get(10) as Uint8Array).equals(digest(spki, exported))).toBe(true);
    expect(Buffer.from(claims.get(-65537) as Uint8Array).equals(digest(spki))).toBe(true);
    expect(claims.get(256)).toEqual(new Uint8Array(CLAIMS.ueid));
    expect(claims.get(265)).toBe("tag:expat-conformance,2026:evidence");
    expect(claims.get(-65538)).toEqual(new Uint8Array(CLAIMS.measurement));
    expect(Buffer.from(header).toString("hex")).toBe("a10126");
    const [attester] = unprotected.get(33) ?? [];
    // Sig_structure of RFC 9052 section 4.4, written out by hand.
    const long = (bytes: Uint8Array) => Buffer.concat([Buffer.from([0x58, bytes.length]), bytes]);
    const toBeSigned = Buffer.concat([
      Buffer.from([0x84, 0x6a]),
      Buffer.from("Signature1"),
      Buffer.from([0x43]),
      header,
      Buffer.from([0x40]),
      payload.length < 256 ? long(payload) : Buffer.concat([Buffer.from([0x59, payload.length >> 8, payload.length & 255]), payload]),
    ]);
    const key = { key: new X509Certificate(attester ?? Buffer.alloc(0)).publicKey, dsaEncoding: "ieee-p1363" } as const;
    expect(verify("sha256", toBeSigned, key, signature)).toBe(true);
  });
});

describe("mutations", () => {
  const values = (edits: Parameters<typeof exchange>[0]) => exchange(edits).built.values;
  const plain = exchange().built.values;

  it("are carried on by the later stages, and seal anew by default", () => {
    const altered = values([{ at: "claims.nonce.value", op: "flip" }]);
    expect(altered.claims?.[0]?.value).not.toEqual(plain.claims?.[0]?.value);
    expect(altered.evidence?.payload).not.toEqual(plain.evidence?.payload);
    expect(altered["mac-input"].certificate).not.toEqual(plain["mac-input"].certificate);
  });

  it("leave the seals as they were where they are not to be renewed", () => {
    const { input, built } = exchange([{ at: "certificate.certificateRequestContext", op: "flip", reseal: false }]);
    // Signature and MAC are right for the unaltered Certificate: the appraisal of it would find nothing but the context.
    expect(built.values.certificate.certificateRequestContext).not.toEqual(input.certificateRequestContext);
    const kept = exchange([{ at: "certificate.certificateRequestContext", op: "flip", reseal: ["certificate-verify"] }]).built.values;
    expect(kept["mac-input"].certificateVerify).not.toEqual(built.values["mac-input"].certificateVerify);
  });

  it.each([
    ["replace", { at: "cmw.indicator", op: "replace", value: 8 }, (v: typeof plain) => v.cmw?.form === "record" && v.cmw.indicator, 8],
    ["drop", { at: "certificate.entries.1", op: "drop" }, (v: typeof plain) => v.certificate.entries.length, 1],
    ["duplicate", { at: "claims.nonce", op: "duplicate" }, (v: typeof plain) => v.claims?.filter(({ name }) => name === "nonce").length, 2],
    ["reverse", { at: "frame.messages", op: "reverse" }, (v: typeof plain) => v.frame.messages[0]?.name, "finished"],
    ["truncate", { at: "finished.verifyData", op: "truncate", by: 2 }, (v: typeof plain) => v.finished.verifyData.length, 30],
    ["extend", { at: "finished.verifyData", op: "extend", value: Buffer.of(0) }, (v: typeof plain) => v.finished.verifyData.length, 33],
    [
      "insert",
      { at: "finished.verifyData", op: "insert", index: -1, value: Buffer.of(1, 2) },
      (v: typeof plain) => v.finished.verifyData.length,
      34,
    ],
    [
      "overwrite",
      { at: "finished.verifyData", op: "overwrite", index: 0, value: Buffer.of(1, 2) },
      (v: typeof plain) => v.finished.verifyData[1],
      2,
    ],
    ["add", { at: "certificate-verify.algorithm", op: "add", by: 2 }, (v: typeof plain) => v["certificate-verify"]?.algorithm, 0x0405],
  ] as const)("%s does what it says", (_, edit, look, expected) => {
    expect(look(values([edit]))).toBe(expected);
  });

  it("flip one bit, counted from either end", () => {
    const first = values([{ at: "secrets.finishedKey", op: "flip", index: 0 }]).secrets.finishedKey;
    expect((first[0] ?? 0) ^ (plain.secrets.finishedKey[0] ?? 0)).toBe(0x80);
    const last = values([{ at: "secrets.finishedKey", op: "flip" }]).secrets.finishedKey;
    expect((last.at(-1) ?? 0) ^ (plain.secrets.finishedKey.at(-1) ?? 0)).toBe(1);
  });

  it("alter a length prefix and nothing beside it", () => {
    const { built } = exchange([{ at: "certificate.entries.0.certData.length", op: "add", by: 1 }]);
    const before = Buffer.from(plain["mac-input"].certificate);
    const after = Buffer.from(built.values["mac-input"].certificate);
    const differing = [...after].flatMap((byte, index) => (byte === before[index] ? [] : [index]));
    expect(after).toHaveLength(before.length);
    // Beside the signature of the Evidence, which is new each time: one byte, at the end of the prefix behind header, context and list length.
    expect(differing[0]).toBe(4 + 1 + 11 + 3 + 2);
  });

  it.each([
    [{ at: "nonsense", op: "drop" }, /no stage "nonsense"/],
    [{ at: "claims.nowhere", op: "drop" }, /no field "nowhere"/],
    [{ at: "claims.nonce.value", op: "reverse", value: 1 }, undefined],
    [{ at: "cmw.type", op: "flip" }, /does not apply/],
    [{ at: "cmw.indicator", op: "replace", value: 4 }, /changes nothing/],
    // A Buffer of the same bytes is the same value.
    [{ at: "signature-input.separator", op: "overwrite", index: 0, value: Uint8Array.of(0) }, /changes nothing/],
    [{ at: "claims.bytes", op: "truncate" }, /has no bytes of its own/],
    [{ at: "binding.publicKey.length", op: "add" }, /has no bytes of its own/],
    [{ at: "certificate.nothing.length", op: "add" }, /no field/],
    [{ at: "finished.verifyData", op: "flip", index: 4096 }, /no bit/],
  ] as const)("that do not fit are an error of the scenario: %j", (edit, message) => {
    if (message === undefined) expect(() => exchange([edit])).not.toThrow();
    else expect(() => exchange([edit])).toThrow(message);
  });
});
