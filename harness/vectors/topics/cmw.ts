import type { AttestationJson } from "../kinds.ts";
import { type GroupDefinition, invalid, type Topic, type VectorDefinition, valid } from "../topic.ts";
import { evidenceFlags } from "./evidence-flags.ts";
import { certificate, connection, context, evidence, NOW, POLICY, PROFILE, record, result, trust } from "./inputs.ts";

type Wrapped = VectorDefinition<"cmw">;

const CONTEXT = context("cmw");
const CWT = evidence("application/eat+cwt", "ed25519");
const JWT = evidence("application/eat+jwt", "ed25519");
/** Of a record in CBOR under a media type of 19 letters: where the value begins. */
const VALUE_AT = 21;

// What can be wrong with a message is wrong in every wrapper.
const message: readonly Wrapped[] = [
  invalid("signature-altered", "The signature of the Evidence does not verify", "SignatureWrong", {
    at: "evidence-signature.signature",
    op: "flip",
    index: 0,
  }),
  invalid("nonce-altered", "The nonce of the Evidence is not the binding", "NonceWrong", { at: "claims.nonce.value", op: "flip" }),
];

const anyRecord: readonly Wrapped[] = [
  valid("right", "A right record"),
  invalid("type-unknown", "A media type that nobody knows", "TypeUnknown", {
    at: "cmw.type",
    op: "replace",
    value: "application/x-unknown-evidence",
  }),
  invalid("type-empty", "An empty media type", "TypeUnknown", { at: "cmw.type", op: "replace", value: "" }),
  invalid("indicator-zero", "An indicator of zero", "RecordWrong", { at: "cmw.indicator", op: "replace", value: 0 }),
  invalid("indicator-negative", "A negative indicator", "RecordWrong", { at: "cmw.indicator", op: "replace", value: -4 }),
  invalid("indicator-of-results", "Evidence under the indicator of Attestation Results", "IndicatorOfOtherKind", {
    at: "cmw.indicator",
    op: "replace",
    value: 8,
  }),
  invalid("indicator-of-endorsements", "Evidence under the indicator of Endorsements", "IndicatorOfOtherKind", {
    at: "cmw.indicator",
    op: "replace",
    value: 2,
  }),
  invalid("indicator-of-reference-values", "Evidence under the indicator of Reference Values", "IndicatorOfOtherKind", {
    at: "cmw.indicator",
    op: "replace",
    value: 1,
  }),
  invalid("truncated", "The last byte is missing", "CmwMalformed", { at: "cmw.bytes", op: "truncate", by: 1 }),
  invalid("nothing", "No bytes at all", "CmwMalformed", { at: "cmw.bytes", op: "drop" }),
  invalid("evidence-without-wrapper", "Evidence without a CMW around it", "NoCmw", {
    at: "cmw.bytes",
    op: "replace",
    value: { self: "cmw.value" },
  }),
  ...message,
];

