import { createHash, createHmac } from "node:crypto";
import type { EmptyAppraisal } from "../appraisal/empty-steps.ts";
import type { AppraisalState } from "../appraisal/state.ts";
import { hkdfExpandLabel } from "../authenticator/exporter.ts";
import { authenticatorKeys, exporterLabels, otherSide } from "../authenticator/secrets.ts";
import { finishedMac, type MacInput } from "../authenticator/transcript.ts";
import { emptyCertificate } from "../wire/authenticator.ts";
import { type Bytes, concat, equalBytes } from "../wire/bytes.ts";
import { hashLength } from "../wire/code-points.ts";
import type { Mistake } from "./mistake.ts";
import { type Exporting, shortHandshakeContext, transcriptMistakes } from "./transcript-mistakes.ts";

/** What the right verify_data is made of. */
export interface MacGiven extends Exporting {
  readonly right: MacInput;
}

/** The same with what was received. */
export interface FinishedGiven extends MacGiven {
  readonly received: Bytes;
}

/** One way to make verify_data wrongly. */
export interface MacMistake {
  readonly name: string;
  readonly title: string;
  readonly hint: string;
  readonly requirements: readonly string[];
  /** verify_data as the mistake gives it; undefined where it cannot be made here. */
  gives(given: MacGiven): Bytes | undefined;
}

const NO_BYTES: Bytes = new Uint8Array(0);
const HEADER = 4;

/** What goes wrong with a MAC, whichever messages it covers. */
export const macMistakes: readonly MacMistake[] = [
  ...transcriptMistakes
    .filter(({ name }) => !["certificate-left-out", "certificate-without-header", "bodies-without-headers"].includes(name))
    .map(({ change, title, requirements, ...rest }) => ({
      ...rest,
      title: `the MAC is right, but ${title}`,
      requirements: ["rfc9261-finished-mac", ...requirements],
      gives: (given: MacGiven) => altered(given, change(given.right, given)),
    })),
  {
    name: "other-role",
    title: "both secrets of the MAC were exported with the labels of the other end",
    hint: "The word in the labels, client or server, is the end that sends the authenticator, whoever asked for it.",
    requirements: ["rfc9261-exporter-labels"],
    gives: (given) => {
      const { handshakeContext, finishedKey: key } = authenticatorKeys(given.connection, otherSide(given.sender));
      return altered(given, { handshakeContext, key });
    },
  },
  {
    name: "key-of-other-role",
    title: "the MAC is keyed with the Finished key of the other end",
    hint: 'Export the key with "EXPORTER-server authenticator finished key" where the server sends, and with "client" where the client does.',
    requirements: ["rfc9261-exporter-labels"],
    gives: (given) => altered(given, { key: authenticatorKeys(given.connection, otherSide(given.sender)).finishedKey }),
  },
  {
    name: "keyed-by-handshake-context",
    title: "the MAC is keyed with the Handshake Context in place of the Finished key",
    hint: 'Export the key with the label "EXPORTER-… authenticator finished key".',
    requirements: ["rfc9261-finished-mac", "rfc9261-exporter-labels"],
    gives: (given) => altered(given, { key: given.right.handshakeContext }),
  },
  {
    name: "secrets-swapped",
    title: "Handshake Context and Finished key are swapped",
    hint: "The Handshake Context begins the transcript; the Finished key keys the MAC.",
    requirements: ["rfc9261-finished-mac", "rfc9261-exporter-labels"],
    gives: (given) => altered(given, { key: given.right.handshakeContext, handshakeContext: given.right.key }),
  },
  {
    name: "key-exported-with-context",
    title: "the Finished key was exported with the certificate_request_context as exporter context",
    hint: "The exporter context of RFC 9261 is of length zero.",
    requirements: ["rfc9261-exporter-empty-context"],
    gives: (given) => (given.certificateRequestContext.length > 0 ? altered(given, { key: exported(given, "finishedKey") }) : undefined),
  },
  {
    name: "secrets-exported-with-context",
    title: "both secrets of the MAC were exported with the certificate_request_context as exporter context",
    hint: "The exporter context of RFC 9261 is of length zero.",
    requirements: ["rfc9261-exporter-empty-context"],
    gives: (given) =>
      given.certificateRequestContext.length > 0
        ? altered(given, { key: exported(given, "finishedKey"), handshakeContext: exported(given, "handshakeContext") })
        : undefined,
  },
  {
    name: "key-derived-again",
    title: 'the Finished key was expanded once more with the label "finished", as the TLS handshake does',
    hint: "The exported Finished key is the key of the MAC itself; nothing is derived from it.",
    requirements: ["rfc9261-finished-mac"],
    gives: (given) => {
      const { hash, key } = given.right;
      return altered(given, { key: hkdfExpandLabel(hash, key, "finished", NO_BYTES, hashLength[hash]) });
    },
  },
  {
    name: "transcript-not-hashed",
    title: "the MAC covers the transcript itself in place of its hash",
    hint: "Hash the transcript with the suite's hash first; HMAC covers the digest.",
    requirements: ["rfc9261-finished-mac"],
    gives: ({ right }) => hmac(right, transcript(right)),
  },
  {
    name: "transcript-hashed-twice",
    title: "the MAC covers the hash of the transcript hash",
    hint: "Hash the transcript once; HMAC covers that digest.",
    requirements: ["rfc9261-finished-mac"],
    gives: ({ right }) => hmac(right, digest(right, digest(right, transcript(right)))),
  },
  {
    name: "hash-without-key",
    title: "verify_data is the transcript hash itself, with no MAC",
    hint: "verify_data is HMAC with the Finished key over the transcript hash.",
    requirements: ["rfc9261-finished-mac"],
    gives: ({ right }) => digest(right, transcript(right)),
  },
  {
    name: "sha256-for-every-suite",
    title: "the MAC is made with SHA-256, although the suite's hash is SHA-384",
    hint: "Take the hash from the negotiated cipher suite, not from a constant.",
    requirements: ["rfc9261-finished-mac"],
    gives: (given) => (given.right.hash === "sha256" ? undefined : altered(given, { hash: "sha256" })),
  },
  {
    name: "sha256-and-32-bytes-for-every-suite",
    title: "the MAC is made with SHA-256 and secrets of 32 bytes throughout, although the suite's hash is SHA-384",
    hint: "Take the hash, and with it the length of every exported secret, from the negotiated cipher suite.",
    requirements: ["rfc9261-finished-mac", "rfc9261-exporter-length"],
    gives: (given) => {
      if (given.right.hash === "sha256") return undefined;
      const key = given.connection.exportKeyingMaterial(exporterLabels.finishedKey[given.sender], NO_BYTES, 32);
      return altered(given, { hash: "sha256", key, handshakeContext: shortHandshakeContext(given) });
    },
  },
  {
    name: "truncated",
    title: "verify_data is the right MAC cut to 12 bytes, as TLS 1.2 had it",
    hint: "verify_data is the whole output of HMAC.",
    requirements: ["rfc9261-finished-mac"],
    gives: ({ right }) => finishedMac(right).subarray(0, 12),
  },
  {
    name: "with-length-prefix",
    title: "a length of one byte stands before the MAC in Finished",
    hint: "verify_data has no length of its own: it fills the body of Finished.",
    requirements: ["rfc9261-finished-mac"],
    gives: ({ right }) => concat(Uint8Array.of(hashLength[right.hash]), finishedMac(right)),
  },
  {
    name: "as-hexadecimal",
    title: "verify_data is the right MAC written as hexadecimal text",
    hint: "Put the bytes of the MAC into Finished.",
    requirements: ["rfc9261-finished-mac"],
    gives: ({ right }) => Buffer.from(Buffer.from(finishedMac(right)).toString("hex")),
  },
];

