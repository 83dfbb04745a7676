import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Family, families, pki } from "../pki/test-pki.ts";
import { toHex, utf8 } from "../wire/bytes.ts";
import { signDeterministically } from "./deterministic-signing.ts";
import { type SignatureAlgorithm, schemeAlgorithm, verifyWith } from "./signature.ts";

const CONTENT = utf8("sample");

function privateKey(crv: string, d: string, x: string, y: string): KeyObject {
  const coordinate = (hex: string): string => Buffer.from(hex, "hex").toString("base64url");
  return createPrivateKey({ key: { kty: "EC", crv, d: coordinate(d), x: coordinate(x), y: coordinate(y) }, format: "jwk" });
}

describe("deterministic signatures", () => {
  it.each(Object.keys(families) as Family[])("of %s are the same each time, and verify", (family) => {
    const { key } = pki(`identity-${family}`);
    const algorithm = schemeAlgorithm(families[family]) as SignatureAlgorithm;
    const [first, second] = [signDeterministically(algorithm, key, CONTENT), signDeterministically(algorithm, key, CONTENT)];
    expect(toHex(first)).toBe(toHex(second));
    expect(verifyWith(algorithm, createPublicKey(key), CONTENT, first)).toBe(true);
    expect(verifyWith(algorithm, createPublicKey(key), utf8("another"), first)).toBe(false);
    expect(toHex(signDeterministically(algorithm, key, utf8("another")))).not.toBe(toHex(first));
  });

  // RFC 6979 appendix A.2.5, SHA-256 with message "sample".
  it("are those of RFC 6979 on P-256", () => {
    const key = privateKey(
      "P-256",
      "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
      "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6",
      "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
    );
    const algorithm: SignatureAlgorithm = { keyType: "ec", digest: "sha256", ecdsaEncoding: "ieee-p1363" };
    expect(toHex(signDeterministically(algorithm, key, CONTENT))).toBe(
      "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    );
  });

  // RFC 6979 appendix A.2.6, SHA-384 with message "sample".
  it("are those of RFC 6979 on P-384", () => {
    const key = privateKey(
      "P-384",
      "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5",
      "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc13",
      "8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720",
    );
    const algorithm: SignatureAlgorithm = { keyType: "ec", digest: "sha384", ecdsaEncoding: "ieee-p1363" };
    expect(toHex(signDeterministically(algorithm, key, CONTENT))).toBe(
      "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46" +
        "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8",
    );
  });

  it.each([0, 20, 222])("have a salt of PSS of %i bytes where that is asked for, and then alone verify as such", (saltLength) => {
    const { key } = pki("identity-rsa-pss-sha256");
    const right = schemeAlgorithm(families["rsa-pss-sha256"]) as SignatureAlgorithm;
    const signature = signDeterministically({ ...right, saltLength }, key, CONTENT);
    expect(verifyWith({ ...right, saltLength }, createPublicKey(key), CONTENT, signature)).toBe(true);
    expect(verifyWith(right, createPublicKey(key), CONTENT, signature)).toBe(false);
  });
});
