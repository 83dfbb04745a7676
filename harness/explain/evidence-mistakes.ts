import { createHash, type KeyObject } from "node:crypto";
import type { AppraisalState } from "../appraisal/state.ts";
import { cbor, decodeCbor } from "../attestation/cbor.ts";
import type { EvidenceFormat, OpenedEvidence } from "../attestation/format.ts";
import { type ParsedCertificate, parseCertificate } from "../authenticator/certificate.ts";
import { validatePath } from "../authenticator/path.ts";
import { ANY_SALT, keyFits, type SignatureAlgorithm, verifyWith } from "../authenticator/signature.ts";
import { type Bytes, concat } from "../wire/bytes.ts";
import { holds, type Mistake } from "./mistake.ts";

/** What the step `evidence-signature` had before it. */
export interface EvidenceGiven {
  readonly state: AppraisalState;
  readonly format: EvidenceFormat;
  /** The Evidence as it stands in the CMW. */
  readonly value: Bytes;
  /** undefined where it could not be read. */
  readonly evidence: OpenedEvidence | undefined;
}

/** What an alternative signature is made with; what is left out is as the Evidence says. */
interface Alternative {
  readonly content?: Bytes | undefined;
  readonly algorithm?: SignatureAlgorithm;
  readonly keys?: readonly KeyObject[];
}

/** Readable Evidence that is signed in another way. */
const signingMistakes: readonly Mistake<EvidenceGiven>[] = [
  signing(
    "ecdsa-in-der",
    "the ECDSA signature of the Evidence is in DER, not r ‖ s",
    "COSE and JOSE take r and s one after the other, each of the length of the curve; DER is for TLS.",
    ["eat-cose-signature-verified"],
    ({ algorithm }) => (algorithm?.ecdsaEncoding === "ieee-p1363" ? { algorithm: { ...algorithm, ecdsaEncoding: "der" } } : undefined),
  ),
  signing(
    "payload-signed-alone",
    "the signature of the Evidence covers the payload alone",
    "Sign the Sig_structure (COSE), or header and payload as they stand in the token (JWS).",
    ["eat-cose-sig-structure"],
    (evidence) => ({ content: partsOf(evidence)?.payload }),
  ),
  signing(
    "message-signed-without-structure",
    "the signature of the Evidence covers protected header and payload one after the other, with no Sig_structure",
    'Sign the array of "Signature1", protected header, external data and payload (RFC 9052 section 4.4).',
    ["eat-cose-sig-structure"],
    (evidence) => {
      const parts = partsOf(evidence);
      return parts && { content: concat(parts.protectedHeader, parts.payload) };
    },
  ),
  signing(
    "structure-of-cose-sign",
    'the Sig_structure of the Evidence says "Signature", as COSE_Sign does, in place of "Signature1"',
    'The context of COSE_Sign1 is "Signature1".',
    ["eat-cose-sig-structure"],
    (evidence) => {
      const parts = partsOf(evidence);
      return parts && { content: structure("Signature", cbor.bytes(parts.protectedHeader), parts.payload) };
    },
  ),
  signing(
    "external-data-left-out",
    "the Sig_structure of the Evidence has three members: the empty external data is left out",
    "An absent external_aad is a byte string of length zero.",
    ["eat-cose-sig-structure"],
    (evidence) => {
      const parts = partsOf(evidence);
      return parts && { content: cbor.array([cbor.text("Signature1"), cbor.bytes(parts.protectedHeader), cbor.bytes(parts.payload)]) };
    },
  ),
  signing(
    "protected-header-left-out-of-structure",
    "the Sig_structure of the Evidence holds an empty protected header, although the message has one",
    "Put the serialised protected header into the Sig_structure, byte for byte as it is sent.",
    ["eat-cose-sig-structure"],
    (evidence) => {
      const parts = partsOf(evidence);
      return parts && { content: structure("Signature1", cbor.bytes(new Uint8Array(0)), parts.payload) };
    },
  ),
  signing(
    "protected-header-as-map",
    "the Sig_structure of the Evidence holds the protected header as a map, not wrapped in a byte string",
    "The protected header is serialised and then wrapped in a byte string.",
    ["eat-cose-sig-structure"],
    (evidence) => {
      const parts = partsOf(evidence);
      return parts && { content: structure("Signature1", parts.protectedHeader, parts.payload) };
    },
  ),
  signing(
    "content-hashed-before-signing",
    "what the Evidence signs was hashed and then signed as if the digest were the content",
    "Hand the content to an API that hashes, or its digest to one that does not.",
    ["eat-cose-signature-verified"],
    ({ algorithm, signedContent }) => ({
      content: createHash(algorithm?.digest ?? "sha512")
        .update(signedContent)
        .digest(),
    }),
  ),
  ...(["sha256", "sha384", "sha512"] as const).map((digest) =>
    signing(
      `signed-with-${digest}`,
      `the Evidence was signed with ${digest.replace("sha", "SHA-")}, not with the hash that its algorithm names`,
      "ES256 goes with SHA-256, ES384 with SHA-384, PS256 with SHA-256.",
      ["eat-cose-algorithm-protected"],
      ({ algorithm }) => (!algorithm?.digest || algorithm.digest === digest ? undefined : { algorithm: { ...algorithm, digest } }),
    ),
  ),
  signing(
    "pss-salt-length",
    "the RSA-PSS signature of the Evidence has a salt of another length than the digest",
    "Set the length of the salt to that of the digest.",
    ["eat-cose-signature-verified"],
    ({ algorithm }) => (algorithm?.padding === "pss" ? { algorithm: { ...algorithm, saltLength: ANY_SALT } } : undefined),
  ),
  signing(
    "signed-by-identity-key",
    "the Evidence is signed with the key of the end-entity certificate, not with the attestation key that its chain names",
    "Sign Evidence with the attestation key, and CertificateVerify with the identity key.",
    ["expat-dedicated-keys"],
    (_, { facts }) => ({ keys: (facts.chain ?? []).slice(0, 1).map(({ publicKey }) => publicKey) }),
  ),
  signing(
    "chain-not-leaf-first",
    "the Evidence is signed with the key of another certificate than the first of its chain",
    "Put the certificate of the attestation key first, then the one that issued it, and so on.",
    ["eat-x5chain", "eat-x5chain-encoding"],
    ({ chain }) => ({ keys: chain.slice(1).map((certificate) => parseCertificate(certificate).publicKey) }),
  ),
];

