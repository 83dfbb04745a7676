import { describe, expect, it } from "vitest";
import { toHex, utf8 } from "../wire/bytes.ts";
import { tlsExporter } from "./exporter.ts";

// The published values of RFC 8448 are in vectors/foreign/rfc8448.json.
describe("the key schedule", () => {
  it("exports any length, each length another value", () => {
    const secret = utf8("a secret of the exporter, 32 bytes");
    const value = (length: number) => toHex(tlsExporter("sha256", secret, "Attestation", utf8("c"), length));
    expect(value(200)).toHaveLength(400);
    expect(value(200).slice(0, 64)).not.toBe(value(32));
  });
});
