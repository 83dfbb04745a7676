import type { AttestationFormat } from "../attestation/format.ts";
import type { Answer } from "../iut/driver.ts";
import type { AcceptedResult, Refusal } from "../iut/protocol.ts";
import type { CertificateEntry } from "../wire/authenticator.ts";
import { type Bytes, equalBytes, preview } from "../wire/bytes.ts";

/** The IUT decided otherwise than a conforming one does. */
export interface Deviation {
  readonly expected: string;
  readonly found: string;
  /** Where it refused what is right: what that was. */
  readonly sent?: string;
}

/** What an answer is when a script expects something made, or a refusal: undefined where it is as expected. */
export function deviationOf(expect: "made" | "refused", answer: Answer<unknown>, what: string): Deviation | undefined {
  if (expect === "refused") return "refused" in answer ? undefined : { expected: "a refusal", found: what };
  return "refused" in answer ? { expected: what, found: describeRefusal(answer.refused) } : undefined;
}

/**
 * What a relying party reports of an authenticator that it accepts must be what the authenticator says (RFC 9261 section 7.4).
 * `format` is that of the attestation that it must have verified; undefined: none.
 */
export function wrongReport(
  accepted: AcceptedResult,
  sent: { readonly certificateRequestContext: Bytes; readonly entries: readonly CertificateEntry[] },
  formats: readonly Pick<AttestationFormat, "model" | "mediaType">[] | undefined,
): Deviation | undefined {
  if (!equalBytes(accepted.context, sent.certificateRequestContext)) {
    return { expected: `context ${preview(sent.certificateRequestContext, 64)} reported`, found: preview(accepted.context, 64) };
  }
  const same = (certificate: Bytes, index: number) => equalBytes(certificate, sent.entries[index]?.certData ?? new Uint8Array(0));
  if (accepted.chain.length !== sent.entries.length || !accepted.chain.every(same)) {
    const expected = `the chain of ${sent.entries.length} certificates reported as received`;
    return { expected, found: `${accepted.chain.length} certificates, or others` };
  }
  const attested = formats !== undefined;
  if (accepted.attested !== attested) return { expected: `attested: ${attested}`, found: `attested: ${accepted.attested}` };
  const found = accepted.type?.split(";", 1)[0]?.trim();
  if (!attested) return undefined;
  // The items of a collection have no order that counts (draft-ietf-rats-msg-wrap section 3.3): which of several is reported is open.
  const reported = formats.find(({ mediaType }) => mediaType === found);
  if (!reported) return { expected: `type ${formats.map(({ mediaType }) => mediaType).join(" or ")}`, found: String(accepted.type) };
  return accepted.model === reported.model ? undefined : { expected: `model ${reported.model}`, found: String(accepted.model) };
}

/** A refusal in words. */
export function describeRefusal({ code, detail }: Refusal): string {
  const reason = [code, detail].filter((part) => part !== undefined && part !== "").join(": ");
  return reason ? `refused (${reason})` : "refused";
}
