import type { StepResult } from "../appraisal/finding.ts";
import type { Profile } from "../attestation/profile.ts";
import { type CertificateEntry, decodeCertificate, decodeFinished, decodeFrame, getContext } from "../wire/authenticator.ts";
import type { Bytes } from "../wire/bytes.ts";
import { type AuthenticatorHash, hashLength } from "../wire/code-points.ts";
import { decodeCmwAttestation } from "../wire/extensions.ts";
import { DecodeError } from "../wire/reader.ts";
import { decodeRequest } from "../wire/request.ts";
import type { Deviation } from "./answers.ts";

/** Questions to messages of the implementation that may be malformed. */

/** The result of a step without the path that it could not validate: what was not validated must not pass for valid. */
export function withoutPath(result: StepResult): StepResult {
  if (result.kind !== "passed" || (result.step !== "certificate-path" && result.step !== "evidence-signature")) return result;
  return { step: result.step, kind: "skipped", reason: "no trust anchors are known of this endpoint: the path was not validated" };
}

/**
 * What is wrong with an answer that declines, if it is no empty authenticator in shape: undefined where it is one. Whether its MAC is right is
 * another question; that it is one at all must be asked before it passes for a refusal.
 */
export function malformedDecline(authenticator: Bytes, hash: AuthenticatorHash): Deviation | undefined {
  try {
    const frame = decodeFrame(authenticator);
    decodeFinished(frame.finished, hashLength[hash]);
    return undefined;
  } catch (error) {
    if (error instanceof DecodeError) return { expected: "a refusal, or an empty authenticator", found: error.message };
    throw error;
  }
}

/** True where a readable request offers cmw_attestation. */
export function offersAttestation(request: Bytes, { cmwAttestation }: Profile): boolean {
  return readable(() => decodeRequest(request).extensions.some(({ type }) => type === cmwAttestation)) ?? false;
}

/** What the first entry of an authenticator's Certificate carries as cmw_data; undefined where there is none, or none that can be read. */
export function cmwDataOf(authenticator: Bytes, { cmwAttestation }: Profile): Bytes | undefined {
  return readable(() => {
    const extension = entriesOf(authenticator)[0]?.extensions.find(({ type }) => type === cmwAttestation);
    return extension && decodeCmwAttestation(extension.data);
  });
}

/** True where a readable authenticator has cmw_attestation in any entry of its Certificate. */
export function holdsAttestation(authenticator: Bytes, { cmwAttestation }: Profile): boolean {
  const holds = () => entriesOf(authenticator).some(({ extensions }) => extensions.some(({ type }) => type === cmwAttestation));
  return readable(holds) ?? false;
}

/** The context of an authenticator, or undefined where it has none that can be read. */
export function contextOf(authenticator: Bytes): Bytes | undefined {
  return readable(() => getContext(authenticator));
}

// An empty authenticator has none. Throws DecodeError.
function entriesOf(authenticator: Bytes): readonly CertificateEntry[] {
  const frame = decodeFrame(authenticator);
  return frame.kind === "empty" ? [] : decodeCertificate(frame.certificate).entries;
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
