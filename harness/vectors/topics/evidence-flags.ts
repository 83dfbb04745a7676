import type { FlagDefinition } from "../topic.ts";

/** The flags of Evidence, in a CWT and in a JWT. */

const signature = { step: "evidence-signature", code: "evidence-signature" } as const;
const binding = { step: "binding", code: "binding-mismatch" } as const;
const aik = { step: "aik-hash", code: "aik-mismatch" } as const;

const forged = "Evidence that anyone can write or alter passes for that of a genuine machine.";
const relay = "Evidence of a genuine machine, or of an earlier exchange, passes for that of this exchange.";
const parsers = "Two readers of the same bytes come to different claims.";
const other = "The identity key may live outside of the environment that the Evidence speaks of.";

export const evidenceFlags: Readonly<Record<string, FlagDefinition>> = {
  SignatureWrong: {
    bugClass: "signature not verified",
    description: "The signature is not that of the chain's first key over this Evidence",
    effect: forged,
    requirements: ["expat-evidence-anchor", "eat-cose-signature-verified"],
    ...signature,
  },
  NotTheSigStructure: {
    bugClass: "wrong signed content",
    description: "The signature is right over other bytes than the Sig_structure of COSE",
    effect: "The signature of another protocol over the same bytes would do.",
    requirements: ["eat-cose-sig-structure"],
    ...signature,
  },
  AnchorUntrusted: {
    bugClass: "path not validated",
    description: "The chain does not lead to a root that is trusted for attestation",
    effect: "An attacker runs an attestation root of his own.",
    requirements: ["expat-evidence-anchor"],
    ...signature,
  },
  AttestationKeyExpired: {
    bugClass: "path not validated",
    description: "A certificate of the chain does not count at the time of the validation",
    effect: "A key that was retired goes on attesting.",
    requirements: ["eat-x5chain-validated"],
    ...signature,
  },
  ChainMissing: {
    bugClass: "path not validated",
    description: "The token holds no chain of certificates that can be read",
    effect: "A key that nobody has certified is taken from elsewhere.",
    requirements: ["eat-x5chain"],
    ...signature,
  },
  ChainOfOtherKey: {
    bugClass: "path not validated",
    description: "The chain does not begin with the key that has signed",
    effect: forged,
    requirements: ["eat-x5chain"],
    ...signature,
  },
  Algorithm: {
    bugClass: "algorithm confusion",
    description: "The algorithm in the protected header is missing, not known, or not that of the key",
    effect: "The sender chooses how, or whether, a signature is verified.",
    requirements: ["eat-cose-key-paired", "expat-evidence-anchor"],
    ...signature,
  },
  HeaderMalformed: {
    bugClass: "header not strictly read",
    description: "A header parameter stands twice, in the wrong place, or is critical and not understood",
    effect: parsers,
    requirements: ["eat-cose-headers"],
    ...signature,
  },
  NotCoseSign1: {
    bugClass: "wrong structure",
    description: "The Evidence is no COSE_Sign1 under its tag",
    effect: forged,
    requirements: ["eat-cose-sign1"],
    ...signature,
  },
  TrailingBytes: {
    bugClass: "trailing bytes",
    description: "There is something behind the message or behind the claims",
    effect: parsers,
    requirements: ["eat-cwt-failure-refuses"],
    ...signature,
  },
  ClaimsNoMap: {
    bugClass: "wrong structure",
    description: "What is signed is no map of claims",
    effect: parsers,
    requirements: ["eat-claims-set"],
    ...signature,
  },
  ClaimTwice: {
    bugClass: "duplicate claim",
    description: "A claim stands twice",
    effect: parsers,
    requirements: ["eat-cose-duplicate-label-refused"],
    ...signature,
  },
  NonceWrong: {
    bugClass: "binding not verified",
    description: "The nonce is not the binding of this connection, this context and this end-entity key",
    effect: relay,
    requirements: ["expat-binding-verified"],
    ...binding,
  },
  NonceMissing: {
    bugClass: "binding not verified",
    description: "There is no nonce of one byte string under its label",
    effect: relay,
    requirements: ["expat-binding-in-evidence", "expat-binding-verified"],
    ...binding,
  },
  AikWrong: {
    bugClass: "AIK hash not verified",
    description: "AIK_pub_hash is not the hash of the end-entity key",
    effect: other,
    requirements: ["expat-aik-hash-verified"],
    ...aik,
  },
  AikMissing: {
    bugClass: "AIK hash not verified",
    description: "There is no AIK_pub_hash of one byte string under its label",
    effect: other,
    requirements: ["expat-aik-hash-present"],
    ...aik,
  },
  Measurement: {
    bugClass: "policy not applied",
    description: "The measurement is not the reference value",
    effect: "Authentic Evidence of a machine in the wrong state is accepted.",
    requirements: ["expat-policy-evaluated"],
    step: "policy",
    code: "policy",
  },
};
