import { describe, expect, it } from "vitest";
import { fromHex, toHex, utf8 } from "../wire/bytes.ts";
import { deriveSecret, hkdfExpandLabel, tlsExporter } from "./exporter.ts";

// RFC 8448 section 3, "Simple 1-RTT Handshake": published values of the trace.
const trace = {
  masterSecret: fromHex("18df06843d13a08bf2a449844c5f8a478001bc4d4c627984d5a41da8d0402919"),
  serverFinishedTranscript: fromHex("9608102a0f1ccc6db6250b7b7e417b1a000eaada3daae4777a7686c9ff83df13"),
  exporterMasterSecret: "fe22f881176eda18eb8f44529e6792c50c9a3f89452f68d8ae311b4309d3cf50",
  clientApplicationTrafficSecret: "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5",
  serverApplicationTrafficSecret: "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643",
};

describe("the key schedule", () => {
  it("gives the exporter_master_secret of the RFC 8448 trace", () => {
    const derive = (label: string) => toHex(deriveSecret("sha256", trace.masterSecret, label, trace.serverFinishedTranscript));
    expect(derive("exp master")).toBe(trace.exporterMasterSecret);
    expect(derive("c ap traffic")).toBe(trace.clientApplicationTrafficSecret);
    expect(derive("s ap traffic")).toBe(trace.serverApplicationTrafficSecret);
  });

  it("gives the write key and IV of the trace, which are shorter than the hash", () => {
    const secret = fromHex(trace.serverApplicationTrafficSecret);
    expect(toHex(hkdfExpandLabel("sha256", secret, "key", new Uint8Array(0), 16))).toBe("9f02283b6c9c07efc26bb9f2ac92e356");
    expect(toHex(hkdfExpandLabel("sha256", secret, "iv", new Uint8Array(0), 12))).toBe("cf782b88dd83549aadf1e984");
  });

  it("exports any length, each length another value", () => {
    const secret = fromHex(trace.exporterMasterSecret);
    const value = (length: number) => toHex(tlsExporter("sha256", secret, "Attestation", utf8("c"), length));
    expect(value(200)).toHaveLength(400);
    expect(value(200).slice(0, 64)).not.toBe(value(32));
  });
});
