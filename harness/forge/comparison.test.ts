import { describe, expect, it } from "vitest";
import { exchange } from "../testing/exchange.ts";
import { authenticatorStages } from "./authenticator-stages.ts";
import type { AuthenticatorValues } from "./authenticator-values.ts";
import { buildAuthenticator } from "./build.ts";
import { compareBuilds, StimulusError } from "./comparison.ts";
import type { Mutation } from "./mutation.ts";
import type { BuildView } from "./pipeline.ts";
import { partsOfAuthenticator, wireDifferences } from "./wire-difference.ts";

const { input } = exchange();
const edit = (at: string, op: Mutation["op"], more: Partial<Mutation> = {}): Mutation => ({ at, op, reseal: true, ...more });

function compared(...edits: Mutation[]) {
  const sent = buildAuthenticator(input, edits);
  const comparison = compareBuilds(authenticatorStages, input, edits, sent);
  const differs = wireDifferences(sent, comparison.control, partsOfAuthenticator);
  return { ...comparison, fields: differs.map(({ field }) => field), differs, sent };
}

/** The view as a defect of the harness would leave it: with another value, or other bytes, of one stage. */
function tampered<Name extends keyof AuthenticatorValues>(
  sent: BuildView<AuthenticatorValues>,
  stage: Name,
  alter: (value: AuthenticatorValues[Name]) => AuthenticatorValues[Name],
): BuildView<AuthenticatorValues> {
  return { ...sent, values: { ...sent.values, [stage]: alter(sent.values[stage]) } };
}

describe("what was sent is held against its control", () => {
  it("an edit of the last seal is one bit of it, and nothing else", () => {
    const { named, follows, renewed, kept, differs } = compared(edit("finished.verifyData", "flip"));
    expect({ named, follows, renewed, kept }).toEqual({ named: ["finished"], follows: ["frame"], renewed: [], kept: [] });
    expect(differs).toEqual([{ field: "finished.verifyData", offset: expect.any(Number), length: 32, controlLength: 32 }]);
  });

  it("so it is of a signature that is random each time that it is made", () => {
    const { sent, control, fields } = compared(edit("certificate-verify.signature", "flip"));
    const [one, other] = [sent, control].map(({ values }) => Buffer.from(values["certificate-verify"]?.signature ?? ""));
    const bits = [...(one ?? [])].map((byte, index) => byte ^ (other?.[index] ?? 0)).filter((byte) => byte !== 0);
    expect(bits).toEqual([1]);
    expect(fields).toEqual(["certificateVerify.signature", "finished.verifyData"]);
  });

  it("an edit of a claim goes through the stages that are made of it, and the seals behind it are new", () => {
    const { named, follows, renewed, kept, fields } = compared(edit("claims.nonce.value", "flip"));
    expect(named).toEqual(["claims"]);
    expect(follows).toEqual(["evidence", "cmw", "extension", "certificate", "signature-input", "mac-input", "frame"]);
    expect({ renewed, kept }).toEqual({ renewed: ["evidence-signature", "certificate-verify", "finished"], kept: [] });
    expect(fields).toContain("certificate.entries.0.extensions.0.data");
    expect(fields.filter((field) => /certData|Context|algorithm/.test(field))).toEqual([]);
  });

  it("kept seals are those of the control, also within what comes before the edit", () => {
    const { kept, fields, sent, control } = compared(edit("certificate.certificateRequestContext", "flip", { reseal: false }));
    expect(kept).toEqual(["certificate-verify", "finished"]);
    expect(fields).toEqual(["certificate.certificateRequestContext"]);
    expect(sent.values["evidence-signature"]).toEqual(control.values["evidence-signature"]);
  });

  it("a length prefix that lies is one field", () => {
    const { fields } = compared(edit("certificate.entries.0.certData.length", "add", { by: 1, reseal: false }));
    expect(fields).toEqual(["certificate.entries.0.certData.length"]);
  });

  it("messages in another order, and one that is missing, have no fields to tell", () => {
    expect(compared(edit("frame.messages", "reverse")).fields).toEqual(["frame"]);
    expect(compared(edit("frame.messages.1", "drop")).fields).toEqual(["certificateVerify"]);
  });
});

describe("what differs elsewhere is an error of the harness", () => {
  const edits = [edit("claims.nonce.value", "flip")];
  const sent = buildAuthenticator(input, edits);
  const judged =
    (view: BuildView<AuthenticatorValues>, asked = edits) =>
    () =>
      compareBuilds(authenticatorStages, input, asked, view);

  it("in another stage", () => {
    const other = tampered(sent, "certificate", (certificate) => ({ ...certificate, certificateRequestContext: Buffer.from("another") }));
    expect(judged(other)).toThrow(StimulusError);
    expect(judged(other)).toThrow(/the stage certificate differs in certificateRequestContext, which no edit names/);
  });

  it("in another field of the same stage", () => {
    const other = tampered(
      sent,
      "claims",
      (claims) => claims?.map((each) => (each.name === "ueid" ? { ...each, value: 7 } : each)) ?? null,
    );
    expect(judged(other)).toThrow(/the stage claims differs in \d\.value, which no edit names/);
  });

  it("in a list of another length", () => {
    const other = tampered(sent, "claims", (claims) => claims?.slice(1) ?? null);
    expect(judged(other)).toThrow(/the stage claims differs in its value, which no edit names/);
  });

  it("in a seal over something else", () => {
    const seal = (value: AuthenticatorValues["certificate-verify"]) => value && { ...value, signature: Buffer.alloc(70, 1) };
    expect(judged(tampered(sent, "certificate-verify", seal))).toThrow(/certificate-verify holds a seal that is neither/);
  });

  it("in bytes that are not those of the value", () => {
    const bytes = (stage: keyof AuthenticatorValues) =>
      stage === "frame" ? Buffer.from(sent.bytes("frame")).fill(0, 0, 1) : sent.bytes(stage);
    expect(judged({ ...sent, bytes })).toThrow(/the stage frame is encoded with bytes that no edit names/);
  });

  it("where the edit that was made is not the one of the case", () => {
    expect(judged(sent, [edit("claims.ueid.value", "flip")])).toThrow(/the stage claims differs in \d\.value, which no edit names/);
  });
});
