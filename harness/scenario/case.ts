import { judgedSteps } from "../appraisal/appraise.ts";
import { cmwRequirements } from "../appraisal/cmw-step.ts";
import { contextSteps } from "../appraisal/context-steps.ts";
import { emptySteps } from "../appraisal/empty-steps.ts";
import { type Step as AppraisalStep, requirementsOf } from "../appraisal/finding.ts";
import { requestSteps } from "../appraisal/request-steps.ts";
import type { Model } from "../attestation/format.ts";
import type { Ability } from "../iut/driver.ts";
import type { Behaviour, Showing } from "./ambiguities.ts";
import type { FormatName, SchemeName, SuiteName } from "./parameters.ts";
import type { Step } from "./schema.ts";

export type Role = "attester" | "relying-party";
export type Kind = "positive" | "negative" | "probe";

/** A question with a stable id, tied to statements of the specifications. */
export interface Check {
  readonly id: string;
  /** A sentence that holds for a conforming implementation. */
  readonly title: string;
  /** What goes wrong in the world where it does not hold. */
  readonly why: string | undefined;
  readonly requirements: readonly string[];
  readonly iut: Role;
  readonly kind: Kind;
  /** The security goal that falls where it fails; `none` or undefined: none. */
  readonly goal: string | undefined;
}

/** A scenario: a check that is answered by a script, and the further checks that the judging in it answers. */
export interface Case extends Check {
  /** The model of the attestation that is asked for; undefined: none is. */
  readonly model: Model | undefined;
  readonly attested: boolean;
  /** The positive twin, which must succeed on the same kind of connection first. */
  readonly control: Case | undefined;
  readonly sides: readonly ("client" | "server")[];
  /** undefined: one that the IUT supports. */
  readonly cipherSuites: readonly SuiteName[] | undefined;
  readonly schemes: readonly SchemeName[] | undefined;
  readonly formats: readonly FormatName[] | undefined;
  /** The only one that it makes sense with, where it is not one of several. */
  readonly format: FormatName | undefined;
  readonly features: readonly string[];
  readonly abilities: ReadonlySet<Ability>;
  readonly steps: readonly Step[];
  /** Of an exchange between two implementations: the ids of the cases that ask each end alone for its part in it. */
  readonly alone: readonly string[];
  /** Of a probe: what it shows at an open point, by what the IUT does at the observed step. */
  readonly behaviours: ReadonlyMap<Showing, Behaviour>;
  /** One for each step of the appraisals that the script has the harness make: `ID#step`. */
  readonly judged: readonly Check[];
}

interface JudgingStep {
  readonly name: string;
  /** In which role the IUT made what is judged: a script may have it play both. */
  readonly role: Role;
  readonly title: string;
  readonly why: string;
  readonly requirements: readonly string[];
}

// Without attestation these have nothing to judge; without a request, `context` has nothing to compare with.
const SHARED_STEPS = ["placement", "cmw", "policy"];
const MODEL_STEPS: Readonly<Record<Model, readonly string[]>> = {
  "background-check": ["evidence-signature", "binding", "aik-hash", "claims"],
  passport: ["result", "result-status", "result-key"],
};
const ATTESTATION_STEPS = new Set([...SHARED_STEPS, ...Object.values(MODEL_STEPS).flat()]);

/** The steps of the appraisals that a script has the harness make of what the IUT sends. */
export function judgingSteps(iut: Role, model: Model | undefined, steps: readonly Step[]): readonly JudgingStep[] {
  const made = steps.flatMap((step) => ("authenticate" in step && step.authenticate.by === "iut" ? [step.authenticate] : []));
  const judging: JudgingStep[] = [];
  if (made.some(({ expect }) => expect === "empty")) judging.push(...as("attester", emptySteps.map(named)));
  if (steps.some((step) => "validate" in step && step.validate.by === "harness")) {
    const spontaneous = made.some(({ request }) => request === null);
    const applies = ({ name }: { readonly name: string }) =>
      (!ATTESTATION_STEPS.has(name) || (model && [...SHARED_STEPS, ...MODEL_STEPS[model]].includes(name))) &&
      !(spontaneous && name === "context") &&
      (name !== "freshness" || made.length > 1) &&
      // Of two certificates no other order has a path: only where the case chooses a chain is there something to ask.
      (name !== "certificate-order" || made.some(({ identity }) => identity != null));
    const wrappers = made.map(({ attestation }) => cmwRequirements(attestation?.cmw ?? "cbor", attestation?.form ?? "record"));
    const ofWrapper = [...new Set(wrappers.flat())];
    const judged = judgedSteps.filter(applies).map(named);
    judging.push(
      ...as(
        "attester",
        judged.map((step) => (step.name === "cmw" ? { ...step, requirements: ofWrapper } : step)),
      ),
    );
  }
  const sample = steps.find((step) => "contexts" in step);
  if (sample) judging.push(...as(sample.contexts.of === "requests" ? "relying-party" : "attester", contextSteps.map(named)));
  if (judgesRequests(iut, steps)) {
    const offers = steps.some((step) => "request" in step && (step.request.attestation ?? model !== undefined));
    const asking = requestSteps.filter(({ name }) => offers || name !== "offer");
    judging.push(
      ...as(
        "relying-party",
        asking.map((step) => ({ ...named(step), name: `request-${step.name}` })),
      ),
    );
  }
  return judging;
}

function named<State>(step: AppraisalStep<State>): Omit<JudgingStep, "role"> {
  const { name, title, why } = step;
  return { name, title, why, requirements: requirementsOf(step) };
}

function as(role: Role, steps: readonly Omit<JudgingStep, "role">[]): JudgingStep[] {
  return steps.map((step) => ({ ...step, role }));
}

/** True where the case is about the requests themselves: a relying party asks, and nothing is validated afterwards. */
export function judgesRequests(iut: Role, steps: readonly Step[]): boolean {
  const asks = steps.some((step) => "request" in step);
  return asks && iut === "relying-party" && !steps.some((step) => "validate" in step || "authenticate" in step);
}

/** What a driver must be able to do for this script, beside moving messages. */
export function neededAbilities(iut: Role, steps: readonly Step[]): Set<Ability> {
  const abilities = new Set<Ability>();
  let exchanges = 0;
  const asking: string[] = [];
  for (const step of steps) {
    if ("context" in step) abilities.add("get-context");
    if ("data" in step) abilities.add("application-data");
    if ("contexts" in step) {
      abilities.add("several-exchanges");
      if (step.contexts.of === "authenticators") abilities.add("spontaneous");
    }
    if ("authenticate" in step) {
      const { by, identity, attestation, request } = step.authenticate;
      exchanges++;
      if (by === "iut" && identity !== undefined) abilities.add("choose-identity");
      if (by === "iut" && attestation !== undefined) abilities.add("choose-attestation");
      if (by === "iut" && iut === "relying-party") abilities.add("both-roles");
      if (request === null) abilities.add("spontaneous");
    }
    if ("request" in step && step.request.by === "iut") {
      const { attestation, signatureSchemes, context, on = "main" } = step.request;
      if (asking.includes(on)) abilities.add("several-exchanges");
      asking.push(on);
      if (attestation !== undefined || signatureSchemes !== undefined || context !== undefined) abilities.add("choose-request");
      if (iut === "attester") abilities.add("both-roles");
    }
    if ("validate" in step && step.validate.by === "iut") {
      const { trust, policy, now } = step.validate;
      if (trust !== undefined || policy !== undefined || now !== undefined) abilities.add("choose-policy");
    }
  }
  if (exchanges > 1) abilities.add("several-exchanges");
  return abilities;
}
