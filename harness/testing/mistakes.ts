import { createHash } from "node:crypto";
import { judge } from "../appraisal/appraise.ts";
import type { AppraisalInput } from "../appraisal/state.ts";
import type { Model } from "../attestation/format.ts";
import type { SignatureInput } from "../authenticator/transcript.ts";
import { finishedMac } from "../authenticator/transcript.ts";
import { explainAuthenticator } from "../explain/explain.ts";
import { CLAIMS } from "../pki/claims.ts";
import { encodeCertificateVerify, encodeFinished } from "../wire/authenticator.ts";
import { type Bytes, concat } from "../wire/bytes.ts";
import type { Exchange } from "./exchange.ts";

/** For tests of the explainer: authenticators in which a mistake was really made, and what is named in them. */

/**
 * The mistakes that are named for each step with a finding of an attester that was told to use `cmw`, for Evidence or (`passport`) a result;
 * none where nothing explains it.
 */
export function named(input: AppraisalInput, cmw: "cbor" | "json" = "cbor", model: Model = "background-check"): Record<string, string[]> {
  const { results, state } = judge({ ...input, asked: { cmw, model, mediaType: "application/eat+cwt", ...CLAIMS } });
  const explained = explainAuthenticator(results, state);
  return Object.fromEntries(
    explained.flatMap((result) => (result.kind === "finding" ? [[result.step, (result.mistakes ?? []).map(({ id }) => id)]] : [])),
  );
}

/** The exchange with another signature in CertificateVerify; the MAC is right for it. */
export function withSignature({ appraisal, built }: Exchange, signature: Bytes): AppraisalInput {
  const certificate = built.bytes("certificate");
  const algorithm = built.values["certificate-verify"]?.algorithm ?? 0;
  const certificateVerify = encodeCertificateVerify({ algorithm, signature }).bytes;
  const verifyData = finishedMac({ ...built.values["mac-input"], certificateVerify });
  return { ...appraisal, authenticator: concat(certificate, certificateVerify, encodeFinished(verifyData).bytes) };
}

/** The exchange with other bytes in place of verify_data. */
export function withVerifyData({ appraisal, built }: Exchange, verifyData: Bytes): AppraisalInput {
  const authenticator = concat(built.bytes("certificate"), built.bytes("certificate-verify"), encodeFinished(verifyData).bytes);
  return { ...appraisal, authenticator };
}

/** The parts of what CertificateVerify signs, and a hash over any of them. */
export function signed({ built }: Exchange): SignatureInput & { readonly transcript: Bytes; readonly framing: Bytes } {
  const input = built.values["signature-input"];
  if (input === null) throw new Error("no signature in this exchange");
  const transcript = concat(input.handshakeContext, input.request, input.certificate);
  return { ...input, transcript, framing: concat(input.padding, input.contextString, input.separator) };
}

export function sha(hash: string, ...parts: Bytes[]): Bytes {
  return createHash(hash)
    .update(concat(...parts))
    .digest();
}
