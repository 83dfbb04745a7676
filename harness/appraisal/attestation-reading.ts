import { publicKeyBytes } from "../attestation/binding.ts";
import type { CmwLeaf } from "../attestation/cmw.ts";
import type { Model } from "../attestation/format.ts";
import type { ParsedCertificate } from "../authenticator/certificate.ts";
import { type Bytes, equalBytes, preview } from "../wire/bytes.ts";
import { type Finding, finding, type NotApplicable, type RefusalCode } from "./finding.ts";
import { type AppraisalState, attestationExtensions, type EvidenceMessage, type Facts, fact, needs, type ResultMessage } from "./state.ts";

/** What the steps of an attestation share: whether they apply, what they are about, and how two values are compared. */

export const NOT_READ: NotApplicable = { kind: "skipped", reason: "the policy is not to read attestation" };

/** Whether a step that reads the attestation applies: it is there, the policy has it read, and earlier steps found what this one needs. */
export function reading(...names: readonly (keyof Facts)[]): (state: AppraisalState) => NotApplicable | undefined {
  return (state) => {
    if (state.input.policy.attestation === "none") return NOT_READ;
    const parsed = needs("certificate")(state);
    if (parsed) return parsed;
    if (attestationExtensions(state).length === 0) return { kind: "skipped", reason: "the authenticator holds no cmw_attestation" };
    return needs(...names)(state);
  };
}

/** The same for a step about one model: skipped where the attestation holds nothing of it. */
export function readingModel(model: Model, ...names: readonly (keyof Facts)[]): (state: AppraisalState) => NotApplicable | undefined {
  return (state) => {
    const unread = reading("messages")(state);
    if (unread) return unread;
    if ((model === "passport" ? resultsIn(state) : evidenceIn(state)).length > 0) return needs(...names)(state);
    const what = model === "passport" ? "no Attestation Result" : "no Evidence";
    return { kind: "skipped", reason: `the attestation holds ${what}` };
  };
}

/** The Evidence that the step `cmw` has found. */
export function evidenceIn({ facts }: AppraisalState): EvidenceMessage[] {
  return (facts.messages ?? []).filter((message): message is EvidenceMessage => message.format.model === "background-check");
}

/** The Attestation Results that the step `cmw` has found. */
export function resultsIn({ facts }: AppraisalState): ResultMessage[] {
  return (facts.messages ?? []).filter((message): message is ResultMessage => message.format.model === "passport");
}

/** The first finding over several items, with the place of the item where there are several. */
export function each<Item extends { readonly place?: string }>(
  items: readonly Item[],
  judge: (item: Item) => Finding | undefined,
): Finding | undefined {
  for (const item of items) {
    const found = judge(item);
    if (found) return items.length > 1 && item.place ? { ...found, found: `${item.place}: ${found.found}` } : found;
  }
  return undefined;
}

/** Where a message stands in its CMW, for people; empty where it stands alone. */
export function placeOf({ path }: CmwLeaf): string {
  return path.join(" / ");
}

/** The public key of the end-entity certificate, as the profile encodes it. */
export function endEntityKey(state: AppraisalState): Bytes {
  return publicKeyBytes(endEntity(state), state.input.profile.publicKey);
}

/** The end-entity certificate. */
export function endEntity(state: AppraisalState): ParsedCertificate {
  const [leaf] = fact(state, "chain");
  if (leaf === undefined) throw new Error("step order: the chain is empty");
  return leaf;
}

/** A finding where what there is is not what is expected. */
export function compare(code: RefusalCode, expected: Bytes, found: Bytes): Finding | undefined {
  return equalBytes(expected, found) ? undefined : finding(code, preview(expected, 64), preview(found, 64));
}
