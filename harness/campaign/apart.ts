import type { SealedEdit } from "./sentence.ts";

/** Parts of a message that edits can stand in side by side: what is done in one is not undone in another. */
type Part = "attestation" | "certificate" | "signature" | "mac" | "request" | "whole";

/** In which parts a place stands, the first rule that fits. */
const parts: readonly (readonly [RegExp, readonly Part[]])[] = [
  // The bytes of a message hold all that was made before: an edit of them may undo any other.
  [/^frame\b|\.bytes$|^message\b/, ["whole"]],
  [/^(context|extensions)\b/, ["request"]],
  [/^secrets\.handshakeContext/, ["signature", "mac"]],
  [/^(signature-input|certificate-verify)\b/, ["signature"]],
  [/^(mac-input|finished|secrets\.finishedKey)\b/, ["mac"]],
  // What carries the attestation.
  [/^certificate\.entries\.\d+\.extensions\b/, ["certificate", "attestation"]],
  [/^certificate\b/, ["certificate"]],
  [/./, ["attestation"]],
];

/**
 * The first edit, and those of the others that cannot undo it or one another, so that what one makes wrong stays wrong (two flips of the
 * same bit, one of a claim and one of the bytes that the claim stands in, send what is right). Edits of one value stand side by side at
 * different places of it; otherwise each part of a message has one.
 */
export function apart(edits: readonly SealedEdit[]): SealedEdit[] {
  const kept: SealedEdit[] = [];
  for (const edit of edits) if (kept.every((other) => areApart(edit, other))) kept.push(edit);
  return kept;
}

function areApart(edit: SealedEdit, against: SealedEdit): boolean {
  const [one, other] = [edit.at, against.at];
  if (isInside(one, other) || isInside(other, one)) return false;
  const [ofOne, ofOther] = [partsOf(one), partsOf(other)];
  if (ofOne.includes("whole") || ofOther.includes("whole")) return false;
  if (shifts(edit, other) || shifts(against, one)) return false;
  return stageOf(one) === stageOf(other) || !ofOne.some((part) => ofOther.includes(part));
}

function isInside(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(`${outer}.`);
}

// An element that comes or goes moves the others of its list, so that an edit of one of them is made at another.
function shifts({ at, op }: SealedEdit, other: string): boolean {
  return (op === "drop" || op === "duplicate") && isInside(other, at.slice(0, Math.max(0, at.lastIndexOf("."))));
}

function partsOf(at: string): readonly Part[] {
  return parts.find(([pattern]) => pattern.test(at))?.[1] ?? [];
}

function stageOf(at: string): string {
  return at.split(".", 1)[0] ?? at;
}
