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

/** The content that is signed: framing followed by Hash(Handshake Context ‖ request ‖ Certificate). */
export function signatureContent(input: SignatureInput): Bytes {
  const transcriptHash = createHash(input.hash).update(input.handshakeContext).update(input.request).update(input.certificate).digest();
  return concat(input.padding, input.contextString, input.separator, transcriptHash);
}

/** verify_data: HMAC(key, Hash(Handshake Context ‖ request ‖ Certificate ‖ CertificateVerify)). */
export function finishedMac(input: MacInput): Bytes {
  const transcriptHash = createHash(input.hash)
    .update(input.handshakeContext)
    .update(input.request)
    .update(input.certificate)
    .update(input.certificateVerify)
    .digest();
  return createHmac(input.hash, input.key).update(transcriptHash).digest();
}

/** Constant-time comparison, as RFC 9261 section 5.2.4 asks for MACs. */
export function equalMac(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
