import { appraisalSteps, validate } from "../appraisal/appraise.ts";
import type { Step } from "../appraisal/finding.ts";
import type { AppraisalInput, AppraisalState } from "../appraisal/state.ts";
import type { Profile } from "../attestation/profile.ts";
import { pathRules } from "../authenticator/path-rules.ts";
import type { ExporterSource, Side } from "../authenticator/secrets.ts";
import { otherSide } from "../authenticator/secrets.ts";
import type { BuildInput } from "../forge/authenticator-values.ts";
import { buildAuthenticator, buildRequest } from "../forge/build.ts";
import { MutationError } from "../forge/edit.ts";
import type { Mutation } from "../forge/mutation.ts";
import type { RequestInput } from "../forge/request-stages.ts";
import type { IutControl } from "../iut/control.ts";
import type { Method, Params, Result } from "../iut/protocol.ts";
import { type Parts, rightParts } from "../reference/parts.ts";
import { Reference } from "../reference/reference.ts";
import { resolveMutation, type ValueScope } from "../scenario/values.ts";
import type { Breaks, Call, Condition, Edits, Fault, Judging, Overrides } from "./fault.ts";

/**
 * The reference with a fault (none: as it should be), behind the control protocol. `base` are parts that stand in for those of the
 * reference before the fault is built in. Throws Error where the fault names a step or a rule that there is not.
 */
export function faulty(fault: Fault | undefined, base: Partial<Parts> = {}): IutControl {
  const right = { ...rightParts, ...base };
  if (fault === undefined) return new Reference(right);
  const reference = new Reference({ ...right, ...partsOf(fault.breaks, right) });
  return "answers" in fault.breaks ? new Overriding(reference, fault.breaks.answers()) : reference;
}

/** True where a fault is one of TLS itself, which shows over real sockets alone. */
export function needsSockets({ breaks }: Fault): boolean {
  return "tls" in breaks;
}

function partsOf(breaks: Breaks, right: Parts): Partial<Parts> {
  if ("authenticator" in breaks) {
    return {
      buildAuthenticator: (input) =>
        whereItFits(
          () => buildAuthenticator(input, authenticatorEdits(breaks, input)),
          () => buildAuthenticator(input),
        ),
    };
  }
  if ("request" in breaks) {
    return {
      buildRequest: (input) =>
        whereItFits(
          () => buildRequest(input, requestEdits(breaks, input)),
          () => buildRequest(input),
        ),
    };
  }
  if ("rules" in breaks) {
    const steps = withRules(breaks.rules);
    return { appraise: (input) => validate(input, steps) };
  }
  if ("withoutRule" in breaks) return partsWithoutRule(breaks.withoutRule, right);
  if ("appraises" in breaks) return { appraise: (input) => right.appraise(breaks.appraises(input)) };
  if ("reports" in breaks) {
    return {
      appraise(input) {
        const verdict = right.appraise(input);
        return "accepted" in verdict ? { accepted: breaks.reports(verdict.accepted, input) } : verdict;
      },
    };
  }
  if ("parts" in breaks) return breaks.parts(right);
  if ("tls" in breaks) return breaks.tls(right);
  return {};
}

/** The appraisal with other rules in the places (`STEP/RULE`) of its own. Throws Error where there is no such rule. */
export function withRules(rules: Readonly<Record<string, Judging>>): Step<AppraisalState>[] {
  const left = new Set(Object.keys(rules));
  const steps = appraisalSteps.map((step) => ({
    ...step,
    rules: step.rules.map((rule) => {
      const place = `${step.name}/${rule.name}`;
      const judging = rules[place];
      left.delete(place);
      return judging ? { ...rule, run: judging(rule) } : rule;
    }),
  }));
  if (left.size > 0) throw new Error(`no rule ${[...left].join(", ")} in the appraisal`);
  return steps;
}