const cborRecord: readonly Wrapped[] = [
  ...anyRecord,
  invalid("value-empty", "A value of length zero", "NotCoseSign1", { at: "cmw.value", op: "drop" }),
  invalid("trailing-bytes", "A byte stands behind the record", "TrailingBytesOfCmw", {
    at: "cmw.bytes",
    op: "extend",
    value: { hex: "00" },
  }),
  invalid("twice", "A second record stands behind the first", "TrailingBytesOfCmw", {
    at: "cmw.bytes",
    op: "extend",
    value: { hex: "826040" },
  }),
  invalid("one-member", "A record of its type alone", "CmwMalformed", { at: "cmw.bytes", op: "overwrite", value: { hex: "81" } }),
  invalid("value-as-text", "The value is a text string", "RecordWrong", {
    at: "cmw.bytes",
    op: "overwrite",
    index: VALUE_AT,
    value: { hex: "79" },
  }),
  invalid("type-as-bytes", "The type is a byte string", "RecordWrong", {
    at: "cmw.bytes",
    op: "overwrite",
    index: 1,
    value: { hex: "53" },
  }),
  invalid("type-negative", "A negative Content-Format", "RecordWrong", { at: "cmw.type", op: "replace", value: -1 }),
  invalid("type-beyond-content-formats", "A number beyond two bytes in place of the type", "RecordWrong", {
    at: "cmw.type",
    op: "replace",
    value: 65536,
  }),
  invalid("content-format-unknown", "A Content-Format that nobody knows", "TypeUnknown", { at: "cmw.type", op: "replace", value: 65000 }),
  invalid("type-of-jwt", "A CWT under the media type of a JWT", "TypeOfOtherFormat", {
    at: "cmw.type",
    op: "replace",
    value: "application/eat+jwt",
  }),
  invalid("indicator-too-large", "An indicator beyond four bytes", "RecordWrong", {
    at: "cmw.bytes",
    op: "overwrite",
    index: -1,
    value: { hex: "1b0000000100000004" },
  }),
  invalid("indicator-null", "A null in place of the indicator", "RecordWrong", {
    at: "cmw.bytes",
    op: "overwrite",
    index: -1,
    value: { hex: "f6" },
  }),
  invalid("indicator-as-text", "The indicator is a text", "RecordWrong", {
    at: "cmw.bytes",
    op: "overwrite",
    index: -1,
    value: { hex: "60" },
  }),
  invalid("value-of-gigabytes", "The value claims to be four gigabytes long", "Hostile", {
    at: "cmw.bytes",
    op: "overwrite",
    index: VALUE_AT,
    value: { hex: "5affffffff" },
  }),
  invalid("value-beyond-integers", "The value claims to be 2^64-1 bytes long", "Hostile", {
    at: "cmw.bytes",
    op: "overwrite",
    index: VALUE_AT,
    value: { hex: "5bffffffffffffffff" },
  }),
  invalid("arrays-nested", "A thousand arrays in one another", "Hostile", {
    at: "cmw.bytes",
    op: "replace",
    value: { concat: [{ hex: "82" }, { repeat: "81", times: 1000 }] },
  }),
  invalid("collections-nested", "A thousand collections in one another, with nothing in the last", "Hostile", {
    at: "cmw.bytes",
    op: "replace",
    value: { concat: [{ repeat: "a16161", times: 1000 }, { hex: "a0" }] },
  }),
];

const jsonRecord: readonly Wrapped[] = [
  ...anyRecord,
  // The text of a value has one character at least (base64url-string in the CDDL of the draft).
  invalid("value-empty", "A value of no characters", "RecordWrong", { at: "cmw.value", op: "drop" }),
  valid("white-space", "White space between the members", {
    mutation: { at: "cmw.bytes", op: "insert", index: 1, value: { text: "\n \t" } },
  }),
  valid("escapes", "A media type with an escape in it, which reads the same", {
    mutation: { at: "cmw.bytes", op: "insert", index: 13, value: { text: "\\" } },
  }),
  invalid("trailing-text", "An array stands behind the record", "TrailingBytesOfCmw", {
    at: "cmw.bytes",
    op: "extend",
    value: { text: "[]" },
  }),
  invalid("four-members", "A fourth member", "RecordWrong", { at: "cmw.bytes", op: "insert", index: -1, value: { text: ",4" } }),
  invalid("object", "A JSON object that is no collection", "CmwMalformed", {
    at: "cmw.bytes",
    op: "replace",
    value: { text: '{"evidence":"AA"}' },
  }),
  invalid("number-as-type", "A Content-Format, which JSON does not have", "RecordWrong", { at: "cmw.type", op: "replace", value: 263 }),
  invalid("indicator-as-text", "The indicator is a text", "RecordWrong", {
    at: "cmw.bytes",
    op: "replace",
    value: { text: '["application/eat+cwt","0oRDoQEm","4"]' },
  }),
  invalid("indicator-too-large", "An indicator beyond four bytes", "RecordWrong", {
    at: "cmw.indicator",
    op: "replace",
    value: 4294967300,
  }),
  invalid("indicator-with-fraction", "The indicator has a fraction", "RecordWrong", {
    at: "cmw.bytes",
    op: "insert",
    index: -1,
    value: { text: ".5" },
  }),
  invalid("no-utf8", "A byte that is no UTF-8 in the media type", "CmwMalformed", {
    at: "cmw.bytes",
    op: "overwrite",
    index: 5,
    value: { hex: "ff" },
  }),
  invalid("brackets-nested", "Two thousand brackets", "Hostile", { at: "cmw.bytes", op: "replace", value: { repeat: "5b", times: 2000 } }),
];

const jwtRecord: readonly Wrapped[] = [
  valid("right", "A right record of a JWT"),
  invalid("jwt-as-text", "The JWT stands in the record as it is, and not as base64url", "RecordWrong", {
    at: "cmw.valueAs",
    op: "replace",
    value: "verbatim",
  }),
  invalid("type-of-cwt", "A JWT under the media type of a CWT", "TypeOfOtherFormat", {
    at: "cmw.type",
    op: "replace",
    value: "application/eat+cwt",
  }),
  ...message,
];

