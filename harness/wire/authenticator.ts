import type { Bytes } from "./bytes.ts";
import { HandshakeType, handshakeTypeName } from "./code-points.ts";
import { decodeExtensionList, type Extension, encodeExtensionList } from "./extensions.ts";
import { encodeHandshake, splitHandshake } from "./handshake.ts";
import { DecodeError, Reader, type Surplus } from "./reader.ts";
import { decodeRequest } from "./request.ts";
import { type Encoded, Writer } from "./writer.ts";

/** CertificateEntry of RFC 8446 section 4.4.2, X.509 only (RFC 9261 section 5.2.1). */
export interface CertificateEntry {
  readonly certData: Bytes;
  readonly extensions: readonly Extension[];
}

export interface CertificateMessage {
  readonly certificateRequestContext: Bytes;
  readonly entries: readonly CertificateEntry[];
}

/** RFC 9261 section 5.2.2; `algorithm` is a SignatureScheme. */
export interface CertificateVerifyMessage {
  readonly algorithm: number;
  readonly signature: Bytes;
}

/** The messages of an authenticator as they came, headers included. An empty authenticator is a Finished alone (section 6). */
export type AuthenticatorFrame =
  | { readonly kind: "authenticator"; readonly certificate: Bytes; readonly certificateVerify: Bytes; readonly finished: Bytes }
  | { readonly kind: "empty"; readonly finished: Bytes };

/** The body of a Certificate with its header; spans `entries.0.certData.length` and so on. */
export function encodeCertificate(message: CertificateMessage, handshakeType: number = HandshakeType.certificate): Encoded {
  const list = new Writer();
  message.entries.forEach((entry, index) => {
    list.vector(`${index}.certData`, 3, entry.certData);
    list.vector(`${index}.extensions`, 2, encodeExtensionList(entry.extensions));
  });
  const body = new Writer()
    .vector("certificateRequestContext", 1, message.certificateRequestContext)
    .vector("entries", 3, list.finish())
    .finish();
  return encodeHandshake(handshakeType, body);
}

/** Reads a Certificate message with its header. Throws DecodeError. `surplus`: what becomes of bytes behind the certificate_list. */
export function decodeCertificate(raw: Bytes, surplus?: Surplus): CertificateMessage {
  const reader = bodyReader(raw, "certificate");
  const certificateRequestContext = reader.vector(1, "certificate_request_context").bytes;
  const list = reader.vector(3, "certificate_list");
  reader.end(surplus);
  const entries: CertificateEntry[] = [];
  while (list.remaining > 0) {
    list.index = entries.length;
    const certData = list.vector(3, "cert_data", 1).bytes;
    entries.push({ certData, extensions: decodeExtensionList(list.vector(2, "extensions")) });
  }
  return { certificateRequestContext, entries };
}

/** A CertificateVerify with its header; spans `algorithm`, `signature.length`, `signature`. */
export function encodeCertificateVerify(
  message: CertificateVerifyMessage,
  handshakeType: number = HandshakeType.certificateVerify,
): Encoded {
  const body = new Writer().uint("algorithm", message.algorithm, 2).vector("signature", 2, message.signature).finish();
  return encodeHandshake(handshakeType, body);
}

/** Reads a CertificateVerify with its header. Throws DecodeError. `surplus`: what becomes of bytes behind the signature. */
export function decodeCertificateVerify(raw: Bytes, surplus?: Surplus): CertificateVerifyMessage {
  const reader = bodyReader(raw, "certificate_verify");
  const algorithm = reader.uint(2, "algorithm");
  const signature = reader.vector(2, "signature").bytes;
  reader.end(surplus);
  return { algorithm, signature };
}

/** A Finished with its header; span `verifyData`. */
export function encodeFinished(verifyData: Bytes, handshakeType: number = HandshakeType.finished): Encoded {
  return encodeHandshake(handshakeType, new Writer().bytes("verifyData", verifyData).finish());
}

/**
 * verify_data of a Finished with its header, which must hold exactly `length` bytes of it. Throws DecodeError. `surplus`: what becomes of
 * bytes behind them.
 */
export function decodeFinished(raw: Bytes, length: number, surplus?: Surplus): Bytes {
  const reader = bodyReader(raw, "finished");
  const verifyData = reader.take(length, "verify_data");
  reader.end(surplus);
  return verifyData;
}

/** Splits an authenticator into its messages, which must be the right ones in the right order with nothing behind. Throws DecodeError. */
export function decodeFrame(bytes: Bytes): AuthenticatorFrame {
  const messages = splitHandshake(bytes, "authenticator");
  const types = messages.map(({ type }) => type);
  const [first, second, third] = messages;
  if (types.length === 1 && types[0] === HandshakeType.finished && first) return { kind: "empty", finished: first.raw };
  const right = types.length === 3 && types.every((type, index) => type === authenticatorOrder[index]);
  if (right && first && second && third) {
    return { kind: "authenticator", certificate: first.raw, certificateVerify: second.raw, finished: third.raw };
  }
  const found = types.length === 0 ? "nothing" : types.map(handshakeTypeName).join(", ");
  throw new DecodeError("authenticator", 0, "certificate, certificateVerify, finished (or finished alone)", found);
}

/**
 * The certificate_request_context of a request or an authenticator ("get context", RFC 9261 section 7.2).
 * Throws DecodeError, also for an empty authenticator, which holds none.
 */
export function getContext(message: Bytes): Bytes {
  const type = message[0];
  if (type === HandshakeType.certificateRequest || type === HandshakeType.clientCertificateRequest) {
    return decodeRequest(message).certificateRequestContext;
  }
  const frame = decodeFrame(message);
  if (frame.kind === "empty") throw new DecodeError("authenticator", 0, "a certificate with a context", "an empty authenticator");
  return decodeCertificate(frame.certificate).certificateRequestContext;
}

/** The Certificate that an empty authenticator's MAC covers: the request's context and no entries (RFC 9261 section 6). */
export function emptyCertificate(certificateRequestContext: Bytes): Bytes {
  return encodeCertificate({ certificateRequestContext, entries: [] }).bytes;
}

const authenticatorOrder: readonly number[] = [HandshakeType.certificate, HandshakeType.certificateVerify, HandshakeType.finished];

function bodyReader(raw: Bytes, path: string): Reader {
  const reader = new Reader(raw, path);
  reader.uint(1, "type");
  const body = reader.vector(3, "body");
  reader.end();
  return new Reader(body.bytes, path, 4);
}
