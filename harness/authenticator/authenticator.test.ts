import { constants, createHash, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { pki } from "../pki/test-pki.ts";
import { type Bytes, fromHex, toHex, utf8 } from "../wire/bytes.ts";
import { SignatureScheme } from "../wire/code-points.ts";
import { parseCertificate } from "./certificate.ts";
import { validatePath } from "./path.ts";
import { toPem } from "./pem.ts";
import { authenticatorKeys, exporterLabels } from "./secrets.ts";
import {
  asTheSchemeSays,
  chooseScheme,
  keyFits,
  type SigningDeviation,
  schemeAlgorithm,
  signWithScheme,
  supportedSchemes,
  verifyWith,
} from "./signature.ts";
import { finishedMac, signatureContent, signatureFraming } from "./transcript.ts";

const NO_BYTES = new Uint8Array(0);

describe("what is signed", () => {
  const input = {
    ...signatureFraming,
    hash: "sha256",
    handshakeContext: fromHex("01"),
    request: fromHex("02"),
    certificate: fromHex("03"),
  } as const;

  it("is framed as RFC 9261 section 5.2.2 says", () => {
    const content = toHex(signatureContent(input));
    expect(content.slice(0, 128)).toBe("20".repeat(64));
    expect(Buffer.from(content.slice(128, 172), "hex").toString()).toBe("Exported Authenticator");
    expect(content.slice(172, 174)).toBe("00");
    expect(content.slice(174)).toBe("039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81"); // SHA-256 of 010203
  });

  it("depends on every part", () => {
    const content = toHex(signatureContent(input));
    for (const part of ["padding", "contextString", "separator", "handshakeContext", "request", "certificate"] as const) {
      expect(toHex(signatureContent({ ...input, [part]: fromHex("ff") })), part).not.toBe(content);
    }
    expect(toHex(signatureContent({ ...input, hash: "sha384" }))).not.toBe(content);
  });
});

describe("the MAC", () => {
  it("depends on every part", () => {
    const input = {
      hash: "sha384",
      key: fromHex("00"),
      handshakeContext: fromHex("01"),
      request: fromHex("02"),
      certificate: fromHex("03"),
      certificateVerify: fromHex("04"),
    } as const;
    const mac = toHex(finishedMac(input));
    expect(mac).toHaveLength(96);
    for (const part of ["key", "handshakeContext", "request", "certificate", "certificateVerify"] as const) {
      expect(toHex(finishedMac({ ...input, [part]: fromHex("ff") })), part).not.toBe(mac);
    }
  });
});

describe("the keys", () => {
  it("come from four labels, with no context, as long as the hash", () => {
    const asked: string[] = [];
    const connection = (hash: "sha256" | "sha384") => ({
      hash,
      exportKeyingMaterial: (label: string, context: Uint8Array, length: number) => {
        asked.push(`${label}|${context.length}|${length}`);
        return new Uint8Array(length);
      },
    });
    authenticatorKeys(connection("sha256"), "client");
    authenticatorKeys(connection("sha384"), "server");
    expect(asked).toEqual([
      "EXPORTER-client authenticator handshake context|0|32",
      "EXPORTER-client authenticator finished key|0|32",
      "EXPORTER-server authenticator handshake context|0|48",
      "EXPORTER-server authenticator finished key|0|48",
    ]);
    expect(Object.values(exporterLabels).flatMap((labels) => Object.values(labels))).toHaveLength(4);
  });
});

describe("signature schemes", () => {
  const identities: Record<number, string> = {
    [SignatureScheme.ecdsaSecp256r1Sha256]: "identity-p256",
    [SignatureScheme.ecdsaSecp384r1Sha384]: "identity-p384",
    [SignatureScheme.ed25519]: "identity-ed25519",
    [SignatureScheme.rsaPssRsaeSha256]: "identity-rsa-pss-sha256",
    [SignatureScheme.rsaPssRsaeSha384]: "identity-rsa-pss-sha256",
    [SignatureScheme.rsaPssRsaeSha512]: "identity-rsa-pss-sha256",
  };

  it.each(supportedSchemes)("%i signs, verifies, and refuses an altered signature, content and key", (scheme) => {
    const { key, certificate } = pki(identities[scheme] ?? "");
    const algorithm = schemeAlgorithm(scheme);
    const { publicKey } = parseCertificate(certificate);
    if (algorithm === undefined) throw new Error("unreachable");
    const signature = signWithScheme(scheme, key, utf8("content"));
    expect(verifyWith(algorithm, publicKey, utf8("content"), signature)).toBe(true);
    expect(verifyWith(algorithm, publicKey, utf8("Content"), signature)).toBe(false);
    expect(verifyWith(algorithm, publicKey, utf8("content"), signature.subarray(1))).toBe(false);
    expect(verifyWith(algorithm, publicKey, utf8("content"), NO_BYTES)).toBe(false);
    expect(chooseScheme([0xfefe, scheme], key)).toBe(scheme);
  });

  it.each<[string, number, Partial<SigningDeviation>, (signature: Bytes, key: KeyObject) => boolean]>([
    [
      "another salt",
      SignatureScheme.rsaPssRsaeSha256,
      { saltLength: 20 },
      (signature, key) => verify("sha256", utf8("content"), { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 20 }, signature),
    ],
    [
      "two numbers side by side",
      SignatureScheme.ecdsaSecp256r1Sha256,
      { ecdsaEncoding: "ieee-p1363" },
      (signature, key) => signature.length === 64 && verify("sha256", utf8("content"), { key, dsaEncoding: "ieee-p1363" }, signature),
    ],
    [
      "a hash in place of the content",
      SignatureScheme.ed25519,
      { prehash: "sha512" },
      (signature, key) => verify(null, createHash("sha512").update("content").digest(), key, signature),
    ],
  ])("are made with %s for a deception, which does not verify", (_, scheme, deviation, isThat) => {
    const { key, certificate } = pki(identities[scheme] ?? "");
    const algorithm = schemeAlgorithm(scheme);
    if (algorithm === undefined) throw new Error("unreachable");
    const { publicKey } = parseCertificate(certificate);
    const signature = signWithScheme(scheme, key, utf8("content"), { ...asTheSchemeSays, ...deviation });
    expect(verifyWith(algorithm, publicKey, utf8("content"), signature)).toBe(false);
    expect(isThat(signature, publicKey)).toBe(true);
  });

  it("of TLS 1.2 can be made, and are among those that are refused", () => {
    const signature = signWithScheme(SignatureScheme.ecdsaSha1, pki("identity-p256").key, utf8("content"));
    expect(verify("sha1", utf8("content"), parseCertificate(pki("identity-p256").certificate).publicKey, signature)).toBe(true);
    expect(schemeAlgorithm(SignatureScheme.ecdsaSha1)).toBeUndefined();
  });

  it("are tied to curve and key type", () => {
    const p256 = schemeAlgorithm(SignatureScheme.ecdsaSecp256r1Sha256);
    if (p256 === undefined) throw new Error("unreachable");
    expect(keyFits(p256, pki("identity-p256").key)).toBe(true);
    expect(keyFits(p256, pki("identity-p384").key)).toBe(false);
    expect(keyFits(p256, pki("identity-rsa-pss-sha256").key)).toBe(false);
    expect(chooseScheme([SignatureScheme.ed25519], pki("identity-p256").key)).toBeUndefined();
    expect(schemeAlgorithm(SignatureScheme.rsaPkcs1Sha256)).toBeUndefined();
    expect(() => signWithScheme(SignatureScheme.ed25519, pki("identity-rsa-pss-sha256").key, NO_BYTES)).toThrow(RangeError);
  });

  it("RSA-PSS salts are as long as the digest (RFC 8446 section 4.2.3)", () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const algorithm = schemeAlgorithm(SignatureScheme.rsaPssRsaeSha256);
    if (algorithm === undefined) throw new Error("unreachable");
    const wrongSalt = Buffer.from(
      // A salt of 20 bytes verifies with an automatic salt length only.
      sign("sha256", Buffer.from("content"), { key: privateKey, padding: 6, saltLength: 20 }),
    );
    expect(verifyWith(algorithm, publicKey, utf8("content"), wrongSalt)).toBe(false);
  });
});

