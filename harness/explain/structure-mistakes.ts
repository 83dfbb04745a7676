import type { AppraisalState } from "../appraisal/state.ts";
import { schemeAlgorithm } from "../authenticator/signature.ts";
import {
  decodeCertificate,
  decodeCertificateVerify,
  decodeFinished,
  decodeFrame,
  encodeCertificate,
  encodeCertificateVerify,
} from "../wire/authenticator.ts";
import { type Bytes, concat, equalBytes, uint, view } from "../wire/bytes.ts";
import { type AuthenticatorHash, HandshakeType, hashLength } from "../wire/code-points.ts";
import { delimit, splitHandshake } from "../wire/handshake.ts";
import { Reader } from "../wire/reader.ts";
import { holds, type Mistake } from "./mistake.ts";

/** What the step `frame` had before it. */
export interface FrameGiven {
  readonly authenticator: Bytes;
  readonly hash: AuthenticatorHash;
}

/** What the step `parse` had before it: the messages, headers included. */
export interface MessagesGiven {
  readonly certificate: Bytes;
  readonly certificateVerify: Bytes;
  /** The context that the Certificate should carry; undefined where it is free. */
  readonly context: Bytes | undefined;
}

const HEADER = 4;

/** The known mistakes of the step `frame`: each is undone, and three messages that can be read must come out (RFC 9261 section 5.2). */
export const frameMistakes: readonly Mistake<FrameGiven>[] = [
  framing("messages-in-other-order", "the three messages are there, in another order", "Send Certificate, CertificateVerify, Finished.", [
    "rfc9261-authenticator-order",
  ])(({ authenticator }) => {
    const messages = splitHandshake(authenticator, "authenticator");
    return concat(...messages.toSorted((a, b) => a.type - b.type).map(({ raw }) => raw));
  }),
  framing(
    "headers-left-out",
    "the three messages have no handshake headers",
    "Send each message with its header: msg_type, then a length of three bytes.",
    ["rfc9261-authenticator-handshake-encoding"],
  )(({ authenticator, hash }) => {
    const reader = new Reader(authenticator, "authenticator");
    const certificate = concat(prefixed(reader, 1), prefixed(reader, 3));
    const certificateVerify = concat(uint(reader.uint(2, "algorithm"), 2), prefixed(reader, 2));
    const finished = reader.take(hashLength[hash], "verify_data");
    reader.end();
    return concat(
      message(HandshakeType.certificate, certificate),
      message(HandshakeType.certificateVerify, certificateVerify),
      message(HandshakeType.finished, finished),
    );
  }),
  framing(
    "header-length-counts-header",
    "the length in each handshake header counts the header as well",
    "The length in the header is that of the body alone.",
    ["rfc9261-authenticator-handshake-encoding"],
  )(({ authenticator }) => {
    const reader = new Reader(authenticator, "authenticator");
    const messages: Bytes[] = [];
    while (reader.remaining > 0) {
      const type = reader.uint(1, "type");
      messages.push(message(type, reader.take(reader.uint(3, "length") - HEADER, "body")));
    }
    return concat(...messages);
  }),
  framing(
    "in-records",
    "the messages are wrapped in records of the TLS record layer",
    "Send handshake messages alone: an authenticator is application data and has no record layer of its own.",
    ["rfc9261-authenticator-no-record-layer"],
  )(({ authenticator }) => withoutRecords(authenticator)),
  ...([2, 3, 4] as const).map((size) =>
    framing(
      `length-of-${size}-before`,
      `a length of ${size} bytes stands before the messages`,
      "An authenticator delimits itself: its messages have lengths, and Finished is the last.",
      ["rfc9261-authenticator-messages"],
    )(({ authenticator }) => {
      const reader = new Reader(authenticator, "authenticator");
      const inner = reader.vector(size, "authenticator").bytes;
      reader.end();
      return inner;
    }),
  ),
  framing("as-text", "the authenticator is written as hexadecimal or base64 text", "Send the bytes of the messages.", [
    "rfc9261-authenticator-handshake-encoding",
  ])(({ authenticator }) => fromText(authenticator)),
  framing("bytes-behind-finished", "bytes follow the three messages", "Finished is the end: send nothing behind it.", [
    "rfc9261-authenticator-messages",
  ])(({ authenticator }) => {
    const end = delimit(authenticator);
    return end === undefined || end === authenticator.length ? undefined : authenticator.subarray(0, end);
  }),
  missing("finished-left-out", "Finished is missing", [HandshakeType.certificate, HandshakeType.certificateVerify]),
  missing("certificate-verify-left-out", "CertificateVerify is missing", [HandshakeType.certificate, HandshakeType.finished]),
  missing("certificate-left-out", "Certificate is missing", [HandshakeType.certificateVerify, HandshakeType.finished]),
];

