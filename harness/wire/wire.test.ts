import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeCertificate,
  decodeCertificateVerify,
  decodeFinished,
  decodeFrame,
  emptyCertificate,
  encodeCertificate,
  encodeCertificateVerify,
  encodeFinished,
  getContext,
} from "./authenticator.ts";
import { concat, equalBytes, fromHex, toHex } from "./bytes.ts";
import { decodeCmwAttestation, decodeSignatureSchemes, encodeCmwAttestation, encodeSignatureSchemes } from "./extensions.ts";
import { delimit, splitHandshake } from "./handshake.ts";
import { DecodeError } from "./reader.ts";
import { decodeRequest, encodeRequest, offeredSchemes } from "./request.ts";

// Buffers, as everything that was read or joined is one: toEqual tells them from other Uint8Arrays.
const bytes = (maxLength: number, minLength = 0) => fc.uint8Array({ minLength, maxLength }).map((value) => Buffer.from(value));
const extensions = fc.array(fc.record({ type: fc.nat(0xffff), data: bytes(40) }), { maxLength: 4 });

describe("requests", () => {
  it("come back as they were written", () => {
    const request = fc.record({ handshakeType: fc.constantFrom(13, 17), certificateRequestContext: bytes(255), extensions });
    fc.assert(
      fc.property(request, (value) => {
        fc.pre(value.extensions.length > 0);
        const { bytes: encoded } = encodeRequest(value);
        expect(decodeRequest(encoded)).toEqual(value);
        expect(getContext(encoded)).toEqual(value.certificateRequestContext);
        expect(delimit(concat(encoded, fromHex("00")))).toBe(encoded.length);
      }),
    );
  });

  it("are refused when any byte is missing or one too many", () => {
    const { bytes: encoded } = encodeRequest({
      handshakeType: 17,
      certificateRequestContext: fromHex("0102"),
      extensions: [{ type: 13, data: encodeSignatureSchemes([0x0403]) }],
    });
    for (let length = 0; length < encoded.length; length++) expect(() => decodeRequest(encoded.subarray(0, length))).toThrow(DecodeError);
    expect(() => decodeRequest(concat(encoded, fromHex("00")))).toThrow(DecodeError);
  });

  it("are refused with another handshake type, and with no extensions at all", () => {
    expect(() => decodeRequest(fromHex("0b000003000000"))).toThrow(/13 or 17/);
    expect(() => decodeRequest(fromHex("0d000003000000"))).toThrow(/extensions.length at byte 5: expected at least 2, found 0/);
  });

  it("say which schemes they offer, or that they offer none", () => {
    const request = {
      handshakeType: 13,
      certificateRequestContext: fromHex(""),
      extensions: [{ type: 13, data: fromHex("000404030807") }],
    };
    expect(offeredSchemes(request)).toEqual([0x0403, 0x0807]);
    expect(offeredSchemes({ ...request, extensions: [] })).toBeUndefined();
    for (const wrong of ["", "0000", "000304030a", "00020403ff", "0004040308"]) {
      expect(() => decodeSignatureSchemes(fromHex(wrong)), wrong).toThrow(DecodeError);
    }
  });
});

