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

/** A finding: the code of a refusal (docs/iut-protocol.md), what was expected and what there is. */
export function finding(code: RefusalCode, expected: string, found: string): Finding {
  return { code, expected, found };
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

/** One thing that a step demands of what is appraised. */
export interface Rule<State> {
  /** Stable, and unique in its step: `indicator-kind`. */
  readonly name: string;
  /** What holds where nothing is found, as a sentence. */
  readonly title: string;
  /** Ids of the ledger that the rule answers. */
  readonly requirements: readonly string[];
  /** Returns what is wrong, or undefined. May add facts to the state for what comes after it, also where it has a finding. */
  run(state: State): Finding | undefined;
  /** Adds the facts that what comes after it may rely on only where the rule has no finding, nor any rule of the step before it. */
  establish?(state: State): void;
}

/** One step of an appraisal: a question about a message, answered by the first of its rules that has a finding, or by none. */
export interface Step<State> {
  readonly name: string;
  /** The question as a statement that holds when nothing is found. */
  readonly title: string;
  /** What goes wrong in the world where an implementation gets this wrong. */
  readonly why: string;
  /** Undefined where the step applies to what is appraised; else why it does not. */
  applies?(state: State): NotApplicable | undefined;
  /** In the order in which they are asked. */
  readonly rules: readonly Rule<State>[];
}

/** Ids of the ledger that a step answers: those of its rules, each once. */
export function requirementsOf<State>({ rules }: Step<State>): string[] {
  return [...new Set(rules.flatMap(({ requirements }) => requirements))];
}

/** Why a step was not run: `skipped`, there is nothing for it to judge; `blocked`, an earlier step failed that it depends on. */
export interface NotApplicable {
  readonly kind: "skipped" | "blocked";
  readonly reason: string;
}

/** The outcome of one step. */
export type StepResult =
  | { readonly step: string; readonly kind: "passed" }
  | {
      readonly step: string;
      readonly kind: "finding";
      /** The rule of the step that has found it. */
      readonly rule: string;
      readonly finding: Finding;
      readonly mistakes?: readonly NamedMistake[];
    }
  | { readonly step: string; readonly kind: "skipped" | "blocked"; readonly reason: string };

/** Runs all steps to the end, as a judge does. */
export function runAll<State>(steps: readonly Step<State>[], state: State): StepResult[] {
  return steps.map((step) => runStep(step, state));
}

/** What ends an appraisal: a finding, with the step and the rule that it is of. */
export interface Refused {
  readonly step: string;
  readonly rule: string;
  readonly finding: Finding;
}

/** Runs the steps up to the first finding, as a relying party does; undefined where there is none. */
export function firstFinding<State>(steps: readonly Step<State>[], state: State): Refused | undefined {
  for (const step of steps) {
    const result = runStep(step, state);
    if (result.kind === "finding") return { step: step.name, rule: result.rule, finding: result.finding };
  }
  return undefined;
}

function runStep<State>(step: Step<State>, state: State): StepResult {
  const notApplicable = step.applies?.(state);
  if (notApplicable) return { step: step.name, ...notApplicable };
  for (const rule of step.rules) {
    const found = rule.run(state);
    if (found) return { step: step.name, kind: "finding", rule: rule.name, finding: found };
    rule.establish?.(state);
  }
  return { step: step.name, kind: "passed" };
}
