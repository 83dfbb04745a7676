import { parseCertificate } from "../authenticator/certificate.ts";
import { MAX_CHAIN, validatePath } from "../authenticator/path.ts";
import { authenticatorKeys } from "../authenticator/secrets.ts";
import { keyFits, schemeAlgorithm, verifyWith } from "../authenticator/signature.ts";
import { equalMac, finishedMac, signatureContent, signatureFraming } from "../authenticator/transcript.ts";
import { decodeCertificate, decodeCertificateVerify, decodeFinished, decodeFrame } from "../wire/authenticator.ts";
import { type Bytes, equalBytes, preview, toHex } from "../wire/bytes.ts";
import { hashLength, hex16, schemeName } from "../wire/code-points.ts";
import { decodeCmwAttestation, repeatedType } from "../wire/extensions.ts";
import { DecodeError } from "../wire/reader.ts";
import { offeredSchemes } from "../wire/request.ts";
import type { Finding, RefusalCode, Step } from "./finding.ts";
import { type AppraisalState, fact, needs } from "./state.ts";

/** The steps that RFC 9261 and the place of the extension demand, up to Finished (second spine, first part). */
export const authenticatorSteps: readonly Step<AppraisalState>[] = [
  {
    name: "frame",
    title: "The authenticator is Certificate, CertificateVerify and Finished, in that order, with nothing around them",
    why: "What a parser lets pass around the messages is covered by no signature and no MAC.",
    requirements: [
      "rfc9261-authenticator-messages",
      "rfc9261-authenticator-order",
      "rfc9261-authenticator-handshake-encoding",
      "rfc9261-authenticator-no-record-layer",
      "rfc8446-certificate-verify-sent",
      "rfc8446-certificate-verify-place",
    ],
    run(state) {
      return decoding(() => {
        const frame = decodeFrame(state.input.authenticator);
        if (frame.kind === "empty") {
          return finding("empty-authenticator", "an authenticator with an identity", "an empty authenticator, which declines");
        }
        state.facts.certificateBytes = frame.certificate;
        state.facts.certificateVerifyBytes = frame.certificateVerify;
        state.facts.finishedBytes = frame.finished;
        return undefined;
      });
    },
  },
  {
    name: "parse",
    title: "Each message follows its structure, and the certificate list is not empty",
    why: "Two ends that read the same bytes differently agree on a transcript and not on its meaning.",
    requirements: [
      "rfc9261-certificate-structure",
      "rfc9261-certificate-verify-structure",
      "rfc8446-decode-error",
      "rfc8446-vector-length",
      "rfc8446-certificate-structure",
      "rfc8446-certificate-list-nonempty",
      "rfc8446-finished-length",
    ],
    applies: needs("certificateBytes", "certificateVerifyBytes", "finishedBytes"),
    run(state) {
      return decoding(() => {
        const certificate = decodeCertificate(fact(state, "certificateBytes"));
        if (certificate.entries.length === 0) return finding("malformed", "at least one CertificateEntry", "an empty certificate_list");
        state.facts.certificate = certificate;
        state.facts.attestations = certificate.entries.flatMap(({ extensions }, entry) =>
          extensions.filter(({ type }) => type === state.input.profile.cmwAttestation).map(({ data }) => ({ entry, data })),
        );
        state.facts.certificateVerify = decodeCertificateVerify(fact(state, "certificateVerifyBytes"));
        state.facts.verifyData = decodeFinished(fact(state, "finishedBytes"), hashLength[state.input.connection.hash]);
        return undefined;
      });
    },
  },
  {
    name: "context",
    title: "The Certificate carries the context of the request",
    why: "An authenticator that answers another request proves something that nobody asked now.",
    requirements: ["rfc9261-certificate-context", "rfc9261-request-context-echoed"],
    applies: (state) => spontaneous(state) ?? needs("certificate")(state),
    run(state) {
      const expected = state.input.request?.decoded.certificateRequestContext ?? NO_BYTES;
      const found = fact(state, "certificate").certificateRequestContext;
      return equalBytes(expected, found) ? undefined : finding("context-mismatch", preview(expected, 64), preview(found, 64));
    },
  },
  {
    name: "schemes",
    title: "The signature scheme was offered, is allowed in TLS 1.3 and fits the end-entity key",
    why: "A scheme that the relying party did not offer may be one that it has retired as broken.",
    requirements: [
      "rfc9261-signature-scheme-valid",
      "rfc9261-signature-scheme-offered",
      "rfc9261-spontaneous-signature-scheme",
      "rfc8446-ecdsa-curve",
      "rfc8446-signature-key-type",
      "rfc8446-key-compatible",
      "rfc8446-signature-fits-key",
      "rfc8446-pss-rsae-key",
      "rfc8446-pkcs1-not-in-handshake",
      "rfc8446-no-sha1-signature",
    ],
    applies: needs("certificateVerify", "certificate"),
    run(state) {
      const { algorithm: scheme } = fact(state, "certificateVerify");
      // The schemes for a spontaneous authenticator stand in the ClientHello: that of the harness offers all that are known here.
      const offered = state.input.request ? (offeredSchemes(state.input.request.decoded) ?? []) : undefined;
      if (offered && !offered.includes(scheme)) {
        return finding("scheme-not-offered", `one of ${offered.map(schemeName).join(", ")}`, schemeName(scheme));
      }
      const algorithm = schemeAlgorithm(scheme);
      if (algorithm === undefined) return finding("scheme-not-offered", "a signature scheme that TLS 1.3 allows here", schemeName(scheme));
      const leaf = readCertificate(fact(state, "certificate").entries[0]?.certData ?? NO_BYTES);
      if ("code" in leaf || keyFits(algorithm, leaf.publicKey)) return undefined;
      const curve = leaf.publicKey.asymmetricKeyDetails?.namedCurve ?? "";
      return finding("scheme-not-offered", `a key for ${schemeName(scheme)}`, `${leaf.publicKey.asymmetricKeyType} ${curve}`.trim());
    },
  },
  {
    name: "extensions",
    title: "The entries hold only extensions of the request, or without one of the ClientHello, and none twice in an entry",
    why: "An extension that nobody offered is processed by code that nobody meant to run.",
    requirements: [
      "rfc9261-extensions-only-requested",
      "rfc9261-spontaneous-extensions-chosen",
      "rfc9261-spontaneous-extensions-only-client-hello",
      "rfc8446-unsolicited-extension",
      "rfc8446-entry-extensions-correspond",
      "expat-only-when-offered",
      "expat-unsolicited-refused",
      "expat-only-on-request",
      "rfc8446-no-duplicate-extensions",
    ],
    applies: needs("certificate"),
    run(state) {
      const { request, clientHello } = state.input;
      const requested = request ? request.decoded.extensions.map(({ type }) => type) : clientHello;
      for (const [index, { extensions }] of fact(state, "certificate").entries.entries()) {
        const types = extensions.map(({ type }) => type);
        const twice = repeatedType(types);
        if (twice !== undefined) return finding("malformed", "each extension once in an entry", `${hex16(twice)} twice in entry ${index}`);
        // Where the ClientHello was not seen, this much is known of it: cmw_attestation never stands there (expat section 3.2).
        const unsolicited = types.find((type) => (requested ? !requested.includes(type) : type === state.input.profile.cmwAttestation));
        if (unsolicited !== undefined) {
          const offered = requested ? requested.map(hex16).join(", ") : "no attestation";
          const asked = request ? "the request" : "the ClientHello";
          return finding("unsolicited-extension", `only extensions of ${asked} (${offered})`, `${hex16(unsolicited)} in entry ${index}`);
        }
      }
      return undefined;
    },
  },
  {
    name: "placement",
    title: "cmw_attestation stands in the first entry only and is one vector of at least one byte",
    why: "Attestation that hangs on an issuer's certificate says nothing of the end that is being authenticated.",
    requirements: ["expat-first-entry-only", "expat-not-in-other-entries", "expat-extension-structure"],
    applies: (state) => needs("certificate")(state) ?? withoutAttestation(state),
    run(state) {
      const places = attestationExtensions(state);
      const elsewhere = places.find(({ entry }) => entry > 0);
      if (elsewhere) return finding("malformed", "cmw_attestation in entry 0 only", `cmw_attestation in entry ${elsewhere.entry}`);
      return decoding(() => {
        state.facts.cmwData = decodeCmwAttestation(places[0]?.data ?? NO_BYTES);
        return undefined;
      });
    },
  },
  {
    name: "certificate-path",
    title: "The end-entity certificate chains to a trusted root and is valid now",
    why: "Without the path anyone's key would do; attestation is never a substitute for it.",
    requirements: [
      "expat-pkix-still-performed",
      "rfc9261-certificate-conforms",
      "rfc9261-x509-only",
      "rfc9261-validate-chain",
      "rfc8446-certificate-first",
      "rfc8446-certificate-der",
      "rfc8446-x509v3",
      "rfc8446-key-usage",
    ],
    applies: needs("certificate"),
    run(state) {
      const { entries } = fact(state, "certificate");
      if (entries.length > MAX_CHAIN) return finding("pkix", `at most ${MAX_CHAIN} certificates`, `${entries.length} of them`);
      const chain = [];
      for (const [index, { certData }] of entries.entries()) {
        const certificate = readCertificate(certData);
        if ("code" in certificate) return { ...certificate, found: `${certificate.found} in entry ${index}` };
        chain.push(certificate);
      }
      state.facts.chain = chain;
      const { pkix } = state.input.trust;
      const failure = pkix && validatePath(chain, pkix, state.input.now, "tls", state.input.pathRules);
      return failure && finding("pkix", "a path to a trusted root", failure.reason);
    },
  },
  {
    name: "certificate-verify",
    title: "The signature of CertificateVerify is right for this connection, this request and this Certificate",
    why: "The signature alone proves that the sender holds the key, on this connection, for this request.",
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
    applies: needs("certificateVerify", "chain"),
    run(state) {
      const { algorithm: scheme, signature } = fact(state, "certificateVerify");
      const algorithm = schemeAlgorithm(scheme);
      const key = fact(state, "chain")[0]?.publicKey;
      const { hash, handshakeContext } = authenticatorKeys(state.input.connection, state.input.sender);
      const request = state.input.request?.bytes ?? NO_BYTES;
      const content = signatureContent({
        ...signatureFraming,
        hash,
        handshakeContext,
        request,
        certificate: fact(state, "certificateBytes"),
      });
      if (algorithm && key && verifyWith(algorithm, key, content, signature)) return undefined;
      const expected = `a ${schemeName(scheme)} signature of the end-entity key over ${preview(content.subarray(-hashLength[hash]), 64)}`;
      return finding("signature-mismatch", expected, `a signature that does not verify: ${preview(signature)}`);
    },
  },
  {
    name: "finished",
    title: "The MAC of Finished is right for this connection and all messages before it",
    why: "The MAC ties the authenticator to the connection; without it, messages of another connection pass.",
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
    applies: needs("verifyData"),
    run(state) {
      const { hash, handshakeContext, finishedKey: key } = authenticatorKeys(state.input.connection, state.input.sender);
      const expected = finishedMac({
        hash,
        key,
        handshakeContext,
        request: state.input.request?.bytes ?? NO_BYTES,
        certificate: fact(state, "certificateBytes"),
        certificateVerify: fact(state, "certificateVerifyBytes"),
      });
      const found = fact(state, "verifyData");
      return equalMac(expected, found) ? undefined : finding("finished-mismatch", toHex(expected), toHex(found));
    },
  },
];

const NO_BYTES: Bytes = new Uint8Array(0);

/** The cmw_attestation extensions that the step `parse` has found. */
export function attestationExtensions({ facts }: AppraisalState): NonNullable<AppraisalState["facts"]["attestations"]> {
  return facts.attestations ?? [];
}

/** What a step has found: the code of a refusal (docs/iut-protocol.md), what it expected and what there is. */
export function finding(code: RefusalCode, expected: string, found: string): Finding {
  return { code, expected, found };
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

function decoding(read: () => Finding | undefined): Finding | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DecodeError)
      return finding("malformed", `${error.path}: ${error.expected}`, `${error.found} at byte ${error.offset}`);
    throw error;
  }
}