/** Evidence whose signature is right, and whose chain is not. */
const chainMistakes: readonly Mistake<EvidenceGiven>[] = [
  {
    id: "evidence-signature/identity-chain",
    title: "the chain in the Evidence is that of the end-entity certificate, which is not certified for attestation",
    hint: "Put the chain of the attestation key into x5chain; PKIX and attestation have roots of their own.",
    requirements: ["expat-attestation-key-chain", "expat-evidence-anchor"],
    fits({ state, evidence }) {
      const { pkix } = state.input.trust;
      const chain = parsed(evidence);
      return (
        pkix !== undefined && chain.length > 0 && verifies(evidence, {}) && validatePath(chain, pkix, state.input.now, "tls") === undefined
      );
    },
  },
  {
    id: "evidence-signature/no-chain",
    title: "the Evidence has no chain of certificates at all",
    hint: "Put the chain of the attestation key, leaf first, into the header parameter x5chain (33).",
    requirements: ["eat-x5chain"],
    fits: ({ evidence }) => evidence !== undefined && evidence.chain.length === 0,
  },
];

/** Evidence that cannot be read as it is: the mistake is undone, and it must read right. */
const formMistakes: readonly Mistake<EvidenceGiven>[] = [
  form("tag-left-out", "the COSE_Sign1 has no tag", "Put tag 18 before the array.", ["eat-cose-sign1"], (value) =>
    value[0] === 0x84 ? concat(Uint8Array.of(0xd2), value) : undefined,
  ),
  form(
    "cwt-tag",
    "the COSE_Sign1 has the tag of a CWT (61) before its own",
    "Leave tag 61 out: the media type says what it is.",
    ["eat-cose-sign1"],
    (value) => (value[0] === 0xd8 && value[1] === 61 ? value.subarray(2) : undefined),
  ),
  form(
    "byte-string-around-evidence",
    "the Evidence is wrapped once more, in a CBOR byte string",
    "The value of the CMW is the Evidence itself.",
    ["eat-cose-sign1", "cmw-value-matches-type"],
    (value) => {
      const inner = decodeCbor(value);
      return inner instanceof Uint8Array ? inner : undefined;
    },
  ),
];

