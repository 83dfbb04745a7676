import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import type { Model } from "../attestation/format.ts";
import { InputError } from "../input/input-error.ts";
import { readYaml } from "../input/yaml-file.ts";
import { packageRoot } from "../paths.ts";
import { type Ambiguities, checkRegister, loadAmbiguities } from "./ambiguities.ts";
import { type Case, type Check, judgingSteps, type Kind, neededAbilities, type Role } from "./case.ts";
import { checkGoalsOf, type Goals, goalOf, loadGoals } from "./goals.ts";
import { type Ledger, loadLedger } from "./ledger.ts";
import { behavioursOf } from "./probe.ts";
import { type CaseFile, type Step, type SuiteFile, suiteSchema } from "./schema.ts";

/** What the suites rest on. */
export interface Foundations {
  readonly ledger: Ledger;
  readonly ambiguities: Ambiguities;
  readonly goals: Goals;
}

/** All that the suites hold: the cases in the order of their files, and what they rest on. */
export interface Library extends Foundations {
  readonly cases: readonly Case[];
}

// Beside the suites, and no suites themselves.
const OTHER_FILES = new Set(["ambiguities.yaml", "goals.yaml"]);

/** Reads the ledger, the ambiguity register, the goals and every suite below `folder`. Throws InputError with file and place where something does not fit. */
export function loadLibrary(folder = join(packageRoot, "suites")): Library {
  const ledger = loadLedger(join(folder, "requirements"));
  const ambiguities = loadAmbiguities(folder);
  const goals = loadGoals(folder);
  checkGoalsOf(ledger, goals);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".yaml") && !name.startsWith("requirements") && !OTHER_FILES.has(name))
    .sort();
  const suites = files.map((name) => ({ name: relative(".", join(folder, name)), suite: readYaml(join(folder, name), suiteSchema) }));
  const cases = link(suites, { ledger, ambiguities, goals });
  const probed = new Set(cases.flatMap(({ behaviours }) => [...behaviours.values()].map(({ ambiguity }) => ambiguity)));
  const references = [...ledger.values()].flatMap(({ id, open }) =>
    open === undefined ? [] : [{ here: `requirement ${id}`, ambiguity: open }],
  );
  checkRegister(ambiguities, references, probed);
  return { cases, ledger, ambiguities, goals };
}

/**
 * The exchanges of the interop matrix: cases in which one implementation plays both roles, which two share there. Throws InputError where
 * something does not fit, or an exchange names a check that there is not.
 */
export function loadExchanges(library: Library, file = join(packageRoot, "interop", "exchanges.yaml")): Case[] {
  const name = relative(".", file);
  const exchanges = link([{ name, suite: readYaml(file, suiteSchema) }], library);
  for (const { id, alone } of exchanges) {
    const unknown = alone.find((check) => !library.cases.some((each) => each.id === check));
    if (unknown !== undefined || alone.length === 0) throw new InputError(`${name}: ${id}: alone: no check ${unknown ?? "is named"}`);
  }
  return exchanges;
}

/** Every check of the library: the cases, and what is judged in them. */
export function allChecks({ cases }: Library): Check[] {
  return cases.flatMap((each) => [each, ...each.judged]);
}

/**
 * Turns suite files into cases: controls found (also among the cases that are `known`), their steps varied, requirements, goals and open
 * points looked up. Throws InputError.
 */
export function link(
  suites: readonly { readonly name: string; readonly suite: SuiteFile }[],
  foundations: Foundations,
  known: readonly Case[] = [],
): Case[] {
  const done = new Map(known.map((each) => [each.id, each]));
  const written = new Map<string, { file: CaseFile; suite: string; name: string }>();
  for (const { name, suite } of suites) {
    for (const file of suite.cases) {
      const id = `${suite.suite}/${file.id}`;
      if (written.has(id) || done.has(id)) throw new InputError(`${name}: the case ${id} stands twice`);
      written.set(id, { file, suite: suite.suite, name });
    }
  }
  const complete = (id: string, trail: readonly string[]): Case => {
    const completed = done.get(id);
    if (completed) return completed;
    const { file, suite, name } = written.get(id) ?? { file: undefined, suite: "", name: "" };
    if (file === undefined) throw new InputError(`no case "${id}" in the suites`);
    const here = `${name}: ${id}`;
    if (trail.includes(id)) throw new InputError(`${here}: its control leads back to itself`);
    const controlId = file.control && (file.control.includes("/") ? file.control : `${suite}/${file.control}`);
    if (controlId !== undefined && !written.has(controlId) && !done.has(controlId))
      throw new InputError(`${here}: no control "${controlId}"`);
    const control = controlId === undefined ? undefined : complete(controlId, [...trail, id]);
    const result = completeCase(id, file, control, foundations, here);
    done.set(id, result);
    return result;
  };
  return [...written.keys()].map((id) => complete(id, []));
}

