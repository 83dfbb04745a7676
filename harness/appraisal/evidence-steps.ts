import { aikHash, attestationExport, bindingValue } from "../attestation/binding.ts";
import { EVIDENCE_PROFILE } from "../attestation/evidence-eat.ts";
import type { Bytes } from "../wire/bytes.ts";
import { compare, each, endEntityKey, evidenceIn, readingModel, verifyMessages } from "./attestation-reading.ts";
import { finding } from "./authenticator-steps.ts";
import type { Step } from "./finding.ts";
import { type AppraisalState, type EvidenceMessage, fact } from "./state.ts";

/** The steps of the background check model: the Evidence, what it is bound to, and what it says (expat sections 4 and 5). */
export const evidenceSteps: readonly Step<AppraisalState>[] = [
  {
    name: "evidence-signature",
    title: "The Evidence is signed by an attestation key that chains to a trusted anchor",
    why: "Evidence that anyone can sign attests nothing.",
    requirements: [
      "expat-evidence-anchor",
      "expat-evidence-signed",
      "expat-attestation-key-chain",
      "eat-claims-set",
      "eat-protected",
      "eat-cose-sign1",
      "eat-cose-headers",
      "eat-cose-label-types",
      "eat-cose-labels-unique",
      "eat-cose-no-duplicate-keys-sent",
      "eat-cose-sig-structure",
      "eat-cose-sig-structure-encoding",
      "eat-x5chain",
      "eat-x5chain-encoding",
      "eat-jws-compact",
      "eat-jws-x5c",
      "eat-jwt-names-unique",
      "cmw-value-matches-type",
      "cmw-content-protected",
    ],
    applies: readingModel("background-check"),
    run(state) {
      const { trust, now, profile, pathRules } = state.input;
      const open = ({ format, leaf }: EvidenceMessage) => format.open(leaf.value, profile);
      const verification = { code: "evidence-signature", now, purpose: "attestation", signer: "attestation key", pathRules } as const;
      const { opened, findings } = verifyMessages(evidenceIn(state), open, trust.attestation, verification);
      if (opened.length > 0) state.facts.evidence = opened;
      return findings.find((found) => found !== undefined);
    },
  },
  {
    name: "binding",
    title: "The nonce of the Evidence is the binding of this connection, this context and this end-entity key",
    why: "Without the binding an attacker relays the Evidence of another, genuine machine; this has happened in deployed systems.",
    requirements: [
      "expat-binding-verified",
      "expat-binding-value",
      "expat-binding-hash",
      "expat-exporter-input",
      "expat-exporter-context",
      "expat-exporter-length",
      "expat-binding-end-entity-key",
      "expat-binding-in-evidence",
      "expat-bound-to-context",
      "eat-nonce",
      "eat-nonce-json",
      "eat-integer-keys",
      "eat-text-names",
      "eat-json-bytes",
      "eat-freshness",
    ],
    applies: readingModel("background-check", "evidence", "chain", "certificate"),
    run(state) {
      const { connection, profile } = state.input;
      const context = fact(state, "certificate").certificateRequestContext;
      const expected = bindingValue({
        hash: connection.hash,
        publicKey: endEntityKey(state),
        exportedValue: attestationExport(connection, context, profile),
      });
      return each(fact(state, "evidence"), ({ claims }) =>
        compare("binding-mismatch", expected, claims.nonce, "no nonce of one byte string"),
      );
    },
  },
  {
    name: "aik-hash",
    title: "AIK_pub_hash of the Evidence is the hash of the end-entity key",
    why: "Without it the identity key may live outside of the environment that the Evidence speaks of.",
    requirements: ["expat-aik-hash-verified", "expat-aik-hash-present", "expat-aik-hash-algorithm"],
    applies: readingModel("background-check", "evidence", "chain"),
    run(state) {
      const expected = aikHash({ hash: state.input.connection.hash, publicKey: endEntityKey(state) });
      return each(fact(state, "evidence"), ({ claims }) =>
        compare("aik-mismatch", expected, claims.aikPubHash, "no AIK_pub_hash of one byte string"),
      );
    },
  },
  {
    name: "claims",
    title: "The Evidence carries the claims that the attester was told to make, and names its profile",
    why: "A claim that is lost on the way from the platform to the Evidence is one that no policy can be met with.",
    requirements: ["iut-claims", "eat-profile", "eat-ueid-permanent", "eat-uri-as-text", "eat-single-encoding"],
    applies: (state) =>
      state.input.asked
        ? readingModel("background-check", "evidence")(state)
        : { kind: "skipped", reason: "nothing is known of what it was told" },
    run(state) {
      const { ueid = NO_BYTES, measurement = NO_BYTES } = state.input.asked ?? {};
      return each(fact(state, "evidence"), ({ eatProfile, claims }) => {
        if (eatProfile !== EVIDENCE_PROFILE) return finding("other", EVIDENCE_PROFILE, eatProfile ?? "no eat_profile");
        return compare("other", ueid, claims.ueid, "no ueid") ?? compare("other", measurement, claims.measurement, "no measurement");
      });
    },
  },
];

const NO_BYTES: Bytes = new Uint8Array(0);
