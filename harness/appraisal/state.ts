import type { CmwRecord } from "../attestation/cmw.ts";
import type { OpenedEvidence } from "../attestation/evidence.ts";
import type { PayloadAdapter } from "../attestation/payload.ts";
import type { Profile } from "../attestation/profile.ts";
import type { ParsedCertificate } from "../authenticator/certificate.ts";
import type { ExporterSource, Side } from "../authenticator/secrets.ts";
import type { CertificateMessage, CertificateVerifyMessage } from "../wire/authenticator.ts";
import type { Bytes } from "../wire/bytes.ts";
import type { AuthenticatorRequest } from "../wire/request.ts";
import type { NotApplicable } from "./finding.ts";

/**
 * Roots, DER: of the end-entity certificate, of attestation keys, of Attestation Result issuers. An empty list trusts nothing; undefined
 * (of a product of which nobody has said it) leaves paths unjudged.
 */
export interface TrustAnchors {
  readonly pkix: readonly Bytes[] | undefined;
  readonly attestation: readonly Bytes[] | undefined;
  readonly results: readonly Bytes[];
}

/** What a relying party demands of attestation. `none`: the content of the CMW is not read. */
export interface Policy {
  readonly attestation: "required" | "optional" | "none";
  /** The reference value that the measurement of Evidence must equal. */
  readonly measurement?: Bytes | undefined;
}

/** Everything that an authenticator is judged by. */
export interface AppraisalInput {
  readonly connection: ExporterSource;
  /** The end of the connection that sent the authenticator. */
  readonly sender: Side;
  readonly profile: Profile;
  /** The request that it answers; undefined for a spontaneous one. */
  readonly request: { readonly bytes: Bytes; readonly decoded: AuthenticatorRequest } | undefined;
  readonly authenticator: Bytes;
  readonly trust: TrustAnchors;
  readonly policy: Policy;
  readonly now: Date;
  /** Contexts (as hexadecimal) of authenticators already validated on this connection. */
  readonly consumedContexts: ReadonlySet<string>;
  readonly payload: PayloadAdapter;
  /** What an attester was told to attest, where it was told: how to wrap it, and the claims (docs/iut-protocol.md). */
  readonly asked?: { readonly cmw: CmwRecord["encoding"]; readonly ueid: Bytes; readonly measurement: Bytes } | undefined;
}

/** What the steps have found out so far. Each field is filled by the step that establishes it. */
export interface Facts {
  certificateBytes?: Bytes;
  certificateVerifyBytes?: Bytes;
  finishedBytes?: Bytes;
  certificate?: CertificateMessage;
  /** All cmw_attestation extensions of the Certificate, with the index of their entry. */
  attestations?: readonly { readonly entry: number; readonly data: Bytes }[];
  certificateVerify?: CertificateVerifyMessage;
  verifyData?: Bytes;
  chain?: readonly ParsedCertificate[];
  /** Content of the cmw_attestation extension, where there is exactly one and it is well-formed. */
  cmwData?: Bytes;
  record?: CmwRecord;
  evidence?: OpenedEvidence;
}

export interface AppraisalState {
  readonly input: AppraisalInput;
  readonly facts: Facts;
}

/** The state in which an appraisal begins. */
export function beginAppraisal(input: AppraisalInput): AppraisalState {
  return { input, facts: {} };
}

/** `applies` of a step that needs `fact`: blocked where an earlier step could not establish it. */
export function needs(...names: readonly (keyof Facts)[]): (state: AppraisalState) => NotApplicable | undefined {
  return ({ facts }) => {
    const missing = names.find((name) => facts[name] === undefined);
    return missing === undefined ? undefined : { kind: "blocked", reason: `an earlier step found no usable ${missing}` };
  };
}

/** The fact, which `needs` has promised. */
export function fact<Name extends keyof Facts>(state: AppraisalState, name: Name): NonNullable<Facts[Name]> {
  const value = state.facts[name];
  if (value === undefined) throw new Error(`step order: ${name} is not established yet`);
  return value;
}
