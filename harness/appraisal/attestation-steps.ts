import type { Cmw, CmwEncoding } from "../attestation/cmw.ts";
import { toHex } from "../wire/bytes.ts";
import { compare, each, evidenceIn, NOT_READ, reading } from "./attestation-reading.ts";
import { attestationExtensions, finding } from "./authenticator-steps.ts";
import { messagesIn, readCmw } from "./cmw-reading.ts";
import { evidenceSteps } from "./evidence-steps.ts";
import type { Step } from "./finding.ts";
import { resultSteps } from "./result-steps.ts";
import { type AppraisalState, fact, needs } from "./state.ts";

/** The statements that a CMW of that encoding and form answers, whatever it holds. */
export function cmwRequirements(encoding: CmwEncoding, form: Cmw["form"]): readonly string[] {
  const wrapper = ["expat-cmw-format", "expat-cmw-serialisation", "iut-cmw-as-asked", "cmw-tree", "eat-media-type"];
  if (form === "tag") return [...wrapper, "cmw-tag-range", "cmw-tag-value"];
  const ofJson = ["cmw-json-no-content-format", "cmw-json-base64url", "cmw-json-base64url-text-too"];
  const indicator = ["cmw-ind-range", "cmw-ind-nonzero", "cmw-ind-omitted", "cmw-ind-kind"];
  const record = [...wrapper, "cmw-record-structure", "cmw-type", ...indicator, ...(encoding === "json" ? ofJson : ["cmw-cbor-bytes"])];
  if (form === "record") return record;
  const ofCollection = ["structure", "label-unique", "nonempty", "type-reserved", "type-oid-absolute", "type-uri-absolute"];
  return [...record, ...ofCollection.map((name) => `cmw-collection-${name}`)];
}

/** The steps that the expat draft adds: what stands in cmw_attestation, and what it is bound to (second spine, second part). */
export const attestationSteps: readonly Step<AppraisalState>[] = [
  {
    name: "cmw",
    title: "cmw_data is a RATS CMW of Evidence or an Attestation Result, of a media type that is known here",
    why: "A wrapper that others cannot read ends interoperability before the first byte of Evidence.",
    requirements: [...new Set([...cmwRequirements("cbor", "record"), ...cmwRequirements("json", "record")])],
    applies: reading("cmwData"),
    run(state) {
      const cmwData = fact(state, "cmwData");
      const problem = readCmw(state, cmwData);
      const { payload } = state.input;
      // An implementation that carries something else is wrong here; the adapter lets the later steps be judged all the same.
      if (problem && payload.decode) {
        try {
          const messages = messagesIn(payload.decode(cmwData), state);
          if (!("code" in messages)) state.facts.messages = messages;
        } catch (error) {
          return finding("cmw", `a CMW, or at least a payload of "${payload.name}"`, (error as Error).message);
        }
      }
      return problem;
    },
  },
  ...evidenceSteps,
  ...resultSteps,
  {
    name: "policy",
    title: "Attestation is there where the policy demands it, and the measurement is the reference value",
    why: "Authentic Evidence of a machine in the wrong state is a reason to refuse it.",
    requirements: ["expat-policy-evaluated", "expat-result-decides", "expat-missing-may-be-refused", "expat-policy-may-refuse"],
    applies(state) {
      if (state.input.policy.attestation === "none") return NOT_READ;
      const compares = attestationExtensions(state).length > 0 && state.input.policy.measurement !== undefined;
      const unread = compares ? needs("messages")(state) : undefined;
      const hasEvidence = compares && evidenceIn(state).length > 0;
      return needs("certificate")(state) ?? unread ?? (hasEvidence ? needs("evidence")(state) : undefined);
    },
    run(state) {
      const { policy } = state.input;
      if (attestationExtensions(state).length === 0) {
        return policy.attestation === "required" ? finding("attestation-missing", "attestation in cmw_attestation", "none") : undefined;
      }
      const { measurement } = policy;
      if (measurement === undefined) return undefined;
      return each(state.facts.evidence ?? [], ({ claims }) =>
        compare("policy", measurement, claims.measurement, "no measurement of one byte string"),
      );
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
