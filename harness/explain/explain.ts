import type { EmptyAppraisal } from "../appraisal/empty-steps.ts";
import type { NamedMistake, StepResult } from "../appraisal/finding.ts";
import type { RequestAppraisal } from "../appraisal/request-steps.ts";
import type { AppraisalState } from "../appraisal/state.ts";
import { HandshakeType } from "../wire/code-points.ts";
import { splitHandshake } from "../wire/handshake.ts";
import { claimMistakes, contextMistakes, extensionMistakes, pathMistakes, schemeMistakes } from "./answer-mistakes.ts";
import { cmwGiven, cmwMistakes, placementGiven, placementMistakes } from "./cmw-mistakes.ts";
import { evidenceGiven, evidenceMistakes } from "./evidence-mistakes.ts";
import { emptyFinishedGiven, emptyFinishedMistakes, finishedGiven, finishedMistakes } from "./finished-mistakes.ts";
import { aikHashStepMistakes, bindingStepMistakes, hashGiven } from "./hash-mistakes.ts";
import { attempt, fitting, type Mistake, withoutTest } from "./mistake.ts";
import { requestMistakes } from "./request-mistakes.ts";
import { signatureGiven, signatureMistakes } from "./signature-mistakes.ts";
import { frameGiven, frameMistakes, messagesGiven, parseMistakes } from "./structure-mistakes.ts";

/** The mistakes that a step can name, and how they are looked for in what the appraisal left. */
interface Explanation<State> {
  readonly mistakes: readonly NamedMistake[];
  name(state: State): NamedMistake[];
}

/** The known mistakes of each step that judges an authenticator, by the name of the step. */
const authenticatorExplanations: Readonly<Record<string, Explanation<AppraisalState>>> = {
  frame: explanation(frameMistakes, frameGiven),
  parse: both(explanation(parseMistakes, messagesGiven), explanation(finishedMistakes, finishedGiven)),
  context: explanation(contextMistakes, itself),
  schemes: explanation(schemeMistakes, itself),
  extensions: explanation(extensionMistakes, itself),
  placement: explanation(placementMistakes, placementGiven),
  "certificate-path": explanation(pathMistakes, itself),
  "certificate-verify": explanation(signatureMistakes, signatureGiven),
  finished: explanation(finishedMistakes, finishedGiven),
  cmw: explanation(cmwMistakes, cmwGiven),
  "evidence-signature": explanation(evidenceMistakes, evidenceGiven),
  binding: explanation(bindingStepMistakes, hashGiven),
  "aik-hash": explanation(aikHashStepMistakes, hashGiven),
  claims: explanation(claimMistakes, itself),
};

const emptyExplanations: Readonly<Record<string, Explanation<EmptyAppraisal>>> = {
  "empty-frame": explanation(
    [
      {
        id: "empty-frame/certificate-sent",
        title: "the empty Certificate is sent before Finished, as the TLS handshake does",
        hint: "Send Finished alone: the empty Certificate goes into the MAC and is not sent.",
        requirements: ["rfc9261-empty-authenticator"],
        fits: ({ authenticator }) => {
          const messages = splitHandshake(authenticator, "authenticator");
          return messages.map(({ type }) => type).join() === [HandshakeType.certificate, HandshakeType.finished].join();
        },
      },
      ...emptyFinishedMistakes.map((mistake) => ({
        ...mistake,
        fits: (state: EmptyAppraisal) => state.authenticator[0] === HandshakeType.finished && mistake.fits(emptyFinishedGiven(state)),
      })),
    ],
    itself,
  ),
  "empty-finished": explanation(emptyFinishedMistakes, emptyFinishedGiven),
};

const requestExplanations: Readonly<Record<string, Explanation<RequestAppraisal>>> = Object.fromEntries(
  [...requestMistakes].map(([step, mistakes]) => [step, explanation(mistakes, itself<RequestAppraisal>)]),
);

/** Results of the judge with the known mistakes that explain each finding. Costs nothing where nothing was found; never throws. */
export function explainAuthenticator(results: readonly StepResult[], state: AppraisalState): StepResult[] {
  return results.map((result) => explained(result, authenticatorExplanations, state));
}

/** The same for an empty authenticator (`appraisal/empty-steps.ts`). */
export function explainEmpty(results: readonly StepResult[], state: EmptyAppraisal): StepResult[] {
  return results.map((result) => explained(result, emptyExplanations, state));
}

/** The same for a request (`appraisal/request-steps.ts`). */
export function explainRequest(results: readonly StepResult[], state: RequestAppraisal): StepResult[] {
  return results.map((result) => explained(result, requestExplanations, state));
}

/** All that can be named, by the step as checks are called: `certificate-verify`, `empty-finished`, `request-offer`. */
export const knownMistakes: ReadonlyMap<string, readonly NamedMistake[]> = new Map([
  ...Object.entries(authenticatorExplanations).map(([step, { mistakes }]) => [step, ownOf(step, mistakes)] as const),
  ...Object.entries(emptyExplanations).map(([step, { mistakes }]) => [step, ownOf(step, mistakes)] as const),
  ...Object.entries(requestExplanations).map(([step, { mistakes }]) => [`request-${step}`, mistakes] as const),
]);

// `parse` and `empty-frame` can name what is wrong with Finished too; it is listed once, where it belongs.
function ownOf(step: string, mistakes: readonly NamedMistake[]): readonly NamedMistake[] {
  return mistakes.filter(({ id }) => id.startsWith(`${step}/`));
}

function explained<State>(result: StepResult, explanations: Readonly<Record<string, Explanation<State>>>, state: State): StepResult {
  if (result.kind !== "finding") return result;
  const mistakes = explanations[result.step]?.name(state) ?? [];
  return mistakes.length === 0 ? result : { ...result, mistakes };
}

function explanation<State, Given>(mistakes: readonly Mistake<Given>[], given: (state: State) => Given | undefined): Explanation<State> {
  return {
    mistakes: mistakes.map(withoutTest),
    name(state) {
      // A malformed message can leave nothing that a mistake could be looked for in.
      const known = attempt(() => given(state));
      return known === undefined ? [] : fitting(mistakes, known);
    },
  };
}

function both<State>(...explanations: readonly Explanation<State>[]): Explanation<State> {
  return {
    mistakes: explanations.flatMap(({ mistakes }) => mistakes),
    name: (state) => explanations.flatMap(({ name }) => name(state)),
  };
}

function itself<State>(state: State): State {
  return state;
}
