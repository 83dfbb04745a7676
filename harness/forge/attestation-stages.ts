import { aikHash, bindingValue } from "../attestation/binding.ts";
import { type Cmw, type CmwEncoding, CmwIndicator, type CmwItem, type CmwRecord, tagOfContentFormat } from "../attestation/cmw.ts";
import { coseSign1 } from "../attestation/cose-sign1.ts";
import type { AttestationFormat } from "../attestation/format.ts";
import { formatOf } from "../attestation/formats.ts";
import { jwsCompact } from "../attestation/jws.ts";
import type { Profile } from "../attestation/profile.ts";
import type { Envelope, Field, TokenContent } from "../attestation/token.ts";
import { parseCertificate } from "../authenticator/certificate.ts";
import type { Bytes } from "../wire/bytes.ts";
import {
  type AttestationInput,
  type AuthenticatorValues,
  type BuildInput,
  type EvidenceInput,
  NO_BYTES,
  plain,
  type ResultInput,
  type Signer,
  stage,
} from "./authenticator-values.ts";
import type { BuildView, Stage } from "./pipeline.ts";

/**
 * The stages between the binding and the extension: Evidence, a second item of it, an Attestation Result, and the CMW around them. Those
 * that the attestation has no use for are null.
 */
export const attestationStages: readonly Stage<AuthenticatorValues, BuildInput>[] = [
  stage({ name: "claims", build: (view, { attestation, profile }) => evidenceClaims(view, evidenceOf(attestation), profile) }),
  tokenStage("evidence", "claims", (attestation) => evidenceOf(attestation)),
  signatureStage("evidence-signature", "evidence", (attestation) => evidenceOf(attestation)?.format.envelope),
  stage({ name: "second-claims", build: (view, { attestation, profile }) => evidenceClaims(view, attestation?.second, profile) }),
  tokenStage("second-evidence", "second-claims", (attestation) => attestation?.second),
  signatureStage("second-evidence-signature", "second-evidence", (attestation) => attestation?.second?.format.envelope),
  stage({
    name: "result-claims",
    build(_, { attestation, identity }) {
      const input = resultOf(attestation);
      const leaf = identity?.chain[0];
      if (!input || !leaf) return null;
      return input.format.claimFields({ ...input, publicKey: input.publicKey ?? parseCertificate(leaf).spki });
    },
  }),
  tokenStage("result", "result-claims", (attestation) => resultOf(attestation)),
  signatureStage("result-signature", "result", (attestation) => resultOf(attestation)?.format.envelope),
  stage({
    name: "cmw",
    build: (view, { attestation }) => attestation && cmwOf(view, attestation),
    encode(cmw, { values }, { attestation, profile }) {
      const { binding, "aik-hash": aik } = values;
      if (!attestation || !binding || !aik) return plain(NO_BYTES);
      const { exporterLabel } = profile;
      const context = { exporterLabel, binding: () => bindingValue(binding), aikPubHash: () => aikHash(aik) };
      return plain(attestation.payload.encode(cmw, context));
    },
  }),
  stage({
    name: "signed-cmw",
    build(view, { attestation }) {
      if (!attestation?.signer) return null;
      const { key, chain } = attestation.signer;
      return cmwEnvelope(attestation).compose(view.bytes("cmw"), key, chain, `application/cmw+${attestation.cmw}`);
    },
    intermediates: (content, { attestation }) => signedOf(content, attestation && cmwEnvelope(attestation)),
  }),
  signatureStage("cmw-signature", "signed-cmw", (attestation) => attestation?.signer && cmwEnvelope(attestation)),
];

/** The stages that carry a token before it is signed, and those that sign it. */
type TokenStage = "evidence" | "second-evidence" | "result";
type ClaimsStage = "claims" | "second-claims" | "result-claims";
type SignatureStage = "evidence-signature" | "second-evidence-signature" | "result-signature" | "cmw-signature";

