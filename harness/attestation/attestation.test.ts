import { describe, expect, it } from "vitest";
import { parseCertificate } from "../authenticator/certificate.ts";
import { pki } from "../pki/test-pki.ts";
import { fromHex, toHex, utf8 } from "../wire/bytes.ts";
import { aikHash, attestationExport, bindingValue, publicKeyBytes } from "./binding.ts";
import { cbor, decodeCbor } from "./cbor.ts";
import { type CmwRecord, decodeCmw, encodeCmw, leavesOf, tagOfContentFormat } from "./cmw.ts";
import { eatCwt } from "./evidence-eat-cwt.ts";
import { mediaTypeOf } from "./formats.ts";
import { fromBase64url } from "./json.ts";
import { defaultProfile, profileSchema } from "./profile.ts";

describe("CMW records", () => {
  // The examples of draft-ietf-rats-msg-wrap, section 5: the same message as JSON, CBOR with a Content-Format, CBOR with a media type.
  const value = fromHex("2347da55");
  const mediaType = "application/vnd.example.rats-conceptual-msg";

  it.each<[string, Uint8Array, CmwRecord]>([
    ["JSON", utf8(`["${mediaType}","I0faVQ"]`), { form: "record", encoding: "json", type: mediaType, value, indicator: null }],
    ["CBOR with a number", fromHex("8219fde7442347da55"), { form: "record", encoding: "cbor", type: 64999, value, indicator: null }],
    [
      "CBOR with an indicator",
      fromHex("83746170706c69636174696f6e2f72696d2b636f73654ad28440a044d901f5a04003"),
      { form: "record", encoding: "cbor", type: "application/rim+cose", value: fromHex("d28440a044d901f5a040"), indicator: 3 },
    ],
    [
      "JSON with a parameter",
      utf8('["application/eat+cwt; eat_profile=\\"tag:psacertified.org,2023:psa#tfm\\"","I0faVQ"]'),
      {
        form: "record",
        encoding: "json",
        type: 'application/eat+cwt; eat_profile="tag:psacertified.org,2023:psa#tfm"',
        value,
        indicator: null,
      },
    ],
  ])("of the draft's examples are read and written: %s", (_, encoded, record) => {
    const [decoded, ...others] = leavesOf(decodeCmw(encoded));
    expect(others).toEqual([]);
    expect({ ...decoded, value: Buffer.from(decoded?.value ?? []) }).toEqual({ path: [], ...record, value: Buffer.from(record.value) });
    expect(toHex(encodeCmw(record))).toBe(toHex(encoded));
  });

  it.each([
    ["nothing", ""],
    ["a byte behind", "8219fde7442347da5500"],
    ["one cut off", "8219fde7442347da"],
    ["one member", "8119fde7"],
    ["four members", "8419fde7442347da550400"],
    ["a text string as value", "8219fde7643233343500".slice(0, -2)],
    ["an indicator of zero", "8319fde7442347da5500"],
    ["a negative indicator", "8319fde7442347da5520"],
    ["an indicator of 2^32", "8319fde7442347da551b0000000100000000"],
    ["a type that is a byte string", "824161442347da55"],
    ["a Content-Format beyond 65535", "821a00010000442347da55"],
    ["a tag that is no CMW", "da63740100442347da55"],
    ["a tag CMW around text", "da6374ffe66161"],
  ])("in CBOR are refused with %s", (_, hex) => {
    expect(() => decodeCmw(fromHex(hex))).toThrow("expected");
  });

  it.each([
    ["padding", '["a/b","I0faVQ=="]'],
    ["the other alphabet", '["a/b","+/+/"]'],
    ["white space in the value", '["a/b","I0fa VQ"]'],
    ["trailing bits that are not zero", '["a/b","I0faVR"]'],
    ["a number as type", '[64999,"I0faVQ"]'],
    ["a number as value", '["a/b",1]'],
    ["something behind", '["a/b","I0faVQ"]x'],
    ["an indicator of zero", '["a/b","I0faVQ",0]'],
    ["an indicator as text", '["a/b","I0faVQ","4"]'],
  ])("in JSON are refused with %s", (_, text) => {
    expect(() => decodeCmw(utf8(text))).toThrow("expected");
  });

  it("are read with what the profile leaves open: indefinite length, unregistered bits, tags, white space before", () => {
    // The draft's example of a tag CMW: 1668612070 stands for the Content-Format 64999.
    expect(leavesOf(decodeCmw(fromHex("da6374ffe6442347da55")))).toMatchObject([{ type: 64999, indicator: null }]);
    expect(tagOfContentFormat(64999)).toBe(1668612070);
    expect(decodeCmw(utf8(' \n["a/b","I0faVQ"]'))).toMatchObject({ value: Buffer.from(value) });
    expect(mediaTypeOf(263)).toBe("application/eat+cwt");
    expect(decodeCmw(fromHex("9f19fde7442347da55ff"))).toMatchObject({ value: new Uint8Array(value) });
    expect(decodeCmw(fromHex("8319fde7442347da551820"))).toMatchObject({ indicator: 32 });
  });

  it("have media types whose parameters and case do not count", () => {
    expect(mediaTypeOf('Application/EAT+cwt; eat_profile="x"')).toBe("application/eat+cwt");
    expect(mediaTypeOf(64999)).toBeUndefined();
    expect(fromBase64url("I0faVQ")).toEqual(Buffer.from(value));
  });
});

