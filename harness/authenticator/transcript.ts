import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { type Bytes, concat, utf8 } from "../wire/bytes.ts";
import type { AuthenticatorHash } from "../wire/code-points.ts";

/** What the signature of RFC 9261 section 5.2.2 covers, part by part, so that each can be altered or left out. */
export interface SignatureInput {
  readonly padding: Bytes;
  readonly contextString: Bytes;
  readonly separator: Bytes;
  readonly hash: AuthenticatorHash;
  readonly handshakeContext: Bytes;
  /** The whole request message, zero-length for a spontaneous authenticator. */
  readonly request: Bytes;
  readonly certificate: Bytes;
}

/** What the MAC of RFC 9261 section 5.2.3 covers, and its key. `certificateVerify` is zero-length in an empty authenticator (section 6). */
export interface MacInput {
  readonly hash: AuthenticatorHash;
  readonly key: Bytes;
  readonly handshakeContext: Bytes;
  readonly request: Bytes;
  readonly certificate: Bytes;
  readonly certificateVerify: Bytes;
}

/** The fixed parts of the signed content: 64 octets 0x20, "Exported Authenticator", one zero octet. */
export const signatureFraming = {
  padding: new Uint8Array(64).fill(0x20) as Bytes,
  contextString: utf8("Exported Authenticator"),
  separator: Uint8Array.of(0) as Bytes,
};

/** Hash(Handshake Context ‖ request ‖ Certificate), RFC 9261 section 5.2.2. */
export function signatureTranscriptHash({ hash, handshakeContext, request, certificate }: SignatureInput): Bytes {
  return createHash(hash).update(handshakeContext).update(request).update(certificate).digest();
}

/** The content that is signed: framing followed by the hash of the transcript. */
export function signatureContent(input: SignatureInput): Bytes {
  return concat(input.padding, input.contextString, input.separator, signatureTranscriptHash(input));
}

/** Hash(Handshake Context ‖ request ‖ Certificate ‖ CertificateVerify), RFC 9261 section 5.2.3. */
export function macTranscriptHash({ hash, handshakeContext, request, certificate, certificateVerify }: MacInput): Bytes {
  return createHash(hash).update(handshakeContext).update(request).update(certificate).update(certificateVerify).digest();
}

/** verify_data: HMAC(key, hash of the transcript). */
export function finishedMac(input: MacInput): Bytes {
  return createHmac(input.hash, input.key).update(macTranscriptHash(input)).digest();
}

/** Constant-time comparison, as RFC 9261 section 5.2.4 asks for MACs. */
export function equalMac(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