/** What goes wrong with the messages that the MAC of an authenticator covers (RFC 9261 section 5.2.3). */
export const authenticatorMacMistakes: readonly MacMistake[] = [
  ...transcriptMistakes
    .filter(({ name }) => ["certificate-left-out", "certificate-without-header"].includes(name))
    .map(({ change, title, ...rest }) => ({
      ...rest,
      title: `the MAC is right, but ${title}`,
      requirements: ["rfc9261-finished-transcript"],
      gives: (given: MacGiven) => altered(given, change(given.right, given)),
    })),
  {
    name: "certificate-verify-left-out",
    title: "the transcript of the MAC leaves out CertificateVerify",
    hint: "The MAC covers CertificateVerify as well, which the signature does not.",
    requirements: ["rfc9261-finished-transcript"],
    gives: (given) => altered(given, { certificateVerify: NO_BYTES }),
  },
  {
    name: "certificate-verify-without-header",
    title: "the transcript of the MAC holds the body of CertificateVerify without its handshake header",
    hint: "Hash CertificateVerify as it is sent: msg_type, the length of three bytes, then the body.",
    requirements: ["rfc9261-finished-transcript", "rfc8446-transcript-with-headers"],
    gives: (given) => altered(given, { certificateVerify: given.right.certificateVerify.subarray(HEADER) }),
  },
  {
    name: "bodies-without-headers",
    title: "the transcript of the MAC holds bodies of messages without their handshake headers",
    hint: "Hash whole handshake messages: msg_type, the length of three bytes, then the body.",
    requirements: ["rfc9261-finished-transcript", "rfc8446-transcript-with-headers"],
    gives: (given) => {
      const [request, certificate, certificateVerify] = [given.right.request, given.right.certificate, given.right.certificateVerify];
      if (request.length === 0) return undefined;
      const body = (message: Bytes) => message.subarray(HEADER);
      return altered(given, { request: body(request), certificate: body(certificate), certificateVerify: body(certificateVerify) });
    },
  },
  {
    name: "mac-of-empty-authenticator",
    title: "the MAC is that of an empty authenticator: it covers a Certificate with no entries, and no CertificateVerify",
    hint: "The MAC covers the Certificate and CertificateVerify that are sent.",
    requirements: ["rfc9261-finished-transcript"],
    gives: (given) => altered(given, { certificate: emptyCertificate(given.certificateRequestContext), certificateVerify: NO_BYTES }),
  },
];

