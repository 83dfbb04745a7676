import { describe, expect, it } from "vitest";
import { apart } from "./apart.ts";
import type { SealedEdit } from "./sentence.ts";

const edits = (...places: readonly string[]): SealedEdit[] =>
  places.map((place) => {
    const [at = "", op = "flip"] = place.split(" ");
    return { at, op: op as SealedEdit["op"], reseal: true };
  });

const kept = (...places: readonly string[]): number => apart(edits(...places)).length;

describe("edits that stand side by side", () => {
  it.each([
    ["the same place", "claims.nonce.value", "claims.nonce.value reverse"],
    ["a place and one inside of it", "claims.nonce.value", "claims.nonce drop"],
    ["a value and the bytes that it stands in", "claims.nonce.value", "evidence.payload"],
    ["a value and what is copied from it", "binding.exportedValue", "claims.nonce.value"],
    ["a message and its bytes in the frame", "finished.bytes reverse", "frame.messages.finished.bytes reverse"],
    ["an extension and the certificate's copy of it", "extension.cmwData", "certificate.entries.0.extensions.0.data"],
    ["the secret and the input of a seal", "secrets.handshakeContext", "signature-input.handshakeContext"],
    ["an element that goes, and one that moves into its place", "evidence.chain.0 drop", "evidence.chain.1 flip"],
    ["parts of a request, and the whole of it", "context.certificateRequestContext", "message.certificateRequestContext"],
  ])("are not %s", (_, one, other) => {
    expect(kept(one, other)).toBe(1);
    expect(kept(other, one)).toBe(1);
  });

  it.each([
    ["two claims", "claims.nonce.value", "claims.ueid.value"],
    ["Certificate and its signature", "certificate.certificateRequestContext", "certificate-verify.signature"],
    ["signature and MAC", "certificate-verify.signature", "finished.verifyData"],
    ["what is attested, and the chain", "claims.nonce.value", "certificate.entries.1.certData"],
  ])("are %s", (_, one, other) => {
    expect(kept(one, other)).toBe(2);
  });

  it("are at least the first", () => {
    expect(apart(edits("frame.bytes", "claims.nonce.value", "finished.verifyData"))).toEqual(edits("frame.bytes"));
  });
});
