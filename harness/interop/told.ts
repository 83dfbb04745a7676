import type { Answer } from "../iut/driver.ts";
import type { AcceptedResult, Refusal } from "../iut/protocol.ts";
import { describeRefusal } from "../scenario/answers.ts";
import type { Role } from "../scenario/case.ts";
import { type Bytes, preview } from "../wire/bytes.ts";

/** What happened between two implementations, in the order in which it did. */
export type PairEvent =
  | { readonly kind: "said"; readonly by: Role | "harness"; readonly text: string }
  | { readonly kind: "message"; readonly by: Role; readonly message: "request" | "authenticator"; readonly bytes: Bytes };

/** What an end is asked for: the attester to authenticate, the relying party the others. */
export type Operation = "request" | "authenticate" | "validate";

/** Writes down what the two ends are asked and answer. */
export class Told {
  readonly events: PairEvent[] = [];
  /** What was asked last: where a script does not go on as it should, it is by what came of this. */
  last: Operation = "request";

  /** The harness asks an end for an operation, in words `for …` or `to …`. */
  asked(role: Role, operation: Operation, what: string): void {
    this.last = operation;
    this.events.push({ kind: "said", by: "harness", text: `asks the ${inWords(role)} ${what}` });
  }

  made(role: Role, message: "request" | "authenticator", bytes: Bytes): void {
    this.events.push({ kind: "message", by: role, message, bytes });
  }

  /** Returns the refusal. */
  refused<T>(role: Role, answer: { readonly refused: Refusal }): Answer<T> {
    this.said(role, describeRefusal(answer.refused));
    return answer;
  }

  accepted({ attested, model, type, context, chain }: AcceptedResult): void {
    const attestation = attested ? `attested (${[model, type].filter(Boolean).join(", ")})` : "not attested";
    this.said("relying-party", `accepted: ${attestation}, context ${preview(context, 64)}, a chain of ${chain.length}`);
  }

  said(by: Role | "harness", text: string): void {
    this.events.push({ kind: "said", by, text });
  }
}

/** A role as people write it. */
export function inWords(role: Role): string {
  return role === "attester" ? "attester" : "relying party";
}
