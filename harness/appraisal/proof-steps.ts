import { MAX_CHAIN, validatePath } from "../authenticator/path.ts";
import { authenticatorKeys } from "../authenticator/secrets.ts";
import { schemeAlgorithm, verifyWith } from "../authenticator/signature.ts";
import { equalMac, finishedMac, signatureContent, signatureFraming } from "../authenticator/transcript.ts";
import { type Bytes, preview, toHex } from "../wire/bytes.ts";
import { hashLength, schemeName } from "../wire/code-points.ts";
import { readCertificate } from "./decoding.ts";
import { finding, type Step } from "./finding.ts";
import { type AppraisalState, fact, needs } from "./state.ts";

/** The steps that prove whose an authenticator is, and that it is of this connection: path, signature and MAC (RFC 9261 section 5.2). */
export const proofSteps: readonly Step<AppraisalState>[] = [
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
