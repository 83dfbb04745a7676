import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, expect, it } from "vitest";
import { decodeCmw, encodeCmw } from "../attestation/cmw.ts";
import { earJwt } from "../attestation/result-ear-jwt.ts";
import { type PkiEntity, pki } from "../pki/test-pki.ts";
import { parseWholeRun, type WholeRun } from "../report/any-report.ts";
import type { ResultRecord } from "../report/records.ts";
import { failure, reportText, result } from "../report/testing/records.ts";
import { type Bytes, utf8, view } from "../wire/bytes.ts";
import { reportClaims, signedClaims, statusOf } from "./claims.ts";
import { signReport } from "./sign.ts";
import { type ReportTrust, type ReportVerdict, verifyReport } from "./verify.ts";

const text = reportText([result()]);
const file = utf8(text);
const report = parseWholeRun(text, "r");
const now = new Date("2026-06-01T00:00:00Z");

const entity = (name: string): PkiEntity => pki(name);
const publicOf = (name: string): KeyObject => createPublicKey(entity(name).key);
const rootOf = (name: string): ReportTrust => ({ roots: [entity(name).certificate] });
const signedBy = (name: string, chain = entity(name).chain, of: [Bytes, WholeRun] = [file, report]): Bytes =>
  utf8(signReport(of[0], of[1], { key: entity(name).key, chain }, now).trimEnd());

/** The names of the checks that failed. */
const failedIn = ({ checks, holds }: ReportVerdict): string[] => {
  const failed = checks.filter(({ problem }) => problem !== undefined).map(({ name }) => name);
  expect(holds).toBe(failed.length === 0);
  return failed;
};

/** The claims of a right report with some put in their place, signed rightly. */
function altered(change: (json: string) => string): Bytes {
  const { envelope, mediaType } = earJwt;
  const claims = view(envelope.encodeClaims(signedClaims(file, report, 1_780_000_000, "0.2.0"))).toString("utf8");
  const changed = change(claims);
  expect(changed).not.toBe(claims);
  const content = envelope.compose(utf8(changed), entity("result-p256").key, entity("result-p256").chain);
  const value = envelope.encode(content, envelope.sign(content));
  return encodeCmw({ form: "record", encoding: "json", type: mediaType, value, indicator: 8 });
}

/** A right signed report of which the text of the JWT was changed. */
function rewritten(change: (parts: string[]) => string[]): Bytes {
  const cmw = decodeCmw(signedBy("result-p256"));
  if (cmw.form !== "record") throw new Error("no record");
  return encodeCmw({ ...cmw, value: utf8(change(view(cmw.value).toString("utf8").split(".")).join(".")) });
}

const header = (json: object): string => Buffer.from(JSON.stringify(json)).toString("base64url");

