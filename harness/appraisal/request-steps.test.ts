import { describe, expect, it } from "vitest";
import { defaultProfile } from "../attestation/profile.ts";
import { buildRequest } from "../forge/build.ts";
import { type Mutation, mutationSchema } from "../forge/mutation.ts";
import { type Bytes, fromHex, toHex, utf8 } from "../wire/bytes.ts";
import { SignatureScheme } from "../wire/code-points.ts";
import { runAll } from "./finding.ts";
import { requestSteps } from "./request-steps.ts";

const asked = { signatureSchemes: [SignatureScheme.ecdsaSecp256r1Sha256], attestation: true, context: utf8("the context") };

/** The steps that have a finding in a request of `sender` with these edits. */
function findings(edits: readonly Omit<Mutation, "reseal">[], sender: "client" | "server" = "server", earlier: Bytes[] = []): string[] {
  const { request } = buildRequest(
    {
      sender,
      profile: defaultProfile,
      certificateRequestContext: asked.context,
      signatureSchemes: asked.signatureSchemes,
      attestation: true,
    },
    edits.map((edit) => mutationSchema.parse(edit)),
  );
  const results = runAll(requestSteps, { sender, profile: defaultProfile, request, asked, earlierContexts: new Set(earlier.map(toHex)) });
  return results.filter(({ kind }) => kind === "finding").map(({ step }) => step);
}

const extension = (type: number, data = "") => ({ name: "more", type, data: fromHex(data) });

describe("the appraisal of a request", () => {
  it.each(["client", "server"] as const)("finds nothing in a right one of a %s", (sender) => {
    expect(findings([], sender)).toEqual([]);
  });

  it.each<[string, Omit<Mutation, "reseal">]>([
    ["structure", { at: "frame.bytes", op: "extend", value: fromHex("00") }],
    ["structure", { at: "frame.bytes", op: "insert", index: 0, value: fromHex("1603030040") }],
    ["structure", { at: "message.extensions.length", op: "add", by: -1 }],
    ["type", { at: "message.handshakeType", op: "replace", value: 17 }],
    ["context", { at: "context.certificateRequestContext", op: "flip" }],
    ["signature-algorithms", { at: "extensions.list.signatureAlgorithms", op: "drop" }],
    ["signature-algorithms", { at: "extensions.list.signatureAlgorithms.data", op: "replace", value: fromHex("0003040304") }],
    ["signature-algorithms", { at: "extensions.list.signatureAlgorithms.data", op: "replace", value: fromHex("0000") }],
    ["extensions", { at: "extensions.list.cmwAttestation", op: "duplicate" }],
    ["extensions", { at: "extensions.list", op: "insert", value: extension(0) }],
    ["extensions", { at: "extensions.list", op: "insert", value: extension(16, "000302683d") }],
    ["offer", { at: "extensions.list.cmwAttestation", op: "drop" }],
    ["offer", { at: "extensions.list.cmwAttestation.data", op: "extend", value: fromHex("00") }],
  ])("%s finds what is broken for it: %j", (step, edit) => {
    expect(findings([edit])).toEqual([step]);
  });

  it("finds a context that was seen on the connection", () => {
    expect(findings([], "server", [asked.context])).toEqual(["context"]);
  });

  it.each([5, 18, 47, 48, 50, 64250])(
    "lets an extension stand that is registered for requests, or that nobody has registered: %i",
    (type) => {
      expect(findings([{ at: "extensions.list", op: "insert", value: extension(type) }])).toEqual([]);
    },
  );

  it("lets server_name stand in the request of a client", () => {
    expect(findings([{ at: "extensions.list", op: "insert", value: extension(0) }], "client")).toEqual([]);
  });
});
