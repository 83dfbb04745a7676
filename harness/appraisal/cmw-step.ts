import { type Cmw, type CmwDefect, type CmwEncoding, CmwIndicator } from "../attestation/cmw.ts";
import { mediaTypes } from "../attestation/formats.ts";
import { placeOf, reading } from "./attestation-reading.ts";
import { indicated, messageOf, noCmw, readCmw, signedForm } from "./cmw-reading.ts";
import { type Finding, finding, type Step } from "./finding.ts";
import { type AppraisalState, type AskedAttestation, fact, type ReadLeaf } from "./state.ts";
import { reads, tokenRules } from "./token-rules.ts";

const WRAPPER = ["expat-cmw-format", "expat-cmw-serialisation", "cmw-tree"];
const OF_TAG = ["cmw-tag-range", "cmw-tag-value"];
const OF_RECORD = ["cmw-record-structure"];
const OF_CBOR = ["cmw-cbor-bytes"];
const OF_JSON = ["cmw-json-no-content-format", "cmw-json-base64url", "cmw-json-base64url-text-too"];
const INDICATOR = ["cmw-ind-range", "cmw-ind-nonzero", "cmw-ind-omitted"];
const COLLECTION_TYPE = ["cmw-collection-type-reserved", "cmw-collection-type-oid-absolute", "cmw-collection-type-uri-absolute"];

/** What of a CMW could be gone on with, and is not: a rule for each. */
const defects: readonly { readonly name: CmwDefect; readonly title: string; readonly requirements: readonly string[] }[] = [
  { name: "end", title: "Nothing follows the CMW", requirements: WRAPPER },
  { name: "key-once", title: "No label stands twice in a collection", requirements: ["cmw-collection-label-unique"] },
  { name: "members", title: "A record holds three members at most", requirements: OF_RECORD },
  { name: "base64url", title: "A value in JSON is base64url without padding, of one character at least", requirements: OF_JSON.slice(1) },
  { name: "indicator-range", title: "An indicator is an integer of 1 to 2^32-1", requirements: INDICATOR },
  { name: "collection-type", title: "The type of a collection is an absolute URI or an OID", requirements: COLLECTION_TYPE },
  { name: "collection-labels", title: "Labels are texts or, in CBOR, integers", requirements: ["cmw-collection-structure"] },
  { name: "collection-nonempty", title: "A collection holds one CMW at least", requirements: ["cmw-collection-nonempty"] },
];

/** The statements that a CMW of that encoding and form answers, whatever it holds. */
export function cmwRequirements(encoding: CmwEncoding, form: Cmw["form"]): readonly string[] {
  const wrapper = [...WRAPPER, "iut-cmw-as-asked", "eat-media-type"];
  if (form === "tag") return [...wrapper, ...OF_TAG];
  const record = [...wrapper, ...OF_RECORD, ...INDICATOR, "cmw-type", "cmw-ind-kind", ...(encoding === "json" ? OF_JSON : OF_CBOR)];
  if (form === "record") return record;
  return [...record, "cmw-collection-structure", "cmw-collection-label-unique", "cmw-collection-nonempty", ...COLLECTION_TYPE];
}

/**
 * The wrapper of what is attested: a CMW, signed or not, and in it messages of media types that are known here. Each one must be: what is
 * present must verify in full (docs/iut-protocol.md, policy).
 */
