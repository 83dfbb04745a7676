import { aikHash, attestationExport, bindingHashInput, bindingValue, publicKeyBytes } from "../attestation/binding.ts";
import { parseCertificate } from "../authenticator/certificate.ts";
import { authenticatorKeys, exporterLabels } from "../authenticator/secrets.ts";
import { asTheSchemeSays, isSignatureOf, signWithScheme } from "../authenticator/signature.ts";
import {
  finishedMac,
  macTranscriptHash,
  signatureContent,
  signatureFraming,
  signatureTranscriptHash,
} from "../authenticator/transcript.ts";
import { encodeCertificate, encodeCertificateVerify, encodeFinished } from "../wire/authenticator.ts";
import { type Bytes, concat, equalBytes } from "../wire/bytes.ts";
import { HandshakeType, hashLength } from "../wire/code-points.ts";
import { encodeCmwAttestation } from "../wire/extensions.ts";
import { attestationStages } from "./attestation-stages.ts";
import { type AuthenticatorValues, type BuildInput, NO_BYTES, plain, stage } from "./authenticator-values.ts";
import type { Stage } from "./pipeline.ts";

/** The build of an authenticator (first spine): RFC 9261 section 5 with the attestation of the expat draft in it. */
export const authenticatorStages: readonly Stage<AuthenticatorValues, BuildInput>[] = [
  stage({
    name: "secrets",
    build(_, { connection, sender, certificateRequestContext, attestation, profile }) {
      const exportedValue = attestation ? attestationExport(connection, certificateRequestContext, profile) : NO_BYTES;
      return { ...authenticatorKeys(connection, sender), exportedValue };
    },
    // Of the right values, also where an edit has put others in their place.
    intermediates({ hash }, { connection, sender, certificateRequestContext, attestation, profile }) {
      const steps = (label: string, context: Bytes, length: number) => ({
        label,
        context,
        length,
        ...connection.exporterSteps?.(label, context, length),
      });
      return {
        handshakeContext: steps(exporterLabels.handshakeContext[sender], NO_BYTES, hashLength[hash]),
        finishedKey: steps(exporterLabels.finishedKey[sender], NO_BYTES, hashLength[hash]),
        ...(attestation && { exportedValue: steps(profile.exporterLabel, certificateRequestContext, profile.exporterLength) }),
      };
    },
  }),
  stage({
    name: "binding",
    build: ({ values: { secrets } }, input) => {
      const publicKey = endEntityPublicKey(input);
      return publicKey && { hash: secrets.hash, publicKey, exportedValue: secrets.exportedValue };
    },
    intermediates: (value) => ({ hashInput: bindingHashInput(value), binding: bindingValue(value) }),
  }),
  stage({
    name: "aik-hash",
    build: ({ values: { secrets } }, input) => {
      const publicKey = endEntityPublicKey(input);
      return publicKey && { hash: secrets.hash, publicKey };
    },
    intermediates: (value) => ({ aikPubHash: aikHash(value) }),
  }),
  ...attestationStages,
  stage({
    name: "extension",
    build(view, { profile }) {
      const { cmw, "signed-cmw": signed } = view.values;
      return cmw && { type: profile.cmwAttestation, cmwData: view.bytes(signed ? "cmw-signature" : "cmw") };
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
    intermediates: (value) => ({ transcriptHash: signatureTranscriptHash(value), content: signatureContent(value) }),
  }),
  stage({
    name: "certificate-verify",
    seal: true,
    build({ values }, { sign }) {
      const content = values["signature-input"];
      if (!content) return null;
      const signature = signWithScheme(content.scheme, content.key, signatureContent(content), content, sign);
      return { handshakeType: HandshakeType.certificateVerify, algorithm: content.scheme, signature };
    },
    holds({ signature }, { values }) {
      const content = values["signature-input"];
      return content !== null && isSignatureOf(content.scheme, content.key, signatureContent(content), signature, content);
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
    intermediates: (value) => ({ transcriptHash: macTranscriptHash(value) }),
  }),
  stage({
    name: "finished",
    seal: true,
    build: ({ values }) => ({ handshakeType: HandshakeType.finished, verifyData: finishedMac(values["mac-input"]) }),
    holds: ({ verifyData }, { values }) => equalBytes(verifyData, finishedMac(values["mac-input"])),
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

function endEntityPublicKey({ attestation, identity, profile }: BuildInput): Bytes | null {
  const leaf = identity?.chain[0];
  return attestation && leaf ? publicKeyBytes(parseCertificate(leaf), profile.publicKey) : null;
}
