import type { NamedMistake } from "../appraisal/finding.ts";
import type { Mutation } from "../forge/mutation.ts";
import type { Deviation } from "./answers.ts";
import type { Case } from "./case.ts";
import type { AuthenticateStep, Step } from "./schema.ts";

/**
 * What explains that an implementation did not refuse what it must: the mistake that the case itself makes, and that was not noticed.
 * Nothing where it refused, or where the case is about something else.
 */
export function explanationOf(script: Case, { expected }: Deviation): { mistakes?: readonly NamedMistake[] } {
  if (script.kind !== "negative" || !expected.startsWith("a refusal")) return {};
  const made = madeOf(script.steps);
  if (made.length === 0) return {};
  const title = `it does not notice this, in an exchange that is right otherwise: ${made.join("; ")}`;
  const hint = `Refuse it, whatever else fits; "explain ${script.id}" shows it beside a right exchange, byte by byte.`;
  return { mistakes: [{ id: script.id, title, hint, requirements: script.requirements }] };
}

/** What a script does otherwise than a right exchange, each in words: its edits, and the inputs that it names. */
export function madeOf(steps: readonly Step[]): string[] {
  return steps.flatMap((step): string[] => {
    if ("request" in step) return (step.request.mutate ?? []).map(editInWords);
    if ("authenticate" in step) {
      const { by, identity, attestation, mutate = [] } = step.authenticate;
      if (by !== "harness") return [];
      return [
        ...(identity ? [`the identity is ${identity}`] : identity === null ? ["it declines"] : []),
        ...(attestation ? attestationInWords(attestation) : attestation === null ? ["there is no attestation"] : []),
        ...mutate.map(editInWords),
      ];
    }
    if (!("validate" in step) || step.validate.by !== "iut") return [];
    const { trust, policy, now } = step.validate;
    return [
      ...Object.entries(trust ?? {}).map(([kind, names]) => `the ${kind} roots are ${names?.join(", ") || "none"}`),
      ...(policy
        ? [`the policy is attestation ${policy.attestation}${policy.measurement === undefined ? "" : ", with a measurement"}`]
        : []),
      ...(now ? [`the time is ${now}`] : []),
    ];
  });
}

function attestationInWords({ key, signer, result }: NonNullable<AuthenticateStep["attestation"]>): string[] {
  return [
    ...(key ? [`the attestation key is ${key}`] : []),
    ...(signer ? [`the CMW is signed by ${signer}`] : []),
    ...Object.entries(result ?? {}).map(([field, value]) => `the Attestation Result has ${field}: ${value ?? "none"}`),
  ];
}

const VERBS: Record<Mutation["op"], string> = {
  replace: "replaced",
  drop: "left out",
  duplicate: "there twice",
  reverse: "reversed",
  truncate: "cut short",
  extend: "extended",
  flip: "altered in one bit",
  insert: "given something more",
  overwrite: "overwritten in part",
  add: "changed by a number",
};

/** An edit in words: `signature-input.request is left out`. */
export function editInWords({ at, op, by, reseal }: Mutation): string {
  const kept =
    reseal === true ? "" : reseal === false ? ", with signatures and MAC as they were" : `, with only ${reseal.join(", ")} renewed`;
  return `${at} is ${VERBS[op]}${by === undefined ? "" : ` (${by})`}${kept}`;
}
