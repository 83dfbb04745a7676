import type { Profile } from "../attestation/profile.ts";
import type { Side } from "../authenticator/secrets.ts";
import { type Bytes, equalBytes, preview, toHex } from "../wire/bytes.ts";
import { ExtensionType, HandshakeType, handshakeTypeName, hex16, schemeName } from "../wire/code-points.ts";
import { repeatedType } from "../wire/extensions.ts";
import { DecodeError } from "../wire/reader.ts";
import { type AuthenticatorRequest, decodeRequest, offeredSchemes, requestType } from "../wire/request.ts";
import { finding } from "./authenticator-steps.ts";
import type { NotApplicable, Step } from "./finding.ts";

/** Everything that a request is judged by. */
export interface RequestAppraisal {
  /** The end that asks. */
  readonly sender: Side;
  readonly profile: Profile;
  readonly request: Bytes;
  /** What the relying party was told to ask for. `context` undefined: it was free to choose. */
  readonly asked: { readonly signatureSchemes: readonly number[]; readonly attestation: boolean; readonly context: Bytes | undefined };
  /** Contexts (as hexadecimal) of all requests seen on the connection before, of both types. */
  readonly earlierContexts: ReadonlySet<string>;
  /** Filled by the step `structure`. */
  decoded?: AuthenticatorRequest;
}

// Registered (TLS ExtensionType Values) for other messages than CertificateRequest. What is not registered, or was after this list was
// made, is not blamed; whether cmw_attestation may stand in a request is an open point of its registration (iana-ct-only).
const notForRequests: ReadonlySet<number> = new Set([
  1, 10, 11, 14, 15, 16, 19, 20, 21, 22, 23, 28, 35, 41, 42, 43, 44, 45, 49, 51, 57, 0xff01,
]);

/** The appraisal of a request: RFC 9261 section 4 and expat section 3.1. */
export const requestSteps: readonly Step<RequestAppraisal>[] = [
  {
    name: "structure",
    title: "The request is one handshake message with a context and a block of extensions, and nothing more",
    why: "The request is part of what is signed: both ends must see the same bytes.",
    requirements: [
      "rfc9261-request-structure",
      "rfc9261-request-handshake-encoding",
      "rfc9261-request-no-record-layer",
      "rfc9261-request-api-output",
      "rfc8446-vector-length",
    ],
    run(state) {
      try {
        state.decoded = decodeRequest(state.request);
        return undefined;
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        return finding("malformed", `${error.path}: ${error.expected}`, `${error.found} at byte ${error.offset}`);
      }
    },
  },
  {
    name: "type",
    title: "A server asks with CertificateRequest, a client with ClientCertificateRequest",
    why: "The type keeps a request of one role from being taken for one of the other.",
    requirements: ["rfc9261-request-type", "expat-server-attester-request-type", "expat-request-offers-attestation"],
    applies: needsDecoded,
    run({ decoded, sender }) {
      const expected = requestType(sender);
      const found = decoded?.handshakeType ?? 0;
      return found === expected ? undefined : finding("wrong-role", handshakeTypeName(expected), handshakeTypeName(found));
    },
  },
  {
    name: "context",
    title: "The request carries the context that it was given, or one that is new on the connection",
    why: "A context that comes twice lets an answer to the first request pass for an answer to the second.",
    requirements: ["rfc9261-context-unique", "rfc9261-context-unique-across-types", "rfc9261-request-context-length"],
    applies: needsDecoded,
    run({ decoded, asked, earlierContexts }) {
      const found = decoded?.certificateRequestContext ?? new Uint8Array(0);
      if (asked.context && !equalBytes(asked.context, found)) {
        return finding("context-mismatch", preview(asked.context, 64), preview(found, 64));
      }
      if (!earlierContexts.has(toHex(found))) return undefined;
      return finding("context-reused", "a context that is new on the connection", `${preview(found, 64)}, used before`);
    },
  },
  {
    name: "signature-algorithms",
    title: "The request holds signature_algorithms with the schemes that were asked for",
    why: "Without it the attester has no scheme to choose, and the relying party no ground to refuse a weak one.",
    requirements: [
      "rfc9261-request-signature-algorithms",
      "rfc8446-request-signature-algorithms",
      "rfc8446-scheme-list-structure",
      "rfc8446-vector-whole-elements",
    ],
    applies: needsDecoded,
    run({ decoded, asked }) {
      const expected = asked.signatureSchemes.map(schemeName).join(", ");
      try {
        const offered = decoded && offeredSchemes(decoded);
        if (offered === undefined) return finding("malformed", `signature_algorithms with ${expected}`, "no signature_algorithms");
        const missing = asked.signatureSchemes.filter((scheme) => !offered.includes(scheme));
        return missing.length === 0 ? undefined : finding("other", expected, offered.map(schemeName).join(", "));
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        return finding("malformed", `${error.path}: ${error.expected}`, error.found);
      }
    },
  },
  {
    name: "extensions",
    title: "No extension stands twice in the request, and each is one that may stand in a request",
    why: "Two extensions of one type, or one with no meaning here, leave it to the reader what counts.",
    requirements: ["rfc8446-no-duplicate-extensions", "rfc9261-request-extensions-registered", "rfc9261-server-name-client-request-only"],
    applies: needsDecoded,
    run({ decoded }) {
      const types = decoded?.extensions.map(({ type }) => type) ?? [];
      const twice = repeatedType(types);
      if (twice !== undefined) return finding("malformed", "each extension once", `${hex16(twice)} twice`);
      const misplaced = decoded?.handshakeType === HandshakeType.certificateRequest && types.includes(ExtensionType.serverName);
      if (misplaced) return finding("other", "no server_name in a CertificateRequest", "server_name");
      const foreign = types.find((type) => notForRequests.has(type));
      return foreign === undefined ? undefined : finding("other", "extensions that are registered for CertificateRequest", hex16(foreign));
    },
  },
  {
    name: "offer",
    title: "The request offers cmw_attestation, with no data in it",
    why: "An attester that is offered nothing sends nothing; an offer that nobody wants gives away claims for nothing.",
    requirements: ["expat-offer-empty", "expat-request-offers-attestation"],
    // A relying party may add extensions as it likes; where attestation was not asked for, an offer is one of them.
    applies: (state) => (state.asked.attestation ? needsDecoded(state) : { kind: "skipped", reason: "attestation was not asked for" }),
    run({ decoded, profile }) {
      const offer = decoded?.extensions.find(({ type }) => type === profile.cmwAttestation);
      const name = `cmw_attestation (${hex16(profile.cmwAttestation)})`;
      if (offer === undefined) return finding("attestation-missing", `an empty ${name}`, "no offer");
      return offer.data.length === 0 ? undefined : finding("malformed", `an empty ${name}`, preview(offer.data));
    },
  },
];

function needsDecoded({ decoded }: RequestAppraisal): NotApplicable | undefined {
  return decoded ? undefined : { kind: "blocked", reason: "the request has no readable structure" };
}
