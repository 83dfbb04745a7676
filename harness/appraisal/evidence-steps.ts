import { aikHash, attestationExport, bindingValue } from "../attestation/binding.ts";
import { EVIDENCE_PROFILE } from "../attestation/evidence-eat.ts";
import type { EvidenceClaims } from "../attestation/format.ts";
import { type Bytes, preview } from "../wire/bytes.ts";
import { compare, each, endEntityKey, evidenceIn, readingModel } from "./attestation-reading.ts";
import { type Finding, finding, type RefusalCode, type Step } from "./finding.ts";
import { type AppraisalState, fact } from "./state.ts";
import { openMessages, tokenRules } from "./token-rules.ts";

/** The steps of the background check model: the Evidence, what it is bound to, and what it says (expat sections 4 and 5). */
export const evidenceSteps: readonly Step<AppraisalState>[] = [
  {
    name: "evidence-signature",
    title: "The Evidence is signed by an attestation key that chains to a trusted anchor",
    why: "Evidence that anyone can sign attests nothing.",
    applies: readingModel("background-check"),
    rules: [
      {
        name: "token",
        title: "The Evidence is a token of its media type, with claims in it",
        requirements: [
          "eat-claims-set",
          "eat-protected",
          "eat-cose-sign1",
          "eat-cose-headers",
          "eat-cose-label-types",
          "eat-cose-labels-unique",
          "eat-cose-no-duplicate-keys-sent",
          "eat-x5chain-encoding",
          "eat-jws-compact",
          "eat-jwt-names-unique",
          "cmw-value-matches-type",
        ],
        run(state) {
          const { profile } = state.input;
          const { opened, problem } = openMessages(evidenceIn(state), "evidence-signature", ({ format, leaf }) =>
            format.open(leaf.value, profile),
          );
          if (opened.length > 0) state.facts.evidence = opened;
          return problem;
        },
      },
      ...tokenRules({
        code: "evidence-signature",
        signer: "attestation key",
        purpose: "attestation",
        tokens: ({ facts }) => facts.evidence ?? [],
        anchors: ({ input }) => input.trust.attestation,
        requirements: {
          chain: ["expat-attestation-key-chain", "eat-x5chain", "eat-jws-x5c"],
          algorithm: ["expat-evidence-signed", "eat-protected"],
          signature: [
            "expat-evidence-signed",
            "eat-protected",
            "eat-cose-sig-structure",
            "eat-cose-sig-structure-encoding",
            "cmw-content-protected",
          ],
          path: ["expat-evidence-anchor", "expat-attestation-key-chain"],
        },
      }),
      {
        name: "issued-at",
        title: "iat, where the Evidence has one, is no floating-point number",
        requirements: ["eat-iat-integer", "eat-iat-float-refused"],
        run: (state) =>
          each(state.facts.evidence ?? [], ({ issuedAt }) =>
            issuedAt === undefined || Number.isInteger(issuedAt)
              ? undefined
              : finding("malformed", "an iat that is an integer", `${issuedAt}`),
          ),
      },
    ],
  },
  {
    name: "binding",
    title: "The nonce of the Evidence is the binding of this connection, this context and this end-entity key",
    why: "Without the binding an attacker relays the Evidence of another, genuine machine; this has happened in deployed systems.",
    applies: readingModel("background-check", "evidence", "chain", "certificate"),
    rules: [
      {
        name: "present",
        title: "The Evidence has a nonce of one byte string",
        requirements: ["expat-binding-in-evidence", "eat-nonce", "eat-nonce-json", "eat-integer-keys", "eat-text-names", "eat-json-bytes"],
        run: (state) => present(state, "nonce", "binding-mismatch", expectedBinding, "no nonce of one byte string"),
      },
      {
        name: "equal",
        title: "The nonce is the binding",
        requirements: [
          "expat-binding-verified",
          "expat-binding-value",
          "expat-binding-hash",
          "expat-exporter-input",
          "expat-exporter-context",
          "expat-exporter-length",
          "expat-binding-end-entity-key",
          "expat-bound-to-context",
          "eat-freshness",
        ],
        run: (state) => equal(state, "nonce", "binding-mismatch", expectedBinding(state)),
      },
    ],
  },
  {
    name: "aik-hash",
    title: "AIK_pub_hash of the Evidence is the hash of the end-entity key",
    why: "Without it the identity key may live outside of the environment that the Evidence speaks of.",
    applies: readingModel("background-check", "evidence", "chain"),
    rules: [
      {
        name: "present",
        title: "The Evidence has an AIK_pub_hash of one byte string",
        requirements: ["expat-aik-hash-present"],
        run: (state) => present(state, "aikPubHash", "aik-mismatch", expectedAikHash, "no AIK_pub_hash of one byte string"),
      },
      {
        name: "equal",
        title: "AIK_pub_hash is the hash of the end-entity key",
        requirements: ["expat-aik-hash-verified", "expat-aik-hash-algorithm"],
        run: (state) => equal(state, "aikPubHash", "aik-mismatch", expectedAikHash(state)),
      },
    ],
  },
  {
    name: "claims",
    title: "The Evidence carries the claims that the attester was told to make, and names its profile",
    why: "A claim that is lost on the way from the platform to the Evidence is one that no policy can be met with.",
    applies: (state) =>
      state.input.asked
        ? readingModel("background-check", "evidence")(state)
        : { kind: "skipped", reason: "nothing is known of what it was told" },
    rules: [
      {
        name: "profile",
        title: "The Evidence names its profile",
        requirements: ["eat-profile", "eat-uri-as-text"],
        run: (state) =>
          each(fact(state, "evidence"), ({ eatProfile }) =>
            eatProfile === EVIDENCE_PROFILE ? undefined : finding("other", EVIDENCE_PROFILE, eatProfile ?? "no eat_profile"),
          ),
      },
      {
        name: "ueid",
        title: "ueid is the one that the attester was told",
        requirements: ["iut-claims", "eat-ueid-permanent", "eat-single-encoding"],
        run: (state) => same(state, "ueid", "other", state.input.asked?.ueid ?? NO_BYTES, "no ueid"),
      },
      {
        name: "measurement",
        title: "The measurement is the one that the attester was told",
        requirements: ["iut-claims", "eat-single-encoding"],
        run: (state) => same(state, "measurement", "other", state.input.asked?.measurement ?? NO_BYTES, "no measurement"),
      },
    ],
  },
];

