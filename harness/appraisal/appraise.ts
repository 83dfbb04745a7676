import type { Model } from "../attestation/format.ts";
import type { Bytes } from "../wire/bytes.ts";
import { attestationSteps } from "./attestation-steps.ts";
import { authenticatorSteps } from "./authenticator-steps.ts";
import { firstFinding, type Refused, runAll, type Step, type StepResult } from "./finding.ts";
import { messageSteps } from "./message-steps.ts";
import { proofSteps } from "./proof-steps.ts";
import { senderSteps } from "./sender-steps.ts";
import { type AppraisalInput, type AppraisalState, attestationExtensions, beginAppraisal } from "./state.ts";

/** The appraisal of an authenticator (second spine). A person who has read this list knows what is judged, and in which order. */
export const appraisalSteps: readonly Step<AppraisalState>[] = [...messageSteps, ...authenticatorSteps, ...proofSteps, ...attestationSteps];

/** What the judge asks: the appraisal, and what binds the sender alone. */
export const judgedSteps: readonly Step<AppraisalState>[] = [...appraisalSteps, ...senderSteps];

/** What a relying party learns of an authenticator that it accepts. */
export interface Accepted {
  readonly context: Bytes;
  /** As received, leaf first, DER. */
  readonly chain: readonly Bytes[];
  /** Model and media type (without parameters) of the first message where attestation was verified, else undefined. */
  readonly attestation: { readonly model: Model; readonly mediaType: string } | undefined;
}

/** Judges an authenticator to the end: one result for each step, in order, and the state that the steps left. */
export function judge(input: AppraisalInput): { results: StepResult[]; attested: boolean; state: AppraisalState } {
  const state = beginAppraisal(input);
  const results = runAll(judgedSteps, state);
  return { results, attested: attestationExtensions(state).length > 0, state };
}

/** Validates an authenticator as a relying party does ("validate", RFC 9261 section 7.4): accepted, or refused at the first finding. */
export function validate(
  input: AppraisalInput,
  steps: readonly Step<AppraisalState>[] = appraisalSteps,
): { accepted: Accepted } | { refused: Refused } {
  const state = beginAppraisal(input);
  const refused = firstFinding(steps, state);
  if (refused) return { refused };
  const { certificate, messages } = state.facts;
  return {
    accepted: {
      context: certificate?.certificateRequestContext ?? new Uint8Array(0),
      chain: certificate?.entries.map(({ certData }) => certData) ?? [],
      attestation: messages?.[0]?.format,
    },
  };
}