function completeCase(id: string, file: CaseFile, control: Case | undefined, foundations: Foundations, here: string): Case {
  const { ledger, ambiguities, goals } = foundations;
  const model = modelOf(file.attested) ?? control?.model;
  const varied = file.steps === undefined;
  const kind: Kind = file.kind ?? (varied || expectsRefusal(file.steps?.at(-1)) ? "negative" : "positive");
  if (kind === "negative" && control === undefined) throw new InputError(`${here}: a negative case needs a control`);
  if (control && control.kind !== "positive") throw new InputError(`${here}: its control ${control.id} is not positive`);
  if (control && control.iut !== file.iut) throw new InputError(`${here}: its control ${control.id} is for another role`);
  const steps = file.steps ?? vary(control?.steps ?? [], file, kind, here);
  // A step whose statements all bind the other end (`policy`, say, of an attester) is no question to this one.
  const judged = (kind === "positive" ? judgingSteps(file.iut, model, steps) : [])
    .map(({ name, title, why, requirements, role }) => {
      const bound = binding(requirements, role, ledger, `${here}: step ${name}`);
      const question = { kind, iut: role, requirements: bound, said: undefined, request: name.startsWith("request-") };
      const goal = goalOf(question, ledger, goals, here);
      return { id: `${id}#${name}`, title, why, requirements: bound, iut: file.iut, kind, goal };
    })
    .filter(({ requirements }) => requirements.length > 0);
  const requirements = binding(file.requirements, file.iut, ledger, here);
  if (requirements.length === 0) throw new InputError(`${here}: none of ${file.requirements.join(", ")} binds the ${file.iut}`);
  const settled = requirements.some((requirement) => ledger.get(requirement)?.open === undefined);
  if (kind !== "probe" && !settled)
    throw new InputError(`${here}: rests on open points alone (${requirements.join(", ")}): only a probe may`);
  return {
    id,
    title: file.title,
    why: file.why,
    iut: file.iut,
    kind,
    requirements,
    model,
    attested: model !== undefined,
    goal: goalOf({ kind, iut: file.iut, requirements, said: file.goal, request: false }, ledger, goals, here),
    control,
    sides: file.sides ?? control?.sides ?? ["client", "server"],
    cipherSuites: file.cipherSuites,
    schemes: file.schemes,
    formats: file.formats,
    format: file.format,
    features: [...file.features, ...(control?.features ?? [])],
    abilities: new Set([...neededAbilities(file.iut, steps), ...file.abilities]),
    steps,
    alone: file.alone ?? [],
    behaviours: behavioursOf(file, kind, steps, ambiguities, here),
    judged,
  };
}

function modelOf(attested: CaseFile["attested"]): Model | undefined {
  return attested === true ? "background-check" : attested || undefined;
}

// A statement that binds the other end cannot be broken by this one.
function binding(ids: readonly string[], iut: Role, ledger: Ledger, here: string): string[] {
  const unknown = ids.find((id) => !ledger.has(id));
  if (unknown !== undefined) throw new InputError(`${here}: no requirement "${unknown}" in the ledger`);
  return ids.filter((id) => ledger.get(id)?.binds.includes(iut));
}

// What the script comes to decides: a refusal on the way may be there to be followed by an acceptance.
function expectsRefusal(last: Step | undefined): boolean {
  const verb = Object.values(last ?? {})[0] as { expect?: string } | undefined;
  return verb?.expect?.startsWith("refused") ?? false;
}

/** The steps of the control with the edits of a case: the negative twin differs from its control in nothing else. */
function vary(steps: readonly Step[], file: CaseFile, kind: Kind, here: string): Step[] {
  const varied = structuredClone(steps) as Step[];
  const last = <T>(pick: (step: Step) => T | undefined): T | undefined => varied.map(pick).findLast((found) => found !== undefined);
  const harnessMessage = last((step) => {
    const verb = "authenticate" in step ? step.authenticate : "request" in step ? step.request : undefined;
    return verb?.by === "harness" ? verb : undefined;
  });
  const answered = last((step) => {
    if ("validate" in step && step.validate.by === "iut")
      return { refuse: () => Object.assign(step.validate, { expect: "refused" }), verb: step.validate };
    // An authenticated refusal declines as well as a refusal does (RFC 9261 section 6).
    const refuse = () => "authenticate" in step && Object.assign(step.authenticate, { expect: "refused-or-empty" });
    return "authenticate" in step && step.authenticate.by === "iut" ? { refuse, verb: step.authenticate } : undefined;
  });
  const request = last((step) => ("request" in step ? step.request : undefined));
  const authenticate = last((step) => ("authenticate" in step ? step.authenticate : undefined));
  const validate = last((step) => ("validate" in step ? step.validate : undefined));
  if (harnessMessage === undefined || answered === undefined) {
    throw new InputError(`${here}: its control has no message of the harness that the IUT answers`);
  }
  if (file.mutate) harnessMessage.mutate = file.mutate;
  if (file.request && request) Object.assign(request, file.request);
  if (file.authenticate && authenticate) Object.assign(authenticate, file.authenticate);
  if (file.validate && validate) Object.assign(validate, file.validate);
  if (kind === "probe") answered.verb.expect = "observed";
  if (kind === "negative") answered.refuse();
  // What the attester must not make is not judged either.
  return kind === "positive" ? varied : varied.filter((step) => !("validate" in step && step.validate.by === "harness"));
}
