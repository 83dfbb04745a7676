import { describe, expect, it } from "vitest";
import { payloadAdapters } from "../attestation/payload.ts";
import { buildAuthenticator } from "../forge/build.ts";
import { mutationSchema } from "../forge/mutation.ts";
import { CLAIMS } from "../pki/claims.ts";
import { pki, roots } from "../pki/test-pki.ts";
import { fixedConnection } from "../testing/connection.ts";
import { exchange } from "../testing/exchange.ts";
import { fromHex, toHex } from "../wire/bytes.ts";
import { judge, judgedSteps, validate } from "./appraise.ts";
import type { AppraisalInput } from "./state.ts";

type Edits = NonNullable<Parameters<typeof exchange>[0]>;

/** Steps that have a finding, and those that could not be run. */
function outcome(edits: Edits, change: Partial<AppraisalInput> = {}) {
  const { results } = judge({ ...exchange(edits).appraisal, ...change });
  const of = (kind: string) => results.filter((result) => result.kind === kind).map(({ step }) => step);
  return { findings: of("finding"), blocked: of("blocked"), skipped: of("skipped"), passed: of("passed") };
}

describe("the appraisal", () => {
  it("passes every step of a right exchange", () => {
    const asked = { cmw: "cbor", model: "background-check", mediaType: "application/eat+cwt", ...CLAIMS } as const;
    const ofPassport = ["result", "result-status", "result-key"];
    expect(outcome([], { asked })).toEqual({
      findings: [],
      blocked: [],
      skipped: ofPassport,
      passed: judgedSteps.map(({ name }) => name).filter((name) => !ofPassport.includes(name)),
    });
    expect(validate(exchange().appraisal)).toMatchObject({
      accepted: { attestation: { model: "background-check", mediaType: "application/eat+cwt" } },
    });
  });

  // Each step finds what is broken for it, and the others find nothing.
  it.each<[string, Edits]>([
    ["frame", [{ at: "frame.bytes", op: "extend", value: fromHex("00") }]],
    ["parse", [{ at: "certificate-verify.signature.length", op: "add", by: -1 }]],
    ["schemes", [{ at: "certificate-verify.algorithm", op: "replace", value: 0x0807 }]],
    ["extensions", [{ at: "certificate.entries.1.extensions", op: "insert", value: { type: 5, data: fromHex("00") } }]],
    ["extensions", [{ at: "certificate.entries.0.extensions.0", op: "duplicate" }]],
    ["placement", [{ at: "certificate.entries.0.extensions.0.data", op: "extend", value: fromHex("00") }]],
    ["certificate-path", [{ at: "certificate.entries.1", op: "drop" }]],
    ["certificate-verify", [{ at: "certificate-verify.signature", op: "flip" }]],
    ["finished", [{ at: "finished.verifyData", op: "flip" }]],
    ["cmw", [{ at: "cmw.indicator", op: "replace", value: 8 }]],
    ["evidence-signature", [{ at: "evidence-signature.signature", op: "flip" }]],
    ["binding", [{ at: "claims.nonce.value", op: "flip" }]],
    ["aik-hash", [{ at: "claims.aikPubHash.value", op: "flip" }]],
    ["policy", [{ at: "claims.measurement.value", op: "flip" }]],
  ])("%s finds what is broken for it", (step, edits) => {
    const { findings } = outcome(edits);
    expect(findings[0]).toBe(step);
    // A scheme that does not fit its signature and a Certificate that is not parsed take later steps along; nothing else does.
    const dependent: Record<string, string[]> = { schemes: ["certificate-verify"] };
    expect(findings).toEqual([step, ...(dependent[step] ?? [])]);
    expect(validate(exchange(edits).appraisal)).toMatchObject({ refused: { step } });
  });

  it("certificate-order: a certificate out of its place is found by the judge, and no relying party refuses for it", () => {
    const edits: Edits = [
      {
        at: "certificate.entries",
        op: "insert",
        index: 1,
        value: { certData: pki("attestation-intermediate-p256").certificate, extensions: [] },
      },
    ];
    expect(outcome(edits).findings).toEqual(["certificate-order"]);
    expect(validate(exchange(edits).appraisal)).toHaveProperty("accepted");
  });

  it("context: another context is found, and takes the binding along, which depends on it", () => {
    expect(outcome([{ at: "certificate.certificateRequestContext", op: "flip" }]).findings).toEqual(["context", "binding"]);
  });

  it("extensions: without a request, those of the ClientHello may stand in a Certificate, and no other", () => {
    const { input, appraisal } = exchange();
    const certificateExtension = { type: 5, data: fromHex("0100000100") };
    const spontaneous = { ...input, request: new Uint8Array(0), attestation: null };
    const { authenticator } = buildAuthenticator(spontaneous, [
      mutationSchema.parse({ at: "certificate.entries.0.extensions", op: "insert", value: certificateExtension }),
    ]);
    const found = (clientHello: number[] | undefined) =>
      judge({ ...appraisal, request: undefined, authenticator, policy: { attestation: "none" }, clientHello })
        .results.filter(({ kind }) => kind === "finding")
        .map(({ step }) => step);
    expect(found([0, 5, 13])).toEqual([]);
    expect(found([0, 13])).toEqual(["extensions"]);
    expect(found(undefined)).toEqual([]);
  });

  it("freshness: a context that was consumed is found", () => {
    const consumedContexts = new Set([toHex(Buffer.from("the context"))]);
    expect(outcome([], { consumedContexts }).findings).toEqual(["freshness"]);
  });

  it("an authenticator of another connection breaks signature, MAC and binding, and nothing else", () => {
    expect(outcome([], { connection: fixedConnection("sha256", "another") }).findings).toEqual([
      "certificate-verify",
      "finished",
      "binding",
    ]);
    expect(outcome([], { sender: "client" }).findings).toEqual(["certificate-verify", "finished"]);
  });

  it("is blocked, not failed, where an earlier step left nothing to judge", () => {
    const { findings, blocked } = outcome([{ at: "frame.bytes", op: "truncate", by: 1 }]);
    expect(findings).toEqual(["frame"]);
    expect(blocked).toContain("finished");
    expect(blocked).not.toContain("frame");
  });

  it("does not read attestation where the policy is none, and asks for it only where it is required", () => {
    const bad: Edits = [{ at: "evidence-signature.signature", op: "flip" }];
    expect(outcome(bad, { policy: { attestation: "none" } }).findings).toEqual([]);
    expect(outcome(bad, { policy: { attestation: "optional" } }).findings).toEqual(["evidence-signature"]);
    const without: Edits = [{ at: "certificate.entries.0.extensions", op: "drop" }];
    expect(outcome(without, { policy: { attestation: "optional" } }).findings).toEqual([]);
    expect(outcome(without).findings).toEqual(["policy"]);
  });

  it("trusts neither list of anchors for the other", () => {
    const { trust } = exchange().appraisal;
    expect(outcome([], { trust: { ...trust, pkix: trust.attestation } }).findings).toEqual(["certificate-path"]);
    expect(outcome([], { trust: { ...trust, attestation: trust.pkix } }).findings).toEqual(["evidence-signature"]);
    expect(outcome([], { trust: { pkix: [], attestation: [], results: [] } }).findings).toEqual(["certificate-path", "evidence-signature"]);
  });

  it("judges what stands behind a payload that is no CMW by way of an adapter, and still fails the CMW", () => {
    const payload = payloadAdapters.get("cocos-json");
    if (payload === undefined) throw new Error("no adapter");
    const { built } = exchange();
    const record = built.values.cmw;
    if (record === null) throw new Error("no record");
    const cmwData = payload.encode(record, { exporterLabel: "Attestation", binding: () => fromHex("00"), aikPubHash: () => fromHex("00") });
    const edits: Edits = [{ at: "extension.cmwData", op: "replace", value: cmwData }];
    // The Evidence in the document is that of another build of the same exchange: all that is signed in it is still right.
    expect(outcome(edits, { payload }).findings).toEqual(["cmw"]);
    expect(outcome(edits, { payload }).passed).toContain("binding");
    expect(outcome(edits).blocked).toContain("binding");
  });

  it("compares the claims and the wrapper with what an attester was told, where that is known", () => {
    const asked = { cmw: "cbor", model: "background-check", mediaType: "application/eat+cwt", ...CLAIMS } as const;
    expect(outcome([], { asked: { ...asked, ueid: fromHex("00") } }).findings).toEqual(["claims"]);
    expect(outcome([{ at: "claims.ueid", op: "drop" }], { asked }).findings).toEqual(["claims"]);
    expect(outcome([{ at: "claims.measurement.value", op: "flip" }], { asked }).findings).toEqual(["claims", "policy"]);
    expect(outcome([{ at: "claims.eatProfile.value", op: "replace", value: "tag:other" }], { asked }).findings).toEqual(["claims"]);
    expect(outcome([], { asked: { ...asked, cmw: "json" } }).findings).toEqual(["cmw"]);
    expect(outcome([{ at: "claims.ueid", op: "drop" }]).skipped).toEqual(["claims", "result", "result-status", "result-key"]);
  });

  it("hashes under the suite's hash, not always under SHA-256", () => {
    const sha384 = exchange([], fixedConnection("sha384")).appraisal;
    expect(validate(sha384)).toHaveProperty("accepted");
    const wrong = exchange([{ at: "binding.hash", op: "replace", value: "sha256" }], fixedConnection("sha384")).appraisal;
    expect(validate(wrong)).toMatchObject({ refused: { step: "binding" } });
  });

  it("accepts Evidence of every kind of key", () => {
    for (const name of ["attestation-p384", "attestation-ed25519", "attestation-rsa-pss-sha256"]) {
      const { key, chain } = pki(name);
      const edits: Edits = [
        { at: "evidence.key", op: "replace", value: key },
        { at: "evidence.unprotectedHeader.x5chain.value", op: "replace", value: chain },
        {
          at: "evidence.protectedHeader.alg.value",
          op: "replace",
          value: { "attestation-p384": -35, "attestation-ed25519": -8 }[name] ?? -37,
        },
      ];
      const { trust } = exchange().appraisal;
      expect(outcome(edits, { trust: { ...trust, attestation: roots("attestation") } }).findings, name).toEqual([]);
      expect(outcome(edits).findings, name).toEqual(["evidence-signature"]);
    }
  });
});
