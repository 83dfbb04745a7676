import { aikHash, attestationExport, bindingValue, publicKeyBytes } from "../attestation/binding.ts";
import { CmwIndicator, type CmwRecord, decodeCmw, mediaTypeOf } from "../attestation/cmw.ts";
import { EVIDENCE_PROFILE, EvidenceError, type EvidenceFormat } from "../attestation/evidence.ts";
import { evidenceFormats } from "../attestation/evidence-formats.ts";
import { parseCertificate } from "../authenticator/certificate.ts";
import { validatePath } from "../authenticator/path.ts";
import { verifyWith } from "../authenticator/signature.ts";
import { type Bytes, equalBytes, preview, toHex } from "../wire/bytes.ts";
import { attestationExtensions, finding } from "./authenticator-steps.ts";
import type { Finding, NotApplicable, Step } from "./finding.ts";
import { type AppraisalState, type Facts, fact, needs } from "./state.ts";

/** The steps that the expat draft adds: what stands in cmw_attestation, and what it is bound to (second spine, second part). */
export const attestationSteps: readonly Step<AppraisalState>[] = [
  {
    name: "cmw",
    title: "cmw_data is a RATS CMW record of Evidence, of a media type that is known here",
    why: "A wrapper that others cannot read ends interoperability before the first byte of Evidence.",
    requirements: ["expat-cmw-format", "expat-cmw-serialisation", "cmw-record-structure", "cmw-ind-nonzero", "cmw-json-base64url"],
    applies: reading("cmwData"),
    run(state) {
      const cmwData = fact(state, "cmwData");
      let problem: Finding | undefined;
      try {
        const record = decodeCmw(cmwData);
        problem = recordProblem(record) ?? wrongEncoding(record, state);
        if (evidenceFormat(record)) state.facts.record = record;
      } catch (error) {
        problem = finding("cmw", "a CMW record in CBOR or JSON", (error as Error).message);
      }
      // An implementation that carries something else is wrong here; the adapter lets the later steps be judged all the same.
      if (problem && state.input.payload.name !== "cmw") {
        try {
          state.facts.record = state.input.payload.decode(cmwData);
        } catch (error) {
          return finding("cmw", `a CMW record, or at least a payload of "${state.input.payload.name}"`, (error as Error).message);
        }
      }
      return problem;
    },
  },
  {
    name: "evidence-signature",
    title: "The Evidence is signed by an attestation key that chains to a trusted anchor",
    why: "Evidence that anyone can sign attests nothing.",
    requirements: ["expat-evidence-anchor", "expat-evidence-signed", "expat-attestation-key-chain", "eat-cose-sign1", "eat-x5chain"],
    applies: reading("record"),
    run(state) {
      const record = fact(state, "record");
      const format = evidenceFormat(record);
      if (format === undefined) return finding("cmw", `Evidence of ${[...evidenceFormats.keys()].join(", ")}`, String(record.type));
      try {
        const evidence = format.open(record.value, state.input.profile);
        state.facts.evidence = evidence;
        const chain = evidence.chain.map(parseCertificate);
        const [attester] = chain;
        if (attester === undefined) return finding("evidence-signature", "the chain of the attestation key", "no x5chain");
        if (evidence.algorithm === undefined) return finding("evidence-signature", "ES256, ES384, EdDSA or PS256", evidence.algorithmName);
        if (!verifyWith(evidence.algorithm, attester.publicKey, evidence.signedContent, evidence.signature)) {
          return finding(
            "evidence-signature",
            `a signature of "${attester.x509.subject}" (${evidence.algorithmName})`,
            "one that does not verify",
          );
        }
        const anchors = state.input.trust.attestation;
        const failure = anchors && validatePath(chain, anchors, state.input.now, "attestation");
        return failure && finding("evidence-signature", "a path from the attestation key to a trusted anchor", failure.reason);
      } catch (error) {
        const what = error instanceof EvidenceError ? format.mediaType : "certificates in x5chain";
        return finding("evidence-signature", what, (error as Error).message);
      }
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
    ],
    applies: reading("evidence", "chain", "certificate"),
    run(state) {
      const { connection, profile } = state.input;
      const context = fact(state, "certificate").certificateRequestContext;
      const expected = bindingValue({
        hash: connection.hash,
        publicKey: endEntityKey(state),
        exportedValue: attestationExport(connection, context, profile),
      });
      return compare("binding-mismatch", expected, fact(state, "evidence").claims.nonce, "no nonce of one byte string");
    },
  },
  {
    name: "aik-hash",
    title: "AIK_pub_hash of the Evidence is the hash of the end-entity key",
    why: "Without it the identity key may live outside of the environment that the Evidence speaks of.",
    requirements: ["expat-aik-hash-verified", "expat-aik-hash-present", "expat-aik-hash-algorithm"],
    applies: reading("evidence", "chain"),
    run(state) {
      const expected = aikHash({ hash: state.input.connection.hash, publicKey: endEntityKey(state) });
      return compare("aik-mismatch", expected, fact(state, "evidence").claims.aikPubHash, "no AIK_pub_hash of one byte string");
    },
  },
  {
    name: "claims",
    title: "The Evidence carries the claims that the attester was told to make, and names its profile",
    why: "A claim that is lost on the way from the platform to the Evidence is one that no policy can be met with.",
    requirements: ["iut-claims", "eat-profile"],
    applies: (state) =>
      state.input.asked ? reading("evidence")(state) : { kind: "skipped", reason: "nothing is known of what it was told" },
    run({ input, facts }) {
      const claims = facts.evidence?.claims;
      if (facts.evidence?.eatProfile !== EVIDENCE_PROFILE)
        return finding("other", EVIDENCE_PROFILE, facts.evidence?.eatProfile ?? "no eat_profile");
      const { ueid = NO_BYTES, measurement = NO_BYTES } = input.asked ?? {};
      return compare("other", ueid, claims?.ueid, "no ueid") ?? compare("other", measurement, claims?.measurement, "no measurement");
    },
  },
  {
    name: "policy",
    title: "Attestation is there where the policy demands it, and the measurement is the reference value",
    why: "Authentic Evidence of a machine in the wrong state is a reason to refuse it.",
    requirements: ["expat-policy-evaluated", "expat-result-decides", "expat-missing-may-be-refused", "expat-policy-may-refuse"],
    applies(state) {
      if (state.input.policy.attestation === "none") return NOT_READ;
      const compares = attestationExtensions(state).length > 0 && state.input.policy.measurement !== undefined;
      return needs("certificate", ...(compares ? (["evidence"] as const) : []))(state);
    },
    run(state) {
      const { policy } = state.input;
      if (attestationExtensions(state).length === 0) {
        return policy.attestation === "required" ? finding("attestation-missing", "attestation in cmw_attestation", "none") : undefined;
      }
      if (policy.measurement === undefined) return undefined;
      const found = state.facts.evidence?.claims.measurement;
      return compare("policy", policy.measurement, found, "no measurement of one byte string");
    },
  },
  {
    name: "freshness",
    title: "No authenticator with this context was validated on the connection before",
    why: "What can be validated twice can be replayed.",
    requirements: ["rfc9261-validate-context-reuse", "rfc9261-spontaneous-context-unique"],
    applies: needs("certificate"),
    run(state) {
      const context = toHex(fact(state, "certificate").certificateRequestContext);
      if (!state.input.consumedContexts.has(context)) return undefined;
      return finding("context-reused", "a context that was not used before", context || "the empty context, used before");
    },
  },
];

