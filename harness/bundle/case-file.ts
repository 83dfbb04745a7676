import { stringify } from "yaml";
import type { Failure } from "../campaign/root-cause.ts";
import type { Sentence } from "../campaign/sentence.ts";
import type { Ending } from "../campaign/sequences.ts";
import { splitPosition } from "../iut/protocol.ts";
import { type Case, neededAbilities } from "../scenario/case.ts";
import type { Library } from "../scenario/load.ts";
import { madeOf } from "../scenario/own-mistake.ts";
import { type FormatName, formatsByName } from "../scenario/parameters.ts";
import type { CaseFile, Step, SuiteFile } from "../scenario/schema.ts";
import { caseStatements, controlStatements, whyOf } from "./statements.ts";

/** The id of the control in the file of a bundle. */
export const CONTROL = "control";

/** The format of a sentence that has none: a step of it may attest all the same (campaign/player.ts takes the same). */
export const DEFAULT_FORMAT: FormatName = "eat-cwt";

/** How a sentence is written down. */
export interface Writing {
  /** The id of its case. */
  readonly id: string;
  readonly library: Library;
  /** Whether a sentence that must be refused has its control with it: there is none where the control fails as well. */
  readonly controlled: boolean;
}

/**
 * A generated sentence as a suite file like those in suites/: the failing case, and before it its control where it is a negative case. All
 * that a run could choose is fixed: position, suite, scheme, format, contexts. `failure`: what it showed, if anything did.
 */
export function suiteFileOf(sentence: Sentence, failure: Failure | undefined, { id, library, controlled }: Writing): SuiteFile {
  const { exchange, expectation, variesCase } = sentence;
  const { role, side } = splitPosition(exchange.position);
  const varied = library.cases.find((each) => each.id === variesCase);
  const control = controlled && expectation.kind === "refuse" ? sentence.control?.() : undefined;
  const title = titleOf(sentence, varied, control !== undefined);
  const fixed = { iut: role, sides: [side], cipherSuites: [exchange.suite], schemes: [exchange.scheme] };
  const cases: CaseFile[] = [];
  if (control) {
    cases.push({
      ...fixed,
      id: CONTROL,
      title: "The same without what is wrong in it is accepted",
      kind: "positive",
      requirements: controlStatements(role, control.format, control.requirements ?? [], library),
      ...attesting(control.format, control.steps),
      ...needs(role, control.steps, undefined),
      steps: [...control.steps],
    });
  }
  const why = varied?.why ?? (failure?.kind === "wrong" ? whyOf(failure.step) : undefined);
  // What an implementation makes is not judged where a probe asks what it does; in answer to a request of the campaign it is.
  const steps =
    expectation.kind === "free" && varied
      ? sentence.steps.filter((step) => !("validate" in step && step.validate.by === "harness"))
      : sentence.steps;
  cases.push({
    ...fixed,
    id,
    title,
    ...(why !== undefined && { why }),
    kind: control ? "negative" : "positive",
    requirements: caseStatements(sentence, failure, library),
    ...(control && { control: CONTROL }),
    ...attesting(exchange.format, steps),
    ...needs(role, steps, varied, featuresOf(sentence)),
    steps: [...steps],
  });
  return { suite: "bundle", title: "A case of a campaign", cases };
}

/** The text of a suite file, behind lines of comment. */
export function yamlOf({ suite, title, cases }: SuiteFile, comment: readonly string[]): string {
  const order: readonly string[] = ["id", "title", "why", "iut", "kind", "requirements", "control", "attested"];
  const inOrder = cases.map((each) => {
    const known = order.filter((key) => key in each);
    const { steps, ...rest } = each;
    const others = Object.keys(rest).filter((key) => !order.includes(key) && !isEmpty(rest[key as keyof typeof rest]));
    return Object.fromEntries([...known, ...others, "steps"].map((key) => [key, each[key as keyof CaseFile]]));
  });
  const text = stringify({ suite, title, cases: inOrder }, { aliasDuplicateObjects: false, lineWidth: 0 });
  return `${comment.map((line) => `# ${line}\n`).join("")}${text}`;
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function attesting(format: FormatName | undefined, steps: readonly Step[]): Pick<CaseFile, "attested" | "formats"> {
  // A case that is not attested as such may attest in one of its steps.
  const attests = steps.some((step) => "authenticate" in step && step.authenticate.attestation);
  if (format === undefined) return { attested: false, ...(attests && { formats: [DEFAULT_FORMAT] }) };
  return { attested: formatsByName[format].model, formats: [format] };
}

// Forms of a CMW that an implementation need not have.
const FEATURE_OF_FORM = { record: undefined, tag: "cmw-tag", collection: "cmw-collection" } as const;

// What an implementation has declared that was asked for this ending.
function featuresOf({ exercises, steps }: Sentence): string[] {
  const remembers = exercises.some((name) => name === "sequence/replay" || name === "sequence/asked-again");
  const declines = steps.some((step) => "authenticate" in step && step.authenticate.expect === "empty");
  return [...(remembers ? ["replay-detection"] : []), ...(declines ? ["empty-authenticator"] : [])];
}

function needs(
  role: Case["iut"],
  steps: readonly Step[],
  varied: Case | undefined,
  further: readonly string[] = [],
): Pick<CaseFile, "features" | "abilities"> {
  const forms = steps.flatMap((step) => ("authenticate" in step && step.authenticate.attestation?.form) || []);
  const ofForms = forms.flatMap((form) => FEATURE_OF_FORM[form] ?? []);
  const known = neededAbilities(role, steps);
  // A case of the suites says by itself what it needs; one that is wrong in its form asks for no feature.
  const features = varied ? varied.features : ofForms;
  return {
    features: [...new Set([...features, ...further])],
    abilities: [...(varied?.abilities ?? [])].filter((ability) => !known.has(ability)),
  };
}

const TITLES: Readonly<Record<Ending, string>> = {
  none: "Exchanges that are interleaved on their connections are all accepted",
  replay: "An authenticator that was accepted is refused when it comes once more",
  swap: "An authenticator is refused before the request of another exchange",
  splice: "An authenticator that holds the attestation of another exchange is refused",
  reflect: "An authenticator for a request of another connection is refused",
  retry: "The right authenticator is accepted behind one that was refused for the same request",
  "ask-again": "A second request with a context that was used on the connection is refused",
  decline: "Told to decline, an attester that has answered before declines",
  "asked-again": "A request with a context that was answered on the connection is declined",
  spoilt: "A right request is answered behind one that cannot be read",
};

// A sentence that holds for a conforming implementation.
function titleOf({ exchange, expectation, exercises, steps }: Sentence, varied: Case | undefined, controlled: boolean): string {
  if (varied) return varied.title;
  const [, ending] = /^sequence\/(.+)$/.exec(exercises[0] ?? "") ?? [];
  if (ending !== undefined && ending in TITLES) return TITLES[ending as Ending];
  const message = splitPosition(exchange.position).role === "attester" ? "request" : "authenticator";
  const made = madeOf(steps);
  const where = made.length === 0 ? "" : ` where ${made.join("; ")}`;
  if (expectation.kind === "refuse" && !controlled) return `Each message of an exchange is answered as it must be${where}`;
  if (expectation.kind === "refuse") return `${message === "request" ? "A request is declined" : "An authenticator is refused"}${where}`;
  if (expectation.kind === "free") return `The implementation decides on the ${message}, one way or the other,${where}`;
  return `${message === "request" ? "A valid request is answered with a valid authenticator" : "A valid authenticator is accepted"}${where}`;
}
