import { describe, expect, it } from "vitest";
import { effectOf, effectOfRequestEdit } from "./effects.ts";

const cbor = { serialisation: "cbor" } as const;

describe("the declared effect", () => {
  it.each([
    ["claims.nonce.value", "flip", true, "refuse"],
    ["claims.ueid.value", "flip", true, "free"],
    ["claims.ueid.value", "flip", ["certificate-verify", "finished"], "refuse"],
    ["claims", "extend", true, "accept"],
    ["claims", "extend", ["finished"], "refuse"],
    ["claims.nonce", "duplicate", true, "refuse"],
    ["certificate.entries.0.extensions", "insert", true, "refuse"],
    ["certificate.entries.1", "duplicate", true, "free"],
    ["certificate.entries.1", "drop", true, "refuse"],
    ["finished.verifyData", "reverse", true, "refuse"],
    ["evidence.unprotectedHeader.x5chain.value.1", "flip", true, "refuse"],
    ["evidence.unprotectedHeader.x5chain.value.0", "insert", true, "refuse"],
    ["evidence.unprotectedHeader.x5chain.value.1", "insert", true, "free"],
    ["evidence.unprotectedHeader.x5chain.value.1", "insert", ["finished"], "refuse"],
    ["result.protectedHeader.x5c.value.1", "insert", true, "free"],
  ] as const)("of %s %s (reseal %j) is %s to %s", (at, op, reseal, kind) => {
    expect(effectOf({ at, op, reseal: typeof reseal === "boolean" ? reseal : [...reseal] }, cbor).kind).toBe(kind);
  });

  it("depends on what carries the tokens", () => {
    const twice = { at: "claims.nonce", op: "duplicate", reseal: true } as const;
    expect(effectOf(twice, { serialisation: "json" })).toEqual({ kind: "free" });
    expect(effectOf(twice, cbor).kind).toBe("refuse");
  });

  it.each([
    ["extensions.list.signatureAlgorithms", "drop", "refuse"],
    ["extensions.list.cmwAttestation", "drop", "accept"],
    ["extensions.list", "reverse", "accept"],
    ["extensions.list.cmwAttestation.data", "extend", "free"],
    ["message.extensions.0.data.length", "add", "free"],
    ["message.length", "add", "refuse"],
    ["context.certificateRequestContext", "truncate", "accept"],
    ["frame.bytes", "truncate", "refuse"],
    ["frame.bytes", "flip", "free"],
  ] as const)("of %s %s in a request is %s", (at, op, kind) => {
    expect(effectOfRequestEdit({ at, op }).kind).toBe(kind);
  });
});