/** The edits of a fault in an authenticator; none where its condition does not hold. Throws MutationError where a value of them has no meaning there. */
export function authenticatorEdits(
  { authenticator, when = {} }: Extract<Breaks, { authenticator: unknown }>,
  input: BuildInput,
): Mutation[] {
  return fits(when, input) ? resolved(authenticator, input, scopeOf(input.sender, input.profile, input.connection)) : [];
}

/** The edits of a fault in a request. Throws MutationError in the same way. */
export function requestEdits({ request }: Extract<Breaks, { request: unknown }>, input: RequestInput): Mutation[] {
  return resolved(request, input, scopeOf(input.sender, input.profile));
}

function partsWithoutRule(place: string, right: Parts): Partial<Parts> {
  const [list = "", name = ""] = place.split("/");
  switch (list) {
    case "path": {
      const rules = without(pathRules, name);
      return { appraise: (input: AppraisalInput) => right.appraise({ ...input, pathRules: rules }) };
    }
    case "answering":
      return { answerRules: without(right.answerRules, name) };
    case "asking":
      return { askingRules: without(right.askingRules, name) };
    default:
      return { relyingRules: without(right.relyingRules, name) };
  }
}

function without<T extends { readonly name: string }>(list: readonly T[], name: string): T[] {
  const rest = list.filter((each) => each.name !== name);
  if (rest.length === list.length) throw new Error(`no "${name}" in ${list.map((each) => each.name).join(", ")}`);
  return rest;
}

function fits({ attested, hash, cmw, model, form, declines, spontaneous, format }: Condition, input: BuildInput): boolean {
  const { connection, identity, attestation, request } = input;
  const is = <T>(wanted: T | undefined, found: T) => wanted === undefined || wanted === found;
  return (
    is(attested, attestation !== null) &&
    is(hash, connection.hash) &&
    is(cmw, attestation?.cmw) &&
    is(form, attestation?.form) &&
    is(model, attestation ? modelOf(attestation.message) : undefined) &&
    is(declines, identity === null) &&
    is(spontaneous, request.length === 0) &&
    is(format, attestation && "format" in attestation.message ? attestation.message.format.name : undefined)
  );
}

function modelOf(message: NonNullable<BuildInput["attestation"]>["message"]) {
  return "ueid" in message ? "background-check" : "passport";
}

// The mistake cannot be made in everything: a scheme that has no salt cannot have a wrong one.
function whereItFits<T>(broken: () => T, right: () => T): T {
  try {
    return broken();
  } catch (error) {
    if (error instanceof MutationError) return right();
    throw error;
  }
}

function resolved<Input>(edits: Edits<Input>, input: Input, scope: ValueScope): Mutation[] {
  const list = typeof edits === "function" ? edits(input) : edits;
  return list.map((edit) => resolveMutation({ reseal: true, ...edit }, scope));
}

// In the forms of values the implementation is `{iut}` here too; there are no earlier messages to speak of.
function scopeOf(sender: Side, { exporterLabel, exporterLength }: Profile, connection?: ExporterSource): ValueScope {
  return {
    iutSide: sender,
    exporterLabel,
    exporterLength,
    lookUp(reference) {
      throw new MutationError(`{from: ${reference}}: a fault knows no earlier messages`);
    },
    connection(name) {
      if (connection === undefined)
        throw new MutationError(`{export, on: ${name}}: a request (of the ${otherSide(sender)}) exports nothing`);
      return connection;
    },
  };
}

/** An implementation of which some methods are answered otherwise. */
class Overriding implements IutControl {
  constructor(
    readonly right: IutControl,
    readonly overrides: Overrides,
  ) {}

  call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    const right: Call = (name, other) => this.right.call(name, other);
    return this.overrides[method]?.(params, right) ?? right(method, params);
  }

  stop(): Promise<void> {
    return this.right.stop();
  }

  diagnostics(): string {
    return this.right.diagnostics();
  }
}
