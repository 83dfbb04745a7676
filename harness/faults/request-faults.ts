import { otherSide } from "../authenticator/secrets.ts";
import { Deferred } from "../forge/mutation.ts";
import type { RequestInput } from "../forge/request-stages.ts";
import { relyingPartyParts } from "../reference/relying-party.ts";
import { type Bytes, concat } from "../wire/bytes.ts";
import { requestType } from "../wire/request.ts";
import type { Edits, Fault, Needs } from "./fault.ts";

function fault(id: string, title: string, requirements: readonly string[], request: Edits<RequestInput>, needs?: Needs): Fault {
  return { id: `relying-party/${id}`, role: "relying-party", title, requirements, breaks: { request }, needs };
}

const SCHEMES = "extensions.list.signatureAlgorithms";
const OFFER = "extensions.list.cmwAttestation";

/** Faults of a relying party in the requests that it makes (RFC 9261 section 4, expat section 3.1). */
export const requestFaults: readonly Fault[] = [
  fault(
    "request-structure/in-record",
    "the request is wrapped in a TLS record",
    ["rfc9261-request-no-record-layer"],
    [{ at: "message.bytes", op: "insert", value: { hex: "1603030100" } }],
  ),
  fault(
    "request-structure/header-left-out",
    "the request is sent without its handshake header",
    ["rfc9261-request-handshake-encoding"],
    [{ at: "frame.messages.0", op: "replace", value: new Deferred((lookUp) => (lookUp("message.bytes") as Bytes).subarray(4)) }],
  ),
  fault(
    "request-structure/trailing-byte",
    "a byte stands behind the request",
    ["rfc9261-request-structure", "rfc9261-request-api-output"],
    [{ at: "message.bytes", op: "extend", value: { hex: "00" } }],
  ),
  fault(
    "request-structure/last-byte-lost",
    "the last byte of the request is not sent",
    ["rfc9261-request-structure", "rfc9261-request-api-output"],
    [{ at: "message.bytes", op: "truncate" }],
  ),
  fault(
    "request-structure/header-length-too-long",
    "the length in the handshake header counts the header as well",
    ["rfc9261-request-handshake-encoding", "rfc8446-vector-length"],
    [{ at: "message.length", op: "add", by: 4 }],
  ),
  fault(
    "request-structure/extensions-length-too-short",
    "the length of the extensions leaves out the last byte",
    ["rfc9261-request-structure", "rfc8446-vector-length"],
    [{ at: "message.extensions.length", op: "add", by: -1 }],
  ),
  fault(
    "request-structure/context-length-too-long",
    "the length of the context is one too large",
    ["rfc9261-request-structure", "rfc8446-vector-length"],
    [{ at: "message.certificateRequestContext.length", op: "add", by: 1 }],
  ),
  fault("request-type/of-other-role", "it asks with the message of the other role", ["rfc9261-request-type"], ({ sender }) => [
    { at: "message.handshakeType", op: "replace", value: requestType(otherSide(sender)) },
  ]),
  fault(
    "request-type/no-request",
    "the request has the handshake type of a Certificate",
    ["rfc9261-request-type"],
    [{ at: "message.handshakeType", op: "replace", value: 11 }],
  ),
  fault(
    "request-context/constant",
    "every request has the same context",
    ["rfc9261-context-unique", "iut-request-context"],
    [{ at: "context.certificateRequestContext", op: "replace", value: { text: "a context of 32 bytes, as before" } }],
  ),
  fault(
    "request-context/in-32-bytes",
    "a context is kept in a buffer of 32 bytes: longer ones are cut",
    ["iut-request-context", "rfc9261-request-context-length"],
    ({ certificateRequestContext: { length } }) => [
      { at: "context.certificateRequestContext", op: "truncate", by: Math.max(0, length - 32) },
    ],
  ),
  fault(
    "request-context/as-text",
    "a context is cut at its first zero byte, as text is in C",
    ["iut-request-context", "rfc9261-context-unique"],
    ({ certificateRequestContext: context }) => {
      const end = context.indexOf(0);
      return end < 0 ? [] : [{ at: "context.certificateRequestContext", op: "truncate", by: context.length - end }];
    },
  ),
  fault(
    "request-context/with-length",
    "the context that is given gets a length byte in front",
    ["iut-request-context"],
    ({ certificateRequestContext: context }) =>
      context.length < 255 ? [{ at: "context.certificateRequestContext", op: "insert", value: Uint8Array.of(context.length) }] : [],
  ),
  fault(
    "request-signature-algorithms/left-out",
    "the request has no signature_algorithms",
    ["rfc9261-request-signature-algorithms", "rfc8446-request-signature-algorithms"],
    [{ at: SCHEMES, op: "drop" }],
  ),
  fault(
    "request-signature-algorithms/list-length-left-out",
    "the list of schemes has no length of its own",
    ["rfc8446-scheme-list-structure"],
    ({ signatureSchemes }) => [{ at: `${SCHEMES}.data`, op: "replace", value: encoded(signatureSchemes) }],
  ),
  fault(
    "request-signature-algorithms/list-length-of-1",
    "the length of the list of schemes has one byte",
    ["rfc8446-scheme-list-structure"],
    ({ signatureSchemes }) => [
      { at: `${SCHEMES}.data`, op: "replace", value: concat(Uint8Array.of(2 * signatureSchemes.length), encoded(signatureSchemes)) },
    ],
  ),
  fault(
    "request-signature-algorithms/list-empty",
    "the list of schemes is empty",
    ["rfc8446-scheme-list-structure"],
    [{ at: `${SCHEMES}.data`, op: "replace", value: { hex: "0000" } }],
  ),
  fault(
    "request-signature-algorithms/half-a-scheme",
    "the list of schemes ends in half a code point",
    ["rfc8446-vector-whole-elements"],
    ({ signatureSchemes }) => [
      {
        at: `${SCHEMES}.data`,
        op: "replace",
        value: concat(Uint8Array.of(0, 2 * signatureSchemes.length + 1), encoded(signatureSchemes), Uint8Array.of(4)),
      },
    ],
  ),
  fault(
    "request-signature-algorithms/little-endian",
    "the schemes are in little-endian order",
    ["rfc8446-scheme-list-structure", "rfc9261-request-signature-algorithms"],
    ({ signatureSchemes }) => [
      {
        at: `${SCHEMES}.data`,
        op: "replace",
        value: concat(
          Uint8Array.of(0, 2 * signatureSchemes.length),
          encoded(signatureSchemes.map((code) => ((code & 0xff) << 8) | (code >> 8))),
        ),
      },
    ],
  ),
  fault(
    "request-signature-algorithms/first-alone",
    "of the schemes that it is told to ask for, only the first is in the request",
    ["rfc9261-request-signature-algorithms"],
    ({ signatureSchemes }) => [
      { at: `${SCHEMES}.data`, op: "replace", value: concat(Uint8Array.of(0, 2), encoded(signatureSchemes.slice(0, 1))) },
    ],
  ),
  fault(
    "request-signature-algorithms/own-list",
    "the schemes are a list of its own (P-256 alone), whatever it is told to ask for",
    ["rfc9261-request-signature-algorithms"],
    [{ at: `${SCHEMES}.data`, op: "replace", value: { hex: "00020403" } }],
    { scheme: "p384" },
  ),
  fault(
    "request-signature-algorithms/under-signature-algorithms-cert",
    "the schemes stand in signature_algorithms_cert (50) alone",
    ["rfc9261-request-signature-algorithms", "rfc8446-request-signature-algorithms"],
    [{ at: `${SCHEMES}.type`, op: "replace", value: 50 }],
  ),
  fault(
    "request-extensions/schemes-twice",
    "signature_algorithms stands twice in the request",
    ["rfc8446-no-duplicate-extensions"],
    [{ at: SCHEMES, op: "duplicate" }],
  ),
  fault(
    "request-extensions/of-other-message",
    "the request holds supported_versions (43), which is not for requests",
    ["rfc9261-request-extensions-registered"],
    [{ at: "extensions.list", op: "insert", value: { name: "supportedVersions", type: 43, data: { hex: "0304" } } }],
  ),
  fault(
    "request-extensions/server-name-from-server",
    "a CertificateRequest holds server_name",
    ["rfc9261-server-name-client-request-only"],
    ({ sender }) =>
      sender === "server" ? [{ at: "extensions.list", op: "insert", value: { name: "serverName", type: 0, data: { hex: "" } } }] : [],
    { side: "server" },
  ),
  fault(
    "request-offer/left-out",
    "the request does not offer attestation although it is told to",
    ["expat-request-offers-attestation", "expat-offer-empty"],
    [{ at: OFFER, op: "drop" }],
  ),
  fault(
    "request-offer/inner-length",
    "the offer holds a cmw_data of length zero in place of nothing",
    ["expat-offer-empty"],
    [{ at: `${OFFER}.data`, op: "replace", value: { hex: "0000" } }],
  ),
  fault(
    "request-offer/other-code-point",
    "the offer stands under 0xFFFF, not under the number of the profile",
    ["expat-request-offers-attestation"],
    [{ at: `${OFFER}.type`, op: "replace", value: 0xffff }],
  ),
  fault(
    "request-offer/twice",
    "the offer stands twice in the request",
    ["rfc8446-no-duplicate-extensions"],
    [{ at: OFFER, op: "duplicate" }],
  ),
  ...relyingPartyParts.askingRules.map(
    ({ name, title, requirements }): Fault => ({
      id: `relying-party/asking/${name}-not-asked`,
      role: "relying-party",
      title: `it does not ask: ${title}`,
      requirements,
      breaks: { withoutRule: `asking/${name}` },
      ...(name === "context-length" && {
        equivalent: "a longer context has no encoding (its length is one byte), and the control protocol hands none over",
      }),
    }),
  ),
];

function encoded(schemes: readonly number[]): Uint8Array {
  return Uint8Array.from(schemes.flatMap((scheme) => [scheme >> 8, scheme & 0xff]));
}
