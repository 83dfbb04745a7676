import { judgedSteps } from "../appraisal/appraise.ts";
import { contextSteps } from "../appraisal/context-steps.ts";
import { emptySteps } from "../appraisal/empty-steps.ts";
import { requestSteps } from "../appraisal/request-steps.ts";
import type { Failure } from "../campaign/root-cause.ts";
import type { Sentence } from "../campaign/sentence.ts";
import { splitPosition } from "../iut/protocol.ts";
import { attesterParts } from "../reference/attester.ts";
import { relyingPartyParts } from "../reference/relying-party.ts";
import type { Role } from "../scenario/case.ts";
import type { Requirement } from "../scenario/ledger.ts";
import type { Library } from "../scenario/load.ts";
import { type FormatName, formatsByName } from "../scenario/parameters.ts";

/** On which statements of the ledger the verdict on a generated sentence rests. */

interface Question {
  readonly name: string;
  readonly why: string | undefined;
  readonly rules: readonly { readonly name: string; readonly requirements: readonly string[] }[];
}

// All that a failure can name: the steps of the appraisals, and what the reference asks before it appraises or builds.
const questions: ReadonlyMap<string, Question> = new Map(
  [
    ...judgedSteps,
    ...emptySteps,
    ...contextSteps,
    ...requestSteps.map(({ name, why, rules }) => ({ name: `request-${name}`, why, rules })),
    { name: "answering", why: undefined, rules: attesterParts.answerRules },
    { name: "relying", why: undefined, rules: relyingPartyParts.relyingRules },
  ].map((question: Question) => [question.name, question]),
);

// The oracle tells the rules of the reference apart by the code of its refusal alone. What cannot be read comes before all of them.
const byCode: Readonly<Record<string, readonly string[]>> = {
  malformed: ["rfc9261-request-structure", "rfc9261-request-handshake-encoding", "rfc8446-decode-error"],
  "wrong-role": ["rfc9261-request-type-accepted", "rfc9261-request-type"],
  "context-reused": ["rfc9261-no-authenticator-for-used-context"],
  "no-common-scheme": ["rfc9261-no-common-scheme", "rfc9261-signature-scheme-offered"],
};

/** The checks of the suites that say of each kind of valid exchange what it must come to. */
export const validExchanges: Readonly<Record<Role, Readonly<Record<"unattested" | "background-check" | "passport", string>>>> = {
  attester: {
    unattested: "rfc9261/5-authenticate/answers",
    "background-check": "expat/4-evidence/attests",
    passport: "expat/4-passport/attests",
  },
  "relying-party": {
    unattested: "rfc9261/5-validate/accepts-valid",
    "background-check": "expat/4-evidence/accepts-attested",
    passport: "expat/4-passport/accepts",
  },
};

/** The statements of the rule `STEP/RULE`, or of the whole step; none where there is no such step. */
export function statementsOf(place: string): readonly string[] {
  const [step = "", rule] = place.split("/");
  const rules = questions.get(step)?.rules ?? [];
  const own = rules.find(({ name }) => name === rule)?.requirements;
  return own ?? byCode[rule ?? ""] ?? rules.flatMap(({ requirements }) => requirements);
}

/** Why the step of a rule `STEP/RULE` matters; undefined where there is no such step. */
export function whyOf(place: string): string | undefined {
  return questions.get(place.split("/", 1)[0] ?? "")?.why;
}

/** The statements that the case as a whole rests on: at least one that binds the implementation and is no open point. */
export function caseStatements({ exchange, expectation, variesCase }: Sentence, failure: Failure | undefined, library: Library): string[] {
  const { role } = splitPosition(exchange.position);
  const varied = library.cases.find(({ id }) => id === variesCase)?.requirements ?? [];
  const valid = validStatements(role, exchange.format, library);
  if (expectation.kind !== "refuse") return firstThatBinds([varied, valid], role, exchange.format, library);
  const found = failure?.kind === "wrong" ? statementsOf(failure.step) : [];
  const broken = expectation.requirements ?? expectation.by.flatMap(statementsOf);
  return firstThatBinds([varied, found, broken, valid], role, exchange.format, library);
}

/** The same for the control of a sentence, of which `known` are its requirements where it is a case of the suites. */
export function controlStatements(role: Role, format: FormatName | undefined, known: readonly string[], library: Library): string[] {
  return firstThatBinds([known, validStatements(role, format, library)], role, format, library);
}

/**
 * The statements that a failure breaks, of those of its case `ofCase` where nothing says more: what an implementation accepted is about
 * what its case is about, and what it made or refused about the rule that found it.
 */
export function brokenStatements(
  { exchange, expectation }: Sentence,
  failure: Failure,
  ofCase: readonly string[],
  library: Library,
): string[] {
  if (failure.kind !== "wrong" || expectation.kind === "refuse") return [...ofCase];
  const found = thoseThatBind(statementsOf(failure.step), splitPosition(exchange.position).role, exchange.format, library);
  return found.length > 0 ? found.map(({ id }) => id) : [...ofCase];
}

function validStatements(role: Role, format: FormatName | undefined, { cases }: Library): readonly string[] {
  const check = validExchanges[role][format === undefined ? "unattested" : formatsByName[format].model];
  return cases.find(({ id }) => id === check)?.requirements ?? [];
}

function firstThatBinds(
  candidates: readonly (readonly string[])[],
  role: Role,
  format: FormatName | undefined,
  library: Library,
): string[] {
  for (const ids of candidates) {
    const binding = thoseThatBind(ids, role, format, library);
    if (binding.some(({ open }) => open === undefined)) return binding.map(({ id }) => id);
  }
  throw new Error(`no statement of the ledger binds the ${role} in an exchange of its own`);
}

// A statement that binds the other end, or is about tokens of the other serialisation, is not at stake.
function thoseThatBind(ids: readonly string[], role: Role, format: FormatName | undefined, { ledger }: Library): Requirement[] {
  const serialisation = format && formatsByName[format].serialisation;
  return [...new Set(ids)]
    .flatMap((id) => ledger.get(id) ?? [])
    .filter((entry) => entry.binds.includes(role) && [undefined, serialisation].includes(entry.serialisation));
}
