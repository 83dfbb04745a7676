import { toHex } from "../wire/bytes.ts";
import { evidenceIn, NOT_READ } from "./attestation-reading.ts";
import { cmwStep } from "./cmw-step.ts";
import { equal, evidenceSteps, present } from "./evidence-steps.ts";
import { finding, type Step } from "./finding.ts";
import { resultSteps } from "./result-steps.ts";
import { type AppraisalState, attestationExtensions, fact, needs } from "./state.ts";

/** The steps that the expat draft adds: what stands in cmw_attestation, and what it is bound to (second spine, second part). */
export const attestationSteps: readonly Step<AppraisalState>[] = [
  cmwStep,
  ...evidenceSteps,
  ...resultSteps,
  {
    name: "policy",
    title: "Attestation is there where the policy demands it, and the measurement is the reference value",
    why: "Authentic Evidence of a machine in the wrong state is a reason to refuse it.",
    applies(state) {
      if (state.input.policy.attestation === "none") return NOT_READ;
      const compares = attestationExtensions(state).length > 0 && state.input.policy.measurement !== undefined;
      const unread = compares ? needs("messages")(state) : undefined;
      const hasEvidence = compares && evidenceIn(state).length > 0;
      return needs("certificate")(state) ?? unread ?? (hasEvidence ? needs("evidence")(state) : undefined);
    },
    rules: [
      {
        name: "attestation",
        title: "Attestation is there where the policy demands it",
        requirements: ["expat-policy-evaluated", "expat-missing-may-be-refused", "expat-policy-may-refuse"],
        run(state) {
          const missing = attestationExtensions(state).length === 0 && state.input.policy.attestation === "required";
          return missing ? finding("attestation-missing", "attestation in cmw_attestation", "none") : undefined;
        },
      },
      {
        name: "measurement-present",
        title: "The Evidence has a measurement of one byte string, where the policy has a reference value",
        requirements: ["expat-policy-evaluated", "expat-result-decides", "expat-policy-may-refuse"],
        run(state) {
          const { measurement } = state.input.policy;
          return measurement && present(state, "measurement", "policy", () => measurement, "no measurement of one byte string");
        },
      },
      {
        name: "measurement",
        title: "The measurement is the reference value",
        requirements: ["expat-policy-evaluated", "expat-result-decides", "expat-policy-may-refuse"],
        run(state) {
          const { measurement } = state.input.policy;
          return measurement && equal(state, "measurement", "policy", measurement);
        },
      },
    ],
  },
  {
    name: "freshness",
    title: "No authenticator with this context was validated on the connection before",
    why: "What can be validated twice can be replayed.",
    applies: needs("certificate"),
    rules: [
      {
        name: "context-new",
        title: "The context was not used before",
        requirements: ["rfc9261-validate-context-reuse", "rfc9261-spontaneous-context-unique"],
        run(state) {
          const context = toHex(fact(state, "certificate").certificateRequestContext);
          if (!state.input.consumedContexts.has(context)) return undefined;
          return finding("context-reused", "a context that was not used before", context || "the empty context, used before");
        },
      },
    ],
  },
];
