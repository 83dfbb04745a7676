import { type NamedMistake, requirementsOf, runAll, type Step, type StepResult } from "../appraisal/finding.ts";
import { explainAuthenticator, explainEmpty, explainRequest } from "../explain/explain.ts";
import { InputError } from "../input/input-error.ts";
import type { JsonProblem } from "../input/json-problem.ts";
import { MissingValue } from "../vectors/connection.ts";
import type { Begun } from "../vectors/judge.ts";
import type { Kind } from "../vectors/kinds.ts";
import { type ComparedClaim, compareClaims } from "./claims.ts";
import { type Divergence, inAuthenticator, inEmpty, inExporter, inRequest, ofValues } from "./divergence.ts";
import { type Needed, prepare } from "./given.ts";
import type { Recording } from "./schema.ts";
import { type ComputedValue, computedValues } from "./values.ts";

/** The judgement of one step; `not-judged`: the recording does not give what the step needs. */
export interface AppraisedStep {
  readonly step: string;
  readonly title: string;
  readonly why: string;
  /** Ids of the ledger: of a finding those of its known mistake, where there is one, else those of the step. */
  readonly requirements: readonly string[];
  readonly outcome: StepResult["kind"] | "not-judged";
  /** Why it is blocked or skipped, or what was judged of it all the same. */
  readonly reason?: string;
  /** Members of the recording's inputs, one of which would do. */
  readonly needs?: readonly string[];
  readonly finding?: { readonly code: string; readonly expected: string; readonly found: string };
  readonly mistakes?: readonly NamedMistake[];
}

/** All that is said of a recording. */
export interface Appraisal {
  readonly kind: Kind;
  readonly id: string | undefined;
  readonly title: string | undefined;
  /** What a vector is by its file. */
  readonly promised: "valid" | "invalid" | undefined;
  /** The time that certificates and tokens were judged by, and whether the recording says it. */
  readonly now: { readonly time: Date; readonly recorded: boolean } | undefined;
  readonly steps: readonly AppraisedStep[];
  readonly values: readonly ComputedValue[];
  readonly claims: readonly ComparedClaim[];
  readonly divergence: Divergence | undefined;
  /** Inputs that a step could not read. */
  readonly problems: readonly JsonProblem[];
}

/** True where something is wrong with what was recorded. */
export function hasFinding({ steps, claims }: Appraisal): boolean {
  return steps.some(({ outcome }) => outcome === "finding") || claims.some(({ agrees }) => agrees === false);
}

/** Judges a recording by all steps of its kind; `clock` is the time where it names none. Throws InputError where an input cannot be read. */
export function appraise(recording: Recording, clock: Date): Appraisal {
  const { begun, needed, now } = prepare(recording, clock);
  const problems: JsonProblem[] = [];
  const parts = begun.map((part) => ({ part, results: resultsOf(part, needed, problems) }));
  const steps = parts.flatMap(({ part, results }) => part.steps.map((step, index) => describe(part.prefix, step, results[index])));
  const requestKnown = recording.kind !== "authenticator" || ("request" in recording.inputs && recording.inputs.request !== undefined);
  const last = begun.at(-1);
  const values = begun.flatMap((part) => computedValues(part, requestKnown));
  const claims = compareClaims(recording.claimed, values, last);
  return {
    kind: recording.kind,
    id: recording.id,
    title: recording.title ?? recording.comment,
    promised: recording.result,
    now: now && { time: now, recorded: "now" in recording.inputs && recording.inputs.now !== undefined },
    steps,
    values,
    claims,
    // What was computed wrongly comes before the message that it went into.
    divergence: ofClaims(claims) ?? ofMessage(parts, values),
    problems,
  };
}

interface Judged {
  readonly part: Begun;
  readonly results: readonly Result[];
}

type Result =
  | StepResult
  | { readonly step: string; readonly kind: "not-judged"; readonly needs: readonly string[]; readonly judged?: string | undefined };

