import type { EvidenceClaims, EvidenceFormat } from "./format.ts";
import type { Profile } from "./profile.ts";
import type { Envelope } from "./token.ts";

/** The value of eat_profile in Evidence of this suite (docs/iut-protocol.md). */
export const EVIDENCE_PROFILE = "tag:expat-conformance,2026:evidence";

/** Where the claims of the Evidence profile stand in one serialisation of EAT. */
export type EatLabels = Readonly<Record<keyof EvidenceClaims | "eatProfile" | "issuedAt", number | string>>;

/**
 * Evidence as an EAT (RFC 9711) by the Evidence profile of docs/iut-protocol.md: the same claims in CWT and JWT, under the labels of
 * each. The claims that EAT does not register stand where the profile puts them.
 */
export function eatEvidence<Name extends string>(
  identity: Pick<EvidenceFormat, "mediaType" | "contentFormat" | "serialisation"> & { readonly name: Name },
  envelope: Envelope,
  labelsOf: (profile: Profile) => EatLabels,
): EvidenceFormat & { readonly name: Name } {
  return {
    ...identity,
    model: "background-check",
    envelope,

    claimFields(claims, profile) {
      const labels = labelsOf(profile);
      return [
        { name: "nonce", label: labels.nonce, value: claims.nonce },
        { name: "aikPubHash", label: labels.aikPubHash, value: claims.aikPubHash },
        { name: "ueid", label: labels.ueid, value: claims.ueid },
        { name: "eatProfile", label: labels.eatProfile, value: EVIDENCE_PROFILE },
        { name: "measurement", label: labels.measurement, value: claims.measurement },
      ];
    },

    open(bytes, profile) {
      const token = envelope.open(bytes);
      const claims = envelope.readClaims(token.payload);
      const labels = labelsOf(profile);
      return {
        ...token,
        eatProfile: claims.text(labels.eatProfile),
        claims: {
          nonce: claims.bytes(labels.nonce),
          aikPubHash: claims.bytes(labels.aikPubHash),
          ueid: claims.bytes(labels.ueid),
          measurement: claims.bytes(labels.measurement),
        },
        issuedAt: claims.number(labels.issuedAt),
      };
    },
  };
}
