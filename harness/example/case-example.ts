import { cmwPayload } from "../attestation/payload.ts";
import { defaultProfile } from "../attestation/profile.ts";
import type { Mutation } from "../forge/mutation.ts";
import type { BuildView } from "../forge/pipeline.ts";
import { PROTOCOL_VERSION, type Refusal } from "../iut/protocol.ts";
import { Reference } from "../reference/reference.ts";
import type { Case } from "../scenario/case.ts";
import { execute } from "../scenario/execute.ts";
import type { AuthenticatorMessage, RequestMessage } from "../scenario/messages.ts";
import { madeOf } from "../scenario/own-mistake.ts";
import { type FormatName, type SchemeName, suiteOf } from "../scenario/parameters.ts";
import { alteredValues, type Example, type ShownExchange, shownMessage } from "./exchange.ts";
import { LocalDriver } from "./local-driver.ts";
import { stepExample } from "./step-example.ts";

/** What came of a script that the reference answered. */
interface Played {
  readonly messages: readonly (RequestMessage | AuthenticatorMessage)[];
  readonly refused: Refusal | undefined;
  readonly observation: string | undefined;
}

/**
 * A right and a wrong exchange for a case, played against the reference without sockets. The wrong one of a negative case is its own, the
 * right one that of its control; a positive case is set against the first case that varies it, or against a mistake in one of its steps.
 */
export async function caseExample(script: Case, cases: readonly Case[]): Promise<Example> {
  if (script.kind === "negative" && script.control) return contrast(script.control, script);
  if (script.kind === "positive") {
    const negative = cases.filter(({ kind, iut, control }) => kind === "negative" && iut === script.iut && control !== undefined);
    const varied = negative.find(({ control }) => control === script);
    if (varied) return contrast(script, varied);
    const step = script.judged.map(({ id }) => id.slice(script.id.length + 1)).findLast((name) => DECISIVE.includes(name));
    const example = step === undefined ? undefined : stepExample(step);
    if (example) return example;
    // Nothing varies it: the nearest case that varies something like it.
    const [suite] = script.id.split(/\/(?=[^/]*$)/);
    const alike = negative.find(({ id, attested }) => id.startsWith(`${suite}/`) && attested === script.attested);
    const near = alike ?? negative.find(({ attested }) => attested === script.attested);
    if (near?.control) return contrast(near.control, near);
  }
  return { right: shownExchange((await play(script)).messages) };
}

// Of the steps of a case, those that show best what it is about; the last one that it has is taken.
const DECISIVE = ["request-structure", "request-context", "certificate-verify", "binding", "empty-finished"];

async function contrast(right: Case, wrong: Case): Promise<Example> {
  const [before, after] = [await play(right, wrong), await play(wrong)];
  const [rightBuilt, wrongBuilt] = [before, after].map(({ messages }) => messages.findLast(({ built }) => built !== undefined)?.built);
  const made = madeOf(wrong.steps);
  const view = (built: typeof rightBuilt) => built as unknown as BuildView<never>;
  return {
    right: shownExchange(before.messages),
    wrong: {
      title: wrong.title,
      made: made.length > 0 ? made : ["the messages come otherwise than in a right exchange"],
      altered: rightBuilt && wrongBuilt ? alteredValues(mutationsOf(wrong), view(rightBuilt), view(wrongBuilt)) : [],
      exchange: shownExchange(after.messages),
      finds: [{ by: "the reference", found: refusalInWords(after), mistakes: [] }],
    },
  };
}

function refusalInWords({ refused, observation }: Played): string {
  if (refused === undefined) return observation ?? "nothing: it answers with an empty authenticator";
  return `refused (${[refused.code, refused.detail].filter(Boolean).join(": ")})`;
}

// `parameters`: the case whose suite, scheme and side both are played with, so that they differ in nothing else.
async function play(script: Case, parameters: Case = script): Promise<Played> {
  const hello = await new Reference().call("hello", { protocol: PROTOCOL_VERSION, profile: defaultProfile });
  if ("refused" in hello) throw new Error("the reference refuses its own profile");
  const driver = new LocalDriver(hello, defaultProfile);
  const messages: (RequestMessage | AuthenticatorMessage)[] = [];
  const [side = "server"] = parameters.sides;
  // Over a made-up connection there is no handshake to look at.
  const steps = script.steps.filter((step) => !("handshake" in step || "tickets" in step));
  const { observation } = await execute({ ...script, steps }, driver, {
    position: `${script.iut}/${side}`,
    cipherSuite: suiteOf[parameters.cipherSuites?.[0] ?? "sha256"],
    scheme: schemeFor(parameters),
    format: formatFor(parameters),
    profile: defaultProfile,
    payload: cmwPayload,
    anchors: undefined,
    seed: "example",
    instance: "example",
    watch: (message) => messages.push(message),
  });
  return { messages, refused: driver.refused, observation };
}

// Ed25519 makes the same signature over the same content, so that only what follows from an edit differs.
function schemeFor({ schemes = ["ed25519"] }: Case): SchemeName {
  return schemes.includes("ed25519") ? "ed25519" : (schemes[0] ?? "ed25519");
}

function formatFor({ formats, format, model }: Case): FormatName {
  return formats?.[0] ?? format ?? (model === "passport" ? "ear-jwt" : "eat-cwt");
}

function shownExchange(messages: readonly (RequestMessage | AuthenticatorMessage)[]): ShownExchange {
  return { messages: messages.flatMap((message) => shownMessage(message, defaultProfile)) };
}

function mutationsOf({ steps }: Case): Mutation[] {
  return steps.flatMap((step): readonly Mutation[] => {
    if ("request" in step) return step.request.mutate ?? [];
    return "authenticate" in step ? (step.authenticate.mutate ?? []) : [];
  });
}