describe("the binding", () => {
  it("takes the public key as the profile encodes it (open point public-key-encoding)", () => {
    const certificate = parseCertificate(pki("identity-p256").certificate);
    expect(publicKeyBytes(certificate, "spki-der")).toHaveLength(91);
    expect(publicKeyBytes(certificate, "raw")).toHaveLength(65);
    expect(toHex(publicKeyBytes(certificate, "raw"))).toBe(toHex(publicKeyBytes(certificate, "spki-der").subarray(26)));
  });

  it("asks the exporter for label, context and length of the profile", () => {
    const asked: unknown[] = [];
    const exportKeyingMaterial = (...call: unknown[]) => {
      asked.push(call);
      return fromHex("00");
    };
    attestationExport({ hash: "sha384", exportKeyingMaterial }, utf8("c"), profileSchema.parse({ exporterLabel: "L", exporterLength: 7 }));
    attestationExport({ hash: "sha384", exportKeyingMaterial }, utf8("c"), defaultProfile);
    expect(asked).toEqual([
      ["L", utf8("c"), 7],
      ["Attestation", utf8("c"), 32],
    ]);
  });

  it("is Hash(public_key ‖ exported_value), and the AIK hash is Hash(public_key)", () => {
    const input = { hash: "sha256", publicKey: utf8("ab"), exportedValue: utf8("c") } as const;
    // SHA-256 of "abc" and of "ab".
    expect(toHex(bindingValue(input))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(toHex(aikHash(input))).toBe("fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603");
    expect(bindingValue({ ...input, hash: "sha384" })).toHaveLength(48);
  });
});

describe("CBOR", () => {
  it.each([
    [cbor.int(0), "00"],
    [cbor.int(23), "17"],
    [cbor.int(24), "1818"],
    [cbor.int(256), "190100"],
    [cbor.int(65536), "1a00010000"],
    [cbor.int(-1), "20"],
    [cbor.int(-65537), "3a00010000"],
    [cbor.bytes(fromHex("")), "40"],
    [cbor.text("a"), "6161"],
    [cbor.array([cbor.int(1)]), "8101"],
    [cbor.map([[cbor.int(1), cbor.int(2)]]), "a10102"],
    [cbor.tag(18, cbor.int(0)), "d200"],
  ])("is written in its shortest form", (encoded, hex) => expect(toHex(encoded)).toBe(hex));

  it("is refused with a key twice, also in another length", () => {
    expect(() => decodeCbor(fromHex("a2010a010b"))).toThrow(/repeat map key/);
    expect(() => decodeCbor(fromHex("a2010a18010b"))).toThrow(/repeat map key/);
    expect(() => decodeCbor(fromHex("0000"))).toThrow();
  });
});

describe("Evidence as EAT in a CWT", () => {
  const format = eatCwt;
  const { envelope } = format;
  const attester = pki("attestation-p256");
  const claims = { nonce: fromHex("aa".repeat(32)), aikPubHash: fromHex("bb"), ueid: fromHex("cc"), measurement: fromHex("dd") };
  const make = (key = attester.key, chain = attester.chain) => {
    const content = envelope.compose(envelope.encodeClaims(format.claimFields(claims, defaultProfile)), key, chain);
    return envelope.encode(content, envelope.sign(content));
  };

  it("comes back as it was made", () => {
    const opened = format.open(make(), defaultProfile);
    expect(opened.claims).toEqual(Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, Buffer.from(value)])));
    expect(opened.chain.map(toHex)).toEqual(attester.chain.map(toHex));
    const single = pki("attestation-self-signed");
    expect(format.open(make(single.key, single.chain), defaultProfile).chain).toHaveLength(1);
  });

  it("puts nonce and AIK hash where the profile says", () => {
    const profile = profileSchema.parse({ evidenceNonce: { cwt: 77, jwt: "n" }, aikHashClaim: { cwt: "aik", jwt: "a" } });
    const content = envelope.compose(envelope.encodeClaims(format.claimFields(claims, profile)), attester.key, attester.chain);
    const evidence = envelope.encode(content, envelope.sign(content));
    expect(format.open(evidence, profile).claims.nonce).toEqual(Buffer.from(claims.nonce));
    expect(format.open(evidence, defaultProfile).claims).toMatchObject({ nonce: undefined, aikPubHash: undefined });
  });

  it("is refused without the tag, under another one, with bytes behind it, with a header parameter in both buckets", () => {
    const evidence = make();
    expect(() => format.open(evidence.subarray(1), defaultProfile)).toThrow(/tag 18/);
    expect(() => format.open(Buffer.concat([fromHex("d3"), evidence.subarray(1)]), defaultProfile)).toThrow(/tag 18/);
    expect(() => format.open(Buffer.concat([evidence, fromHex("00")]), defaultProfile)).toThrow();
    const content = envelope.compose(envelope.encodeClaims([]), attester.key, attester.chain);
    const both = { ...content, unprotectedHeader: [...(content.unprotectedHeader ?? []), ...content.protectedHeader] };
    expect(() => format.open(envelope.encode(both, fromHex("00")), defaultProfile)).toThrow(/1 in both/);
  });

  it("knows no algorithm for keys that the profile does not list", () => {
    expect(() => envelope.compose(envelope.encodeClaims([]), pki("identity-p256").key, [])).not.toThrow();
    const content = envelope.compose(envelope.encodeClaims([]), attester.key, attester.chain);
    const unknown = { ...content, protectedHeader: [{ name: "alg", label: 1, value: -999 }] };
    expect(format.open(envelope.encode(unknown, fromHex("00")), defaultProfile).algorithm).toBeUndefined();
  });
});