const NO_BYTES: Bytes = new Uint8Array(0);

const NOT_READ: NotApplicable = { kind: "skipped", reason: "the policy is not to read attestation" };

/** Whether a step that reads the attestation applies: it is there, the policy has it read, and earlier steps found what this one needs. */
function reading(...names: readonly (keyof Facts)[]): (state: AppraisalState) => NotApplicable | undefined {
  return (state) => {
    if (state.input.policy.attestation === "none") return NOT_READ;
    const parsed = needs("certificate")(state);
    if (parsed) return parsed;
    if (attestationExtensions(state).length === 0) return { kind: "skipped", reason: "the authenticator holds no cmw_attestation" };
    return needs(...names)(state);
  };
}

function recordProblem(record: CmwRecord): Finding | undefined {
  const { indicator, type } = record;
  if (evidenceFormat(record) === undefined) return finding("cmw", `Evidence of ${[...evidenceFormats.keys()].join(", ")}`, String(type));
  // An absent indicator, unregistered bits and both bits are open; one that says "not Evidence" is not (docs/iut-protocol.md).
  if (indicator === null || (indicator & CmwIndicator.evidence) !== 0 || indicator > 31) return undefined;
  return finding("cmw", `an indicator with bit 2 (${CmwIndicator.evidence}, evidence), or none`, String(indicator));
}

function wrongEncoding({ encoding }: CmwRecord, { input: { asked, payload } }: AppraisalState): Finding | undefined {
  if (asked === undefined || asked.cmw === encoding || payload.name !== "cmw") return undefined;
  return finding("cmw", `a CMW in ${asked.cmw}, as it was told`, `one in ${encoding}`);
}

function evidenceFormat(record: CmwRecord): EvidenceFormat | undefined {
  return evidenceFormats.get(mediaTypeOf(record.type) ?? "");
}

function endEntityKey(state: AppraisalState): Bytes {
  const [leaf] = fact(state, "chain");
  if (leaf === undefined) throw new Error("step order: the chain is empty");
  return publicKeyBytes(leaf, state.input.profile.publicKey);
}

function compare(code: Finding["code"], expected: Bytes, found: Bytes | undefined, missing: string): Finding | undefined {
  if (found === undefined) return finding(code, preview(expected, 64), missing);
  return equalBytes(expected, found) ? undefined : finding(code, preview(expected, 64), preview(found, 64));
}