/** The known mistakes of the step `parse`: each is undone, and the message must be readable (RFC 8446 section 4.4). */
export const parseMistakes: readonly Mistake<MessagesGiven>[] = [
  certificateForm(
    "certificate-of-tls12",
    "Certificate has the form of TLS 1.2: no context, and no extensions behind the certificates",
    "Write certificate_request_context first, and a block of extensions (of length zero, if there is none) behind each certificate.",
    (body) => {
      const certificates = list(body);
      return encoded(new Uint8Array(0), certificates);
    },
    false,
  ),
  certificateForm(
    "context-left-out",
    "Certificate has no certificate_request_context, not even its length",
    "Begin the body of Certificate with the length of the context and the context.",
    (body) => message(HandshakeType.certificate, concat(Uint8Array.of(0), body)),
    false,
  ),
  certificateForm(
    "entry-extensions-left-out",
    "the entries of Certificate have no block of extensions",
    "Write the extensions of each entry behind its certificate: a length of two bytes, 0000 where there is none.",
    (body) => {
      const context = body.subarray(1, 1 + (body[0] ?? 0));
      return encoded(context, list(body.subarray(1 + context.length)));
    },
  ),
  certificateForm(
    "context-length-of-2",
    "the length of certificate_request_context has two bytes",
    "It has one byte: certificate_request_context<0..2^8-1>.",
    (body) => (body[0] === 0 ? message(HandshakeType.certificate, body.subarray(1)) : undefined),
  ),
  certificateForm(
    "list-length-of-2",
    "the length of certificate_list has two bytes",
    "It has three bytes: certificate_list<0..2^24-1>.",
    (body) => {
      const at = 1 + (body[0] ?? 0);
      const entries = body.subarray(at + 2);
      if (view(body).readUInt16BE(at) !== entries.length) return undefined;
      return message(HandshakeType.certificate, concat(body.subarray(0, at), uint(entries.length, 3), entries));
    },
  ),
  certificateForm(
    "list-length-left-out",
    "certificate_list has no length of its own",
    "Write the length of the whole list, three bytes, before the first entry.",
    (body) => {
      const at = 1 + (body[0] ?? 0);
      const entries = body.subarray(at);
      return message(HandshakeType.certificate, concat(body.subarray(0, at), uint(entries.length, 3), entries));
    },
  ),
  {
    id: "parse/certificate-list-empty",
    title: "the certificate_list is empty, as in a refusal of the TLS handshake",
    hint: "Send the chain; to decline, send an empty authenticator, which is a Finished alone.",
    requirements: ["rfc8446-certificate-list-nonempty", "rfc9261-empty-authenticator"],
    fits: ({ certificate }) => decodeCertificate(certificate).entries.length === 0,
  },
  verifyForm(
    "scheme-left-out",
    "CertificateVerify has no signature scheme: it begins with the length of the signature",
    "Write the code point of the scheme, two bytes, before the signature.",
    (body) => (view(body).readUInt16BE(0) === body.length - 2 ? verifyMessage(0, body.subarray(2)) : undefined),
  ),
  verifyForm(
    "signature-length-left-out",
    "the signature in CertificateVerify has no length",
    "Write the length of the signature, two bytes, behind the scheme.",
    (body) => {
      const [known, signature] = [view(body).readUInt16BE(0), body.subarray(2)];
      const plausible =
        signature[0] === 0x30 ? signature.length === (signature[1] ?? 0) + 2 : [64, 256, 384, 512].includes(signature.length);
      return plausible && schemeAlgorithm(known) ? verifyMessage(known, signature) : undefined;
    },
  ),
];

/** What the step had before it. */
export function frameGiven({ input }: AppraisalState): FrameGiven {
  return { authenticator: input.authenticator, hash: input.connection.hash };
}

/** The same for the step `parse`; undefined where it was not come to. */
export function messagesGiven({ input, facts }: AppraisalState): MessagesGiven | undefined {
  const { certificateBytes: certificate, certificateVerifyBytes: certificateVerify } = facts;
  const context = input.request?.decoded.certificateRequestContext;
  return certificate && certificateVerify && { certificate, certificateVerify, context };
}

/** Handshake messages out of the records around them. Throws DecodeError, or Error where the bytes are no handshake records. */
export function withoutRecords(bytes: Bytes): Bytes {
  const reader = new Reader(bytes, "records");
  const fragments: Bytes[] = [];
  while (reader.remaining > 0) {
    if (reader.uint(1, "type") !== 22 || reader.uint(1, "major") !== 3) throw new Error("no handshake record");
    reader.uint(1, "minor");
    fragments.push(reader.vector(2, "fragment").bytes);
  }
  return concat(...fragments);
}