function tokenStage(
  name: TokenStage,
  claims: ClaimsStage,
  inputOf: (attestation: AttestationInput | null) => (Signer & { readonly format: AttestationFormat }) | undefined,
): Stage<AuthenticatorValues, BuildInput> {
  return stage({
    name,
    build({ values }, { attestation }) {
      const input = inputOf(attestation);
      const fields = values[claims];
      if (!input || !fields) return null;
      const { envelope } = input.format;
      return envelope.compose(envelope.encodeClaims(fields), input.key, input.chain);
    },
    intermediates: (content, { attestation }) => signedOf(content, inputOf(attestation)?.format.envelope),
  });
}

// The Sig_structure of COSE, or the signing input of JWS.
function signedOf(content: TokenContent, envelope: Envelope | null | undefined): { signedContent?: Bytes } {
  return envelope ? { signedContent: envelope.signedContent(content) } : {};
}

function signatureStage(
  name: SignatureStage,
  token: TokenStage | "signed-cmw",
  envelopeOf: (attestation: AttestationInput | null) => Envelope | undefined,
): Stage<AuthenticatorValues, BuildInput> {
  return stage({
    name,
    seal: true,
    build({ values }, { attestation, sign }) {
      const envelope = envelopeOf(attestation);
      const content = values[token];
      return envelope && content ? { signature: envelope.sign(content, sign) } : null;
    },
    holds({ signature }, { values }, { attestation }) {
      const envelope = envelopeOf(attestation);
      const content = values[token];
      return envelope !== undefined && content !== null && envelope.isSignature(content, signature);
    },
    encode({ signature }, { values }, { attestation }) {
      const envelope = envelopeOf(attestation);
      const content = values[token];
      return plain(envelope && content ? envelope.encode(content, signature) : NO_BYTES);
    },
  });
}

function evidenceOf(attestation: AttestationInput | null): EvidenceInput | undefined {
  const message = attestation?.message;
  return message && "ueid" in message ? message : undefined;
}

function resultOf(attestation: AttestationInput | null): ResultInput | undefined {
  const message = attestation?.message;
  return message && "status" in message ? message : undefined;
}

function evidenceClaims(
  { values: { binding, "aik-hash": aik } }: BuildView<AuthenticatorValues>,
  input: EvidenceInput | undefined,
  profile: Profile,
): readonly Field[] | null {
  if (!input || !binding || !aik) return null;
  const { ueid, measurement } = input;
  return input.format.claimFields({ nonce: bindingValue(binding), aikPubHash: aikHash(aik), ueid, measurement }, profile);
}

// The wrapper of draft-ietf-rats-msg-wrap around what the stages before have signed.
function cmwOf(view: BuildView<AuthenticatorValues>, { message, second, cmw: encoding, form }: AttestationInput): Cmw {
  const first =
    "issued" in message
      ? message
      : { mediaType: message.format.mediaType, issued: view.bytes("ueid" in message ? "evidence-signature" : "result-signature") };
  const format = "issued" in message ? formatOf("passport", message.mediaType) : message.format;
  const indicator = "ueid" in message ? CmwIndicator.evidence : CmwIndicator.attestationResults;
  if (form === "tag" && format) {
    return { form, encoding: "cbor", tag: tagOfContentFormat(format.contentFormat), value: first.issued };
  }
  const record = recordOf(encoding, first.mediaType, first.issued, indicator);
  if (form !== "collection") return record;
  const items: CmwItem[] = [{ name: "first", label: "first", cmw: record }];
  if (second) {
    const cmw = recordOf(encoding, second.format.mediaType, view.bytes("second-evidence-signature"), CmwIndicator.evidence);
    items.push({ name: "second", label: "second", cmw });
  }
  return { form, encoding, collectionType: null, items };
}

// In JSON the field valueAs stands there to be edited.
function recordOf(encoding: CmwEncoding, type: string, value: Bytes, indicator: number): CmwRecord {
  return { form: "record", encoding, type, value, indicator, ...(encoding === "json" && { valueAs: "base64url" }) };
}

function cmwEnvelope({ cmw }: AttestationInput): Envelope {
  return cmw === "json" ? jwsCompact : coseSign1;
}
