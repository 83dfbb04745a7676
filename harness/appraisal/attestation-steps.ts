import { type Cmw, type CmwEncoding, CmwIndicator, type CmwLeaf, decodeCmw, leavesOf } from "../attestation/cmw.ts";
import { coseSign1 } from "../attestation/cose-sign1.ts";
import { EVIDENCE_PROFILE } from "../attestation/evidence-eat.ts";
import { formatOf, mediaTypeOf, mediaTypes } from "../attestation/formats.ts";
import { jwsCompact } from "../attestation/jws.ts";
import { type Envelope, TokenError } from "../attestation/token.ts";
import { type Bytes, toHex } from "../wire/bytes.ts";
import { compare, each, evidenceIn, NOT_READ, placeOf, reading, reads, verifyToken } from "./attestation-reading.ts";
import { attestationExtensions, finding } from "./authenticator-steps.ts";
import { evidenceSteps } from "./evidence-steps.ts";
import type { Finding, Step } from "./finding.ts";
import { resultSteps } from "./result-steps.ts";
import { type AppraisalState, type AttestedMessage, fact, needs } from "./state.ts";

/** The statements that a CMW of that encoding and form answers, whatever it holds. */
export function cmwRequirements(encoding: CmwEncoding, form: Cmw["form"]): readonly string[] {
  const wrapper = ["expat-cmw-format", "expat-cmw-serialisation", "iut-cmw-as-asked", "cmw-tree", "eat-media-type"];
  if (form === "tag") return [...wrapper, "cmw-tag-range", "cmw-tag-value"];
  const ofJson = ["cmw-json-no-content-format", "cmw-json-base64url", "cmw-json-base64url-text-too"];
  const indicator = ["cmw-ind-range", "cmw-ind-nonzero", "cmw-ind-omitted", "cmw-ind-kind"];
  const record = [...wrapper, "cmw-record-structure", "cmw-type", ...indicator, ...(encoding === "json" ? ofJson : ["cmw-cbor-bytes"])];
  if (form === "record") return record;
  const ofCollection = ["structure", "label-unique", "nonempty", "type-reserved", "type-oid-absolute", "type-uri-absolute"];
  return [...record, ...ofCollection.map((name) => `cmw-collection-${name}`)];
}

/** The steps that the expat draft adds: what stands in cmw_attestation, and what it is bound to (second spine, second part). */
export const attestationSteps: readonly Step<AppraisalState>[] = [
  {
    name: "cmw",
    title: "cmw_data is a RATS CMW of Evidence or an Attestation Result, of a media type that is known here",
    why: "A wrapper that others cannot read ends interoperability before the first byte of Evidence.",
    requirements: [...new Set([...cmwRequirements("cbor", "record"), ...cmwRequirements("json", "record")])],
    applies: reading("cmwData"),
    run(state) {
      const cmwData = fact(state, "cmwData");
      const problem = readCmw(state, cmwData);
      const { payload } = state.input;
      // An implementation that carries something else is wrong here; the adapter lets the later steps be judged all the same.
      if (problem && payload.decode) {
        try {
          const messages = messagesIn(payload.decode(cmwData), state);
          if (!("code" in messages)) state.facts.messages = messages;
        } catch (error) {
          return finding("cmw", `a CMW, or at least a payload of "${payload.name}"`, (error as Error).message);
        }
      }
      return problem;
    },
  },
  ...evidenceSteps,
  ...resultSteps,
  {
    name: "policy",
    title: "Attestation is there where the policy demands it, and the measurement is the reference value",
    why: "Authentic Evidence of a machine in the wrong state is a reason to refuse it.",
    requirements: ["expat-policy-evaluated", "expat-result-decides", "expat-missing-may-be-refused", "expat-policy-may-refuse"],
    applies(state) {
      if (state.input.policy.attestation === "none") return NOT_READ;
      const compares = attestationExtensions(state).length > 0 && state.input.policy.measurement !== undefined;
      const unread = compares ? needs("messages")(state) : undefined;
      const hasEvidence = compares && evidenceIn(state).length > 0;
      return needs("certificate")(state) ?? unread ?? (hasEvidence ? needs("evidence")(state) : undefined);
    },
    run(state) {
      const { policy } = state.input;
      if (attestationExtensions(state).length === 0) {
        return policy.attestation === "required" ? finding("attestation-missing", "attestation in cmw_attestation", "none") : undefined;
      }
      const { measurement } = policy;
      if (measurement === undefined) return undefined;
      return each(state.facts.evidence ?? [], ({ claims }) =>
        compare("policy", measurement, claims.measurement, "no measurement of one byte string"),
      );
    },
  },
  {
    name: "freshness",
    title: "No authenticator with this context was validated on the connection before",
    why: "What can be validated twice can be replayed.",
    requirements: ["rfc9261-validate-context-reuse", "rfc9261-spontaneous-context-unique"],
    applies: needs("certificate"),
    run(state) {
      const context = toHex(fact(state, "certificate").certificateRequestContext);
      if (!state.input.consumedContexts.has(context)) return undefined;
      return finding("context-reused", "a context that was not used before", context || "the empty context, used before");
    },
  },
];

// Reads the CMW, signed or not, and leaves the messages in it to the later steps.
function readCmw(state: AppraisalState, cmwData: Bytes): Finding | undefined {
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

// Every message must be one that is known here: what is present must verify in full (docs/iut-protocol.md, policy).
function messagesIn(cmw: Cmw, state: AppraisalState): AttestedMessage[] | Finding {
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