const tag: readonly Wrapped[] = [
  valid("right", "A right tag"),
  invalid("below-range", "A tag below those of Content-Formats", "TagOutOfRange", { at: "cmw.tag", op: "replace", value: 1668546816 }),
  invalid("above-range", "A tag above those of Content-Formats", "TagOutOfRange", { at: "cmw.tag", op: "replace", value: 1668612096 }),
  invalid("left-out-number", "A tag that the transform leaves out, since it ends in a zero byte", "TagOutOfRange", {
    at: "cmw.tag",
    op: "replace",
    value: 1668547072,
  }),
  invalid("content-format-unknown", "The tag of a Content-Format that nobody knows", "TypeUnknown", {
    at: "cmw.tag",
    op: "replace",
    value: 1668612070,
  }),
  invalid("of-other-format", "The tag of a JWT around a CWT", "TypeOfOtherFormat", { at: "cmw.tag", op: "replace", value: 1668547082 }),
  invalid("text-string", "A text string in place of the byte string", "TagOutOfRange", {
    at: "cmw.bytes",
    op: "overwrite",
    index: 5,
    value: { hex: "79" },
  }),
  invalid("trailing-bytes", "A byte stands behind the tag", "TrailingBytesOfCmw", { at: "cmw.bytes", op: "extend", value: { hex: "00" } }),
  ...message,
];

const collection: readonly Wrapped[] = [
  valid("right", "A right collection of two"),
  invalid("empty", "A collection of nothing", "CollectionWrong", { at: "cmw.items", op: "drop" }),
  invalid("empty-within", "A collection of nothing in place of the first item", "CollectionWrong", {
    at: "cmw.items.first.cmw",
    op: "replace",
    value: { form: "collection", encoding: "cbor", collectionType: null, items: [] },
  }),
  invalid("label-twice", "Both items have one label", "CollectionWrong", { at: "cmw.items.second.label", op: "replace", value: "first" }),
  invalid("type-as-label", "An item stands under the label of the collection type", "CollectionWrong", {
    at: "cmw.items.second.label",
    op: "replace",
    value: "__cmwc_t",
  }),
  invalid("type-uri-relative", "A collection type that is a relative URI", "CollectionWrong", {
    at: "cmw.collectionType",
    op: "replace",
    value: "../composite-attester",
  }),
  invalid("type-oid-relative", "A collection type that is a relative OID", "CollectionWrong", {
    at: "cmw.collectionType",
    op: "replace",
    value: "8571.3.2",
  }),
  invalid("label-of-bytes", "A label that is a byte string", "CollectionWrong", {
    at: "cmw.bytes",
    op: "overwrite",
    index: 1,
    value: { hex: "45" },
  }),
  invalid("trailing-bytes", "A byte stands behind the collection", "TrailingBytesOfCmw", {
    at: "cmw.bytes",
    op: "extend",
    value: { hex: "00" },
  }),
  invalid("first-signature-altered", "The signature of the first item does not verify", "SignatureWrong", {
    at: "evidence-signature.signature",
    op: "flip",
    index: 0,
  }),
  invalid("second-signature-altered", "The signature of the second item does not verify", "SignatureWrong", {
    at: "second-evidence-signature.signature",
    op: "flip",
    index: 0,
  }),
  invalid("second-signed-by-other-key", "Another key has signed the second item", "SignatureWrong", {
    at: "second-evidence.key",
    op: "replace",
    value: { pki: "result-ed25519.key" },
  }),
  invalid("second-nonce-altered", "The nonce of the second item is not the binding", "NonceWrong", {
    at: "second-claims.nonce.value",
    op: "flip",
  }),
  invalid("second-nonce-missing", "The second item has no nonce", "NonceMissing", { at: "second-claims.nonce", op: "drop" }),
  invalid("second-aik-altered", "AIK_pub_hash of the second item is wrong", "AikWrong", {
    at: "second-claims.aikPubHash.value",
    op: "flip",
  }),
  invalid("second-measurement-differs", "The measurement of the second item is not the reference value", "Measurement", {
    at: "second-claims.measurement.value",
    op: "flip",
  }),
];

const jsonCollection: readonly Wrapped[] = [
  valid("right", "A right collection in JSON"),
  invalid("empty", "A collection of nothing", "CollectionWrong", { at: "cmw.items", op: "drop" }),
  invalid("label-twice", "The item stands twice under its label", "CollectionWrong", { at: "cmw.items.first", op: "duplicate" }),
  invalid("item-no-cmw", "An item that is a text", "CollectionWrong", {
    at: "cmw.bytes",
    op: "insert",
    index: 1,
    value: { text: '"x":"x",' },
  }),
  ...message,
];

