import type { RequestAppraisal } from "../appraisal/request-steps.ts";
import { type Bytes, concat, equalBytes, toHex, utf8, view } from "../wire/bytes.ts";
import { ExtensionType, HandshakeType, SignatureScheme } from "../wire/code-points.ts";
import { decodeSignatureSchemes } from "../wire/extensions.ts";
import { Reader } from "../wire/reader.ts";
import { decodeRequest, requestType } from "../wire/request.ts";
import { isOneOf, type Mistake } from "./mistake.ts";
import { fromText, message, withoutRecords } from "./structure-mistakes.ts";

/** The known mistakes of a request, by the step of `appraisal/request-steps.ts` that finds them. */
export const requestMistakes: ReadonlyMap<string, readonly Mistake<RequestAppraisal>[]> = new Map([
  [
    "structure",
    [
      structure(
        "header-left-out",
        "the request is its body alone, without a handshake header",
        "Send the whole handshake message: msg_type, the length of three bytes, then the body.",
        ({ request, sender }) => message(requestType(sender), request),
      ),
      structure(
        "in-a-record",
        "the request is wrapped in a record of the TLS record layer",
        "Send the handshake message alone: it is application data and has no record layer of its own.",
        ({ request }) => withoutRecords(request),
      ),
      structure("as-text", "the request is written as hexadecimal or base64 text", "Send the bytes of the message.", ({ request }) =>
        fromText(request),
      ),
      structure(
        "context-length-of-2",
        "the length of certificate_request_context has two bytes",
        "It has one byte: certificate_request_context<0..2^8-1>.",
        ({ request }) => (request[4] === 0 ? message(request[0] ?? 0, request.subarray(5)) : undefined),
      ),
      structure(
        "context-left-out",
        "the request has no certificate_request_context, not even its length",
        "Begin the body with the length of the context and the context.",
        ({ request }) => message(request[0] ?? 0, concat(Uint8Array.of(0), request.subarray(4))),
      ),
      structure(
        "extensions-length-left-out",
        "the extensions of the request have no length of their own",
        "Write the length of all extensions, two bytes, before the first one.",
        ({ request }) => {
          const at = 5 + (request[4] ?? 0);
          const extensions = request.subarray(at);
          return message(
            request[0] ?? 0,
            concat(request.subarray(4, at), Uint8Array.of(extensions.length >> 8, extensions.length), extensions),
          );
        },
      ),
      {
        id: "request-structure/certificate-request-of-tls12",
        title: "the request has the form of CertificateRequest in TLS 1.2: certificate types, algorithms, authorities",
        hint: "The body is certificate_request_context and extensions, whatever the version of the connection.",
        requirements: ["rfc9261-request-structure", "rfc9261-request-structure-tls12"],
        fits({ request }) {
          const reader = new Reader(request.subarray(4), "request");
          const types = reader.vector(1, "certificate_types", 1).bytes;
          const algorithms = reader.vector(2, "supported_signature_algorithms", 2).bytes;
          reader.vector(2, "certificate_authorities");
          reader.end();
          return types.every((type) => [1, 2, 64, 65, 66].includes(type)) && algorithms.length % 2 === 0;
        },
      },
    ],
  ],
  [
    "type",
    [
      {
        id: "request-type/of-other-role",
        title:
          "the request has the handshake type of the other end: 13 is CertificateRequest of a server, 17 ClientCertificateRequest of a client",
        hint: "The type says who asks: a server 13, a client 17.",
        requirements: ["rfc9261-request-type"],
        fits: ({ decoded, sender }) => decoded?.handshakeType === requestType(sender === "client" ? "server" : "client"),
      },
    ],
  ],
  [
    "context",
    [
      context("with-length-prefix", "the context begins with its own length byte", (asked) => [concat(Uint8Array.of(asked.length), asked)]),
      context("as-text", "the context is written as hexadecimal or base64 text", (asked) => [
        utf8(toHex(asked)),
        utf8(view(asked).toString("base64")),
        utf8(view(asked).toString("base64url")),
      ]),
      context("truncated", "the context is cut to 32 bytes or fewer", (asked) =>
        [8, 16, 20, 32].filter((length) => length < asked.length).map((length) => asked.subarray(0, length)),
      ),
      {
        id: "request-context/always-empty",
        title: "each request has a context of length zero",
        hint: "Choose a new, unpredictable context for each request; 32 random bytes will do.",
        requirements: ["rfc9261-context-unique"],
        fits: ({ decoded, asked }) => asked.context === undefined && decoded?.certificateRequestContext.length === 0,
      },
      {
        id: "request-context/constant",
        title: "each request has the same context",
        hint: "Choose a new, unpredictable context for each request; 32 random bytes will do.",
        requirements: ["rfc9261-context-unique", "rfc9261-context-unpredictable"],
        fits: ({ decoded, asked, earlierContexts }) => {
          const found = decoded?.certificateRequestContext ?? new Uint8Array(0);
          return asked.context === undefined && found.length > 0 && earlierContexts.has(toHex(found));
        },
      },
    ],
  ],
  [
    "signature-algorithms",
    [
      {
        id: "request-signature-algorithms/list-length-left-out",
        title: "the list in signature_algorithms has no length of its own",
        hint: "extension_data is a vector: two bytes of length, then the schemes.",
        requirements: ["rfc8446-scheme-list-structure"],
        fits: (state) => {
          const data = extension(state, ExtensionType.signatureAlgorithms);
          return data !== undefined && asked(state, decodeSignatureSchemes(concat(Uint8Array.of(data.length >> 8, data.length), data)));
        },
      },
      {
        id: "request-signature-algorithms/list-length-of-1",
        title: "the length of the list in signature_algorithms has one byte",
        hint: "extension_data is a vector with a length of two bytes.",
        requirements: ["rfc8446-scheme-list-structure"],
        fits: (state) => {
          const data = extension(state, ExtensionType.signatureAlgorithms);
          return data !== undefined && asked(state, decodeSignatureSchemes(concat(Uint8Array.of(0), data)));
        },
      },
      {
        id: "request-signature-algorithms/under-signature-algorithms-cert",
        title: "the schemes stand in signature_algorithms_cert (50), and signature_algorithms is missing",
        hint: "signature_algorithms (13) is required; signature_algorithms_cert may stand beside it.",
        requirements: ["rfc9261-request-signature-algorithms"],
        fits: (state) => {
          const data = extension(state, ExtensionType.signatureAlgorithmsCert);
          const missing = extension(state, ExtensionType.signatureAlgorithms) === undefined;
          return missing && data !== undefined && asked(state, decodeSignatureSchemes(data));
        },
      },
      {
        id: "request-signature-algorithms/byte-order",
        title: "the schemes in signature_algorithms are in little-endian order",
        hint: "Numbers in TLS are big-endian: ecdsa_secp256r1_sha256 is 04 03.",
        requirements: ["rfc8446-scheme-list-structure"],
        fits: (state) => {
          const schemes = decodeSignatureSchemes(extension(state, ExtensionType.signatureAlgorithms) ?? new Uint8Array(0));
          return asked(
            state,
            schemes.map((scheme) => ((scheme & 0xff) << 8) | (scheme >> 8)),
          );
        },
      },
      {
        id: "request-signature-algorithms/own-list",
        title: "signature_algorithms holds a list of other schemes than were asked for",
        hint: "Offer the schemes that the caller gives.",
        requirements: ["rfc9261-request-signature-algorithms"],
        fits: (state) => {
          const schemes = decodeSignatureSchemes(extension(state, ExtensionType.signatureAlgorithms) ?? new Uint8Array(0));
          const known = Object.values<number>(SignatureScheme);
          return schemes.length > 1 && schemes.every((scheme) => known.includes(scheme)) && !asked(state, schemes);
        },
      },
    ],
  ],
  [
    "offer",
    [
      {
        id: "request-offer/inner-length",
        title: "the offer holds a cmw_data of length zero (0000) in place of nothing",
        hint: "An offer is the extension with no data at all: its length is 0.",
        requirements: ["expat-offer-empty"],
        fits: (state) => isOneOf(extension(state, state.profile.cmwAttestation), [Uint8Array.of(0, 0), Uint8Array.of(0)]),
      },
      {
        id: "request-offer/other-code-point",
        title: "the offer stands under another number than the profile's",
        hint: "Use the number of the profile; 0xff00 and 0xffff are both in use until one is assigned.",
        requirements: ["expat-code-point", "expat-request-offers-attestation"],
        fits: (state) => {
          const others = (state.decoded?.extensions ?? []).filter(({ type }) => type >= 0xff00 && type !== state.profile.cmwAttestation);
          return extension(state, state.profile.cmwAttestation) === undefined && others.some(({ data }) => data.length === 0);
        },
      },
    ],
  ],
]);

