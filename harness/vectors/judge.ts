import { appraisalSteps } from "../appraisal/appraise.ts";
import { type EmptyAppraisal, emptySteps } from "../appraisal/empty-steps.ts";
import { finding, type RefusalCode, runAll, type Step, type StepResult } from "../appraisal/finding.ts";
import { type RequestAppraisal, requestSteps } from "../appraisal/request-steps.ts";
import { type AppraisalInput, type AppraisalState, type AttestedMessage, beginAppraisal, type Facts } from "../appraisal/state.ts";
import { attestationExport } from "../attestation/binding.ts";
import { formatOf } from "../attestation/formats.ts";
import { cmwPayload } from "../attestation/payload.ts";
import { defaultProfile } from "../attestation/profile.ts";
import { parseCertificate } from "../authenticator/certificate.ts";
import { authenticatorKeys, otherSide } from "../authenticator/secrets.ts";
import { InputError } from "../input/input-error.ts";
import { type Bytes, equalBytes, fromHex, preview } from "../wire/bytes.ts";
import { DecodeError } from "../wire/reader.ts";
import { decodeRequest } from "../wire/request.ts";
import { connectionOf } from "./connection.ts";
import type { Inputs, Kind, Output, PolicyJson, TrustJson } from "./kinds.ts";

/** A message of a kind, with what it is judged by. */
export interface Judged<K extends Kind = Kind> {
  readonly kind: K;
  readonly inputs: Inputs<K>;
  readonly output: Output<K>;
}

/** Steps and the state that they begin with. In an exchange, the steps of the request have their names prefixed. */
export type Begun =
  | {
      readonly about: "exporter";
      readonly prefix: "";
      readonly steps: readonly Step<Judged<"exporter">>[];
      readonly state: Judged<"exporter">;
    }
  | {
      readonly about: "request";
      readonly prefix: "" | "request-";
      readonly steps: readonly Step<RequestAppraisal>[];
      readonly state: RequestAppraisal;
    }
  | { readonly about: "empty"; readonly prefix: ""; readonly steps: readonly Step<EmptyAppraisal>[]; readonly state: EmptyAppraisal }
  | {
      readonly about: "authenticator";
      readonly prefix: "";
      readonly steps: readonly Step<AppraisalState>[];
      readonly state: AppraisalState;
    };

/**
 * What the appraisal (second spine) says of a vector or a recording, step by step: all steps for a whole message, those of the part for a
 * part. Throws InputError where an input that the steps begin with is not readable.
 */
export function judgeMessage(message: Judged): StepResult[] {
  return begin(message).flatMap(resultsOf);
}

function resultsOf(begun: Begun): StepResult[] {
  switch (begun.about) {
    case "exporter":
      return runAll(begun.steps, begun.state);
    case "request":
      return runAll(begun.steps, begun.state).map((result) => ({ ...result, step: begun.prefix + result.step }));
    case "empty":
      return runAll(begun.steps, begun.state);
    case "authenticator":
      return runAll(begun.steps, begun.state);
  }
}

/** The steps that judge a message, with what they begin with: all steps for a whole message, those of the part for a part. Throws as `judgeMessage`. */
export function begin(message: Judged): Begun[] {
  const { kind } = message;
  switch (kind) {
    case "exporter":
      return [{ about: "exporter", prefix: "", steps: exporterSteps, state: message as Judged<"exporter"> }];
    case "binding":
      return [
        {
          about: "authenticator",
          prefix: "",
          steps: stepsNamed(["binding", "aik-hash"]),
          state: bindingState(message as Judged<"binding">),
        },
      ];
    case "evidence":
    case "result":
    case "cmw": {
      const part = message as Judged<"evidence" | "result" | "cmw">;
      return [{ about: "authenticator", prefix: "", steps: stepsNamed(PART_STEPS[part.kind]), state: statePart(part) }];
    }
    case "request":
      return [{ about: "request", prefix: "", steps: requestSteps, state: requestAppraisal(message as Judged<"request">) }];
    case "empty":
      return [{ about: "empty", prefix: "", steps: emptySteps, state: emptyAppraisal(message as Judged<"empty">) }];
    case "authenticator": {
      const state = beginAppraisal(authenticatorAppraisal(message as Judged<"authenticator">));
      return [{ about: "authenticator", prefix: "", steps: appraisalSteps, state }];
    }
    case "exchange": {
      const { inputs, output } = message as Judged<"exchange">;
      const { sender, profile, asked } = inputs;
      const request = requestAppraisal({
        kind: "request",
        inputs: { sender: otherSide(sender), profile, asked: { ...asked, context: null }, earlierContexts: [] },
        output,
      });
      const answer = { kind: "authenticator", inputs: { ...inputs, request: output.request, clientHello: null }, output } as const;
      const asks: Begun = { about: "request", prefix: "request-", steps: requestSteps, state: request };
      // Nothing can answer what is no request.
      return isRequest(request.request) ? [asks, ...begin(answer)] : [asks];
    }
  }
}