describe("certificates", () => {
  it("give the SubjectPublicKeyInfo as it stands in them, and the bits in it", () => {
    for (const name of ["identity-p256", "identity-ed25519", "identity-rsa-pss-sha256", "identity-p384"]) {
      const { certificate } = pki(name);
      const parsed = parseCertificate(certificate);
      expect(toHex(parsed.spki)).toBe(toHex(parsed.publicKey.export({ type: "spki", format: "der" })));
      expect(toHex(parsed.spki).endsWith(toHex(parsed.subjectPublicKey))).toBe(true);
    }
    expect(parseCertificate(pki("identity-p256").certificate).subjectPublicKey[0]).toBe(4);
    expect(parseCertificate(pki("identity-p256").certificate).subjectPublicKey).toHaveLength(65);
  });

  it("are refused with bytes behind them", () => {
    expect(() => parseCertificate(Buffer.concat([pki("identity-p256").certificate, Buffer.of(0)]))).toThrow();
    expect(() => parseCertificate(fromHex("3000"))).toThrow();
  });
});

describe("PEM", () => {
  it("has lines of 64 characters and no empty one, also where the base64 fills its lines exactly", () => {
    for (const length of [1, 47, 48, 49, 95, 96, 97]) {
      const der = Buffer.alloc(length, 7);
      const lines = toPem("CERTIFICATE", der).split("\n");
      expect(lines.at(-1)).toBe("");
      expect(lines.slice(0, -1).every((line) => line.length > 0 && line.length <= 64)).toBe(true);
      expect(Buffer.from(lines.slice(1, -2).join(""), "base64").equals(der)).toBe(true);
    }
  });
});

