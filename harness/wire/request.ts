import type { Bytes } from "./bytes.ts";
import { ExtensionType, HandshakeType, handshakeTypeName } from "./code-points.ts";
import { decodeExtensionList, decodeSignatureSchemes, type Extension, encodeExtensionList } from "./extensions.ts";
import { encodeHandshake, splitHandshake } from "./handshake.ts";
import { DecodeError, Reader } from "./reader.ts";
import { type Encoded, Writer } from "./writer.ts";

/** CertificateRequest (from a server) or ClientCertificateRequest (from a client), RFC 9261 section 4. */
export interface AuthenticatorRequest {
  readonly handshakeType: number;
  readonly certificateRequestContext: Bytes;
  readonly extensions: readonly Extension[];
}

/** The whole handshake message. */
export function encodeRequest(request: AuthenticatorRequest): Encoded {
  const body = new Writer()
    .vector("certificateRequestContext", 1, request.certificateRequestContext)
    .vector("extensions", 2, encodeExtensionList(request.extensions))
    .finish();
  return encodeHandshake(request.handshakeType, body);
}

/** Exactly one request message and nothing behind it. Throws DecodeError where it is not one. */
export function decodeRequest(bytes: Bytes): AuthenticatorRequest {
  const [message, ...others] = splitHandshake(bytes, "request");
  if (message === undefined || others.length > 0) {
    throw new DecodeError("request", 0, "one handshake message", `${others.length + (message ? 1 : 0)}`);
  }
  if (message.type !== HandshakeType.certificateRequest && message.type !== HandshakeType.clientCertificateRequest) {
    throw new DecodeError("request.type", 0, "13 or 17", handshakeTypeName(message.type));
  }
  const reader = new Reader(message.body, "request", 4);
  const certificateRequestContext = reader.vector(1, "certificate_request_context").bytes;
  // The lower bound of extensions<2..2^16-1> is in RFC 8446 section 4.3.2 and in RFC 9261 section 4.
  const extensions = decodeExtensionList(reader.vector(2, "extensions", 2));
  reader.end();
  return { handshakeType: message.type, certificateRequestContext, extensions };
}

/** The type that a request from `side` has: 13 from a server, 17 from a client (RFC 9261 section 4). */
export function requestType(side: "client" | "server"): number {
  return side === "server" ? HandshakeType.certificateRequest : HandshakeType.clientCertificateRequest;
}

/** The schemes that the request offers, or undefined where signature_algorithms is missing. Throws DecodeError where it is malformed. */
export function offeredSchemes(request: AuthenticatorRequest): number[] | undefined {
  const extension = request.extensions.find(({ type }) => type === ExtensionType.signatureAlgorithms);
  return extension && decodeSignatureSchemes(extension.data);
}