/** What the steps of a request begin with. */
export function requestAppraisal({ inputs, output }: Judged<"request">): RequestAppraisal {
  const { sender, profile, asked, earlierContexts } = inputs;
  return {
    sender,
    profile,
    request: fromHex(output.request),
    asked: { ...asked, context: asked.context === null ? undefined : fromHex(asked.context) },
    earlierContexts: new Set(earlierContexts),
  };
}

/** What the steps of an empty authenticator begin with. Throws InputError where the request cannot be read. */
export function emptyAppraisal({ inputs, output }: Judged<"empty">): EmptyAppraisal {
  const request = readRequest(inputs.request);
  return {
    connection: connectionOf(inputs.connection, inputs.sender),
    sender: inputs.sender,
    request: request.bytes,
    certificateRequestContext: request.decoded.certificateRequestContext,
    authenticator: fromHex(output.authenticator),
  };
}

/** What the steps of an authenticator begin with. Throws InputError where the request cannot be read. */
export function authenticatorAppraisal({ inputs, output }: Judged<"authenticator">): AppraisalInput {
  const { connection, sender, profile, request, clientHello, consumedContexts } = inputs;
  return {
    connection: connectionOf(connection, sender),
    sender,
    profile,
    request: request === null ? undefined : readRequest(request),
    ...(clientHello !== null && { clientHello }),
    authenticator: fromHex(output.authenticator),
    ...judgedBy(inputs),
    consumedContexts: new Set(consumedContexts),
    payload: cmwPayload,
  };
}

function judgedBy({
  trust,
  policy,
  now,
}: {
  trust: TrustJson;
  policy: PolicyJson;
  now: string;
}): Pick<AppraisalInput, "trust" | "policy" | "now"> {
  const { pkix, attestation, results } = trust;
  const { measurement } = policy;
  return {
    trust: {
      pkix: anchors("pkix", pkix),
      attestation: anchors("attestation", attestation),
      results: anchors("results", results),
    },
    policy: { ...policy, measurement: measurement === null ? undefined : fromHex(measurement) },
    now: new Date(now),
  };
}

function anchors(name: string, roots: readonly string[]): Bytes[] {
  return roots.map((root, index) => readCertificate(`trust.${name}.${index}`, fromHex(root)).der);
}

