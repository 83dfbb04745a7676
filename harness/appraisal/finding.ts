/** Codes of a refusal, as docs/iut-protocol.md knows them. They help diagnosis; no verdict depends on one. */
export type RefusalCode =
  | "malformed"
  | "context-mismatch"
  | "context-reused"
  | "wrong-role"
  | "no-common-scheme"
  | "scheme-not-offered"
  | "unsolicited-extension"
  | "signature-mismatch"
  | "finished-mismatch"
  | "empty-authenticator"
  | "pkix"
  | "attestation-missing"
  | "cmw"
  | "evidence-signature"
  | "result-signature"
  | "binding-mismatch"
  | "aik-mismatch"
  | "policy"
  | "other";

/** What a step found wrong. */
export interface Finding {
  readonly code: RefusalCode;
  readonly expected: string;
  readonly found: string;
}

/** A mistake of which it is known what it gives: what was received is that, and nothing else explains it as well. */
export interface NamedMistake {
  /** Stable: `certificate-verify/request-left-out`. */
  readonly id: string;
  /** What was done, as people would say it. */
  readonly title: string;
  /** What to change. */
  readonly hint: string;
  /** Ids of the ledger. */
  readonly requirements: readonly string[];
}

/** One step of an appraisal: a question about a message, answered by nothing or a finding. */
export interface Step<State> {
  readonly name: string;
  /** The question as a statement that holds when nothing is found. */
  readonly title: string;
  /** What goes wrong in the world where an implementation gets this wrong. */
  readonly why: string;
  /** Ids of the ledger that the step answers. */
  readonly requirements: readonly string[];
  /** Undefined where the step applies to what is appraised; else why it does not. */
  applies?(state: State): NotApplicable | undefined;
  /** Returns the first thing that is wrong, or undefined. May add facts to the state for later steps. */
  run(state: State): Finding | undefined;
}

/** Why a step was not run: `skipped`, there is nothing for it to judge; `blocked`, an earlier step failed that it depends on. */
export interface NotApplicable {
  readonly kind: "skipped" | "blocked";
  readonly reason: string;
}

/** The outcome of one step. */
export type StepResult =
  | { readonly step: string; readonly kind: "passed" }
  | { readonly step: string; readonly kind: "finding"; readonly finding: Finding; readonly mistakes?: readonly NamedMistake[] }
  | { readonly step: string; readonly kind: "skipped" | "blocked"; readonly reason: string };

/** Runs all steps to the end, as a judge does. */
export function runAll<State>(steps: readonly Step<State>[], state: State): StepResult[] {
  return steps.map((step) => runStep(step, state));
}

/** Runs the steps up to the first finding, as a relying party does; undefined where there is none. */
export function firstFinding<State>(steps: readonly Step<State>[], state: State): { step: string; finding: Finding } | undefined {
  for (const step of steps) {
    const result = runStep(step, state);
    if (result.kind === "finding") return { step: step.name, finding: result.finding };
  }
  return undefined;
}

function runStep<State>(step: Step<State>, state: State): StepResult {
  const notApplicable = step.applies?.(state);
  if (notApplicable) return { step: step.name, ...notApplicable };
  const finding = step.run(state);
  return finding ? { step: step.name, kind: "finding", finding } : { step: step.name, kind: "passed" };
}
