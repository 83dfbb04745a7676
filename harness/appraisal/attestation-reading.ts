import { publicKeyBytes } from "../attestation/binding.ts";
import type { CmwLeaf } from "../attestation/cmw.ts";
import type { Model } from "../attestation/format.ts";
import { ALGORITHM_NAMES, type OpenedToken, TokenError } from "../attestation/token.ts";
import type { ParsedCertificate } from "../authenticator/certificate.ts";
import { parseCertificate } from "../authenticator/certificate.ts";
import { MAX_CHAIN, validatePath } from "../authenticator/path.ts";
import type { PathPurpose, PathRule } from "../authenticator/path-rules.ts";
import { verifyWith } from "../authenticator/signature.ts";
import { type Bytes, equalBytes, preview } from "../wire/bytes.ts";
import { attestationExtensions, finding } from "./authenticator-steps.ts";
import type { Finding, NotApplicable } from "./finding.ts";
import { type AppraisalState, type EvidenceMessage, type Facts, fact, needs, type ResultMessage } from "./state.ts";

/** What the steps of an attestation share: whether they apply, and how a signed token is verified. */

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

/** How a token is verified, and what its signer is called. */
interface Verification {
  /** Of the finding where it is not right. */
  readonly code: Finding["code"];
  readonly now: Date;
  readonly purpose: PathPurpose;
  readonly signer: string;
  /** The rules of the path; undefined: all. */
  readonly pathRules: readonly PathRule[] | undefined;
}

/**
 * Whether a token is signed by the first key of its chain, and that key chains to one of `anchors` (undefined: not judged).
 * Throws TokenError or Error where a certificate of the chain is none.
 */
export function verifyToken(
  { chain, algorithm, algorithmName, signedContent, signature }: OpenedToken,
  anchors: readonly Bytes[] | undefined,
  { code, now, purpose, signer, pathRules }: Verification,
): Finding | undefined {
  if (chain.length > MAX_CHAIN) return finding(code, `a chain of at most ${MAX_CHAIN} certificates`, `${chain.length} of them`);
  const certificates: ParsedCertificate[] = chain.map(parseCertificate);
  const [leaf] = certificates;
  if (leaf === undefined) return finding(code, `the chain of the ${signer}`, "no x5chain or x5c");
  if (algorithm === undefined) return finding(code, ALGORITHM_NAMES, algorithmName);
  if (!verifyWith(algorithm, leaf.publicKey, signedContent, signature)) {
    return finding(code, `a signature of "${leaf.x509.subject}" (${algorithmName})`, "one that does not verify");
  }
  const failure = anchors && validatePath(certificates, anchors, now, purpose, pathRules);
  return failure && finding(code, `a path from the ${signer} to a trusted anchor`, failure.reason);
}

interface UnreadMessage<Token> {
  readonly leaf: CmwLeaf;
  readonly format: { readonly mediaType: string };
  /** Where it was read already. */
  readonly opened?: Token | undefined;
}

/** What reading and verifying messages of one kind came to. */
interface Verified<Token> {
  /** All that could be read, whether it verifies or not. */
  readonly opened: readonly (Token & { readonly place: string })[];
  /** For each message, in their order. */
  readonly findings: readonly (Finding | undefined)[];
}

/** Reads each message and verifies it by `anchors`; later steps go on with what could be read. */
export function verifyMessages<Token extends OpenedToken, Message extends UnreadMessage<Token>>(
  messages: readonly Message[],
  open: (message: Message) => Token,
  anchors: readonly Bytes[] | undefined,
  verification: Verification,
): Verified<Token> {
  const opened: (Token & { readonly place: string })[] = [];
  const findings = messages.map((message) => {
    const result = reads(verification.code, message.format.mediaType, () => {
      const token = message.opened ?? open(message);
      opened.push({ ...token, place: placeOf(message.leaf) });
      return verifyToken(token, anchors, verification);
    });
    return "problem" in result ? result.problem : result.read;
  });
  return { opened, findings };
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

/** A finding where the two differ; `missing` says what there is instead of bytes. */
export function compare(code: Finding["code"], expected: Bytes, found: Bytes | undefined, missing: string): Finding | undefined {
  if (found === undefined) return finding(code, preview(expected, 64), missing);
  return equalBytes(expected, found) ? undefined : finding(code, preview(expected, 64), preview(found, 64));
}

/** What reading a token came to: a finding of the code where it is none, or where its certificates are none. */
export function reads<T>(code: Finding["code"], mediaType: string, read: () => T): { readonly read: T } | { readonly problem: Finding } {
  try {
    return { read: read() };
  } catch (error) {
    const what = error instanceof TokenError ? mediaType : "certificates in its chain";
    return { problem: finding(code, what, (error as Error).message) };
  }
}