function structure(
  name: string,
  title: string,
  hint: string,
  undone: (state: RequestAppraisal) => Bytes | undefined,
): Mistake<RequestAppraisal> {
  return {
    id: `request-structure/${name}`,
    title,
    hint,
    requirements: ["rfc9261-request-structure", "rfc9261-request-handshake-encoding"],
    fits(state) {
      const request = undone(state);
      if (request === undefined) return false;
      const { handshakeType, extensions } = decodeRequest(request);
      const isRequest = handshakeType === HandshakeType.certificateRequest || handshakeType === HandshakeType.clientCertificateRequest;
      return isRequest && extensions.some(({ type }) => type === ExtensionType.signatureAlgorithms);
    },
  };
}

function context(name: string, title: string, gives: (asked: Bytes) => readonly Bytes[]): Mistake<RequestAppraisal> {
  return {
    id: `request-context/${name}`,
    title,
    hint: "Put the context that the caller gives into the request, byte for byte.",
    requirements: ["iut-request-context", "rfc9261-request-context-length"],
    fits({ decoded, asked: { context: given } }) {
      const found = decoded?.certificateRequestContext;
      return given !== undefined && found !== undefined && !equalBytes(given, found) && isOneOf(found, gives(given));
    },
  };
}

function extension({ decoded }: RequestAppraisal, wanted: number): Bytes | undefined {
  return decoded?.extensions.find(({ type }) => type === wanted)?.data;
}

function asked({ asked: { signatureSchemes } }: RequestAppraisal, schemes: readonly number[]): boolean {
  return signatureSchemes.every((scheme) => schemes.includes(scheme));
}