function isRequest(bytes: Bytes): boolean {
  try {
    decodeRequest(bytes);
    return true;
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}

function readRequest(hex: string): NonNullable<AppraisalInput["request"]> {
  const bytes = fromHex(hex);
  try {
    return { bytes, decoded: decodeRequest(bytes) };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new InputError(`inputs.request: expected a request: ${error.message}`);
  }
}

// No authenticator stands around a part: what its steps need of one is put in place.
function statePart({ inputs, output }: Judged<"evidence" | "result" | "cmw">): AppraisalState {
  const state = partState(inputs, judgedBy(inputs));
  if ("cmwData" in output) state.facts.cmwData = fromHex(output.cmwData);
  else state.facts.messages = [messageOf(inputs, "evidence" in output ? output.evidence : output.attestationResult)];
  return state;
}

const PART_STEPS = {
  evidence: ["evidence-signature", "binding", "aik-hash", "policy"],
  result: ["result", "result-status", "result-key"],
  cmw: ["cmw", "evidence-signature", "binding", "aik-hash", "result", "result-status", "result-key", "policy"],
} as const;

function messageOf(inputs: Inputs<"evidence" | "result" | "cmw">, hex: string): AttestedMessage {
  const mediaType = "mediaType" in inputs ? inputs.mediaType : "";
  const leaf = { path: [], form: "record", encoding: "cbor", type: mediaType, value: fromHex(hex), indicator: null } as const;
  const format = "connection" in inputs ? formatOf("background-check", mediaType) : formatOf("passport", mediaType);
  if (format === undefined) throw new InputError(`inputs.mediaType: expected a media type that is known here, found "${mediaType}"`);
  return format.model === "passport" ? { leaf, format } : { leaf, format };
}

function partState(
  inputs: Inputs<"binding" | "evidence" | "result" | "cmw">,
  by: Pick<AppraisalInput, "trust" | "policy" | "now">,
): AppraisalState {
  const certData = fromHex(inputs.endEntityCertificate);
  const certificateRequestContext = "certificateRequestContext" in inputs ? fromHex(inputs.certificateRequestContext) : NO_BYTES;
  const state = beginAppraisal({
    connection: "connection" in inputs ? connectionOf(inputs.connection, "server") : NO_CONNECTION,
    sender: "server",
    profile: "profile" in inputs ? inputs.profile : defaultProfile,
    request: undefined,
    authenticator: NO_BYTES,
    ...by,
    consumedContexts: new Set(),
    payload: cmwPayload,
  });
  const facts: Facts = {
    certificate: { certificateRequestContext, entries: [{ certData, extensions: [] }] },
    attestations: [{ entry: 0, data: NO_BYTES }],
    chain: [readCertificate("endEntityCertificate", certData)],
  };
  Object.assign(state.facts, facts);
  return state;
}

function readCertificate(member: string, der: Bytes): ReturnType<typeof parseCertificate> {
  try {
    return parseCertificate(der);
  } catch (error) {
    throw new InputError(`inputs.${member}: expected an X.509 certificate: ${(error as Error).message}`);
  }
}

// The two values as if Evidence had carried them.
function bindingState({ inputs, output }: Judged<"binding">): AppraisalState {
  const trust = { pkix: [], attestation: [], results: [] };
  const state = partState(inputs, { trust, policy: { attestation: "required" }, now: new Date(0) });
  const format = formatOf("background-check", "application/eat+cwt");
  if (format === undefined) throw new RangeError("the format application/eat+cwt is not there");
  const leaf = { path: [], form: "record", encoding: "cbor", type: format.mediaType, value: NO_BYTES, indicator: null } as const;
  state.facts.messages = [{ leaf, format }];
  const claims = { nonce: fromHex(output.binding), aikPubHash: fromHex(output.aikPubHash), ueid: undefined, measurement: undefined };
  const unsigned = { chain: [], algorithmName: "", algorithm: undefined, signedContent: NO_BYTES, signature: NO_BYTES, payload: NO_BYTES };
  state.facts.evidence = [{ ...unsigned, contentType: undefined, eatProfile: undefined, issuedAt: undefined, claims, place: "" }];
  return state;
}

function stepsNamed(names: readonly string[]): Step<AppraisalState>[] {
  return appraisalSteps.filter(({ name }) => names.includes(name));
}

// The appraisal never asks for exporter values as such; it finds what rests on a wrong one. The codes are those of what it would find.
const exporterSteps: readonly Step<Judged<"exporter">>[] = [
  exporterStep("handshakeContext", "handshake-context", "signature-mismatch"),
  exporterStep("finishedKey", "finished-key", "finished-mismatch"),
  exporterStep("exportedValue", "exported-value", "binding-mismatch"),
];

function exporterStep(member: keyof Output<"exporter">, name: string, code: RefusalCode): Step<Judged<"exporter">> {
  return {
    name,
    title: `${member} is what the exporter gives`,
    why: "Everything that is signed, MACed or bound rests on the exporter values.",
    rules: [
      {
        name: "value",
        title: `${member} is what the exporter gives`,
        requirements: ["rfc9261-exporter-labels", "expat-exporter-input"],
        run({ inputs, output }) {
          const { sender, profile } = inputs;
          const connection = connectionOf(inputs.connection, sender);
          const exportedValue = () => attestationExport(connection, fromHex(inputs.certificateRequestContext), profile);
          const expected = member === "exportedValue" ? exportedValue() : authenticatorKeys(connection, sender)[member];
          const found = fromHex(output[member]);
          return equalBytes(expected, found) ? undefined : finding(code, preview(expected, 64), preview(found, 64));
        },
      },
    ],
  };
}

const NO_BYTES: Bytes = new Uint8Array(0);

// An Attestation Result alone rests on no connection.
const NO_CONNECTION: AppraisalInput["connection"] = {
  hash: "sha256",
  exportKeyingMaterial() {
    throw new InputError("inputs: there is no connection to export from");
  },
};
