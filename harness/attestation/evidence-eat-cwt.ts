import { coseSign1 } from "./cose-sign1.ts";
import { eatEvidence } from "./evidence-eat.ts";

/** Evidence as an EAT in a CWT (RFC 9711 section 7, RFC 9782 section 6.3): `application/eat+cwt`. */
export const eatCwt = eatEvidence(
  { name: "eat-cwt", mediaType: "application/eat+cwt", contentFormat: 263, serialisation: "cwt" },
  coseSign1,
  ({ evidenceNonce, aikHashClaim }) => ({
    nonce: evidenceNonce.cwt,
    aikPubHash: aikHashClaim.cwt,
    ueid: 256,
    eatProfile: 265,
    measurement: -65538,
    issuedAt: 6,
  }),
);