/** The known mistakes of the step `evidence-signature`. */
export const evidenceMistakes: readonly Mistake<EvidenceGiven>[] = [...signingMistakes, ...chainMistakes, ...formMistakes];

/** What the step had before it, or undefined where it was not come to. */
export function evidenceGiven(state: AppraisalState): EvidenceGiven | undefined {
  const { messages = [], evidence } = state.facts;
  for (const { format, leaf } of messages) {
    // An attester sends one item; of several, the first is looked at.
    if (format.model === "background-check") return { state, format, value: leaf.value, evidence: evidence?.[0] };
  }
  return undefined;
}

function signing(
  name: string,
  title: string,
  hint: string,
  requirements: readonly string[],
  alternative: (evidence: OpenedEvidence, state: AppraisalState) => Alternative | undefined,
): Mistake<EvidenceGiven> {
  return {
    id: `evidence-signature/${name}`,
    title,
    hint,
    requirements,
    fits({ evidence, state }) {
      const other = evidence && alternative(evidence, state);
      // A signature that is right as it stands is not explained by how it was made: the chain is at fault.
      return other !== undefined && !verifies(evidence, {}) && verifies(evidence, other);
    },
  };
}

function verifies(evidence: OpenedEvidence | undefined, other: Alternative): boolean {
  if (evidence === undefined || ("content" in other && other.content === undefined)) return false;
  const { content = evidence.signedContent, algorithm = evidence.algorithm } = other;
  const keys =
    other.keys ??
    parsed(evidence)
      .slice(0, 1)
      .map(({ publicKey }) => publicKey);
  if (algorithm === undefined) return false;
  return keys.some((key) => keyFits(algorithm, key) && verifyWith(algorithm, key, content, evidence.signature));
}

function parsed(evidence: OpenedEvidence | undefined): ParsedCertificate[] {
  return (evidence?.chain ?? []).map(parseCertificate);
}

/** The parts of what a COSE_Sign1 signs, or undefined for another format. */
function partsOf({ signedContent }: OpenedEvidence): { protectedHeader: Bytes; payload: Bytes } | undefined {
  if (signedContent[0] !== 0x84) return undefined;
  const [, protectedHeader, , payload] = decodeCbor(signedContent) as unknown[];
  return protectedHeader instanceof Uint8Array && payload instanceof Uint8Array ? { protectedHeader, payload } : undefined;
}

function structure(context: string, protectedHeader: Bytes, payload: Bytes): Bytes {
  return cbor.array([cbor.text(context), protectedHeader, cbor.bytes(new Uint8Array(0)), cbor.bytes(payload)]);
}

function form(
  name: string,
  title: string,
  hint: string,
  requirements: readonly string[],
  undone: (value: Bytes) => Bytes | undefined,
): Mistake<EvidenceGiven> {
  return {
    id: `evidence-signature/${name}`,
    title,
    hint,
    requirements,
    fits({ state, format, value, evidence }) {
      const inner = evidence === undefined ? undone(value) : undefined;
      if (inner === undefined) return false;
      return holds(() => verifies(format.open(inner, state.input.profile), {}));
    },
  };
}
