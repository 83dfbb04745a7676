import { describe, expect, it } from "vitest";
import type { MatrixResult } from "../matrix/records.ts";
import { member, play } from "../testing/matrix.ts";

const red = (results: readonly MatrixResult[]) => results.filter(({ outcome }) => outcome === "fail" || outcome === "warn");

describe("the matrix", () => {
  it("passes where both ends are right, in both directions, suite by suite and format by format", async () => {
    const right = await member("right");
    const results = await play([right], [right]);
    expect(results.filter(({ outcome }) => outcome !== "pass")).toEqual([]);
    expect(new Set(results.map(({ direction }) => direction))).toEqual(new Set(["attester/server", "attester/client"]));
    const attests = results.filter(({ exchange }) => exchange === "interop/attests");
    expect(new Set(attests.map(({ parameters }) => `${parameters.cipherSuite} ${parameters.format}`)).size).toBe(6);
    expect(attests[0]?.transcript).toMatch(/attester, message 2: an authenticator of \d+ bytes/);
  });

  it.each([
    ["attester/binding/parts-swapped", "interop/attests", "broken sent invalid (Remote Attestation with Exported Authenticators section 5"],
    ["attester/frame/finished-twice", "interop/authenticates", "broken sent invalid (Exported Authenticators in TLS section "],
    ["attester/answering/unknown-scheme-refused", undefined, ""],
    ["attester/context/with-length", "interop/authenticates", "broken sent invalid ("],
  ])("of the attester's fault %s it says whose it is", async (fault, exchange, words) => {
    const failed = red(await play([await member("broken", fault)], [await member("right")]));
    if (exchange === undefined) {
      // What needs a peer that errs too is seen by no pair: that is what `run` is for.
      expect(failed).toEqual([]);
      return;
    }
    expect(failed.map((result) => result.exchange)).toContain(exchange);
    for (const { blame, reproduce, instance } of failed) {
      expect(blame).toMatchObject({ verdict: "attester-sent-invalid", text: expect.stringContaining(words) });
      expect(blame?.evidence.map(({ implementation }) => implementation)).not.toContain("right");
      expect(reproduce).toBe(`matrix broken right ${instance}`);
    }
    expect(failed[0]?.transcript).toContain("asks the relying party to validate it");
  });

  it.each([
    ["relying-party/certificate-path/path-left-out", "interop/identity-untrusted", "relying-party-accepted-invalid"],
    ["relying-party/policy/attestation-left-out", "interop/attestation-missing", "relying-party-accepted-invalid"],
    ["relying-party/policy/measurement-left-out", "interop/measurement-differs", "relying-party-accepted-invalid"],
    ["relying-party/freshness/context-new-left-out", "interop/replayed", "relying-party-accepted-invalid"],
    ["relying-party/request-offer/twice", "interop/attests", "relying-party-sent-invalid"],
  ])("of the relying party's fault %s it says whose it is", async (fault, exchange, verdict) => {
    const failed = red(await play([await member("right")], [await member("broken", fault)]));
    expect(failed.map((result) => result.exchange)).toContain(exchange);
    for (const { blame } of failed) expect(blame).toMatchObject({ verdict });
  });
});
