import { type Cmw, type CmwEncoding, CmwIndicator, type CmwLeaf, decodeCmw, leavesOf } from "../attestation/cmw.ts";
import { coseSign1 } from "../attestation/cose-sign1.ts";
import { EVIDENCE_PROFILE } from "../attestation/evidence-eat.ts";
import { formatOf, mediaTypeOf, mediaTypes } from "../attestation/formats.ts";
import { jwsCompact } from "../attestation/jws.ts";
import { type Envelope, TokenError } from "../attestation/token.ts";
import type { Bytes } from "../wire/bytes.ts";
import { placeOf, reads, verifyToken } from "./attestation-reading.ts";
import { finding } from "./authenticator-steps.ts";
import type { Finding } from "./finding.ts";
import type { AppraisalState, AttestedMessage } from "./state.ts";

/** What the step `cmw` does: it reads the CMW (draft-ietf-rats-msg-wrap) and says of each message in it what it is. */

/** Reads a CMW, signed or not, and leaves the messages in it to the later steps; a finding where it is none, or not the one that was asked for. */
export function readCmw(state: AppraisalState, cmwData: Bytes): Finding | undefined {
  const signed = signedForm(cmwData);
  let content = cmwData;
  let problem: Finding | undefined;
  if (signed) {
    // A signed CMW is a form of its own (draft-ietf-rats-msg-wrap section 4): no CMW to one that does not want it.
    if (state.input.policy.signedCmw !== "accept")
      return finding("cmw", "a CMW that is not itself signed", `what begins like ${signed.name}`);
    const result = reads("cmw", signed.contentType, () => {
      const token = signed.envelope.open(cmwData);
      content = token.payload;
      if (token.contentType !== signed.contentType) return finding("cmw", `content type ${signed.contentType}`, String(token.contentType));
      return verifyToken(token, state.input.trust.attestation, {
        code: "cmw",
        now: state.input.now,
        purpose: "attestation",
        signer: "signer of the CMW",
      });
    });
    if ("problem" in result) return result.problem;
    problem = result.read;
  }
  try {
    const cmw = decodeCmw(content);
    if (signed && cmw.encoding !== signed.encoding) {
      return finding("cmw", `a CMW in ${signed.encoding} as the payload of ${signed.contentType}`, `one in ${cmw.encoding}`);
    }
    const messages = messagesIn(cmw, state);
    if ("code" in messages) return messages;
    state.facts.messages = messages;
    return problem ?? notAsAsked(cmw, messages, state);
  } catch (error) {
    return finding("cmw", "a CMW in CBOR or JSON", (error as Error).message);
  }
}

/** True where the bytes begin as a CMW does that is itself signed. */
export function isSignedCmw(bytes: Bytes): boolean {
  return signedForm(bytes) !== undefined;
}

// COSE_Sign1 with its tag, and JWS in the compact serialisation, which begins with the base64url of {".
function signedForm(bytes: Bytes): SignedForm | undefined {
  if (bytes[0] === 0xd2) return { name: "COSE_Sign1", envelope: coseSign1, encoding: "cbor", contentType: "application/cmw+cbor" };
  return bytes[0] === 0x65 ? { name: "a JWS", envelope: jwsCompact, encoding: "json", contentType: "application/cmw+json" } : undefined;
}

interface SignedForm {
  readonly name: string;
  readonly envelope: Envelope;
  readonly encoding: CmwEncoding;
  readonly contentType: string;
}

/**
 * The messages in a CMW, each with its format. Every one must be known here: what is present must verify in full (docs/iut-protocol.md,
 * policy); a finding where one is not.
 */
export function messagesIn(cmw: Cmw, state: AppraisalState): AttestedMessage[] | Finding {
  const messages: AttestedMessage[] = [];
  for (const leaf of leavesOf(cmw)) {
    const where = leaf.path.length > 0 ? ` in ${placeOf(leaf)}` : "";
    const found = messageOf(leaf, state);
    if ("code" in found) return { ...found, found: found.found + where };
    messages.push(found);
  }
  return messages;
}

function messageOf(leaf: CmwLeaf, state: AppraisalState): AttestedMessage | Finding {
  const { formats, profile } = state.input;
  const mediaType = mediaTypeOf(leaf.type, formats) ?? "";
  const [evidence, result] = [formatOf("background-check", mediaType, formats), formatOf("passport", mediaType, formats)];
  if (!evidence && !result) {
    const known = [...mediaTypes("background-check", formats), ...mediaTypes("passport", formats)];
    return finding("cmw", `a message of ${[...new Set(known)].join(", ")}`, String(leaf.type));
  }
  // An absent indicator, unregistered bits and both bits are open; one that says "neither" is not (docs/iut-protocol.md).
  const { indicator } = leaf;
  const says = (bit: number) => indicator !== null && (indicator & bit) !== 0;
  const [saysEvidence, saysResult] = [says(CmwIndicator.evidence), says(CmwIndicator.attestationResults)];
  if (indicator !== null && indicator <= 31 && !saysEvidence && !saysResult) return notOfThisKind(indicator);
  const openedEvidence = attempt(() => evidence?.open(leaf.value, profile));
  const isEvidence = openedEvidence?.eatProfile === EVIDENCE_PROFILE;
  const openedResult = isEvidence ? undefined : attempt(() => result?.open(leaf.value));
  const isResult = openedResult !== undefined && openedResult.problem === undefined;
  const asEvidence = evidence && { leaf, format: evidence, opened: openedEvidence };
  const asResult = result && { leaf, format: result, opened: openedResult };
  if (saysEvidence && !saysResult) return (isResult ? undefined : asEvidence) ?? notOfThisKind(indicator);
  if (saysResult && !saysEvidence) return (isEvidence ? undefined : asResult) ?? notOfThisKind(indicator);
  // Nothing outside says which of the two it is: the message itself does.
  return (isResult ? asResult : asEvidence) ?? asResult ?? notOfThisKind(indicator);
}

// What cannot be read is the business of a later step.
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof TokenError) return undefined;
    throw error;
  }
}

function notOfThisKind(indicator: number | null): Finding {
  const { evidence, attestationResults } = CmwIndicator;
  return finding(
    "cmw",
    `an indicator of the kind of the message (${evidence} evidence, ${attestationResults} results), or none`,
    String(indicator),
  );
}

// An attester that was told what to send must have sent that (docs/iut-protocol.md, authenticate).
function notAsAsked(cmw: Cmw, messages: readonly AttestedMessage[], { input: { asked, payload } }: AppraisalState): Finding | undefined {
  if (asked === undefined || payload.name !== "cmw") return undefined;
  const [message] = messages;
  if (cmw.encoding !== asked.cmw) return finding("cmw", `a CMW in ${asked.cmw}, as it was told`, `one in ${cmw.encoding}`);
  const { form = "record" } = asked;
  if (cmw.form !== form) return finding("cmw", `a ${form} CMW, as it was told`, `a ${cmw.form}`);
  if (message && (message.format.model !== asked.model || message.format.mediaType !== asked.mediaType)) {
    const { model, mediaType } = message.format;
    return finding("cmw", `${asked.mediaType} of the model ${asked.model}, as it was told`, `${mediaType} of ${model}`);
  }
  return undefined;
}
