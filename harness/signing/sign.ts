import type { KeyObject } from "node:crypto";
import { CmwIndicator, encodeCmw } from "../attestation/cmw.ts";
import { earJwt } from "../attestation/result-ear-jwt.ts";
import type { WholeRun } from "../report/any-report.ts";
import { version } from "../version.ts";
import { type Bytes, view } from "../wire/bytes.ts";
import { signedClaims } from "./claims.ts";

/** Who signs: the key, and its certificates, leaf first, without the root. Without certificates the key must be known to who verifies. */
export interface ReportSigner {
  readonly key: KeyObject;
  readonly chain: readonly Bytes[];
}

/**
 * A whole report as an Attestation Result: an EAR in a JWT, signed by the key, in a CMW record in JSON (draft-ietf-rats-msg-wrap section 3.1), one
 * line. `file` are the bytes that `report` was read from. Throws RangeError where no algorithm of tokens fits the key.
 */
export function signReport(file: Bytes, report: WholeRun, { key, chain }: ReportSigner, now: Date): string {
  const { envelope, mediaType } = earJwt;
  const claims = signedClaims(file, report, Math.floor(now.getTime() / 1000), version);
  const composed = envelope.compose(envelope.encodeClaims(claims), key, chain);
  // RFC 7515 section 4.1.6: x5c holds one certificate at least.
  const protectedHeader = composed.protectedHeader.filter(({ name }) => name !== "x5c" || chain.length > 0);
  const content = { ...composed, protectedHeader };
  const value = envelope.encode(content, envelope.sign(content));
  const cmw = encodeCmw({ form: "record", encoding: "json", type: mediaType, value, indicator: CmwIndicator.attestationResults });
  return `${view(cmw).toString("utf8")}\n`;
}
