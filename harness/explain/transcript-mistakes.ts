import { type ExporterSource, exporterLabels, otherSide, type Side } from "../authenticator/secrets.ts";
import type { Bytes } from "../wire/bytes.ts";
import { type AuthenticatorHash, hashLength } from "../wire/code-points.ts";

/** What goes into a transcript: the inputs that a signature and a MAC have in common. */
export interface Transcript {
  readonly hash: AuthenticatorHash;
  readonly handshakeContext: Bytes;
  readonly request: Bytes;
  readonly certificate: Bytes;
}

/** What the exporter can be asked for in another way than the specification says. */
export interface Exporting {
  readonly connection: ExporterSource;
  readonly sender: Side;
  readonly certificateRequestContext: Bytes;
}

/** An alternative to the inputs of a transcript; undefined where the mistake cannot be made here. */
export interface TranscriptMistake {
  readonly name: string;
  readonly title: string;
  readonly hint: string;
  readonly requirements: readonly string[];
  change(right: Transcript, given: Exporting): Partial<Transcript> | undefined;
}

const NO_BYTES: Bytes = new Uint8Array(0);
const HEADER = 4;

/** The mistakes in a transcript that a signature and a MAC can share (RFC 9261 sections 5.1 to 5.2.3). */
export const transcriptMistakes: readonly TranscriptMistake[] = [
  {
    name: "request-left-out",
    title: "the transcript leaves out the request",
    hint: "Put the whole request message between the Handshake Context and Certificate; it is absent from a spontaneous authenticator only.",
    requirements: ["rfc9261-transcript"],
    change: ({ request }) => (request.length > 0 ? { request: NO_BYTES } : undefined),
  },
  {
    name: "request-without-header",
    title: "the transcript holds the body of the request without its handshake header",
    hint: "Hash the request as it was sent: msg_type, the length of three bytes, then the body.",
    requirements: ["rfc9261-transcript", "rfc8446-transcript-with-headers"],
    change: ({ request }) => (request.length > 0 ? { request: request.subarray(HEADER) } : undefined),
  },
  {
    name: "request-of-other-type",
    title: "the transcript holds the request with the handshake type of the other role (13 for 17, or 17 for 13)",
    hint: "Hash the request as it was received; do not encode it again with a type of your own.",
    requirements: ["rfc9261-transcript", "rfc9261-request-type"],
    change: ({ request }) => {
      const [type] = request;
      return type === 13 || type === 17 ? { request: Buffer.concat([Buffer.of(30 - type), request.subarray(1)]) } : undefined;
    },
  },
  {
    name: "request-context-only",
    title: "the transcript holds the certificate_request_context in place of the request",
    hint: "Hash the whole request message, not its context alone.",
    requirements: ["rfc9261-transcript"],
    change: ({ request }, { certificateRequestContext: context }) =>
      request.length > 0 && context.length > 0 ? { request: context } : undefined,
  },
  {
    name: "certificate-left-out",
    title: "the transcript leaves out Certificate",
    hint: "Put the whole Certificate message behind the request.",
    requirements: ["rfc9261-transcript"],
    change: () => ({ certificate: NO_BYTES }),
  },
  {
    name: "certificate-without-header",
    title: "the transcript holds the body of Certificate without its handshake header",
    hint: "Hash Certificate as it is sent: msg_type, the length of three bytes, then the body.",
    requirements: ["rfc9261-transcript", "rfc8446-transcript-with-headers"],
    change: ({ certificate }) => ({ certificate: certificate.subarray(HEADER) }),
  },
  {
    name: "bodies-without-headers",
    title: "the transcript holds the bodies of request and Certificate without their handshake headers",
    hint: "Hash whole handshake messages: msg_type, the length of three bytes, then the body.",
    requirements: ["rfc9261-transcript", "rfc8446-transcript-with-headers"],
    change: ({ request, certificate }) =>
      request.length > 0 ? { request: request.subarray(HEADER), certificate: certificate.subarray(HEADER) } : undefined,
  },
  {
    name: "handshake-context-left-out",
    title: "the transcript leaves out the Handshake Context",
    hint: "Begin the transcript with the exported Handshake Context; it alone ties the message to the connection.",
    requirements: ["rfc9261-transcript"],
    change: () => ({ handshakeContext: NO_BYTES }),
  },
  {
    name: "handshake-context-behind-request",
    title: "the transcript has the request before the Handshake Context",
    hint: "The order is Handshake Context, request, Certificate.",
    requirements: ["rfc9261-transcript"],
    change: ({ handshakeContext, request }) => (request.length > 0 ? { handshakeContext: request, request: handshakeContext } : undefined),
  },
  {
    name: "certificate-before-request",
    title: "the transcript has Certificate before the request",
    hint: "The order is Handshake Context, request, Certificate.",
    requirements: ["rfc9261-transcript"],
    change: ({ request, certificate }) => (request.length > 0 ? { request: certificate, certificate: request } : undefined),
  },
  {
    name: "finished-key-as-handshake-context",
    title: "the transcript begins with the Finished key in place of the Handshake Context",
    hint: 'Export the Handshake Context with the label "EXPORTER-… authenticator handshake context".',
    requirements: ["rfc9261-exporter-labels"],
    change: ({ hash }, { connection, sender }) => ({
      handshakeContext: connection.exportKeyingMaterial(exporterLabels.finishedKey[sender], NO_BYTES, hashLength[hash]),
    }),
  },
  {
    name: "handshake-context-of-other-role",
    title: "the Handshake Context was exported with the label of the other end",
    hint: "The word in the label, client or server, is the end that sends the authenticator, whoever asked for it.",
    requirements: ["rfc9261-exporter-labels"],
    change: ({ hash }, { connection, sender }) => ({
      handshakeContext: connection.exportKeyingMaterial(exporterLabels.handshakeContext[otherSide(sender)], NO_BYTES, hashLength[hash]),
    }),
  },
  {
    name: "handshake-context-exported-with-context",
    title: "the Handshake Context was exported with the certificate_request_context as exporter context",
    hint: "The exporter context of RFC 9261 is of length zero.",
    requirements: ["rfc9261-exporter-empty-context"],
    change: ({ hash }, { connection, sender, certificateRequestContext: context }) =>
      context.length > 0
        ? { handshakeContext: connection.exportKeyingMaterial(exporterLabels.handshakeContext[sender], context, hashLength[hash]) }
        : undefined,
  },
  {
    name: "handshake-context-of-32-bytes",
    title: "the Handshake Context was exported with 32 bytes, although the suite's hash has another length",
    hint: "Export as many bytes as the suite's hash gives: 48 under SHA-384.",
    requirements: ["rfc9261-exporter-length"],
    change: ({ hash }, { connection, sender }) =>
      hashLength[hash] === 32
        ? undefined
        : { handshakeContext: connection.exportKeyingMaterial(exporterLabels.handshakeContext[sender], NO_BYTES, 32) },
  },
];

/** The Handshake Context of one who takes SHA-256 for the hash of every suite: exported with 32 bytes. */
export function shortHandshakeContext({ connection, sender }: Exporting): Bytes {
  return connection.exportKeyingMaterial(exporterLabels.handshakeContext[sender], NO_BYTES, 32);
}