describe("path validation", () => {
  const chain = (name: string) => pki(name).chain.map(parseCertificate);
  const root = [pki("identity-root-p256").certificate];
  const now = new Date("2026-01-01T00:00:00Z");

  it("finds a path through intermediates in any order, with others among them", () => {
    const [leaf, intermediate] = chain("identity-p256");
    if (!leaf || !intermediate) throw new Error("unreachable");
    expect(validatePath([leaf, intermediate], root, now, "tls")).toBeUndefined();
    expect(validatePath([leaf, ...chain("attestation-p256"), intermediate], root, now, "tls")).toBeUndefined();
    expect(validatePath([leaf, leaf, intermediate], root, now, "tls")).toBeUndefined();
  });

  it.each([
    ["identity-untrusted", /does not verify/],
    ["identity-expired", /has expired/],
    ["identity-future", /not valid before/],
    ["identity-self-signed", /no issuer/],
    ["identity-issued-by-leaf", /is no CA/],
    ["attestation-p256", /no issuer/],
  ])("refuses %s", (name, reason) => {
    expect(validatePath(chain(name), root, now, "tls")?.reason).toMatch(reason);
  });

  it("refuses a chain without its intermediate, an empty one, and everything where nothing is trusted", () => {
    expect(validatePath(chain("identity-p256").slice(0, 1), root, now, "tls")?.reason).toMatch(/no issuer/);
    expect(validatePath([], root, now, "tls")?.reason).toMatch(/empty/);
    expect(validatePath(chain("identity-p256"), [], now, "tls")?.reason).toMatch(/no issuer of "CN=Identity Intermediate p256"/);
    expect(validatePath(chain("identity-p256"), root, new Date("2019-01-01T00:00:00Z"), "tls")?.reason).toMatch(/not valid before/);
  });
});