function signed(encoding: "cbor" | "json"): readonly Wrapped[] {
  const headers = "signed-cmw.protectedHeader";
  const unprotected = encoding === "cbor" ? "signed-cmw.unprotectedHeader" : headers;
  const label = encoding === "cbor" ? -70077 : "x-unknown";
  return [
    valid("right", "A right CMW that is itself signed"),
    valid("more-headers", "A header parameter that nobody knows, and that is not critical", {
      mutation: { at: unprotected, op: "extend", value: { name: "unknown", label, value: "more" } },
    }),
    invalid("not-wanted", "The policy takes no CMW that is itself signed", "SignedNotWanted", {
      at: "inputs.policy.signedCmw",
      op: "replace",
      value: "refuse",
    }),
    invalid("cmw-signature-altered", "The signature of the CMW does not verify", "CmwSignature", {
      at: "cmw-signature.signature",
      op: "flip",
      index: 0,
    }),
    invalid("cmw-signature-missing", "The signature of the CMW has no bytes", "CmwSignature", {
      at: "cmw-signature.signature",
      op: "drop",
    }),
    invalid("content-altered", "The CMW was altered after it was signed", "CmwSignature", {
      at: "cmw.type",
      op: "replace",
      value: "Application/eat+cwt",
      reseal: false,
    }),
    invalid("signer-untrusted", "The chain of the signer ends in a root that is not trusted", "CmwSignature", {
      at: "source.attestation.signer",
      op: "replace",
      value: "attestation-untrusted",
    }),
    invalid("signer-of-identities", "The signer is trusted for identities alone", "CmwSignature", {
      at: "source.attestation.signer",
      op: "replace",
      value: "identity-ed25519",
    }),
    invalid("content-type-missing", "The content type is missing", "CmwContentType", { at: `${headers}.contentType`, op: "drop" }),
    invalid("content-type-of-other-encoding", "The content type of the other encoding", "CmwContentType", {
      at: `${headers}.contentType.value`,
      op: "replace",
      value: encoding === "cbor" ? "application/cmw+json" : "application/cmw+cbor",
    }),
    invalid("payload-in-other-encoding", "The CMW in it is in the other encoding", "CmwContentType", {
      at: "cmw.encoding",
      op: "replace",
      value: encoding === "cbor" ? "json" : "cbor",
    }),
    invalid("algorithm-missing", "No algorithm is named", "CmwSignature", { at: `${headers}.alg`, op: "drop" }),
    invalid("payload-evidence", "What is signed is Evidence without a CMW around it", "NoCmw", {
      at: "signed-cmw.payload",
      op: "replace",
      value: { self: "cmw.value" },
    }),
    ...message,
  ];
}

const ofResult: readonly Wrapped[] = [
  valid("right", "A right record of an Attestation Result"),
  invalid("indicator-of-evidence", "A result under the indicator of Evidence", "IndicatorOfOtherKind", {
    at: "cmw.indicator",
    op: "replace",
    value: 4,
  }),
  invalid("type-unknown", "A media type that nobody knows", "TypeUnknown", {
    at: "cmw.type",
    op: "replace",
    value: "application/x-unknown-result",
  }),
];

function group(id: string, title: string, attestation: AttestationJson, vectors: readonly Wrapped[]): GroupDefinition<"cmw"> {
  return {
    id,
    title,
    kind: "cmw",
    inputs: {
      connection: connection("sha256", "cmw"),
      certificateRequestContext: CONTEXT,
      endEntityCertificate: certificate("identity-ed25519"),
      profile: PROFILE,
      trust: trust("ed25519"),
      policy: { ...POLICY, signedCmw: attestation.signer === null ? "refuse" : "accept" },
      now: NOW,
    },
    source: { attestation },
    vectors,
  };
}

const wrapper = { step: "cmw", code: "cmw" } as const;
const parsers = "Two readers of the same bytes come to different messages, or one of them to none.";

