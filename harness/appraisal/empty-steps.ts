import type { ExporterSource, Side } from "../authenticator/secrets.ts";
import { authenticatorKeys } from "../authenticator/secrets.ts";
import { equalMac, finishedMac } from "../authenticator/transcript.ts";
import { decodeFinished, decodeFrame, emptyCertificate } from "../wire/authenticator.ts";
import { type Bytes, toHex } from "../wire/bytes.ts";
import { hashLength } from "../wire/code-points.ts";
import { decoding, withoutPlace } from "./decoding.ts";
import { finding, type Step } from "./finding.ts";

/** What an empty authenticator is judged by. */
export interface EmptyAppraisal {
  readonly connection: ExporterSource;
  /** The end that declines. */
  readonly sender: Side;
  readonly request: Bytes;
  readonly certificateRequestContext: Bytes;
  readonly authenticator: Bytes;
  /** Filled by the step `empty-frame`: the message, and its MAC. */
  finished?: Bytes;
  verifyData?: Bytes;
}

/** The appraisal of an authenticated refusal, RFC 9261 section 6. */
export const emptySteps: readonly Step<EmptyAppraisal>[] = [
  {
    name: "empty-frame",
    title: "An empty authenticator is a Finished alone",
    why: "A refusal that looks like an authenticator may be taken for one.",
    rules: [
      {
        name: "messages",
        title: "It is one message, a Finished, and no Certificate",
        requirements: ["rfc9261-empty-authenticator", "rfc9261-empty-handshake-encoding", "rfc9261-empty-no-record-layer"],
        run: (state) =>
          decoding(() => {
            const frame = decodeFrame(state.authenticator);
            if (frame.kind !== "empty") return finding("malformed", "a Finished alone", "an authenticator with a Certificate");
            state.finished = frame.finished;
            return undefined;
          }, withoutPlace),
      },
      {
        name: "finished",
        title: "The Finished holds a MAC, and nothing else",
        requirements: ["rfc9261-empty-authenticator"],
        run: (state) =>
          decoding(() => {
            if (state.finished) state.verifyData = decodeFinished(state.finished, hashLength[state.connection.hash]);
            return undefined;
          }, withoutPlace),
      },
    ],
  },
  {
    name: "empty-finished",
    title: "Its MAC covers the request and a Certificate with the request's context and no entries",
    why: "A refusal must be authentic too: else an attacker on the path declines in the peer's name.",
    applies: ({ verifyData }) => (verifyData ? undefined : { kind: "blocked", reason: "there is no Finished to judge" }),
    rules: [
      {
        name: "mac",
        title: "verify_data is the MAC over the request and a Certificate without entries",
        requirements: ["rfc9261-empty-mac", "rfc9261-empty-transcript", "rfc9261-exporter-labels"],
        run({ connection, sender, request, certificateRequestContext, verifyData = new Uint8Array(0) }) {
          const { hash, handshakeContext, finishedKey: key } = authenticatorKeys(connection, sender);
          const certificate = emptyCertificate(certificateRequestContext);
          const certificateVerify = new Uint8Array(0);
          const expected = finishedMac({ hash, key, handshakeContext, request, certificate, certificateVerify });
          return equalMac(expected, verifyData) ? undefined : finding("finished-mismatch", toHex(expected), toHex(verifyData));
        },
      },
    ],
  },
];
