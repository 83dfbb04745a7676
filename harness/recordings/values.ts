import type { EmptyAppraisal } from "../appraisal/empty-steps.ts";
import { type AppraisalState, fact } from "../appraisal/state.ts";
import { aikHash, attestationExport, bindingHashInput, bindingValue, publicKeyBytes } from "../attestation/binding.ts";
import { parseCertificate } from "../authenticator/certificate.ts";
import { authenticatorKeys, exporterLabels } from "../authenticator/secrets.ts";
import {
  finishedMac,
  type MacInput,
  macTranscriptHash,
  type SignatureInput,
  signatureContent,
  signatureFraming,
  signatureTranscriptHash,
} from "../authenticator/transcript.ts";
import { connectionOf, MissingValue } from "../vectors/connection.ts";
import type { Begun, Judged } from "../vectors/judge.ts";
import { emptyCertificate } from "../wire/authenticator.ts";
import { type Bytes, fromHex } from "../wire/bytes.ts";
import { hashLength } from "../wire/code-points.ts";
import type { ClaimName } from "./schema.ts";

/** A value between the inputs and the message, as the suite computes it of what the recording gives. */
export interface ComputedValue {
  readonly name: ClaimName;
  /** What it is, with its place in the specifications. */
  readonly title: string;
  /** Undefined: it cannot be computed here. */
  readonly value: Bytes | undefined;
  /** What would have to be given, where it cannot; empty: the message has no place for it, or none that can be read. */
  readonly needs: readonly string[];
}

const titles: Readonly<Record<ClaimName, string>> = {
  handshakeContext: "Handshake Context, exported (RFC 9261 section 5.1)",
  finishedKey: "Finished MAC Key, exported (RFC 9261 section 5.1)",
  exportedValue: "exported value of the attestation (expat section 5.1)",
  publicKey: "public key of the end-entity certificate, as the profile encodes it",
  bindingHashInput: "public key ‖ exported value",
  binding: "binding = Hash(public key ‖ exported value) (expat section 5.1)",
  aikPubHash: "AIK_pub_hash = Hash(public key) (expat section 5.2)",
  transcriptHash: "Hash(Handshake Context ‖ request ‖ Certificate) (RFC 9261 section 5.2.2)",
  signatureContent: "what CertificateVerify signs (RFC 9261 section 5.2.2)",
  macTranscriptHash: "Hash(Handshake Context ‖ request ‖ Certificate ‖ CertificateVerify) (RFC 9261 section 5.2.3)",
  finishedMac: "verify_data of Finished (RFC 9261 section 5.2.3)",
};

type Values = Partial<Record<ClaimName, () => Bytes>>;

const NO_BYTES: Bytes = new Uint8Array(0);

/** The values that belong to what was appraised, in the order in which they are computed. Call it when the steps have run. */
export function computedValues(begun: Begun, requestKnown: boolean): ComputedValue[] {
  return Object.entries(valuesOf(begun, requestKnown)).map(([name, compute]) => {
    const given = { name: name as ClaimName, title: titles[name as ClaimName] };
    try {
      return { ...given, value: compute(), needs: [] };
    } catch (error) {
      if (error instanceof MissingValue) return { ...given, value: undefined, needs: error.members };
      // What cannot be read has been found by a step.
      return { ...given, value: undefined, needs: error instanceof MissingRequest ? ["request"] : [] };
    }
  });
}

/** The inputs of the signature, once the messages could be read. Throws where one of them is not there. */
export function signatureInput(state: AppraisalState, requestKnown: boolean): SignatureInput {
  if (!requestKnown) throw new MissingRequest();
  const { connection, request } = state.input;
  const handshakeContext = exported(state.input, "handshakeContext");
  const certificate = fact(state, "certificateBytes");
  return { ...signatureFraming, hash: connection.hash, handshakeContext, request: request?.bytes ?? NO_BYTES, certificate };
}

class MissingRequest extends Error {}

function valuesOf(begun: Begun, requestKnown: boolean): Values {
  switch (begun.about) {
    case "request":
      return {};
    case "exporter":
      return ofExporter(begun.state);
    case "empty":
      return ofEmpty(begun.state);
    case "authenticator":
      return begun.steps.some(({ name }) => name === "frame") ? ofAuthenticator(begun.state, requestKnown) : ofPart(begun.state);
  }
}

function ofExporter({ inputs: { connection: given, sender, profile, certificateRequestContext } }: Judged<"exporter">): Values {
  const connection = connectionOf(given, sender);
  return {
    handshakeContext: () => exported({ connection, sender }, "handshakeContext"),
    finishedKey: () => exported({ connection, sender }, "finishedKey"),
    exportedValue: () => attestationExport(connection, fromHex(certificateRequestContext), profile),
  };
}

function ofAuthenticator(state: AppraisalState, requestKnown: boolean): Values {
  const macInput = (): MacInput => {
    const { hash, handshakeContext, request, certificate } = signatureInput(state, requestKnown);
    const key = exported(state.input, "finishedKey");
    return { hash, key, handshakeContext, request, certificate, certificateVerify: fact(state, "certificateVerifyBytes") };
  };
  return {
    handshakeContext: () => exported(state.input, "handshakeContext"),
    finishedKey: () => exported(state.input, "finishedKey"),
    ...ofPart(state),
    transcriptHash: () => signatureTranscriptHash(signatureInput(state, requestKnown)),
    signatureContent: () => signatureContent(signatureInput(state, requestKnown)),
    macTranscriptHash: () => macTranscriptHash({ ...macInput(), key: NO_BYTES }),
    finishedMac: () => finishedMac(macInput()),
  };
}

// What Evidence is bound to.
function ofPart(state: AppraisalState): Values {
  const { connection, profile } = state.input;
  const { hash } = connection;
  const publicKey = () => publicKeyBytes(parseCertificate(fact(state, "certificate").entries[0]?.certData ?? NO_BYTES), profile.publicKey);
  const exportedValue = () => attestationExport(connection, fact(state, "certificate").certificateRequestContext, profile);
  const binding = () => ({ hash, publicKey: publicKey(), exportedValue: exportedValue() });
  return {
    exportedValue,
    publicKey,
    bindingHashInput: () => bindingHashInput(binding()),
    binding: () => bindingValue(binding()),
    aikPubHash: () => aikHash({ hash, publicKey: publicKey() }),
  };
}

function ofEmpty(state: EmptyAppraisal): Values {
  const { connection, sender, request, certificateRequestContext } = state;
  const input = (): MacInput => {
    const { hash, handshakeContext, finishedKey: key } = authenticatorKeys(connection, sender);
    const certificate = emptyCertificate(certificateRequestContext);
    return { hash, key, handshakeContext, request, certificate, certificateVerify: NO_BYTES };
  };
  return {
    handshakeContext: () => exported(state, "handshakeContext"),
    finishedKey: () => exported(state, "finishedKey"),
    macTranscriptHash: () => macTranscriptHash(input()),
    finishedMac: () => finishedMac(input()),
  };
}

function exported({ connection, sender }: Pick<EmptyAppraisal, "connection" | "sender">, which: keyof typeof exporterLabels): Bytes {
  return connection.exportKeyingMaterial(exporterLabels[which][sender], NO_BYTES, hashLength[connection.hash]);
}