describe("authenticators", () => {
  const entries = fc.array(fc.record({ certData: bytes(60, 1), extensions }), { maxLength: 3 });

  it("come back as they were written", () => {
    fc.assert(
      fc.property(bytes(255), entries, fc.nat(0xffff), bytes(80), bytes(48, 32), (context, list, algorithm, signature, mac) => {
        const certificate = encodeCertificate({ certificateRequestContext: context, entries: list }).bytes;
        const verify = encodeCertificateVerify({ algorithm, signature }).bytes;
        const finished = encodeFinished(mac).bytes;
        const authenticator = concat(certificate, verify, finished);
        const frame = decodeFrame(authenticator);
        if (frame.kind !== "authenticator") throw new Error(frame.kind);
        expect(decodeCertificate(frame.certificate)).toEqual({ certificateRequestContext: context, entries: list });
        expect(decodeCertificateVerify(frame.certificateVerify)).toEqual({ algorithm, signature });
        expect(equalBytes(decodeFinished(frame.finished, mac.length), mac)).toBe(true);
        expect(delimit(concat(authenticator, finished))).toBe(authenticator.length);
        for (let length = 1; length < authenticator.length; length += 7) expect(delimit(authenticator.subarray(0, length))).toBeUndefined();
      }),
    );
  });

  it("have an order, and nothing around it", () => {
    const [certificate, verify, finished] = ["0b00000400000000", "0f00000404030000", "1400000100"].map(fromHex);
    if (!certificate || !verify || !finished) throw new Error("unreachable");
    expect(decodeFrame(finished).kind).toBe("empty");
    for (const wrong of [
      [],
      [verify],
      [certificate, finished],
      [verify, certificate, finished],
      [certificate, verify, finished, finished],
    ]) {
      expect(() => decodeFrame(concat(...wrong))).toThrow(DecodeError);
    }
    expect(() => getContext(finished)).toThrow(/an empty authenticator/);
  });

  it("are refused where a length does not fit", () => {
    expect(() => decodeCertificate(fromHex("0b0000050000000000"))).toThrow(DecodeError);
    expect(() => decodeCertificate(fromHex("0b000007000000030000ff"))).toThrow(DecodeError);
    expect(() => decodeCertificate(fromHex("0b00000900000005000000" + "0000"))).toThrow(/cert_data.length/);
    expect(() => decodeCertificateVerify(fromHex("0f0000050403000100ff"))).toThrow(DecodeError);
    expect(() => decodeFinished(fromHex("140000021122"), 3)).toThrow(DecodeError);
    expect(() => decodeFinished(fromHex("1400000411223344"), 3)).toThrow(DecodeError);
  });
});

describe("spans", () => {
  it("name the bytes of every field", () => {
    const { bytes: encoded, spans } = encodeCertificate({
      certificateRequestContext: fromHex("aabb"),
      entries: [{ certData: fromHex("c0ffee"), extensions: [{ type: 0xff00, data: fromHex("0001dd") }] }],
    });
    const at = (path: string) => {
      const span = spans.find((candidate) => candidate.path === path);
      return span && toHex(encoded.subarray(span.start, span.end));
    };
    expect(at("type")).toBe("0b");
    expect(at("length")).toBe("000015");
    expect(at("certificateRequestContext.length")).toBe("02");
    expect(at("certificateRequestContext")).toBe("aabb");
    expect(at("entries.length")).toBe("00000f");
    expect(at("entries.0.certData.length")).toBe("000003");
    expect(at("entries.0.extensions.length")).toBe("0007");
    expect(at("entries.0.extensions.0.type")).toBe("ff00");
    expect(at("entries.0.extensions.0.data.length")).toBe("0003");
    expect(at("entries.0.extensions.0.data")).toBe("0001dd");
  });
});

describe("small structures", () => {
  it("cmw_attestation is one vector of at least one byte (expat section 3)", () => {
    expect(toHex(encodeCmwAttestation(fromHex("8201")).bytes)).toBe("00028201");
    expect(decodeCmwAttestation(fromHex("00028201"))).toEqual(fromHex("8201"));
    for (const wrong of ["", "00", "0000", "000282", "0002820100"])
      expect(() => decodeCmwAttestation(fromHex(wrong)), wrong).toThrow(DecodeError);
  });

  it("the Certificate of an empty authenticator has the context and no entries (RFC 9261 section 6)", () => {
    expect(toHex(emptyCertificate(fromHex("0102")))).toBe("0b000006" + "020102" + "000000");
  });

  it("handshake messages that are cut short are told from whole ones", () => {
    expect(splitHandshake(fromHex("14000001110d000000"), "test").map(({ type }) => type)).toEqual([20, 13]);
    expect(() => splitHandshake(fromHex("14000002ff"), "test")).toThrow(/at byte 4: expected 2 bytes, found 1 left/);
    expect(() => delimit(fromHex("1603010000"))).toThrow(DecodeError);
  });
});