const NO_BYTES: Bytes = new Uint8Array(0);

/** The binding of this exchange (expat section 5.1). */
export function expectedBinding(state: AppraisalState): Bytes {
  const { connection, profile } = state.input;
  const context = fact(state, "certificate").certificateRequestContext;
  const exportedValue = attestationExport(connection, context, profile);
  return bindingValue({ hash: connection.hash, publicKey: endEntityKey(state), exportedValue });
}

/** The hash of the end-entity key (expat section 5.2). */
export function expectedAikHash(state: AppraisalState): Bytes {
  return aikHash({ hash: state.input.connection.hash, publicKey: endEntityKey(state) });
}

/** A finding where an item of Evidence lacks a claim, or has it in another form; `missing` says so in words. */
export function present(
  state: AppraisalState,
  claim: keyof EvidenceClaims,
  code: RefusalCode,
  expected: (state: AppraisalState) => Bytes,
  missing: string,
): Finding | undefined {
  return each(state.facts.evidence ?? [], ({ claims }) =>
    claims[claim] === undefined ? finding(code, preview(expected(state), 64), missing) : undefined,
  );
}

/** A finding where a claim that an item of Evidence has is not what is expected. */
export function equal({ facts }: AppraisalState, claim: keyof EvidenceClaims, code: RefusalCode, expected: Bytes): Finding | undefined {
  return each(facts.evidence ?? [], ({ claims }) => claims[claim] && compare(code, expected, claims[claim]));
}

function same(
  state: AppraisalState,
  claim: keyof EvidenceClaims,
  code: RefusalCode,
  expected: Bytes,
  missing: string,
): Finding | undefined {
  return present(state, claim, code, () => expected, missing) ?? equal(state, claim, code, expected);
}
