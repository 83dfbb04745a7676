import { jwsCompact } from "./jws.ts";
import { type EarLabels, earResult } from "./result-ear.ts";

/** The names of the claims in JWT. */
export const earJwtLabels: EarLabels = {
  eatProfile: "eat_profile",
  issuedAt: "iat",
  notBefore: "nbf",
  expires: "exp",
  verifierId: "ear.verifier-id",
  developer: "developer",
  build: "build",
  submods: "submods",
  status: "ear.status",
  keyAttestation: "ear.veraison.key-attestation",
};

/** EAR as JWT (draft-ietf-rats-ear section 3.2), with the names of docs/iut-protocol.md (open point ear-claim-names). */
export const earJwt = earResult(
  { name: "ear-jwt", mediaType: "application/eat+jwt", contentFormat: 264, serialisation: "jwt" },
  jwsCompact,
  earJwtLabels,
  "name",
);
