import { createPublicKey, sign, verify, X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { verifyWith } from "../authenticator/signature.ts";
import { pki } from "../pki/test-pki.ts";
import { concat, fromHex, utf8 } from "../wire/bytes.ts";
import { eatJwt } from "./evidence-eat-jwt.ts";
import { jwsCompact } from "./jws.ts";
import { defaultProfile } from "./profile.ts";
import { earJwt } from "./result-ear-jwt.ts";
import { TokenError } from "./token.ts";

describe("the example of RFC 7515 appendix A.3", () => {
  const header = "eyJhbGciOiJFUzI1NiJ9";
  const payload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  const signature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
  const key = createPublicKey({
    format: "jwk",
    key: {
      kty: "EC",
      crv: "P-256",
      x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
      y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    },
  });

  it("is opened, and its signature verifies", () => {
    const token = jwsCompact.open(utf8(`${header}.${payload}.${signature}`));
    expect(token).toMatchObject({ algorithmName: "JOSE algorithm ES256", chain: [], contentType: undefined });
    expect(Buffer.from(token.signedContent).toString()).toBe(`${header}.${payload}`);
    if (token.algorithm === undefined) throw new Error("ES256 is not known");
    expect(verifyWith(token.algorithm, key, token.signedContent, token.signature)).toBe(true);
    const claims = jwsCompact.readClaims(token.payload);
    expect([claims.text("iss"), claims.number("exp"), claims.has("http://example.com/is_root"), claims.size]).toEqual([
      "joe",
      1300819380,
      true,
      3,
    ]);
    expect(verifyWith(token.algorithm, key, concat(token.signedContent, utf8(".")), token.signature)).toBe(false);
  });

  it.each([
    ["two parts", `${header}.${payload}`],
    ["four parts", `${header}.${payload}.${signature}.`],
    ["padding", `${header}=.${payload}.${signature}`],
    ["white space", `${header}.${payload}.${signature}\n`],
    ["a header that is no object", `${Buffer.from("[]").toString("base64url")}.${payload}.${signature}`],
    ["a header with a name twice", `${Buffer.from('{"alg":"ES256","alg":"none"}').toString("base64url")}.${payload}.${signature}`],
    ["a critical header parameter", `${Buffer.from('{"alg":"ES256","crit":["b64"],"b64":false}').toString("base64url")}.${payload}.`],
    ["a chain that is no base64", `${Buffer.from('{"alg":"ES256","x5c":["*"]}').toString("base64url")}.${payload}.`],
    ["a chain that is base64url", `${Buffer.from('{"alg":"ES256","x5c":["-_8"]}').toString("base64url")}.${payload}.`],
  ])("is refused with %s", (_, token) => expect(() => jwsCompact.open(utf8(token))).toThrow(TokenError));
});

/** Takes a token apart with Buffer and JSON.parse, and verifies it with node:crypto by what its own header says. */
function readElsewhere(token: Uint8Array): { header: { alg: string; x5c: string[] }; claims: Record<string, unknown>; verified: boolean } {
  const [header = "", payload = "", signature = ""] = Buffer.from(token).toString("ascii").split(".");
  const { alg, x5c } = JSON.parse(Buffer.from(header, "base64url").toString()) as { alg: string; x5c: string[] };
  const { publicKey } = new X509Certificate(Buffer.from(x5c[0] ?? "", "base64"));
  const options = alg === "PS256" ? { key: publicKey, padding: 6, saltLength: 32 } : { key: publicKey, dsaEncoding: "ieee-p1363" as const };
  const digest = { ES256: "sha256", ES384: "sha384", PS256: "sha256" }[alg] ?? null;
  const verified = verify(digest, Buffer.from(`${header}.${payload}`), options, Buffer.from(signature, "base64url"));
  return { header: { alg, x5c }, claims: JSON.parse(Buffer.from(payload, "base64url").toString()), verified };
}

/** Writes a token with JSON.stringify and Buffer, signed with ES256. */
function writeElsewhere(claims: object, signer: string): Uint8Array {
  const { key, chain } = pki(signer);
  const x5c = chain.map((certificate) => Buffer.from(certificate).toString("base64"));
  const input = [{ typ: "JWT", x5c, alg: "ES256" }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return utf8(`${input}.${sign("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`);
}

const base64url = (hex: string) => Buffer.from(hex, "hex").toString("base64url");

describe("Evidence as EAT in a JWT", () => {
  const claims = { nonce: fromHex("aa".repeat(32)), aikPubHash: fromHex("bbff"), ueid: fromHex("01fb"), measurement: fromHex("dd") };

  it.each([
    ["attestation-p256", "ES256"],
    ["attestation-p384", "ES384"],
    ["attestation-ed25519", "EdDSA"],
    ["attestation-rsa-pss-sha256", "PS256"],
  ])("of %s is read and verified by other code", (name, alg) => {
    const { key, chain } = pki(name);
    const content = jwsCompact.compose(jwsCompact.encodeClaims(eatJwt.claimFields(claims, defaultProfile)), key, chain);
    const evidence = jwsCompact.encode(content, jwsCompact.sign(content));
    expect(readElsewhere(evidence)).toEqual({
      header: { alg, x5c: chain.map((certificate) => Buffer.from(certificate).toString("base64")) },
      claims: {
        eat_nonce: base64url("aa".repeat(32)),
        aik_pub_hash: base64url("bbff"),
        ueid: base64url("01fb"),
        eat_profile: "tag:expat-conformance,2026:evidence",
        measurement: base64url("dd"),
      },
      verified: true,
    });
  });

  it("that other code has written is opened, and what is not there or of another type is missing", () => {
    const written = {
      measurement: base64url("dd"),
      ueid: 7,
      eat_nonce: [base64url("aa")],
      eat_profile: "p",
      aik_pub_hash: "!",
      more: { a: 1 },
    };
    const opened = eatJwt.open(writeElsewhere(written, "attestation-p256"), defaultProfile);
    expect(opened.eatProfile).toBe("p");
    expect(opened.claims).toEqual({ nonce: undefined, aikPubHash: undefined, ueid: undefined, measurement: fromHex("dd") });
    expect(opened.chain.map((certificate) => Buffer.from(certificate))).toEqual(
      pki("attestation-p256").chain.map((one) => Buffer.from(one)),
    );
    const [leaf] = opened.chain;
    if (!opened.algorithm || !leaf) throw new Error("no algorithm or no chain");
    expect(verifyWith(opened.algorithm, new X509Certificate(leaf).publicKey, opened.signedContent, opened.signature)).toBe(true);
  });
});

describe("an Attestation Result as EAR in a JWT", () => {
  const publicKey = fromHex("3059");

  it("is read and verified by other code", () => {
    const { key, chain } = pki("result-p256");
    const fields = earJwt.claimFields({ status: "affirming", publicKey, issuedAt: 1000, notBefore: 999, expires: 2000 });
    const content = jwsCompact.compose(jwsCompact.encodeClaims(fields), key, chain);
    const { claims, verified } = readElsewhere(jwsCompact.encode(content, jwsCompact.sign(content)));
    expect(verified).toBe(true);
    expect(claims).toMatchObject({
      iat: 1000,
      nbf: 999,
      exp: 2000,
      submods: { attester: { "ear.status": "affirming", "ear.veraison.key-attestation": { akpub: base64url("3059") } } },
    });
  });

  it.each<[string, object, object]>([
    ["one appraisal", { a: { "ear.status": "affirming" } }, { statuses: ["affirming"], problem: undefined }],
    ["two", { a: { "ear.status": "none" }, b: { "ear.status": "warning" } }, { statuses: ["none", "warning"], problem: undefined }],
    ["a status that is no tier", { a: { "ear.status": 2 } }, { statuses: [undefined], problem: undefined }],
    ["none at all", {}, { statuses: [], problem: "no submodule with an appraisal" }],
    ["something that is no appraisal", { a: { "ear.status": "affirming" }, b: "c" }, { problem: "a submodule that is no appraisal" }],
  ])("that other code has written is opened, with %s", (_, submods, expected) => {
    expect(earJwt.open(writeElsewhere({ iat: 1, submods }, "result-p256"))).toMatchObject(expected);
  });

  it("with a time that is no integer is no EAR", () => {
    const submods = { a: { "ear.status": "affirming" } };
    expect(earJwt.open(writeElsewhere({ iat: 1, exp: 1.5, submods }, "result-p256")).problem).toMatch(/expires/);
    expect(earJwt.open(writeElsewhere({ iat: "1", submods }, "result-p256")).problem).toMatch(/issuedAt/);
  });
});
