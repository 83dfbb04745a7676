import { expectedAikHash, expectedBinding } from "../appraisal/evidence-steps.ts";
import { expectedMac } from "../appraisal/proof-steps.ts";
import type { AppraisalState } from "../appraisal/state.ts";
import type { EvidenceClaims } from "../attestation/format.ts";
import { type Bytes, equalBytes } from "../wire/bytes.ts";
import type { Fault } from "./fault.ts";
import { NO_BYTES, WRONG, weakened } from "./judging.ts";

/** Ways to compare less than all bytes. */
const comparisons: readonly { readonly name: string; readonly title: string; same(expected: Bytes, found: Bytes): boolean }[] = [
  { name: "first-half", title: "by their first 16 bytes", same: (a, b) => equalBytes(a.subarray(0, 16), b.subarray(0, 16)) },
  { name: "last-half", title: "by their last 16 bytes", same: (a, b) => equalBytes(a.subarray(-16), b.subarray(-16)) },
  { name: "length", title: "by their length", same: (a, b) => a.length === b.length },
  {
    name: "as-far-as-it-goes",
    title: "as far as what was received goes",
    same: (a, b) => equalBytes(a.subarray(0, b.length), b),
  },
  {
    name: "as-far-as-expected",
    title: "as far as what is expected goes",
    same: (a, b) => equalBytes(a, b.subarray(0, a.length)),
  },
];

/** Comparisons of the appraisal: the rule, what it compares, and the statements at stake. */
const compared: readonly {
  readonly rule: string;
  readonly what: string;
  readonly requirements: readonly string[];
  pairs(state: AppraisalState): readonly (readonly [expected: Bytes, found: Bytes])[];
}[] = [
  {
    rule: "context/of-request",
    what: "contexts",
    requirements: ["rfc9261-certificate-context"],
    pairs: ({ input, facts }) => [
      [input.request?.decoded.certificateRequestContext ?? NO_BYTES, facts.certificate?.certificateRequestContext ?? NO_BYTES],
    ],
  },
  {
    rule: "finished/mac",
    what: "MACs of Finished",
    requirements: ["rfc9261-finished-mac"],
    pairs: (state) => [[expectedMac(state), state.facts.verifyData ?? NO_BYTES]],
  },
  {
    rule: "binding/equal",
    what: "nonce and binding",
    requirements: ["expat-binding-verified"],
    pairs: (state) => claimPairs(state, "nonce", expectedBinding(state)),
  },
  {
    rule: "aik-hash/equal",
    what: "AIK_pub_hash and the hash of the end-entity key",
    requirements: ["expat-aik-hash-verified"],
    pairs: (state) => claimPairs(state, "aikPubHash", expectedAikHash(state)),
  },
  {
    rule: "policy/measurement",
    what: "measurement and reference value",
    requirements: ["expat-policy-evaluated"],
    pairs: (state) => (state.input.policy.measurement ? claimPairs(state, "measurement", state.input.policy.measurement) : []),
  },
  {
    rule: "result-key/equal",
    what: "attested key and end-entity key",
    requirements: ["ear-key-attestation"],
    pairs: ({ facts }) =>
      (facts.results ?? []).flatMap(({ publicKeys }) => publicKeys.map((key) => [facts.chain?.[0]?.spki ?? NO_BYTES, key] as const)),
  },
];

function claimPairs({ facts }: AppraisalState, claim: keyof EvidenceClaims, expected: Bytes): (readonly [Bytes, Bytes])[] {
  return (facts.evidence ?? []).flatMap(({ claims }) => {
    const found = claims[claim];
    return found ? [[expected, found] as const] : [];
  });
}

/** Each comparison of the appraisal, made in each of the weak ways. */
export const comparisonFaults: readonly Fault[] = compared.flatMap(({ rule, what, requirements, pairs }) =>
  comparisons.map(({ name, title, same }) =>
    weakened({
      name: `${rule}-by-${name}`,
      title: `it compares ${what} ${title} only`,
      requirements,
      rules: { [rule]: () => (state) => (pairs(state).every(([expected, found]) => same(expected, found)) ? undefined : WRONG) },
    }),
  ),
);
