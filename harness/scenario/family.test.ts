import { expect, it } from "vitest";
import { pki } from "../pki/test-pki.ts";
import { followsFamily, inFamily } from "./family.ts";
import { loadLibrary } from "./load.ts";
import { type SchemeName, schemeOf } from "./parameters.ts";
import type { Step } from "./schema.ts";

const steps = [
  {
    authenticate: {
      by: "harness",
      identity: "identity-deep-FAMILY",
      attestation: { cmw: "cbor", key: "attestation-deep-FAMILY" },
      expect: "made",
    },
  },
  { validate: { by: "iut", trust: { pkix: ["identity-FAMILY", "identity-p256"] }, expect: "accepted" } },
] as unknown as Step[];

it("names entities after the scheme of the instance, with the one family of RSA that attestation knows", () => {
  const named = JSON.stringify(inFamily(steps, "rsa-pss-sha512"));
  expect(named).toContain('"identity":"identity-deep-rsa-pss-sha512"');
  expect(named).toContain('"key":"attestation-deep-rsa-pss-sha256"');
  expect(named).toContain('"pkix":["identity-rsa-pss-sha512","identity-p256"]');
  expect(["identity-FAMILY", "identity-deep-FAMILY.chain", "FAMILY", "identity-p256", "A FAMILY"].map(followsFamily)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

it("every entity that the suites name is there in every family", () => {
  const names = (value: unknown): string[] => {
    if (typeof value === "string") return followsFamily(value) ? [value] : [];
    return typeof value === "object" && value !== null ? Object.values(value).flatMap(names) : [];
  };
  const used = new Set(loadLibrary().cases.flatMap(({ steps }) => names(steps)));
  expect(used.size).toBeGreaterThan(30);
  for (const scheme of Object.keys(schemeOf) as SchemeName[]) {
    const named = inFamily([...used] as unknown as Step[], scheme) as unknown as string[];
    for (const name of named) expect(pki(name.split(".")[0] ?? "").name).toBe(name.split(".")[0]);
  }
});
