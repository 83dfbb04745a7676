import type { Cmw, CmwDefect, CmwEncoding, CmwError, CmwLeaf } from "../attestation/cmw.ts";
import type { EvidenceFormat, Model, OpenedEvidence, OpenedResult, ResultFormat } from "../attestation/format.ts";
import type { FormatTable } from "../attestation/formats.ts";
import type { PayloadAdapter } from "../attestation/payload.ts";
import type { Profile } from "../attestation/profile.ts";
import type { Envelope, OpenedToken } from "../attestation/token.ts";
import type { ParsedCertificate } from "../authenticator/certificate.ts";
import type { PathRule } from "../authenticator/path-rules.ts";
import type { ExporterSource, Side } from "../authenticator/secrets.ts";
import type { AuthenticatorFrame, CertificateMessage, CertificateVerifyMessage } from "../wire/authenticator.ts";
import type { Bytes } from "../wire/bytes.ts";
import type { DecodeError } from "../wire/reader.ts";
import type { AuthenticatorRequest } from "../wire/request.ts";
import type { Finding, NotApplicable } from "./finding.ts";

/**
 * Roots, DER: of the end-entity certificate, of attestation keys, of Attestation Result issuers. An empty list trusts nothing; undefined
 * (of a product of which nobody has said it) leaves paths unjudged.
 */
export interface TrustAnchors {
  readonly pkix: readonly Bytes[] | undefined;
  readonly attestation: readonly Bytes[] | undefined;
  readonly results: readonly Bytes[] | undefined;
}

/** What a relying party demands of attestation. `none`: the content of the CMW is not read. */
export interface Policy {
  readonly attestation: "required" | "optional" | "none";
  /** The reference value that the measurement of Evidence must equal. */
  readonly measurement?: Bytes | undefined;
  /** What becomes of a CMW that is itself signed (draft-ietf-rats-msg-wrap section 4); default: refused. */
  readonly signedCmw?: "accept" | "refuse" | undefined;
}

/** Everything that an authenticator is judged by. */
export interface AppraisalInput {
  readonly connection: ExporterSource;
  /** The end of the connection that sent the authenticator. */
  readonly sender: Side;
  readonly profile: Profile;
  /** The request that it answers; undefined for a spontaneous one. */
  readonly request: { readonly bytes: Bytes; readonly decoded: AuthenticatorRequest } | undefined;
  /** Types of the extensions in the ClientHello of the connection, by which a spontaneous one is measured; undefined: not seen. */
  readonly clientHello?: readonly number[] | undefined;
  readonly authenticator: Bytes;
  readonly trust: TrustAnchors;
  readonly policy: Policy;
  readonly now: Date;
  /** Contexts (as hexadecimal) of authenticators already validated on this connection. */
  readonly consumedContexts: ReadonlySet<string>;
  readonly payload: PayloadAdapter;
  /** What an attester was told to attest, where it was told (docs/iut-protocol.md). */
  readonly asked?: AskedAttestation | undefined;
  /** The rules of path validation; default: all of path-rules.ts. */
  readonly pathRules?: readonly PathRule[] | undefined;
  /** The formats that are known; default: all of the suite. */
  readonly formats?: FormatTable | undefined;
}

/** What an attester was told: how to wrap its attestation, which format, and the claims or the result. */
export interface AskedAttestation {
  readonly cmw: CmwEncoding;
  /** The form of the CMW; undefined: it was not told one, which is a record. */
  readonly form?: Cmw["form"] | undefined;
  readonly model: Model;
  readonly mediaType: string;
  readonly ueid?: Bytes;
  readonly measurement?: Bytes;
  readonly result?: Bytes;
}

/** Evidence in the CMW, with the format that reads it; `opened` where it was read already. */
export interface EvidenceMessage {
  readonly leaf: CmwLeaf;
  readonly format: EvidenceFormat;
  readonly opened?: OpenedEvidence | undefined;
}

/** An Attestation Result in the CMW, in the same way. */
export interface ResultMessage {
  readonly leaf: CmwLeaf;
  readonly format: ResultFormat;
  readonly opened?: OpenedResult | undefined;
}

/** A message of a CMW: what it is as Evidence and as a result, where there is such a format of its media type. */
export interface ReadLeaf {
  readonly leaf: CmwLeaf;
  readonly asEvidence: EvidenceMessage | undefined;
  readonly asResult: ResultMessage | undefined;
  /** By its own content it is Evidence, or a result. */
  readonly isEvidence: boolean;
  readonly isResult: boolean;
}

/** A form of signed CMW (draft-ietf-rats-msg-wrap section 4). */
export interface SignedForm {
  readonly name: string;
  readonly envelope: Envelope;
  readonly encoding: CmwEncoding;
  readonly contentType: string;
}

export type AttestedMessage = EvidenceMessage | ResultMessage;

/** The messages as far as they can be read, whether all in them is right or not: what the rules of `frame` and `parse` ask each other. */
export interface ReadMessages {
  frame?: AuthenticatorFrame;
  certificate?: CertificateMessage;
  certificateVerify?: CertificateVerifyMessage;
  verifyData?: Bytes;
  cmwData?: Bytes;
  /** The certificates up to the first that is none. */
  chain?: ParsedCertificate[];
  /** A CMW that is itself signed: its form, and the token where it is one. */
  signedCmw?: { readonly form: SignedForm; readonly token?: OpenedToken };
  cmw?: Cmw;
  /** What is wrong in the CMW though it could be read; the first of each kind. */
  readonly cmwDefects: Map<CmwDefect, CmwError>;
  /** The messages in the CMW. */
  leaves?: readonly ReadLeaf[];
  /** What is wrong where an authenticator is followed by more. */
  behindFrame?: Finding;
  /** The error where bytes follow a structure. */
  readonly surplus: Partial<Record<"certificate" | "certificateVerify" | "finished" | "cmwData", DecodeError>>;
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
  /** What the CMW holds: at least one message. */
  messages?: readonly AttestedMessage[];
  /** Every item of Evidence that could be read, and every Attestation Result, with its place in the CMW. */
  evidence?: readonly (OpenedEvidence & { readonly place: string })[];
  results?: readonly (OpenedResult & { readonly place: string })[];
}

export interface AppraisalState {
  readonly input: AppraisalInput;
  readonly read: ReadMessages;
  readonly facts: Facts;
}

/** The state in which an appraisal begins. */
export function beginAppraisal(input: AppraisalInput): AppraisalState {
  return { input, read: { surplus: {}, cmwDefects: new Map() }, facts: {} };
}

/** The cmw_attestation extensions that the step `parse` has found. */
export function attestationExtensions({ facts }: AppraisalState): NonNullable<Facts["attestations"]> {
  return facts.attestations ?? [];
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
