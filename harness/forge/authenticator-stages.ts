import type { KeyObject } from "node:crypto";
import { type AikHashInput, aikHash, attestationExport, type BindingInput, bindingValue, publicKeyBytes } from "../attestation/binding.ts";
import { CmwIndicator, type CmwRecord } from "../attestation/cmw.ts";
import type { EvidenceContent, EvidenceFormat, Field } from "../attestation/evidence.ts";
import type { PayloadAdapter } from "../attestation/payload.ts";
import type { Profile } from "../attestation/profile.ts";
import { parseCertificate } from "../authenticator/certificate.ts";
import type { ExporterSource, Side } from "../authenticator/secrets.ts";
import { authenticatorKeys } from "../authenticator/secrets.ts";
import { asTheSchemeSays, type SigningDeviation, signWithScheme } from "../authenticator/signature.ts";
import { finishedMac, type MacInput, type SignatureInput, signatureContent, signatureFraming } from "../authenticator/transcript.ts";
import {
  type CertificateMessage,
  type CertificateVerifyMessage,
  encodeCertificate,
  encodeCertificateVerify,
  encodeFinished,
} from "../wire/authenticator.ts";
import { type Bytes, concat } from "../wire/bytes.ts";
import { type AuthenticatorHash, HandshakeType } from "../wire/code-points.ts";
import { encodeCmwAttestation } from "../wire/extensions.ts";
import type { Encoded } from "../wire/writer.ts";
import type { Stage } from "./pipeline.ts";

/** What an attester is given to make an authenticator. */
export interface BuildInput {
  readonly connection: ExporterSource;
  /** The end of the connection that sends the authenticator. */
  readonly sender: Side;
  readonly profile: Profile;
  /** The whole request message; zero-length for a spontaneous authenticator. */
  readonly request: Bytes;
  readonly certificateRequestContext: Bytes;
  /** null declines: an empty authenticator (RFC 9261 section 6). */
  readonly identity: { readonly chain: readonly Bytes[]; readonly key: KeyObject; readonly scheme: number } | null;
  readonly attestation: AttestationInput | null;
}

/** Evidence to be made, and how it is carried. */
export interface AttestationInput {
  readonly format: EvidenceFormat;
  readonly cmw: CmwRecord["encoding"];
  readonly payload: PayloadAdapter;
  readonly ueid: Bytes;
  readonly measurement: Bytes;
  readonly key: KeyObject;
  readonly chain: readonly Bytes[];
}

/** The value of every stage. A stage that does not apply (no attestation, no identity) is null. */
export interface AuthenticatorValues {
  secrets: { hash: AuthenticatorHash; handshakeContext: Bytes; finishedKey: Bytes; exportedValue: Bytes };
  binding: BindingInput | null;
  "aik-hash": AikHashInput | null;
  claims: readonly Field[] | null;
  evidence: EvidenceContent | null;
  "evidence-signature": { signature: Bytes } | null;
  cmw: CmwRecord | null;
  extension: { type: number; cmwData: Bytes } | null;
  certificate: CertificateMessage & { handshakeType: number };
  "signature-input": (SignatureInput & SigningDeviation & { scheme: number; key: KeyObject }) | null;
  "certificate-verify": (CertificateVerifyMessage & { handshakeType: number }) | null;
  "mac-input": MacInput;
  finished: { handshakeType: number; verifyData: Bytes };
  frame: { messages: readonly { name: string; bytes: Bytes }[] };
}

