import { coseSign1 } from "./cose-sign1.ts";
import { earResult } from "./result-ear.ts";

/** EAR as CWT (draft-ietf-rats-ear sections 3.3 and 9.1; RFC 9711 section 4.2.18 for submods, RFC 8392 section 4 for the times). */
export const earCwt = earResult(
  { name: "ear-cwt", mediaType: "application/eat+cwt", contentFormat: 263, serialisation: "cwt" },
  coseSign1,
  {
    eatProfile: 265,
    issuedAt: 6,
    notBefore: 5,
    expires: 4,
    verifierId: 1004,
    developer: 0,
    build: 1,
    submods: 266,
    status: 1000,
    keyAttestation: -70002,
  },
  "number",
);