/** What goes wrong with the Certificate that an empty authenticator's MAC covers and that is never sent (RFC 9261 section 6). */
export const emptyMacMistakes: readonly MacMistake[] = [
  {
    name: "certificate-left-out",
    title: "the MAC covers no Certificate at all",
    hint: "The MAC covers a Certificate with the request's context and no entries, though it is not sent.",
    requirements: ["rfc9261-empty-transcript"],
    gives: (given) => altered(given, { certificate: NO_BYTES }),
  },
  {
    name: "certificate-without-context",
    title: "the MAC covers an empty Certificate that has no certificate_request_context",
    hint: "Put the context of the request into the empty Certificate that the MAC covers.",
    requirements: ["rfc9261-empty-transcript"],
    gives: (given) =>
      given.certificateRequestContext.length > 0 ? altered(given, { certificate: emptyCertificate(NO_BYTES) }) : undefined,
  },
  {
    name: "certificate-without-header",
    title: "the MAC covers the body of the empty Certificate without its handshake header",
    hint: "Hash the empty Certificate as it would be sent: msg_type, the length of three bytes, then the body.",
    requirements: ["rfc9261-empty-transcript", "rfc8446-transcript-with-headers"],
    gives: (given) => altered(given, { certificate: given.right.certificate.subarray(HEADER) }),
  },
  {
    name: "handshake-context-alone",
    title: "the MAC covers the Handshake Context alone",
    hint: "The MAC covers Handshake Context, request and an empty Certificate.",
    requirements: ["rfc9261-empty-transcript"],
    gives: (given) => altered(given, { request: NO_BYTES, certificate: NO_BYTES }),
  },
  {
    name: "mac-over-nothing",
    title: "the MAC covers nothing at all",
    hint: "The MAC covers the hash of Handshake Context, request and an empty Certificate.",
    requirements: ["rfc9261-empty-mac", "rfc9261-empty-transcript"],
    gives: ({ right }) => hmac(right, NO_BYTES),
  },
];

/** The known mistakes of the step `finished`, and of `parse` where Finished alone is of the wrong length. */
export const finishedMistakes: readonly Mistake<FinishedGiven>[] = inStep("finished", [...macMistakes, ...authenticatorMacMistakes]);

/** The known mistakes of the step `empty-finished`, and of `empty-frame` where Finished is of the wrong length. */
export const emptyFinishedMistakes: readonly Mistake<FinishedGiven>[] = inStep("empty-finished", [...macMistakes, ...emptyMacMistakes]);

/** What the step had before it, or undefined where it was not come to. */
export function finishedGiven({ input, facts }: AppraisalState): FinishedGiven | undefined {
  const { certificateBytes, certificateVerifyBytes, finishedBytes, certificate } = facts;
  if (!certificateBytes || !certificateVerifyBytes || !finishedBytes || !certificate) return undefined;
  const { connection, sender, request } = input;
  const { certificateRequestContext } = certificate;
  const { hash, handshakeContext, finishedKey: key } = authenticatorKeys(connection, sender);
  const messages = { request: request?.bytes ?? NO_BYTES, certificate: certificateBytes, certificateVerify: certificateVerifyBytes };
  const received = finishedBytes.subarray(HEADER);
  return { connection, sender, certificateRequestContext, right: { hash, key, handshakeContext, ...messages }, received };
}

/** The same for an empty authenticator. */
export function emptyFinishedGiven(state: EmptyAppraisal): FinishedGiven {
  const { connection, sender, request, certificateRequestContext, authenticator } = state;
  const { hash, handshakeContext, finishedKey: key } = authenticatorKeys(connection, sender);
  const certificate = emptyCertificate(certificateRequestContext);
  const right = { hash, key, handshakeContext, request, certificate, certificateVerify: NO_BYTES };
  return { connection, sender, certificateRequestContext, right, received: authenticator.subarray(HEADER) };
}

function inStep(step: string, mistakes: readonly MacMistake[]): Mistake<FinishedGiven>[] {
  return mistakes.map(({ gives, name, title, hint, requirements }) => ({
    id: `${step}/${name}`,
    title,
    hint,
    requirements,
    fits(given) {
      const value = gives(given);
      return value !== undefined && equalBytes(value, given.received);
    },
  }));
}

function altered({ right }: MacGiven, change: Partial<MacInput> | undefined): Bytes | undefined {
  return change && finishedMac({ ...right, ...change });
}

function exported({ connection, sender, certificateRequestContext, right }: MacGiven, what: keyof typeof exporterLabels): Bytes {
  return connection.exportKeyingMaterial(exporterLabels[what][sender], certificateRequestContext, hashLength[right.hash]);
}

function transcript({ handshakeContext, request, certificate, certificateVerify }: MacInput): Bytes {
  return concat(handshakeContext, request, certificate, certificateVerify);
}

function digest({ hash }: MacInput, content: Bytes): Bytes {
  return createHash(hash).update(content).digest();
}

function hmac({ hash, key }: MacInput, content: Bytes): Bytes {
  return createHmac(hash, key).update(content).digest();
}