/** Bytes out of hexadecimal or base64 text, or undefined where it is neither. */
export function fromText(bytes: Bytes): Bytes | undefined {
  const text = view(bytes).toString("latin1").trim();
  if (/^([0-9a-f]{2})+$/i.test(text)) return Buffer.from(text, "hex");
  return /^[A-Za-z0-9+/_-]+=*$/.test(text) ? Buffer.from(text, "base64") : undefined;
}

/** A handshake message of that type around a body. */
export function message(type: number, body: Bytes): Bytes {
  return concat(uint(type, 1), uint(body.length, 3), body);
}

function framing(name: string, title: string, hint: string, requirements: readonly string[]) {
  return (undone: (given: FrameGiven) => Bytes | undefined): Mistake<FrameGiven> => ({
    id: `frame/${name}`,
    title,
    hint,
    requirements,
    fits(given) {
      const authenticator = undone(given);
      if (authenticator === undefined) return false;
      const frame = decodeFrame(authenticator);
      if (frame.kind !== "authenticator") return false;
      decodeFinished(frame.finished, hashLength[given.hash]);
      decodeCertificateVerify(frame.certificateVerify);
      return decodeCertificate(frame.certificate).entries.length > 0;
    },
  });
}

function missing(name: string, title: string, types: readonly number[]): Mistake<FrameGiven> {
  return {
    id: `frame/${name}`,
    title,
    hint: "An authenticator is Certificate, CertificateVerify and Finished.",
    requirements: ["rfc9261-authenticator-messages"],
    fits({ authenticator }) {
      const found = splitHandshake(authenticator, "authenticator").map(({ type }) => type);
      return found.length === types.length && found.every((type, index) => type === types[index]);
    },
  };
}

function certificateForm(
  name: string,
  title: string,
  hint: string,
  undone: (body: Bytes) => Bytes | undefined,
  carriesContext = true,
): Mistake<MessagesGiven> {
  return {
    id: `parse/${name}`,
    title,
    hint,
    requirements: ["rfc9261-certificate-structure"],
    fits({ certificate, context }) {
      // A Certificate that can be read has not this mistake, whatever else a reader could make of it.
      if (holds(() => decodeCertificate(certificate).entries.length >= 0)) return false;
      const raw = undone(certificate.subarray(HEADER));
      if (raw === undefined) return false;
      const { entries, certificateRequestContext } = decodeCertificate(raw);
      // A Certificate of another context would be wrong twice: then a form that leaves no room for one explains it better.
      if (carriesContext && context !== undefined && !equalBytes(context, certificateRequestContext)) return false;
      // What a wrong guess finds is no certificate: those begin with a DER SEQUENCE that fills them.
      return entries.length > 0 && entries.every(({ certData }) => isSequence(certData));
    },
  };
}

function verifyForm(name: string, title: string, hint: string, undone: (body: Bytes) => Bytes | undefined): Mistake<MessagesGiven> {
  return {
    id: `parse/${name}`,
    title,
    hint,
    requirements: ["rfc9261-certificate-verify-structure"],
    fits({ certificateVerify }) {
      if (holds(() => decodeCertificateVerify(certificateVerify).signature.length > 0)) return false;
      const raw = undone(certificateVerify.subarray(HEADER));
      return raw !== undefined && decodeCertificateVerify(raw).signature.length > 0;
    },
  };
}

function prefixed(reader: Reader, size: number): Bytes {
  const content = reader.vector(size, "vector").bytes;
  return concat(uint(content.length, size), content);
}

/** certificate_list of TLS 1.2: certificates with a length of three bytes each and nothing behind them. */
function list(bytes: Bytes): Bytes[] {
  const outer = new Reader(bytes, "certificate_list");
  const inner = outer.vector(3, "certificate_list");
  outer.end();
  const certificates: Bytes[] = [];
  while (inner.remaining > 0) certificates.push(inner.vector(3, "certificate", 1).bytes);
  return certificates;
}

function encoded(certificateRequestContext: Bytes, certificates: readonly Bytes[]): Bytes {
  return encodeCertificate({ certificateRequestContext, entries: certificates.map((certData) => ({ certData, extensions: [] })) }).bytes;
}

function verifyMessage(algorithm: number, signature: Bytes): Bytes {
  return encodeCertificateVerify({ algorithm, signature }).bytes;
}

function isSequence(bytes: Bytes): boolean {
  return bytes[0] === 0x30 && bytes[1] === 0x82 && view(bytes).readUInt16BE(2) === bytes.length - 4;
}
