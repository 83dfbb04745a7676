import { decodeCertificate, decodeCertificateVerify, decodeFinished, decodeFrame } from "../wire/authenticator.ts";
import { hashLength } from "../wire/code-points.ts";
import { delimit } from "../wire/handshake.ts";
import { decoding, followed } from "./decoding.ts";
import { type Finding, finding, type Step } from "./finding.ts";
import { type AppraisalState, fact, needs } from "./state.ts";

/**
 * The steps that take an authenticator apart (RFC 9261 section 5.2). What can be read and is followed by more than it should be has a rule of
 * its own: a reader that goes on all the same is a defect of another kind than one that cannot read.
 */
export const messageSteps: readonly Step<AppraisalState>[] = [
  {
    name: "frame",
    title: "The authenticator is Certificate, CertificateVerify and Finished, in that order, with nothing around them",
    why: "What a parser lets pass around the messages is covered by no signature and no MAC.",
    rules: [
      {
        name: "messages",
        title: "The three messages are there, whole and in their order",
        requirements: [
          "rfc9261-authenticator-messages",
          "rfc9261-authenticator-order",
          "rfc9261-authenticator-handshake-encoding",
          "rfc9261-authenticator-no-record-layer",
          "rfc8446-certificate-verify-sent",
          "rfc8446-certificate-verify-place",
        ],
        run: readFrame,
      },
      {
        name: "end",
        title: "Nothing follows Finished",
        requirements: ["rfc9261-authenticator-messages"],
        run: ({ read }) => read.behindFrame,
      },
      {
        name: "identity",
        title: "It is not the empty authenticator, which declines",
        requirements: ["rfc9261-authenticator-messages"],
        run: ({ read }) =>
          read.frame?.kind === "empty"
            ? finding("empty-authenticator", "an authenticator with an identity", "an empty authenticator, which declines")
            : undefined,
        establish({ read: { frame }, facts }) {
          if (frame?.kind !== "authenticator") return;
          facts.certificateBytes = frame.certificate;
          facts.certificateVerifyBytes = frame.certificateVerify;
          facts.finishedBytes = frame.finished;
        },
      },
    ],
  },
  {
    name: "parse",
    title: "Each message follows its structure, and the certificate list is not empty",
    why: "Two ends that read the same bytes differently agree on a transcript and not on its meaning.",
    applies: needs("certificateBytes", "certificateVerifyBytes", "finishedBytes"),
    rules: [
      {
        name: "certificate",
        title: "Certificate follows its structure",
        requirements: ["rfc9261-certificate-structure", "rfc8446-decode-error", "rfc8446-vector-length", "rfc8446-certificate-structure"],
        run: (state) =>
          decoding(() => {
            state.read.certificate = decodeCertificate(fact(state, "certificateBytes"), (error) => {
              state.read.surplus.certificate = error;
            });
            return undefined;
          }),
      },
      {
        name: "certificate-end",
        title: "Nothing follows the certificate_list in Certificate",
        requirements: ["rfc8446-decode-error", "rfc8446-vector-length"],
        run: ({ read }) => followed(read.surplus.certificate),
      },
      {
        name: "certificate-list",
        title: "The certificate_list is not empty",
        requirements: ["rfc8446-certificate-list-nonempty"],
        run: ({ read }) =>
          read.certificate?.entries.length === 0
            ? finding("malformed", "at least one CertificateEntry", "an empty certificate_list")
            : undefined,
        establish({ input, read: { certificate }, facts }) {
          if (certificate === undefined) return;
          facts.certificate = certificate;
          facts.attestations = certificate.entries.flatMap(({ extensions }, entry) =>
            extensions.filter(({ type }) => type === input.profile.cmwAttestation).map(({ data }) => ({ entry, data })),
          );
        },
      },
      {
        name: "certificate-verify",
        title: "CertificateVerify follows its structure",
        requirements: ["rfc9261-certificate-verify-structure", "rfc8446-decode-error", "rfc8446-vector-length"],
        run: (state) =>
          decoding(() => {
            state.read.certificateVerify = decodeCertificateVerify(fact(state, "certificateVerifyBytes"), (error) => {
              state.read.surplus.certificateVerify = error;
            });
            return undefined;
          }),
      },
      {
        name: "certificate-verify-end",
        title: "Nothing follows the signature in CertificateVerify",
        requirements: ["rfc8446-decode-error", "rfc8446-vector-length"],
        run: ({ read }) => followed(read.surplus.certificateVerify),
        establish({ read: { certificateVerify }, facts }) {
          if (certificateVerify) facts.certificateVerify = certificateVerify;
        },
      },
      {
        name: "finished",
        title: "Finished holds a whole MAC",
        requirements: ["rfc8446-finished-length"],
        run: (state) =>
          decoding(() => {
            state.read.verifyData = decodeFinished(fact(state, "finishedBytes"), hashLength[state.input.connection.hash], (error) => {
              state.read.surplus.finished = error;
            });
            return undefined;
          }),
      },
      {
        name: "finished-end",
        title: "Nothing follows the MAC in Finished",
        requirements: ["rfc8446-finished-length"],
        run: ({ read }) => followed(read.surplus.finished),
        establish({ read: { verifyData }, facts }) {
          if (verifyData) facts.verifyData = verifyData;
        },
      },
    ],
  },
];

// Where the whole is no authenticator, its beginning may be one.
function readFrame({ input: { authenticator }, read }: AppraisalState): Finding | undefined {
  const problem = decoding(() => {
    read.frame = decodeFrame(authenticator);
    return undefined;
  });
  return (
    problem &&
    decoding(() => {
      const end = delimit(authenticator);
      if (end === undefined || end === authenticator.length) return problem;
      read.frame = decodeFrame(authenticator.subarray(0, end));
      read.behindFrame = problem;
      return undefined;
    }) &&
    problem
  );
}