export const cmw: Topic = {
  topic: "cmw",
  title: "RATS CMW around Evidence and Attestation Results: records, tags, collections, signed CMWs, in CBOR and JSON",
  notes: [
    "Tags, collections and signed CMWs are for those that support them: whether one does is open, and refusing them all is no fault.",
    "An indicator that is absent, Content-Formats that are known, unregistered bits, white space before a JSON text, padding and indefinite lengths are open: no vector decides them.",
  ],
  flags: {
    ...evidenceFlags,
    CmwMalformed: {
      bugClass: "wrong structure",
      description: "The bytes are no CMW",
      effect: parsers,
      requirements: ["expat-cmw-format"],
      ...wrapper,
    },
    NoCmw: {
      bugClass: "wrong structure",
      description: "There is no wrapper around the message",
      effect: "Others cannot tell what the message is.",
      requirements: ["expat-cmw-format"],
      ...wrapper,
    },
    TrailingBytesOfCmw: {
      bugClass: "trailing bytes",
      description: "Something stands behind the CMW",
      effect: parsers,
      requirements: ["expat-cmw-format"],
      ...wrapper,
    },
    RecordWrong: {
      bugClass: "wrong structure",
      description: "A member of the record is not of its type, out of its range, or too many",
      effect: parsers,
      requirements: ["cmw-record-structure"],
      ...wrapper,
    },
    TypeUnknown: {
      bugClass: "type not checked",
      description: "Nobody knows a message of that type",
      effect: "What is not understood is taken for attestation.",
      requirements: ["cmw-type"],
      ...wrapper,
    },
    TypeOfOtherFormat: {
      bugClass: "type not checked",
      description: "The message is not of the type that the CMW gives",
      effect: "A reader guesses, and two of them differently.",
      requirements: ["cmw-value-matches-type"],
      step: "evidence-signature",
      code: "evidence-signature",
    },
    IndicatorOfOtherKind: {
      bugClass: "type not checked",
      description: "The indicator is that of another kind of message",
      effect: "Evidence that nobody has appraised is taken for a result.",
      requirements: ["cmw-ind-kind"],
      ...wrapper,
    },
    TagOutOfRange: {
      bugClass: "wrong structure",
      description: "The tag is none of a Content-Format, or not around a byte string",
      effect: parsers,
      requirements: ["cmw-tag-range"],
      ...wrapper,
    },
    CollectionWrong: {
      bugClass: "wrong structure",
      description: "The collection is empty, a label stands twice or is none, or its type is none",
      effect: "An item is verified, and another one with the same label is believed.",
      requirements: ["cmw-collection-structure"],
      ...wrapper,
    },
    Hostile: {
      bugClass: "resource exhaustion",
      description: "The bytes are made to exhaust whoever reads them",
      effect: "A few bytes end the process that reads them.",
      requirements: ["expat-cmw-format"],
      ...wrapper,
    },
    SignedNotWanted: {
      bugClass: "policy not applied",
      description: "The CMW is itself signed, and the policy takes none that is",
      effect: "A signature that nobody looks at gives what is in it an air of trust.",
      requirements: ["expat-cmw-format"],
      ...wrapper,
    },
    CmwSignature: {
      bugClass: "signature not verified",
      description: "The signature of the CMW is not right, or not of a signer that is trusted",
      effect: "Items are put together that never belonged together.",
      requirements: ["cmw-content-protected"],
      ...wrapper,
    },
    CmwContentType: {
      bugClass: "type not checked",
      description: "The content type does not say that what is signed is a CMW of this encoding",
      effect: "Something else that the same key has signed passes for a CMW.",
      requirements: ["cmw-content-protected"],
      ...wrapper,
    },
  },
  groups: [
    group("record-cbor", "Records in CBOR", record(CWT), cborRecord),
    group("record-json", "Records in JSON", record(CWT, "json"), jsonRecord),
    group("record-json-jwt", "Records in JSON around a JWT", record(JWT, "json"), jwtRecord),
    group("tag", "Tags", { ...record(CWT), form: "tag" }, tag),
    group(
      "collection-cbor",
      "Collections in CBOR of two items of Evidence",
      { ...record(CWT), form: "collection", second: CWT },
      collection,
    ),
    group("collection-json", "Collections in JSON", { ...record(CWT, "json"), form: "collection" }, jsonCollection),
    group("signed-cbor", "CMWs in CBOR that are themselves signed", { ...record(CWT), signer: "attestation-ed25519" }, signed("cbor")),
    group(
      "signed-json",
      "CMWs in JSON that are themselves signed",
      { ...record(CWT, "json"), signer: "attestation-ed25519" },
      signed("json"),
    ),
    group("result-cbor", "Records in CBOR around an Attestation Result", record(result("application/eat+jwt", "ed25519")), ofResult),
    group(
      "result-json",
      "Records in JSON around an Attestation Result",
      record(result("application/eat+cwt", "ed25519"), "json"),
      ofResult,
    ),
  ],
};
