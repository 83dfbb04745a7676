import { keyFits, schemeAlgorithm } from "../authenticator/signature.ts";
import { type Bytes, equalBytes, preview } from "../wire/bytes.ts";
import { hex16, schemeName } from "../wire/code-points.ts";
import { decodeCmwAttestation, repeatedType } from "../wire/extensions.ts";
import { offeredSchemes } from "../wire/request.ts";
import { decoding, followed, readCertificate } from "./decoding.ts";
import { type Finding, finding, type Step } from "./finding.ts";
import { type AppraisalState, attestationExtensions, fact, needs } from "./state.ts";

/** What RFC 9261, and the place of the extension, demand of the fields of messages that can be read. */
export const authenticatorSteps: readonly Step<AppraisalState>[] = [
  {
    name: "context",
    title: "The Certificate carries the context of the request",
    why: "An authenticator that answers another request proves something that nobody asked now.",
    applies: (state) => spontaneous(state) ?? needs("certificate")(state),
    rules: [
      {
        name: "of-request",
        title: "certificate_request_context is that of the request",
        requirements: ["rfc9261-certificate-context", "rfc9261-request-context-echoed"],
        run(state) {
          const expected = state.input.request?.decoded.certificateRequestContext ?? NO_BYTES;
          const found = fact(state, "certificate").certificateRequestContext;
          return equalBytes(expected, found) ? undefined : finding("context-mismatch", preview(expected, 64), preview(found, 64));
        },
      },
    ],
  },
  {
    name: "schemes",
    title: "The signature scheme was offered, is allowed in TLS 1.3 and fits the end-entity key",
    why: "A scheme that the relying party did not offer may be one that it has retired as broken.",
    applies: needs("certificateVerify", "certificate"),
    rules: [
      {
        name: "offered",
        title: "The request offers the scheme",
        requirements: ["rfc9261-signature-scheme-offered"],
        run(state) {
          const { algorithm: scheme } = fact(state, "certificateVerify");
          // The schemes for a spontaneous authenticator stand in the ClientHello: that of the harness offers all that are known here.
          const offered = state.input.request ? (offeredSchemes(state.input.request.decoded) ?? []) : undefined;
          if (offered === undefined || offered.includes(scheme)) return undefined;
          return finding("scheme-not-offered", `one of ${offered.map(schemeName).join(", ")}`, schemeName(scheme));
        },
      },
      {
        name: "allowed",
        title: "TLS 1.3 allows the scheme in CertificateVerify",
        requirements: [
          "rfc9261-signature-scheme-valid",
          "rfc9261-spontaneous-signature-scheme",
          "rfc8446-pkcs1-not-in-handshake",
          "rfc8446-no-sha1-signature",
        ],
        run(state) {
          const { algorithm: scheme } = fact(state, "certificateVerify");
          if (schemeAlgorithm(scheme) !== undefined) return undefined;
          return finding("scheme-not-offered", "a signature scheme that TLS 1.3 allows here", schemeName(scheme));
        },
      },
      {
        name: "fits-key",
        title: "The scheme is one for the end-entity key, and its curve",
        requirements: [
          "rfc8446-ecdsa-curve",
          "rfc8446-signature-key-type",
          "rfc8446-key-compatible",
          "rfc8446-signature-fits-key",
          "rfc8446-pss-rsae-key",
        ],
        run(state) {
          const { algorithm: scheme } = fact(state, "certificateVerify");
          const algorithm = schemeAlgorithm(scheme);
          const leaf = readCertificate(fact(state, "certificate").entries[0]?.certData ?? NO_BYTES);
          if (algorithm === undefined || "code" in leaf || keyFits(algorithm, leaf.publicKey)) return undefined;
          const curve = leaf.publicKey.asymmetricKeyDetails?.namedCurve ?? "";
          return finding("scheme-not-offered", `a key for ${schemeName(scheme)}`, `${leaf.publicKey.asymmetricKeyType} ${curve}`.trim());
        },
      },
    ],
  },
  {
    name: "extensions",
    title: "The entries hold only extensions of the request, or without one of the ClientHello, and none twice in an entry",
    why: "An extension that nobody offered is processed by code that nobody meant to run.",
    applies: needs("certificate"),
    rules: [
      {
        name: "once",
        title: "No extension stands twice in an entry",
        requirements: ["rfc8446-no-duplicate-extensions"],
        run(state) {
          for (const [index, { extensions }] of fact(state, "certificate").entries.entries()) {
            const twice = repeatedType(extensions.map(({ type }) => type));
            if (twice !== undefined)
              return finding("malformed", "each extension once in an entry", `${hex16(twice)} twice in entry ${index}`);
          }
          return undefined;
        },
      },
      {
        name: "attestation-offered",
        title: "cmw_attestation is there only where the request offers it",
        requirements: ["expat-only-when-offered", "expat-unsolicited-refused", "expat-only-on-request"],
        // Where the ClientHello was not seen, this much is known of it: cmw_attestation never stands there (expat section 3.2).
        run: (state) => unsolicited(state, requestedTypes(state) ?? [], (type) => type === state.input.profile.cmwAttestation),
      },
      {
        name: "others-requested",
        title: "Every other extension stands in the request, or without one in the ClientHello",
        requirements: [
          "rfc9261-extensions-only-requested",
          "rfc9261-spontaneous-extensions-chosen",
          "rfc9261-spontaneous-extensions-only-client-hello",
          "rfc8446-unsolicited-extension",
          "rfc8446-entry-extensions-correspond",
        ],
        run(state) {
          const requested = requestedTypes(state);
          return requested && unsolicited(state, requested, (type) => type !== state.input.profile.cmwAttestation);
        },
      },
    ],
  },
  {
    name: "placement",
    title: "cmw_attestation stands in the first entry only and is one vector of at least one byte",
    why: "Attestation that hangs on an issuer's certificate says nothing of the end that is being authenticated.",
    applies: (state) => needs("certificate")(state) ?? withoutAttestation(state),
    rules: [
      {
        name: "first-entry",
        title: "cmw_attestation stands in the first entry only",
        requirements: ["expat-first-entry-only", "expat-not-in-other-entries"],
        run(state) {
          const elsewhere = attestationExtensions(state).find(({ entry }) => entry > 0);
          return elsewhere && finding("malformed", "cmw_attestation in entry 0 only", `cmw_attestation in entry ${elsewhere.entry}`);
        },
      },
      {
        name: "vector",
        title: "Its data is one vector of at least one byte",
        requirements: ["expat-extension-structure"],
        run: (state) =>
          decoding(() => {
            state.read.cmwData = decodeCmwAttestation(attestationExtensions(state)[0]?.data ?? NO_BYTES, (error) => {
              state.read.surplus.cmwData = error;
            });
            return undefined;
          }),
      },
      {
        name: "vector-end",
        title: "Nothing follows the vector in the extension",
        requirements: ["expat-extension-structure"],
        run: ({ read }) => followed(read.surplus.cmwData),
        establish({ read: { cmwData }, facts }) {
          if (cmwData) facts.cmwData = cmwData;
        },
      },
    ],
  },
];

