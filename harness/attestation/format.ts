import type { Bytes } from "../wire/bytes.ts";
import type { Profile } from "./profile.ts";
import type { Envelope, Field, OpenedToken } from "./token.ts";

/** What the claims of Evidence say, independent of the format. */
export interface EvidenceClaims {
  /** The attestation binder (expat section 5.1). */
  readonly nonce: Bytes;
  readonly aikPubHash: Bytes;
  readonly ueid: Bytes;
  readonly measurement: Bytes;
}

/** The trustworthiness tiers of an appraisal, from the best down (draft-ietf-rats-ar4si section 3.2). */
export const resultStatuses = ["affirming", "none", "warning", "contraindicated"] as const;
export type ResultStatus = (typeof resultStatuses)[number];

/** What an Attestation Result says, independent of the format. Times in seconds since 1970. */
export interface ResultClaims {
  readonly status: ResultStatus;
  /** SubjectPublicKeyInfo, DER, of the key that was attested. */
  readonly publicKey: Bytes;
  readonly issuedAt: number;
  readonly notBefore?: number | undefined;
  readonly expires?: number | undefined;
}

/** Evidence as a relying party reads it: nothing in it is verified yet. A claim that is absent or of another type is undefined. */
export interface OpenedEvidence extends OpenedToken {
  readonly eatProfile: string | undefined;
  readonly claims: { readonly [name in keyof EvidenceClaims]: Bytes | undefined };
  /** When it was made (iat), in seconds since 1970, where it says so. */
  readonly issuedAt: number | undefined;
}

/** An Attestation Result as a relying party reads it: nothing in it is verified yet. */
export interface OpenedResult extends OpenedToken {
  /** One status for each appraisal in it; undefined where it is missing or no tier. */
  readonly statuses: readonly (ResultStatus | undefined)[];
  /** The status of the whole, where it has one. */
  readonly overall: ResultStatus | "unknown" | undefined;
  /** The attested key of each appraisal that names one. */
  readonly publicKeys: readonly Bytes[];
  readonly issuedAt: number | undefined;
  readonly notBefore: number | undefined;
  readonly expires: number | undefined;
  /** What keeps it from being a result of this format at all. */
  readonly problem: string | undefined;
}

interface Format {
  /** A short name, for scenarios. */
  readonly name: string;
  /** Without parameters. */
  readonly mediaType: string;
  /** CoAP Content-Format of the media type. */
  readonly contentFormat: number;
  /** Which of the statements that the ledger makes of one serialisation alone it answers; a format of neither answers none of them. */
  readonly serialisation?: "cwt" | "jwt";
  readonly envelope: Envelope;
}

/** One format of Evidence: what the attester of the background check model sends. */
export interface EvidenceFormat extends Format {
  readonly model: "background-check";
  /** The claims as fields in the order in which they are written. */
  claimFields(claims: EvidenceClaims, profile: Profile): Field[];
  /** Throws TokenError. */
  open(bytes: Bytes, profile: Profile): OpenedEvidence;
}

/** One format of Attestation Results: what the attester of the passport model sends. */
export interface ResultFormat extends Format {
  readonly model: "passport";
  claimFields(claims: ResultClaims): Field[];
  /** Throws TokenError. */
  open(bytes: Bytes): OpenedResult;
}

/** Adding a format is one file and one line in formats.ts. */
export type AttestationFormat = EvidenceFormat | ResultFormat;

export type Model = AttestationFormat["model"];
