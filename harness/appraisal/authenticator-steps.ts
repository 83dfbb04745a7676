import { parseCertificate } from "../authenticator/certificate.ts";
import { MAX_CHAIN, validatePath } from "../authenticator/path.ts";
import { authenticatorKeys } from "../authenticator/secrets.ts";
import { keyFits, schemeAlgorithm, verifyWith } from "../authenticator/signature.ts";
import { equalMac, finishedMac, signatureContent, signatureFraming } from "../authenticator/transcript.ts";
import { type Bytes, equalBytes, preview, toHex } from "../wire/bytes.ts";
import { hashLength, hex16, schemeName } from "../wire/code-points.ts";
import { decodeCmwAttestation, repeatedType } from "../wire/extensions.ts";
import { offeredSchemes } from "../wire/request.ts";
import { decoding, followed } from "./decoding.ts";
import { type Finding, finding, type Step } from "./finding.ts";
import { type AppraisalState, attestationExtensions, fact, needs } from "./state.ts";

/** The steps that RFC 9261 and the place of the extension demand of messages that can be read, up to Finished. */
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
  {
    name: "certificate-path",
    title: "The end-entity certificate chains to a trusted root and is valid now",
    why: "Without the path anyone's key would do; attestation is never a substitute for it.",
    applies: needs("certificate"),
    rules: [
      {
        name: "length",
        title: "There are no more certificates than are looked through here",
        requirements: ["rfc9261-certificate-conforms"],
        run(state) {
          const { length } = fact(state, "certificate").entries;
          return length > MAX_CHAIN ? finding("pkix", `at most ${MAX_CHAIN} certificates`, `${length} of them`) : undefined;
        },
      },
      {
        name: "certificates",
        title: "Every entry holds an X.509 certificate in DER",
        requirements: ["rfc9261-certificate-conforms", "rfc9261-x509-only", "rfc8446-certificate-der", "rfc8446-x509v3"],
        run(state) {
          state.read.chain = [];
          for (const [index, { certData }] of fact(state, "certificate").entries.entries()) {
            const certificate = readCertificate(certData);
            if ("code" in certificate) return { ...certificate, found: `${certificate.found} in entry ${index}` };
            state.read.chain.push(certificate);
          }
          return undefined;
        },
        establish({ read: { chain = [] }, facts }) {
          if (chain.length > 0) facts.chain = chain;
        },
      },
      {
        name: "path",
        title: "A path that is valid now leads from the first certificate to a trusted root (path-rules.ts)",
        requirements: ["expat-pkix-still-performed", "rfc9261-validate-chain", "rfc8446-certificate-first", "rfc8446-key-usage"],
        run(state) {
          const { trust, now, pathRules } = state.input;
          const { chain } = state.facts;
          const failure = chain && trust.pkix && validatePath(chain, trust.pkix, now, "tls", pathRules);
          return failure && finding("pkix", "a path to a trusted root", failure.reason);
        },
      },
    ],
  },
  {
    name: "certificate-verify",
    title: "The signature of CertificateVerify is right for this connection, this request and this Certificate",
    why: "The signature alone proves that the sender holds the key, on this connection, for this request.",
    applies: needs("certificateVerify", "chain"),
    rules: [
      {
        name: "signature",
        title: "The signature verifies over the transcript, with the end-entity key and the scheme that it names",
        requirements: [
          "rfc9261-signature-input",
          "rfc9261-transcript",
          "rfc9261-transcript-hash",
          "rfc9261-exporter-labels",
          "rfc9261-signature-algorithm-field",
          "rfc8446-pss-salt",
          "rfc8446-pss-digest",
          "rfc8446-ecdsa-der",
          "rfc8446-eddsa-pure",
        ],
        run(state) {
          const { algorithm: scheme, signature } = fact(state, "certificateVerify");
          const algorithm = schemeAlgorithm(scheme);
          const key = fact(state, "chain")[0]?.publicKey;
          const content = expectedContent(state);
          if (algorithm && key && verifyWith(algorithm, key, content, signature)) return undefined;
          const over = preview(content.subarray(-hashLength[state.input.connection.hash]), 64);
          const expected = `a ${schemeName(scheme)} signature of the end-entity key over ${over}`;
          return finding("signature-mismatch", expected, `a signature that does not verify: ${preview(signature)}`);
        },
      },
    ],
  },
  {
    name: "finished",
    title: "The MAC of Finished is right for this connection and all messages before it",
    why: "The MAC ties the authenticator to the connection; without it, messages of another connection pass.",
    applies: needs("verifyData"),
    rules: [
      {
        name: "mac",
        title: "verify_data is the MAC over the transcript, with the finished key of this connection",
        requirements: [
          "rfc9261-finished-mac",
          "rfc9261-finished-transcript",
          "rfc9261-exporter-labels",
          "rfc9261-exporter-length",
          "rfc9261-exporter-function",
          "rfc9261-exporter-master-secret",
          "rfc8446-exporter",
          "rfc8446-exporter-secret",
          "rfc8446-exporter-no-context",
        ],
        run(state) {
          const expected = expectedMac(state);
          const found = fact(state, "verifyData");
          return equalMac(expected, found) ? undefined : finding("finished-mismatch", toHex(expected), toHex(found));
        },
      },
    ],
  },
];

const NO_BYTES: Bytes = new Uint8Array(0);

/** What CertificateVerify is to sign (RFC 9261 section 5.2.2). */
export function expectedContent(state: AppraisalState): Bytes {
  const { connection, sender, request } = state.input;
  const { hash, handshakeContext } = authenticatorKeys(connection, sender);
  const certificate = fact(state, "certificateBytes");
  return signatureContent({ ...signatureFraming, hash, handshakeContext, request: request?.bytes ?? NO_BYTES, certificate });
}

/** What Finished is to hold (RFC 9261 section 5.2.3). */
export function expectedMac(state: AppraisalState): Bytes {
  const { connection, sender, request } = state.input;
  const { hash, handshakeContext, finishedKey: key } = authenticatorKeys(connection, sender);
  const certificate = fact(state, "certificateBytes");
  const certificateVerify = fact(state, "certificateVerifyBytes");
  return finishedMac({ hash, key, handshakeContext, request: request?.bytes ?? NO_BYTES, certificate, certificateVerify });
}

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

function readCertificate(certData: Bytes): ReturnType<typeof parseCertificate> | Finding {
  try {
    return parseCertificate(certData);
  } catch (error) {
    return finding("pkix", "an X.509 certificate", `${preview(certData, 8)}: ${(error as Error).message}`);
  }
}
