// @ts-check
import assert from "node:assert/strict";
import { sign } from "node:crypto";
import { test } from "node:test";
import { Refusal } from "../authenticator/refusal.mjs";
import { isAllowedAlgorithm } from "../path/algorithm.mjs";
import { Certificate, Extension } from "../path/certificate.mjs";
import { boolean, oid, readAll, smallInteger } from "../path/der.mjs";
import { nameViolation, readNameConstraints } from "../path/names.mjs";
import { validatePath } from "../path/path.mjs";
import { entity } from "./published.mjs";

const hex = (/** @type {string} */ text) => Buffer.from(text.replaceAll(" ", ""), "hex");
const der = (/** @type {number} */ tag, /** @type {Buffer[]} */ ...parts) => {
  const content = Buffer.concat(parts);
  const length = content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff];
  assert.ok(content.length < 128 || content.length > 255);
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
};
const first = (/** @type {Buffer} */ bytes) => /** @type {import("../path/der.mjs").Element} */ (readAll(bytes)[0]);

test("DER: what is not strictly it is thrown at", () => {
  assert.deepEqual(
    readAll(hex("0201 05 0500")).map(({ tag }) => tag),
    [2, 5],
  );
  for (const wrong of ["30", "3003 0201", "3080 0000", "308103 020105", "30820003 020105", "1f8101 00", "30850000000000"]) {
    assert.throws(() => readAll(hex(wrong)), /DER/, wrong);
  }
  assert.equal(oid(hex("2a864886f70d01010b")), "1.2.840.113549.1.1.11");
  assert.equal(oid(hex("883703")), "2.999.3");
  for (const wrong of ["", "2a80", "2a8001"]) assert.throws(() => oid(hex(wrong)), /DER/, wrong);
  assert.equal(smallInteger(hex("0080")), 128);
  for (const wrong of ["", "80", "0001", "0000000001"]) assert.throws(() => smallInteger(hex(wrong)), /DER/, wrong);
  assert.equal(boolean(hex("ff")), true);
  assert.throws(() => boolean(hex("01")), /DER/);
});

test("hashes that are broken sign no certificate, RSASSA-PSS with its defaults neither", () => {
  const algorithm = (/** @type {string} */ text) => isAllowedAlgorithm(readAll(hex(text)));
  assert.equal(algorithm("06082a8648ce3d040302"), true); // ecdsa-with-SHA256
  assert.equal(algorithm("06072a8648ce3d0401"), false); // ecdsa-with-SHA1
  assert.equal(algorithm("06092a864886f70d010104 0500"), false); // md5WithRSAEncryption
  assert.equal(algorithm("06092a864886f70d01010a 3000"), false);
  assert.equal(algorithm("06092a864886f70d01010a 300f a00d 300b 0609608648016503040201"), true);
  assert.equal(algorithm("06092a864886f70d01010a 300b a009 3007 06052b0e03021a"), false); // SHA-1
});

test("a certificate is read as DER and nothing else", () => {
  const { certificate } = entity("identity-p256");
  assert.equal(new Certificate(certificate).basicConstraints?.isCa, false);
  const pem = Buffer.from(`-----BEGIN CERTIFICATE-----\n${certificate.toString("base64")}\n-----END CERTIFICATE-----\n`);
  for (const wrong of [pem, Buffer.concat([certificate, Buffer.alloc(1)]), certificate.subarray(1), Buffer.alloc(0)]) {
    assert.throws(() => new Certificate(wrong), Refusal);
  }
});

test("a path needs its issuers, an anchor, its time, and no order", () => {
  const [leaf, issuer, root] = ["identity-p256", "identity-intermediate-p256", "identity-root-p256"].map(
    (name) => entity(name).certificate,
  );
  const unrelated = entity("attestation-intermediate-p256").certificate;
  assert.ok(leaf && issuer && root);
  const now = new Date("2026-01-01T00:00:00Z");
  assert.equal(validatePath([leaf, issuer], [root], now, "server").asymmetricKeyType, "ec");
  validatePath([leaf, unrelated, Buffer.from("no certificate"), issuer, issuer, root], [root], now, "client");
  assert.throws(() => validatePath([], [root], now, "server"), Refusal);
  assert.throws(() => validatePath([leaf], [root], now, "server"), Refusal);
  assert.throws(() => validatePath([leaf, issuer, root], [], now, "server"), Refusal);
  assert.throws(() => validatePath([leaf, issuer], [unrelated], now, "server"), Refusal);
  assert.throws(() => validatePath([issuer, leaf], [root], now, "server"), /signatures/);
  assert.throws(() => validatePath([leaf, issuer], [root], new Date("2010-01-01T00:00:00Z"), "server"), /validity/);
  assert.throws(() => validatePath([leaf, ...Array(16).fill(issuer)], [root], now, "server"), /more than 16/);
});

