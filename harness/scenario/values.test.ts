import { generateKeyPairSync, sign, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { MutationError } from "../forge/edit.ts";
import { fromHex, toHex } from "../wire/bytes.ts";
import { resolveBytes, resolveValue, type ValueScope } from "./values.ts";

const scope: ValueScope = {
  iutSide: "client",
  exporterLabel: "Attestation",
  exporterLength: 40,
  lookUp: (reference) => {
    throw new MutationError(`nothing is called ${reference}`);
  },
  // An exporter that tells what it was asked for.
  connection: () => ({
    hash: "sha384",
    exportKeyingMaterial: (label, _context, length) => Buffer.alloc(length, label),
  }),
};

describe("{der}", () => {
  it.each([
    ["7f01", false, "300602017f020101"],
    ["7f01", true, "30080202007f02020001"],
    ["8001", false, "300702020080020101"],
    ["8001", true, "3009020300008002020001"],
  ])("of %s, padded %s, is %s", (hex, padded, expected) => {
    expect(toHex(resolveBytes({ der: { hex }, padded }, scope))).toBe(expected);
  });

  it("is the form that verifies, and padded one that does not", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const content = fromHex("00");
    const signature = toHex(sign("sha256", content, { key: privateKey, dsaEncoding: "ieee-p1363" }));
    const accepts = (padded: boolean) => verify("sha256", content, publicKey, resolveBytes({ der: { hex: signature }, padded }, scope));
    expect([accepts(false), accepts(true)]).toEqual([true, false]);
  });
});

describe("{export}", () => {
  it.each([
    [{}, 48],
    [{ length: 32 }, 32],
    [{ length: "{attestation}" }, 40],
    [{ length: "{attestation}", longer: 16 }, 56],
    [{ longer: 1 }, 49],
  ])("with %j gives %i octets", (options, octets) => {
    expect(resolveValue({ export: "{attestation}", ...options }, scope)).toEqual(Buffer.alloc(octets, "Attestation"));
  });

  it("knows no other length in words", () => {
    expect(() => resolveValue({ export: "x", length: "{profile}" }, scope)).toThrow(MutationError);
  });
});
