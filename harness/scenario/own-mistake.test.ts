import { expect, it } from "vitest";
import { loadLibrary } from "./load.ts";
import { explanationOf, madeOf } from "./own-mistake.ts";

const { cases } = loadLibrary();

function find(id: string) {
  const script = cases.find((each) => each.id === id);
  if (script === undefined) throw new Error(`no case ${id}`);
  return script;
}

it.each([
  ["expat/5-binding/binding-altered", ["claims.nonce.value is altered in one bit"]],
  ["expat/4-passport/status-contraindicated", ["the Attestation Result has status: contraindicated"]],
  [
    "expat/4-passport/not-yet-valid",
    ["the Attestation Result has notBefore: 2048-01-01T00:00:00Z", "the Attestation Result has expires: none"],
  ],
  ["expat/4-passport/of-other-key", ["the Attestation Result has of: identity-other"]],
])("says what the case %s does otherwise than a right exchange", (id, made) => {
  expect(madeOf(find(id).steps)).toEqual(made);
});

it("names it where the implementation did not refuse, and nothing where it was to accept", () => {
  const script = find("expat/4-passport/expired");
  const { mistakes } = explanationOf(script, { expected: "a refusal", found: "acceptance" });
  expect(mistakes?.map(({ title }) => title)).toEqual([
    expect.stringContaining("the Attestation Result has expires: 2021-01-02T00:00:00Z"),
  ]);
  expect(explanationOf(script, { expected: "acceptance", found: "a refusal" })).toEqual({});
});
