import { splitPosition } from "../iut/protocol.ts";
import type { Outcome, Played } from "./player.ts";

/** Outcomes that are somebody's fault. */
export type Failure = Extract<Outcome, { readonly kind: "wrong" | "broke" | "harness-error" }>;

/** The failure that a played sentence is, or undefined. */
export function failureOf({ outcome }: Pick<Played, "outcome">): Failure | undefined {
  return outcome.kind === "wrong" || outcome.kind === "broke" || outcome.kind === "harness-error" ? outcome : undefined;
}

/**
 * What a failure has in common with others of the same cause: the role, what went wrong, and where the suite's own lists place it. What was
 * accepted is told apart by the rule that refuses it, what was refused by the words of the refusal.
 */
export function rootCauseOf({ sentence }: Pick<Played, "sentence">, failure: Failure): string {
  const { role } = splitPosition(sentence.exchange.position);
  switch (failure.kind) {
    case "wrong": {
      const { step, found, role: made = role } = failure;
      return step === "valid" || step === "connection" ? `${role}/refuses-valid/${words(found)}` : `${made}/${step}`;
    }
    case "broke":
      return `${role}/${failure.how}/${words(failure.detail)}`;
    case "harness-error":
      return `${OURS}${words(failure.detail)}`;
  }
}

/** True of the causes of errors of the harness. */
export function isOurs(cause: string): boolean {
  return cause.startsWith(OURS);
}

const OURS = "harness/";

// Numbers, hexadecimal and names of files differ from case to case, what is quoted from machine to machine.
function words(text: string): string {
  const line = (text.split("\n", 1)[0] ?? "").replace(/"[^"]*"/g, "");
  const plain = line.replace(/\b[0-9a-f]{6,}\b|\b0x[0-9a-f]+\b|\d+/gi, "").replace(/[^A-Za-z]+/g, "-");
  return plain.replace(/^-|-$/g, "").toLowerCase().slice(0, 60) || "no-words";
}