export const cmwStep: Step<AppraisalState> = {
  name: "cmw",
  title: "cmw_data is a RATS CMW of Evidence or an Attestation Result, of a media type that is known here",
  why: "A wrapper that others cannot read ends interoperability before the first byte of Evidence.",
  applies: reading("cmwData"),
  rules: [
    {
      name: "unsigned",
      title: "The CMW is not itself signed, where the policy does not want that",
      requirements: ["iut-cmw-signed"],
      // A signed CMW is a form of its own (draft-ietf-rats-msg-wrap section 4): no CMW to one that does not want it.
      run(state) {
        const form = signedForm(fact(state, "cmwData"));
        if (form) state.read.signedCmw = { form };
        if (!form || state.input.policy.signedCmw === "accept") return undefined;
        return finding("cmw", "a CMW that is not itself signed", `what begins like ${form.name}`);
      },
    },
    {
      name: "signed-token",
      title: "What signs a CMW is a token",
      requirements: ["iut-cmw-signed"],
      run(state) {
        const { signedCmw } = state.read;
        if (signedCmw === undefined) return undefined;
        const { form } = signedCmw;
        const token = reads("cmw", form.contentType, () => form.envelope.open(fact(state, "cmwData")));
        if ("code" in token) return token;
        state.read.signedCmw = { form, token };
        return undefined;
      },
    },
    {
      name: "structure",
      title: "It is a record, a tag or a collection of the CMW draft, in CBOR or JSON",
      requirements: [...WRAPPER, ...OF_RECORD, ...OF_CBOR, ...OF_JSON, ...OF_TAG, "cmw-collection-structure"],
      run: readCmw,
    },
    ...defects.map((defect) => ({
      ...defect,
      run({ read: { cmwDefects } }: AppraisalState): Finding | undefined {
        const error = cmwDefects.get(defect.name);
        return error && noCmw(error);
      },
    })),
    {
      name: "signed-encoding",
      title: "A signed CMW has the encoding of what signs it",
      requirements: ["cmw-signed-cbor-payload", "cmw-signed-json-payload"],
      run({ read: { signedCmw, cmw } }) {
        if (!signedCmw || !cmw || cmw.encoding === signedCmw.form.encoding) return undefined;
        const { encoding, contentType } = signedCmw.form;
        return finding("cmw", `a CMW in ${encoding} as the payload of ${contentType}`, `one in ${cmw.encoding}`);
      },
    },
    {
      name: "media-type",
      title: "Every message in it is of a media type that is known here",
      requirements: ["cmw-type", "eat-media-type"],
      run: (state) =>
        eachLeaf(state, ({ leaf, asEvidence, asResult }) => {
          const { formats } = state.input;
          const known = [...mediaTypes("background-check", formats), ...mediaTypes("passport", formats)];
          return asEvidence || asResult ? undefined : finding("cmw", `a message of ${[...new Set(known)].join(", ")}`, String(leaf.type));
        }),
    },
    {
      name: "indicator-of-other-kinds",
      title: "No indicator says that a message is neither Evidence nor a result",
      requirements: ["cmw-ind-kind"],
      // An absent indicator, unregistered bits and both bits are open; one that says "neither" is not (docs/iut-protocol.md).
      run: (state) =>
        eachLeaf(state, ({ leaf: { indicator } }) => {
          const { evidence, attestationResults } = CmwIndicator;
          const neither = indicator !== null && indicator <= 31 && (indicator & (evidence | attestationResults)) === 0;
          return neither ? notOfThisKind(indicator) : undefined;
        }),
    },
    {
      name: "indicator",
      title: "No indicator says that Evidence is a result, or a result Evidence",
      requirements: ["cmw-ind-kind"],
      run: (state) =>
        eachLeaf(state, (read) => {
          const { asEvidence, asResult, isEvidence, isResult } = read;
          const kind = indicated(read);
          const wrong = (kind === "evidence" && (isResult || !asEvidence)) || (kind === "result" && (isEvidence || !asResult));
          return wrong ? notOfThisKind(read.leaf.indicator) : undefined;
        }),
      establish({ read: { leaves = [] }, facts }) {
        const messages = leaves.flatMap((leaf) => messageOf(leaf) ?? []);
        if (messages.length > 0) facts.messages = messages;
      },
    },
    {
      name: "signed-content-type",
      title: "The content type of what signs a CMW is that of a CMW in its encoding",
      requirements: ["cmw-signed-cbor-content-type", "cmw-signed-json-header"],
      run({ read: { signedCmw } }) {
        const { form, token } = signedCmw ?? {};
        if (!form || !token || token.contentType === form.contentType) return undefined;
        return finding("cmw", `content type ${form.contentType}`, String(token.contentType));
      },
    },
    ...tokenRules({
      code: "cmw",
      signer: "signer of the CMW",
      purpose: "attestation",
      tokens: ({ read: { signedCmw } }) => (signedCmw?.token ? [signedCmw.token] : []),
      anchors: ({ input }) => input.trust.attestation,
      requirements: {
        chain: ["iut-cmw-signed"],
        algorithm: ["iut-cmw-signed", "cmw-signed-cbor-algorithm", "cmw-signed-json-header"],
        signature: ["iut-cmw-signed"],
        path: ["iut-cmw-signed"],
      },
    }).map((rule) => ({ ...rule, name: `signed-${rule.name}` })),
    {
      name: "encoding-as-asked",
      title: "The encoding is the one that the attester was told, where that is known",
      requirements: ["iut-cmw-as-asked"],
      run: (state) =>
        asAsked(state, (cmw, asked) =>
          cmw.encoding === asked.cmw ? undefined : finding("cmw", `a CMW in ${asked.cmw}, as it was told`, `one in ${cmw.encoding}`),
        ),
    },
    {
      name: "form-as-asked",
      title: "The form is the one that the attester was told, where that is known",
      requirements: ["iut-cmw-as-asked"],
      run: (state) =>
        asAsked(state, (cmw, { form = "record" }) =>
          cmw.form === form ? undefined : finding("cmw", `a ${form} CMW, as it was told`, `a ${cmw.form}`),
        ),
    },
    {
      name: "message-as-asked",
      title: "Its first message is of the model and the media type that the attester was told, where that is known",
      requirements: ["iut-cmw-as-asked"],
      run: (state) =>
        asAsked(state, (_, asked) => {
          const [message] = state.facts.messages ?? [];
          if (!message || (message.format.model === asked.model && message.format.mediaType === asked.mediaType)) return undefined;
          const { model, mediaType } = message.format;
          return finding("cmw", `${asked.mediaType} of the model ${asked.model}, as it was told`, `${mediaType} of ${model}`);
        }),
    },
  ],
};

// The finding of the first message that has one, with its place where the CMW holds several.
function eachLeaf({ read: { leaves = [] } }: AppraisalState, judge: (leaf: ReadLeaf) => Finding | undefined): Finding | undefined {
  for (const read of leaves) {
    const found = judge(read);
    const where = read.leaf.path.length > 0 ? ` in ${placeOf(read.leaf)}` : "";
    if (found) return { ...found, found: found.found + where };
  }
  return undefined;
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
function asAsked(state: AppraisalState, judge: (cmw: Cmw, asked: AskedAttestation) => Finding | undefined): Finding | undefined {
  const { asked, payload } = state.input;
  const { cmw } = state.read;
  return asked === undefined || cmw === undefined || payload.name !== "cmw" ? undefined : judge(cmw, asked);
}
