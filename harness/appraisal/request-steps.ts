import type { Profile } from "../attestation/profile.ts";
import type { Side } from "../authenticator/secrets.ts";
import { type Bytes, equalBytes, preview, toHex } from "../wire/bytes.ts";
import { ExtensionType, HandshakeType, handshakeTypeName, hex16, schemeName } from "../wire/code-points.ts";
import { type Extension, repeatedType } from "../wire/extensions.ts";
import { type AuthenticatorRequest, decodeRequest, offeredSchemes, requestType } from "../wire/request.ts";
import { decoding, withoutPlace } from "./decoding.ts";
import { finding, type NotApplicable, type Step } from "./finding.ts";

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
  /** Filled by the step `signature-algorithms`: the schemes that the request offers. */
  offered?: number[] | undefined;
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
    rules: [
      {
        name: "structure",
        title: "The request follows its structure, and nothing stands around it",
        requirements: [
          "rfc9261-request-structure",
          "rfc9261-request-handshake-encoding",
          "rfc9261-request-no-record-layer",
          "rfc9261-request-api-output",
          "rfc8446-vector-length",
        ],
        run: (state) =>
          decoding(() => {
            state.decoded = decodeRequest(state.request);
            return undefined;
          }),
      },
    ],
  },
  {
    name: "type",
    title: "A server asks with CertificateRequest, a client with ClientCertificateRequest",
    why: "The type keeps a request of one role from being taken for one of the other.",
    applies: needsDecoded,
    rules: [
      {
        name: "of-role",
        title: "The type is that of the end that asks",
        requirements: ["rfc9261-request-type", "expat-server-attester-request-type", "expat-request-offers-attestation"],
        run({ decoded, sender }) {
          const expected = requestType(sender);
          const found = decoded?.handshakeType ?? 0;
          return found === expected ? undefined : finding("wrong-role", handshakeTypeName(expected), handshakeTypeName(found));
        },
      },
    ],
  },
  {
    name: "context",
    title: "The request carries the context that it was given, or one that is new on the connection",
    why: "A context that comes twice lets an answer to the first request pass for an answer to the second.",
    applies: needsDecoded,
    rules: [
      {
        name: "new",
        title: "The context was in no request before",
        requirements: ["rfc9261-context-unique", "rfc9261-context-unique-across-types"],
        run({ decoded, earlierContexts }) {
          const found = contextOf(decoded);
          if (!earlierContexts.has(toHex(found))) return undefined;
          return finding("context-reused", "a context that is new on the connection", `${preview(found, 64)}, used before`);
        },
      },
      {
        name: "as-given",
        title: "The context is the one that was given, where one was",
        requirements: ["rfc9261-request-context-length"],
        run({ decoded, asked }) {
          const found = contextOf(decoded);
          if (asked.context === undefined || equalBytes(asked.context, found)) return undefined;
          return finding("context-mismatch", preview(asked.context, 64), preview(found, 64));
        },
      },
    ],
  },
  {
    name: "signature-algorithms",
    title: "The request holds signature_algorithms with the schemes that were asked for",
    why: "Without it the attester has no scheme to choose, and the relying party no ground to refuse a weak one.",
    applies: needsDecoded,
    rules: [
      {
        name: "present",
        title: "signature_algorithms is there",
        requirements: ["rfc9261-request-signature-algorithms", "rfc8446-request-signature-algorithms"],
        run: (state) =>
          typesOf(state).includes(ExtensionType.signatureAlgorithms)
            ? undefined
            : finding("malformed", `signature_algorithms with ${schemeNames(state.asked)}`, "no signature_algorithms"),
      },
      {
        name: "structure",
        title: "signature_algorithms follows its structure",
        requirements: ["rfc8446-scheme-list-structure", "rfc8446-vector-whole-elements"],
        run: (state) =>
          decoding(() => {
            state.offered = state.decoded && offeredSchemes(state.decoded);
            return undefined;
          }, withoutPlace),
      },
      {
        name: "as-asked",
        title: "It offers every scheme that was asked for",
        requirements: ["rfc9261-request-signature-algorithms"],
        run({ offered = [], asked }) {
          const missing = asked.signatureSchemes.some((scheme) => !offered.includes(scheme));
          return missing ? finding("other", schemeNames(asked), offered.map(schemeName).join(", ")) : undefined;
        },
      },
    ],
  },
  {
    name: "extensions",
    title: "No extension stands twice in the request, and each is one that may stand in a request",
    why: "Two extensions of one type, or one with no meaning here, leave it to the reader what counts.",
    applies: needsDecoded,
    rules: [
      {
        name: "once",
        title: "No extension stands twice",
        requirements: ["rfc8446-no-duplicate-extensions"],
        run(state) {
          const twice = repeatedType(typesOf(state));
          return twice === undefined ? undefined : finding("malformed", "each extension once", `${hex16(twice)} twice`);
        },
      },
      {
        name: "server-name",
        title: "A CertificateRequest holds no server_name",
        requirements: ["rfc9261-server-name-client-request-only"],
        run(state) {
          const ofServer = state.decoded?.handshakeType === HandshakeType.certificateRequest;
          if (!ofServer || !typesOf(state).includes(ExtensionType.serverName)) return undefined;
          return finding("other", "no server_name in a CertificateRequest", "server_name");
        },
      },
      {
        name: "registered",
        title: "No extension is one that is registered for other messages only",
        requirements: ["rfc9261-request-extensions-registered"],
        run(state) {
          const foreign = typesOf(state).find((type) => notForRequests.has(type));
          return foreign === undefined
            ? undefined
            : finding("other", "extensions that are registered for CertificateRequest", hex16(foreign));
        },
      },
    ],
  },
  {
    name: "offer",
    title: "The request offers cmw_attestation, with no data in it",
    why: "An attester that is offered nothing sends nothing; an offer that nobody wants gives away claims for nothing.",
    // A relying party may add extensions as it likes; where attestation was not asked for, an offer is one of them.
    applies: (state) => (state.asked.attestation ? needsDecoded(state) : { kind: "skipped", reason: "attestation was not asked for" }),
    rules: [
      {
        name: "present",
        title: "cmw_attestation is offered",
        requirements: ["expat-request-offers-attestation"],
        run: (state) => (offerOf(state) ? undefined : finding("attestation-missing", `an empty ${offerName(state)}`, "no offer")),
      },
      {
        name: "empty",
        title: "The offer holds no data",
        requirements: ["expat-offer-empty"],
        run(state) {
          const { data } = offerOf(state) ?? {};
          return data?.length ? finding("malformed", `an empty ${offerName(state)}`, preview(data)) : undefined;
        },
      },
    ],
  },
];

function contextOf(decoded: AuthenticatorRequest | undefined): Bytes {
  return decoded?.certificateRequestContext ?? new Uint8Array(0);
}

function schemeNames({ signatureSchemes }: RequestAppraisal["asked"]): string {
  return signatureSchemes.map(schemeName).join(", ");
}

function typesOf({ decoded }: RequestAppraisal): number[] {
  return decoded?.extensions.map(({ type }) => type) ?? [];
}

function offerOf({ decoded, profile }: RequestAppraisal): Extension | undefined {
  return decoded?.extensions.find(({ type }) => type === profile.cmwAttestation);
}

function offerName({ profile }: RequestAppraisal): string {
  return `cmw_attestation (${hex16(profile.cmwAttestation)})`;
}

function needsDecoded({ decoded }: RequestAppraisal): NotApplicable | undefined {
  return decoded ? undefined : { kind: "blocked", reason: "the request has no readable structure" };
}