test("a signature that verifies, with a hash that is not allowed, certifies nothing", () => {
  const [tbs, algorithm] = readAll(first(entity("identity-p256").certificate).content);
  assert.ok(tbs && algorithm);
  /** ecdsa-with-SHA224 in place of ecdsa-with-SHA256. @param {Buffer} bytes */
  const relabelled = (bytes) => Buffer.from(bytes.toString("hex").replaceAll("2a8648ce3d040302", "2a8648ce3d040301"), "hex");
  const issuer = entity("identity-intermediate-p256");
  /** @param {Buffer} content @param {Buffer} identifier @param {string} hash */
  const certified = (content, identifier, hash) => {
    const signature = sign(hash, content, { key: issuer.key, format: "der", type: "pkcs8" });
    return der(0x30, content, identifier, der(0x03, Buffer.alloc(1), signature));
  };
  /** @param {Buffer} leaf */
  const validate = (leaf) =>
    validatePath([leaf, issuer.certificate], [entity("identity-root-p256").certificate], new Date("2026-01-01"), "server");
  validate(certified(tbs.bytes, algorithm.bytes, "sha256"));
  assert.throws(() => validate(certified(relabelled(tbs.bytes), relabelled(algorithm.bytes), "sha224")), /algorithm that is not allowed/);
  assert.throws(() => validate(certified(tbs.bytes, relabelled(algorithm.bytes), "sha224")), /two signature algorithms/);
});

const attribute = (/** @type {Buffer} */ value) => der(0x31, der(0x30, hex("0603 55040a"), value)); // organizationName
const name = (/** @type {Buffer[]} */ ...values) => der(0x30, ...values.map(attribute));
const utf8 = (/** @type {string} */ text) => der(0x0c, Buffer.from(text));
const printable = (/** @type {string} */ text) => der(0x13, Buffer.from(text));

/**
 * @param {string} extension
 * @param {Buffer} value
 * @param {Buffer} [subject]
 */
const certificate = (extension, value, subject = der(0x30)) =>
  /** @type {Certificate} */ (
    /** @type {unknown} */ ({ subject: first(subject), extensions: new Map([[extension, { critical: true, value }]]) })
  );

/** @param {Buffer[]} names */
const named = (...names) => certificate(Extension.subjectAltName, der(0x30, ...names));

/** @param {number} number 0 permitted, 1 excluded @param {Buffer} base */
const constrained = (number, base) => {
  const read = readNameConstraints(certificate(Extension.nameConstraints, der(0x30, der(0xa0 | number, der(0x30, base)))));
  assert.ok(read);
  return read;
};

test("names below a CA that is confined", () => {
  const dns = (/** @type {string} */ text) => der(0x82, Buffer.from(text));
  for (const [subject, base, within] of /** @type {const} */ ([
    ["a.example.org", "example.org", true],
    ["EXAMPLE.org", "example.ORG", true],
    ["badexample.org", "example.org", false],
    ["example.org", "a.example.org", false],
    ["localhost", "", true],
  ])) {
    assert.equal(nameViolation(named(dns(subject)), constrained(0, dns(base))) === undefined, within, `${subject} below ${base}`);
    assert.equal(nameViolation(named(dns(subject)), constrained(1, dns(base))) === undefined, !within, `${subject} outside of ${base}`);
  }
  const address = named(der(0x87, hex("0a010203")));
  assert.equal(nameViolation(address, constrained(0, der(0x87, hex("0a010000 ffff0000")))), undefined);
  assert.ok(nameViolation(address, constrained(0, der(0x87, hex("0a020000 ffff0000")))));
  assert.ok(nameViolation(address, constrained(0, der(0x87, hex("0a01")))));
  const directory = (/** @type {Buffer} */ base) => constrained(0, der(0xa4, base));
  const subject = certificate(Extension.keyUsage, Buffer.alloc(0), name(utf8("Acme  Works"), utf8("x")));
  assert.equal(nameViolation(subject, directory(name(printable("ACME works")))), undefined);
  assert.ok(nameViolation(subject, directory(name(printable("ACME")))));
  assert.ok(nameViolation(subject, directory(name(utf8("Acme Works"), utf8("x"), utf8("y")))));
});

test("a constraint of a form that cannot be compared holds for all names of the form, and for no other", () => {
  const uri = der(0x86, Buffer.from("https://example.org"));
  for (const number of [0, 1]) {
    assert.ok(nameViolation(named(uri), constrained(number, uri)));
    assert.equal(nameViolation(named(der(0x82, Buffer.from("a"))), constrained(number, uri)), undefined);
  }
  const email = der(0x31, der(0x30, hex("0609 2a864886f70d010901"), der(0x16, Buffer.from("a@example.org"))));
  assert.ok(
    nameViolation(
      certificate(Extension.keyUsage, Buffer.alloc(0), der(0x30, email)),
      constrained(0, der(0x81, Buffer.from("example.org"))),
    ),
  );
});
