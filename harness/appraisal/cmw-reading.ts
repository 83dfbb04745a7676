import { type Cmw, CmwError, CmwIndicator, type CmwLeaf, decodeCmw, leavesOf } from "../attestation/cmw.ts";
import { coseSign1 } from "../attestation/cose-sign1.ts";
import { EVIDENCE_PROFILE } from "../attestation/evidence-eat.ts";
import { formatOf, mediaTypeOf } from "../attestation/formats.ts";
import { jwsCompact } from "../attestation/jws.ts";
import { TokenError } from "../attestation/token.ts";
import type { Bytes } from "../wire/bytes.ts";
import { type Finding, finding } from "./finding.ts";
import { type AppraisalState, type AttestedMessage, fact, type ReadLeaf, type SignedForm } from "./state.ts";

/** How the step `cmw` reads a CMW (draft-ietf-rats-msg-wrap), and what each message in it is. */

/** True where the bytes begin as a CMW does that is itself signed. */
export function isSignedCmw(bytes: Bytes): boolean {
  return signedForm(bytes) !== undefined;
}

/** The form of signed CMW that bytes begin like: COSE_Sign1 with its tag, or JWS in the compact serialisation, which begins with the base64url of {". */
export function signedForm(bytes: Bytes): SignedForm | undefined {
  if (bytes[0] === 0xd2) return { name: "COSE_Sign1", envelope: coseSign1, encoding: "cbor", contentType: "application/cmw+cbor" };
  return bytes[0] === 0x65 ? { name: "a JWS", envelope: jwsCompact, encoding: "json", contentType: "application/cmw+json" } : undefined;
}

/** Reads the CMW, of a signed one its payload, into `state.read`; a finding where it is none. */
export function readCmw(state: AppraisalState): Finding | undefined {
  const { read } = state;
  // What signs it cannot be read: there is nothing to read in it.
  if (read.signedCmw && !read.signedCmw.token) return undefined;
  try {
    read.cmw = decodeCmw(read.signedCmw?.token?.payload ?? fact(state, "cmwData"), (defect, error) => {
      if (!read.cmwDefects.has(defect)) read.cmwDefects.set(defect, error);
    });
    read.leaves = readLeaves(read.cmw, state);
    return undefined;
  } catch (error) {
    if (!(error instanceof CmwError)) throw error;
    return throughAdapter(state) ?? noCmw(error);
  }
}

/** The finding of what is no CMW, or not a right one. */
export function noCmw(error: CmwError): Finding {
  return finding("cmw", "a CMW in CBOR or JSON", error.message);
}

// An implementation that carries something else is wrong here; the adapter lets the later steps be judged all the same.
function throughAdapter(state: AppraisalState): Finding | undefined {
  const { payload } = state.input;
  if (!payload.decode) return undefined;
  try {
    const leaves = readLeaves(payload.decode(fact(state, "cmwData")), state);
    const messages = leaves.flatMap((leaf) => messageOf(leaf) ?? []);
    if (messages.length > 0) state.facts.messages = messages;
    return undefined;
  } catch (error) {
    return finding("cmw", `a CMW, or at least a payload of "${payload.name}"`, (error as Error).message);
  }
}

function readLeaves(cmw: Cmw, state: AppraisalState): ReadLeaf[] {
  return leavesOf(cmw).map((leaf) => readLeaf(leaf, state));
}

/** What a message of a CMW is, as far as its format can read it. */
export function readLeaf(leaf: CmwLeaf, { input: { formats, profile } }: AppraisalState): ReadLeaf {
  const mediaType = mediaTypeOf(leaf.type, formats) ?? "";
  const [evidence, result] = [formatOf("background-check", mediaType, formats), formatOf("passport", mediaType, formats)];
  const openedEvidence = attempt(() => evidence?.open(leaf.value, profile));
  const isEvidence = openedEvidence?.eatProfile === EVIDENCE_PROFILE;
  const openedResult = isEvidence ? undefined : attempt(() => result?.open(leaf.value));
  return {
    leaf,
    asEvidence: evidence && { leaf, format: evidence, opened: openedEvidence },
    asResult: result && { leaf, format: result, opened: openedResult },
    isEvidence,
    isResult: openedResult !== undefined && openedResult.problem === undefined,
  };
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

/** The one kind of message that an indicator names; undefined where there is none, or where it leaves open which of the two it is. */
export function indicated({ leaf: { indicator } }: ReadLeaf): "evidence" | "result" | undefined {
  const says = (bit: number) => indicator !== null && (indicator & bit) !== 0;
  const [evidence, result] = [says(CmwIndicator.evidence), says(CmwIndicator.attestationResults)];
  if (evidence === result) return undefined;
  return evidence ? "evidence" : "result";
}

/** What a message is: what its indicator says it is, and where that says nothing, or not the truth, what it is itself. */
export function messageOf(read: ReadLeaf): AttestedMessage | undefined {
  const { asEvidence, asResult, isEvidence, isResult } = read;
  const kind = indicated(read);
  if (kind === "evidence" && !isResult && asEvidence) return asEvidence;
  if (kind === "result" && !isEvidence && asResult) return asResult;
  return (isResult ? asResult : asEvidence) ?? asResult;
}