const NO_BYTES: Bytes = new Uint8Array(0);

/** The types that the request names, without one those of the ClientHello; undefined where that was not seen. */
function requestedTypes({ input: { request, clientHello } }: AppraisalState): readonly number[] | undefined {
  return request ? request.decoded.extensions.map(({ type }) => type) : clientHello;
}

// The first extension of an entry that `asks` is asked about and that is not one of `requested`.
function unsolicited(state: AppraisalState, requested: readonly number[], asks: (type: number) => boolean): Finding | undefined {
  for (const [index, { extensions }] of fact(state, "certificate").entries.entries()) {
    const found = extensions.find(({ type }) => asks(type) && !requested.includes(type));
    if (found === undefined) continue;
    const offered = requestedTypes(state)?.map(hex16).join(", ") ?? "no attestation";
    const asked = state.input.request ? "the request" : "the ClientHello";
    return finding("unsolicited-extension", `only extensions of ${asked} (${offered})`, `${hex16(found.type)} in entry ${index}`);
  }
  return undefined;
}

function withoutAttestation(state: AppraisalState) {
  if (attestationExtensions(state).length > 0) return undefined;
  return { kind: "skipped", reason: "the authenticator holds no cmw_attestation" } as const;
}

function spontaneous(state: AppraisalState) {
  return state.input.request ? undefined : ({ kind: "skipped", reason: "no request to compare with" } as const);
}