function resultsOf(part: Begun, needed: ReadonlyMap<string, readonly Needed[]>, problems: JsonProblem[]): Result[] {
  switch (part.about) {
    case "exporter":
      return run(part.steps, part.state, needed, problems);
    case "request":
      return explained(run(part.steps, part.state, new Map(), problems), (results) => explainRequest(results, part.state));
    case "empty":
      return explained(run(part.steps, part.state, needed, problems), (results) => explainEmpty(results, part.state));
    case "authenticator":
      return explained(run(part.steps, part.state, needed, problems), (results) => explainAuthenticator(results, part.state));
  }
}

// A step that asks the exporter for what nobody gave is the only one that stops; the others go on.
function run<State extends object>(
  steps: readonly Step<State>[],
  state: State,
  needed: ReadonlyMap<string, readonly Needed[]>,
  problems: JsonProblem[],
): Result[] {
  return steps.map((step): Result => {
    const needs = needed.get(step.name) ?? [];
    const first = needs.find(({ judged, where }) => judged === undefined && where === undefined);
    if (first && step.applies?.(state)?.kind !== "blocked") return { step: step.name, kind: "not-judged", needs: first.members };
    try {
      const [result] = runAll([step], state);
      if (result === undefined) throw new RangeError(`the step ${step.name} has no result`);
      const missing = result.kind === "passed" ? needs.find(({ where }) => where?.(state) ?? true) : undefined;
      return missing ? { step: step.name, kind: "not-judged", needs: missing.members, judged: missing.judged } : result;
    } catch (error) {
      if (error instanceof MissingValue) return { step: step.name, kind: "not-judged", needs: error.members };
      if (!(error instanceof InputError)) throw error;
      if (problems.every(({ found }) => found !== error.message))
        problems.push({ path: "inputs", expected: "values that fit", found: error.message });
      return { step: step.name, kind: "blocked", reason: error.message };
    }
  });
}

function explained(results: readonly Result[], explain: (results: readonly StepResult[]) => StepResult[]): Result[] {
  const explanations = explain(results.filter((result) => result.kind !== "not-judged"));
  return results.map((result) => explanations.find(({ step }) => step === result.step) ?? result);
}

function describe(prefix: string, step: Pick<Step<never>, "name" | "title" | "why" | "rules">, result: Result | undefined): AppraisedStep {
  const { name, title, why } = step;
  const requirements = requirementsOf(step);
  const described = { step: prefix + name, title, why };
  if (result === undefined) throw new RangeError(`the step ${name} has no result`);
  switch (result.kind) {
    case "finding": {
      const { finding, mistakes = [] } = result;
      const narrower = [...new Set(mistakes.flatMap((mistake) => mistake.requirements))];
      const ofRule = step.rules.find((rule) => rule.name === result.rule)?.requirements ?? requirements;
      return { ...described, outcome: "finding", requirements: narrower.length > 0 ? narrower : ofRule, finding, mistakes };
    }
    case "not-judged":
      return { ...described, outcome: "not-judged", requirements, needs: result.needs, ...(result.judged && { reason: result.judged }) };
    case "passed":
      return { ...described, outcome: "passed", requirements };
    default:
      return { ...described, outcome: result.kind, requirements, reason: result.reason };
  }
}

function ofClaims(claims: readonly ComparedClaim[]): Divergence | undefined {
  const wrong = claims.find(({ agrees }) => agrees === false);
  return wrong?.expected && ofValues(`claimed.${wrong.name}`, undefined, wrong.expected, wrong.claimed);
}

function ofMessage(parts: readonly Judged[], values: readonly ComputedValue[]): Divergence | undefined {
  for (const { part, results } of parts) {
    const first = results.find(({ kind }) => kind === "finding");
    if (first === undefined) continue;
    switch (part.about) {
      case "exporter":
        return inExporter(part.state, values);
      case "request":
        return inRequest(first.step, part.state);
      case "empty":
        return inEmpty(first.step, part.state, values);
      case "authenticator":
        return inAuthenticator(first.step, part.state, values);
    }
  }
  return undefined;
}