describe("a signed report", () => {
  it.each(["p256", "p384", "ed25519", "rsa-pss-sha256"])("holds with a key of %s, by its key and by its root", (family) => {
    const signed = signedBy(`result-${family}`);
    const byRoot = verifyReport(file, signed, rootOf(`result-root-${family}`), now);
    expect(failedIn(byRoot)).toEqual([]);
    expect(byRoot).toMatchObject({ status: "affirming", issuedAt: now, signer: expect.stringContaining("CN=") });
    expect(failedIn(verifyReport(file, signed, { key: publicOf(`result-${family}`) }, now))).toEqual([]);
  });
  it("without certificates holds by its key alone", () => {
    const signed = signedBy("result-p256", []);
    expect(failedIn(verifyReport(file, signed, { key: publicOf("result-p256") }, now))).toEqual([]);
    expect(failedIn(verifyReport(file, signed, rootOf("result-root-p256"), now))).toEqual(["signature"]);
  });
  it("is a line of JSON whose token has the claims of an EAR", () => {
    const [type, value, indicator] = JSON.parse(signReport(file, report, entity("result-p256"), now)) as [string, string, number];
    expect([type, indicator]).toEqual(["application/eat+jwt", 8]);
    const [, payload = ""] = Buffer.from(value, "base64url").toString().split(".");
    expect(JSON.parse(Buffer.from(payload, "base64url").toString())).toMatchObject({
      iat: now.getTime() / 1000,
      "ear.verifier-id": { build: expect.stringMatching(/^expat-conformance \d/) },
      submods: {
        "implementation-under-test": {
          "ear.status": "affirming",
          "expat-conformance.report": { suite: "0.1.0", implementation: "cocos", version: "1.2", coverage: "whole", counts: { pass: 1 } },
        },
      },
    });
  });
  it.each<[string, Bytes, string[]]>([
    ["no CMW", utf8("hello"), ["cmw"]],
    ["cut", signedBy("result-p256").subarray(0, -10), ["cmw"]],
    ["cut inside of the token", rewritten(([a = "", b = "", c = ""]) => [a, b, c.slice(0, -2)]), ["signature"]],
    ["without a signature", rewritten(([a = "", b = ""]) => [a, b, ""]), ["signature"]],
    ["in CBOR", encodeCmw({ ...(decodeCmw(signedBy("result-p256")) as object), encoding: "cbor" } as never), ["cmw"]],
    ["with the indicator of Evidence", utf8(view(signedBy("result-p256")).toString().replace(",8]", ",4]")), ["cmw"]],
    ["of another media type", utf8(view(signedBy("result-p256")).toString().replace("eat+jwt", "jwt")), ["cmw"]],
    ["with the algorithm none", rewritten(([, b = ""]) => [header({ alg: "none" }), b, ""]), ["algorithm", "signature"]],
    [
      "with the algorithm of another curve",
      rewritten(([, b = "", c = ""]) => [header({ alg: "ES384" }), b, c]),
      ["algorithm", "signature"],
    ],
    [
      "with an altered payload",
      rewritten(([a = "", b = "", c = ""]) => [a, `${b.slice(0, -1)}${b.endsWith("Q") ? "g" : "Q"}`, c]),
      ["token"],
    ],
    ["that has expired", altered((json) => json.replace('"iat":', '"exp":1780000001,"iat":')), ["times"]],
    ["without its appraisal", altered((json) => json.replace("implementation-under-test", "attester")), ["claims"]],
    ["of another digest", altered((json) => json.replace(/"sha256":"./, '"sha256":"_')), ["digest"]],
    ["of another suite", altered((json) => json.replace('"suite":"0.1.0"', '"suite":"0.1.1"')), ["suite"]],
    ["of another implementation", altered((json) => json.replace('"cocos"', '"other"')), ["implementation"]],
    ["of another version", altered((json) => json.replace('"1.2"', '"1.3"')), ["version"]],
    ["of another profile", altered((json) => json.replace("spki-der", "raw")), ["profile"]],
    ["with more in the profile", altered((json) => json.replace('"profile":{', '"profile":{"x":1,')), ["profile"]],
    ["of other totals", altered((json) => json.replace('"fail":0', '"fail":1')), ["counts"]],
    ["of another status", altered((json) => json.replace("affirming", "warning")), ["status"]],
  ])("does not hold: %s", (_, signed, failed) => {
    expect(failedIn(verifyReport(file, signed, { key: publicOf("result-p256") }, now))).toEqual(failed);
  });
  it.each<[string, string, ReportTrust, Date, string[]]>([
    ["by another key", "result-p256", { key: publicOf("identity-p256") }, now, ["signature"]],
    ["by a key of another type", "result-p256", { key: publicOf("result-ed25519") }, now, ["algorithm", "signature"]],
    ["by another root", "result-p256", rootOf("identity-root-p256"), now, ["signature"]],
    ["by no root", "result-p256", { roots: [] }, now, ["signature"]],
    ["by a certificate that has expired", "result-expired", rootOf("result-root-p256"), now, ["signature"]],
    ["by a certificate that is not valid yet", "result-p256", rootOf("result-root-p256"), new Date("2000-01-01T00:00:00Z"), ["signature"]],
    ["by a signer that nobody knows", "result-untrusted", rootOf("result-root-p256"), now, ["signature"]],
  ])("does not hold %s", (_, signer, trust, at, failed) => {
    expect(failedIn(verifyReport(file, signedBy(signer), trust, at))).toEqual(failed);
  });
});

describe("the file of a signed report", () => {
  const verify = (bytes: Bytes, signed = signedBy("result-p256")): string[] =>
    failedIn(verifyReport(bytes, signed, { key: publicOf("result-p256") }, now));
  it("must be the same to the byte", () => {
    expect(verify(utf8(text.replace("cocos", "cocoz")))).toEqual(["digest", "implementation"]);
    expect(verify(utf8(text.trimEnd()))).toEqual(["digest", "length"]);
    expect(verify(file.map((byte, index) => (index === 40 ? byte ^ 0x80 : byte)))).toEqual(["digest", "whole"]);
  });
  it("must be whole, also where somebody has signed another one", () => {
    const cut = utf8(reportText([result()], {}, "cut"));
    expect(verify(cut, signedBy("result-p256", [], [cut, report]))).toEqual(["whole"]);
  });
});

it("nothing is signed with a key that fits no algorithm", () => {
  const { privateKey: key } = generateKeyPairSync("ec", { namedCurve: "secp521r1" });
  expect(() => signReport(file, report, { key, chain: [] }, now)).toThrow(RangeError);
});

describe("the status", () => {
  const of = (results: readonly ResultRecord[], filtered = false): string =>
    statusOf(parseWholeRun(reportText(results, { filtered }), "r"));
  it.each<[string, ResultRecord[], boolean, string]>([
    ["all right", [result()], false, "affirming"],
    ["a part of the checks", [result()], true, "warning"],
    ["a known failure", [result(), failure({ instance: "f", expectation: "expected" })], false, "warning"],
    ["a broken SHOULD", [failure({ outcome: "warn", expectation: "expected" })], false, "warning"],
    ["a failure", [result(), failure({ instance: "f" })], true, "contraindicated"],
    ["an error of the harness", [failure({ outcome: "harness-error" })], false, "none"],
    ["nothing carried out", [result({ outcome: "unsupported" })], false, "none"],
  ])("%s", (_, results, filtered, status) => {
    expect(of(results, filtered)).toBe(status);
  });
  it("stands beside what a part of the checks is", () => {
    const filtered = parseWholeRun(reportText([result()], { filtered: true }), "r");
    expect(reportClaims(file, filtered)).toContainEqual({ name: "coverage", label: "coverage", value: "part" });
  });
});
