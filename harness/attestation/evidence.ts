import type { KeyObject } from "node:crypto";
import type { SignatureAlgorithm } from "../authenticator/signature.ts";
import type { Bytes } from "../wire/bytes.ts";
import type { Profile } from "./profile.ts";

/** A claim or header parameter: our name for it, the label it has in the format, its value. A list may hold a label twice. */
export interface Field {
  readonly name: string;
  readonly label: number | string;
  readonly value: Bytes | string | number | readonly Bytes[];
}

/** What the claims of Evidence say, independent of the format. */
export interface EvidenceClaims {
  /** The attestation binder (expat section 5.1). */
  readonly nonce: Bytes;
  readonly aikPubHash: Bytes;
  readonly ueid: Bytes;
  readonly measurement: Bytes;
}

/** Evidence before it is signed. */
export interface EvidenceContent {
  readonly tag: number | null;
  readonly protectedHeader: readonly Field[];
  readonly unprotectedHeader: readonly Field[];
  readonly payload: Bytes;
  /** The attestation key; never part of what is encoded. */
  readonly key: KeyObject;
}

/** Evidence as a relying party reads it: nothing in it is verified yet. */
export interface OpenedEvidence {
  /** x5chain, leaf first; empty where it is missing. */
  readonly chain: readonly Bytes[];
  readonly algorithmName: string;
  /** undefined where the profile does not know the algorithm. */
  readonly algorithm: SignatureAlgorithm | undefined;
  readonly signedContent: Bytes;
  readonly signature: Bytes;
  /** A claim that is absent or of another type than the profile demands is undefined. */
  /** eat_profile, where it is a text. */
  readonly eatProfile: string | undefined;
  readonly claims: { readonly [name in keyof EvidenceClaims]: Bytes | undefined };
}

/** Bytes that are not Evidence of the format. */
export class EvidenceError extends Error {
  override readonly name = "EvidenceError";
}

/** One format of Evidence. Adding one is one file and one line in evidence-formats.ts. */
export interface EvidenceFormat {
  /** Without parameters. */
  readonly mediaType: string;
  /** The claims as fields in the order in which they are written. */
  claimFields(claims: EvidenceClaims, profile: Profile): Field[];
  /** Headers and payload for signing. Throws RangeError where no algorithm fits the key. */
  compose(claims: readonly Field[], key: KeyObject, chain: readonly Bytes[]): EvidenceContent;
  sign(content: EvidenceContent): Bytes;
  encode(content: EvidenceContent, signature: Bytes): Bytes;
  /** Throws EvidenceError. */
  open(bytes: Bytes, profile: Profile): OpenedEvidence;
}

/** The value of eat_profile in Evidence of this suite (docs/iut-protocol.md). */
export const EVIDENCE_PROFILE = "tag:expat-conformance,2026:evidence";