/** The build of an authenticator (first spine): RFC 9261 section 5 with the attestation of the expat draft in it. */
export const authenticatorStages: readonly Stage<AuthenticatorValues, BuildInput>[] = [
  stage({
    name: "secrets",
    build(_, { connection, sender, certificateRequestContext, attestation, profile }) {
      const exportedValue = attestation ? attestationExport(connection, certificateRequestContext, profile) : NO_BYTES;
      return { ...authenticatorKeys(connection, sender), exportedValue };
    },
  }),
  stage({
    name: "binding",
    build: ({ values: { secrets } }, input) => {
      const publicKey = endEntityPublicKey(input);
      return publicKey && { hash: secrets.hash, publicKey, exportedValue: secrets.exportedValue };
    },
  }),
  stage({
    name: "aik-hash",
    build: ({ values: { secrets } }, input) => {
      const publicKey = endEntityPublicKey(input);
      return publicKey && { hash: secrets.hash, publicKey };
    },
  }),
  stage({
    name: "claims",
    build({ values }, { attestation, profile }) {
      if (!attestation || !values.binding || !values["aik-hash"]) return null;
      const { ueid, measurement } = attestation;
      const digests = { nonce: bindingValue(values.binding), aikPubHash: aikHash(values["aik-hash"]) };
      return attestation.format.claimFields({ ...digests, ueid, measurement }, profile);
    },
  }),
  stage({
    name: "evidence",
    build: ({ values: { claims } }, { attestation }) =>
      attestation && claims && attestation.format.compose(claims, attestation.key, attestation.chain),
  }),
  stage({
    name: "evidence-signature",
    seal: true,
    build: ({ values: { evidence } }, { attestation }) => attestation && evidence && { signature: attestation.format.sign(evidence) },
    encode: ({ signature }, { values }, { attestation }) =>
      plain(attestation && values.evidence ? attestation.format.encode(values.evidence, signature) : NO_BYTES),
  }),
  stage({
    name: "cmw",
    build: (view, { attestation }) =>
      attestation && {
        encoding: attestation.cmw,
        type: attestation.format.mediaType,
        value: view.bytes("evidence-signature"),
        indicator: CmwIndicator.evidence,
      },
  }),
  stage({
    name: "extension",
    build({ values }, { attestation, profile }) {
      const { cmw, binding, "aik-hash": aik } = values;
      if (!attestation || !cmw || !binding || !aik) return null;
      const { exporterLabel } = profile;
      const context = { exporterLabel, binding: () => bindingValue(binding), aikPubHash: () => aikHash(aik) };
      return { type: profile.cmwAttestation, cmwData: attestation.payload.encode(cmw, context) };
    },
    encode: ({ cmwData }) => encodeCmwAttestation(cmwData),
  }),
  stage({
    name: "certificate",
    build(view, { certificateRequestContext, identity }) {
      const { extension } = view.values;
      // expat section 3: the extension stands in the first entry, which is the end-entity certificate.
      const first = extension ? [{ type: extension.type, data: view.bytes("extension") }] : [];
      const entries = (identity?.chain ?? []).map((certData, index) => ({ certData, extensions: index === 0 ? first : [] }));
      return { handshakeType: HandshakeType.certificate, certificateRequestContext, entries };
    },
    encode: (value) => encodeCertificate(value, value.handshakeType),
  }),
  stage({
    name: "signature-input",
    build(view, { identity, request }) {
      const { hash, handshakeContext } = view.values.secrets;
      const certificate = view.bytes("certificate");
      if (!identity) return null;
      const { scheme, key } = identity;
      return { ...signatureFraming, hash, handshakeContext, request, certificate, scheme, key, ...asTheSchemeSays };
    },
  }),
  stage({
    name: "certificate-verify",
    seal: true,
    build({ values }) {
      const content = values["signature-input"];
      if (!content) return null;
      const signature = signWithScheme(content.scheme, content.key, signatureContent(content), content);
      return { handshakeType: HandshakeType.certificateVerify, algorithm: content.scheme, signature };
    },
    encode: (value) => encodeCertificateVerify(value, value.handshakeType),
  }),
  stage({
    name: "mac-input",
    build(view, { request }) {
      const { hash, finishedKey: key, handshakeContext } = view.values.secrets;
      const certificateVerify = view.bytes("certificate-verify");
      return { hash, key, handshakeContext, request, certificate: view.bytes("certificate"), certificateVerify };
    },
  }),
  stage({
    name: "finished",
    seal: true,
    build: ({ values }) => ({ handshakeType: HandshakeType.finished, verifyData: finishedMac(values["mac-input"]) }),
    encode: (value) => encodeFinished(value.verifyData, value.handshakeType),
  }),
  stage({
    name: "frame",
    build(view, { identity }) {
      const finished = { name: "finished", bytes: view.bytes("finished") };
      // RFC 9261 section 6: an empty authenticator is a Finished alone.
      if (!identity) return { messages: [finished] };
      const certificate = { name: "certificate", bytes: view.bytes("certificate") };
      const certificateVerify = { name: "certificateVerify", bytes: view.bytes("certificate-verify") };
      return { messages: [certificate, certificateVerify, finished] };
    },
    encode: ({ messages }) => plain(concat(...messages.map(({ bytes }) => bytes))),
  }),
];

const NO_BYTES: Bytes = new Uint8Array(0);

// Each stage is checked against the type of its own value; the list holds them all.
function stage<Name extends keyof AuthenticatorValues>(
  definition: Stage<AuthenticatorValues, BuildInput, Name>,
): Stage<AuthenticatorValues, BuildInput> {
  return definition as unknown as Stage<AuthenticatorValues, BuildInput>;
}

function plain(bytes: Bytes): Encoded {
  return { bytes, spans: [] };
}

function endEntityPublicKey({ attestation, identity, profile }: BuildInput): Bytes | null {
  const leaf = identity?.chain[0];
  return attestation && leaf ? publicKeyBytes(parseCertificate(leaf), profile.publicKey) : null;
}
