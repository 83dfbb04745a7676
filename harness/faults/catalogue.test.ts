import { describe, expect, it } from "vitest";
import { eatJwt } from "../attestation/evidence-eat-jwt.ts";
import { defaultProfile } from "../attestation/profile.ts";
import type { AttestationInput, BuildInput, EvidenceInput } from "../forge/authenticator-values.ts";
import { buildAuthenticator, buildRequest } from "../forge/build.ts";
import { MutationError } from "../forge/edit.ts";
import { pki } from "../pki/test-pki.ts";
import { loadLibrary } from "../scenario/load.ts";
import { fixedConnection } from "../testing/connection.ts";
import { exchange } from "../testing/exchange.ts";
import { utf8 } from "../wire/bytes.ts";
import { faults } from "./catalogue.ts";
import { authenticatorEdits, faulty, requestEdits } from "./faulty.ts";

const { ledger } = loadLibrary();

describe("the catalogue of faults", () => {
  it("holds at least 120, for both roles", () => {
    expect(faults.length).toBeGreaterThanOrEqual(120);
    for (const role of ["attester", "relying-party"]) expect(faults.filter((fault) => fault.role === role).length).toBeGreaterThan(50);
  });

  it("has every id once, and it begins with the role", () => {
    const ids = faults.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    for (const { id, role } of faults) expect(id).toMatch(new RegExp(`^${role}/[a-z0-9-]+/[a-z0-9A-Z-]+$`));
  });

  it("says of each fault which statements it breaks, and all are in the ledger", () => {
    const wrong = faults.flatMap(({ id, requirements }) => {
      const unknown = requirements.filter((requirement) => !ledger.has(requirement));
      return requirements.length === 0 ? [`${id}: none`] : unknown.map((requirement) => `${id}: ${requirement}`);
    });
    expect(wrong).toEqual([]);
  });

  it("says of each equivalent fault why", () => {
    for (const { id, equivalent } of faults) if (equivalent !== undefined) expect(equivalent.length, id).toBeGreaterThan(40);
  });

  it.each(faults.map((fault) => [fault.id, fault] as const))("%s can be built in", (_, fault) => {
    expect(() => faulty(fault)).not.toThrow();
  });
});

/** Inputs of authenticators in which every mistake can be made: suites, keys, formats, forms, contexts, with and without attestation. */
function authenticatorInputs(): BuildInput[] {
  const { input } = exchange();
  const { attestation, identity } = input;
  if (!attestation || !identity) throw new Error("unreachable");
  const { request: manySchemes } = buildRequest({ ...requestInput, sender: "client", signatureSchemes: [0x0804, 0x0403] });
  const deep = pki("identity-deep-p256");
  const passport: AttestationInput = { ...attestation, message: { mediaType: "application/eat+jwt", issued: utf8("a.b.c") } };
  const jwt: AttestationInput = { ...attestation, message: { ...(attestation.message as EvidenceInput), format: eatJwt } };
  const attesting = [
    attestation,
    { ...attestation, cmw: "json" },
    { ...attestation, form: "tag" },
    { ...attestation, form: "collection" },
    passport,
    jwt,
    { ...jwt, cmw: "json" },
  ] as const;
  return [
    ...attesting.map((each) => ({ ...input, attestation: each })),
    exchange([], fixedConnection("sha384")).input,
    ...(["p384", "rsa-pss-sha256", "ed25519"] as const).map((family) => exchange([], fixedConnection(), { family }).input),
    { ...input, attestation: null },
    { ...input, attestation: null, identity: null },
    { ...input, attestation: null, request: new Uint8Array(0) },
    { ...input, request: manySchemes },
    { ...input, identity: { ...identity, chain: deep.chain } },
    { ...input, certificateRequestContext: utf8("a\0b".padEnd(40, "c")) },
  ];
}

const requestInput = {
  profile: defaultProfile,
  certificateRequestContext: utf8("a\0b".padEnd(40, "c")),
  signatureSchemes: [0x0403, 0x0503],
  attestation: true,
} as const;

// The pipeline refuses an edit that changes nothing, so that a build which comes to an end has been altered.
describe("the edits of a fault alter what is made", () => {
  const inputs = authenticatorInputs();
  const builds = (build: () => unknown): boolean => {
    try {
      build();
      return true;
    } catch (error) {
      if (error instanceof MutationError) return false;
      throw error;
    }
  };

  it.each(faults.flatMap(({ id, breaks }) => ("authenticator" in breaks ? [[id, breaks] as const] : [])))("%s", (_, breaks) => {
    const altered = inputs.filter((input) =>
      builds(() => {
        const edits = authenticatorEdits(breaks, input);
        if (edits.length === 0) throw new MutationError("not here");
        return buildAuthenticator(input, edits);
      }),
    );
    expect(altered.length).toBeGreaterThan(0);
  });

  it.each(faults.flatMap(({ id, breaks }) => ("request" in breaks ? [[id, breaks] as const] : [])))("%s", (_, breaks) => {
    const sides = ["client", "server"] as const;
    expect(
      sides.some((sender) => builds(() => buildRequest({ ...requestInput, sender }, requestEdits(breaks, { ...requestInput, sender })))),
    ).toBe(true);
  });
});
