import { eatEvidence } from "./evidence-eat.ts";
import { jwsCompact } from "./jws.ts";

/** Evidence as an EAT in a JWT (RFC 9711 section 7, RFC 9782 section 6.3): `application/eat+jwt`. */
export const eatJwt = eatEvidence(
  { name: "eat-jwt", mediaType: "application/eat+jwt", contentFormat: 264, serialisation: "jwt" },
  jwsCompact,
  ({ evidenceNonce, aikHashClaim }) => ({
    nonce: evidenceNonce.jwt,
    aikPubHash: aikHashClaim.jwt,
    ueid: "ueid",
    eatProfile: "eat_profile",
    measurement: "measurement",
    issuedAt: "iat",
  }),
);
