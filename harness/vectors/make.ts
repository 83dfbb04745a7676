import { formatOf } from "../attestation/formats.ts";
import { cmwPayload } from "../attestation/payload.ts";
import { defaultProfile } from "../attestation/profile.ts";
import { signDeterministically } from "../authenticator/deterministic-signing.ts";
import type { ExporterSource, Side } from "../authenticator/secrets.ts";
import { otherSide } from "../authenticator/secrets.ts";
import { authenticatorStages } from "../forge/authenticator-stages.ts";
import type { AttestationInput, AuthenticatorValues, BuildInput, EvidenceInput, ResultInput } from "../forge/authenticator-values.ts";
import { editValue, MutationError } from "../forge/edit.ts";
import type { Mutation } from "../forge/mutation.ts";
import { runStages } from "../forge/pipeline.ts";
import { type RequestInput, type RequestValues, requestStages } from "../forge/request-stages.ts";
import { pki } from "../pki/test-pki.ts";
import { resolveMutation } from "../scenario/values.ts";
import { type Bytes, fromHex, toHex } from "../wire/bytes.ts";
import { connectionOf, otherConnection } from "./connection.ts";
import {
  type AttestationJson,
  type EvidenceJson,
  type Inputs,
  type Kind,
  kinds,
  type Output,
  type ResultJson,
  type Source,
} from "./kinds.ts";
import { render, renderStages } from "./render.ts";
import type { StageJson } from "./stage-schemas.ts";

/** A message that was made, with everything that a file says of it. */
export interface Made {
  /** As the mutation left them, where it is one of them. */
  readonly inputs: Inputs;
  readonly source: Source;
  readonly stages: Readonly<Record<string, StageJson>>;
  readonly output: Output;
  /** The names of the keys that stand in any of these. */
  readonly keys: ReadonlySet<string>;
}

/** Runs the build of a kind, with at most one mutation: of a stage, or (`inputs.…`, `source.…`) of what stands in the file. Throws MutationError. */
export function make(kind: Kind, given: { readonly inputs: Inputs; readonly source: Source }, mutation?: Mutation): Made {
  const keys = new Set<string>();
  const uses = (name: string) => void keys.add(name);
  const ofFile = mutation && /^(inputs|source)\./.test(mutation.at);
  const { inputs, source } = ofFile ? editFile(given, resolve(mutation, kind, given.inputs), uses) : given;
  keysIn(source, uses);
  const edits = mutation && !ofFile ? [resolve(mutation, kind, inputs)] : [];
  const { stages, output } = build(kind, inputs, source, edits, uses);
  return { inputs, source, keys, stages: withoutOutput(kind, stages), output };
}

// What is the output is not repeated in the stages.
function withoutOutput(kind: Kind, stages: Made["stages"]): Made["stages"] {
  const outputs: readonly string[] = kinds[kind].outputs;
  const named = Object.entries(stages).map(([name, stage]): [string, StageJson] => {
    const { bytes: _, ...others } = stage;
    const isSigned = name === "cmw" && stages["signed-cmw"]?.value !== null;
    return [name, outputs.includes(name) && !isSigned ? others : stage];
  });
  return Object.fromEntries(named);
}

type Build = Pick<Made, "stages" | "output">;

function build(kind: Kind, inputs: Inputs, source: Source, edits: readonly Mutation[], uses: (name: string) => void): Build {
  switch (kind) {
    case "request": {
      const { sender, profile, asked } = inputs as Inputs<"request">;
      const { certificateRequestContext } = source as Source<"request">;
      const { stages, request } = buildRequest(
        { sender, profile, ...asked, certificateRequestContext: fromHex(certificateRequestContext) },
        edits,
        uses,
      );
      return { stages, output: { request: toHex(request) } };
    }
    case "exchange": {
      const { sender, profile, asked } = inputs as Inputs<"exchange">;
      const { certificateRequestContext } = source as Source<"exchange">;
      const context = fromHex(certificateRequestContext);
      const asks = buildRequest({ sender: otherSide(sender), profile, ...asked, certificateRequestContext: context }, [], uses);
      const answers = buildFor("exchange", inputs, source, edits, uses, asks.request);
      const output = { request: toHex(asks.request), ...answers.output } as Output<"exchange">;
      return { stages: { ...asks.stages, ...answers.stages }, output };
    }
    default:
      return buildFor(kind, inputs, source, edits, uses);
  }
}

function buildRequest(input: RequestInput, edits: readonly Mutation[], uses: (name: string) => void) {
  const view = runStages<RequestValues, RequestInput>(requestStages, input, edits);
  return { request: view.bytes("frame"), stages: renderStages(requestStages, view, input, uses, "request-") };
}

// A kind is the build of an authenticator up to its last stage.
function buildFor(
  kind: Exclude<Kind, "request">,
  inputs: Inputs,
  source: Source,
  edits: readonly Mutation[],
  uses: (name: string) => void,
  request: Bytes = "request" in inputs && inputs.request !== null ? fromHex(inputs.request) : NO_BYTES,
): Build {
  const names: readonly string[] = kinds[kind].stages;
  const stages = authenticatorStages.filter(({ name }) => names.includes(name));
  const input = buildInput(kind, inputs, source, request);
  const view = runStages<AuthenticatorValues, BuildInput>(stages, input, edits);
  const rendered = renderStages(stages, view, input, uses);
  return { stages: rendered, output: outputOf(kind, rendered) };
}

function outputOf(kind: Exclude<Kind, "request">, stages: Readonly<Record<string, StageJson>>): Output {
  const bytes = (name: string): string => stages[name]?.bytes ?? "";
  switch (kind) {
    case "exporter": {
      const { hash: _, ...values } = (stages["secrets"]?.value ?? {}) as Output<"exporter"> & { hash: string };
      return values;
    }
    case "binding": {
      const { binding } = stages["binding"]?.intermediates ?? {};
      const { aikPubHash } = stages["aik-hash"]?.intermediates ?? {};
      return { binding, aikPubHash } as Output<"binding">;
    }
    case "evidence":
      return { evidence: bytes("evidence-signature") };
    case "result":
      return { attestationResult: bytes("result-signature") };
    case "cmw":
      return { cmwData: stages["signed-cmw"]?.value === null ? bytes("cmw") : bytes("cmw-signature") };
    default:
      return { authenticator: bytes("frame") };
  }
}

function buildInput(kind: Exclude<Kind, "request">, inputs: Inputs, source: Source, request: Bytes): BuildInput {
  const sender: Side = "sender" in inputs ? inputs.sender : "server";
  const context =
    "certificateRequestContext" in inputs
      ? inputs.certificateRequestContext
      : "certificateRequestContext" in source
        ? source.certificateRequestContext
        : "";
  const endEntity = "endEntityCertificate" in inputs ? [fromHex(inputs.endEntityCertificate)] : undefined;
  const entity = "identity" in source ? pki(source.identity.key) : undefined;
  // What comes of a part alone is made without a key of the end entity: its certificate is all that counts.
  const identity =
    "identity" in source && entity
      ? { chain: entity.chain, key: entity.key, scheme: source.identity.scheme }
      : endEntity && { chain: endEntity, key: pki("identity-ed25519").key, scheme: 0 };
  return {
    connection: "connection" in inputs ? connectionOf(inputs.connection, sender) : NO_CONNECTION,
    sender,
    profile: "profile" in inputs ? inputs.profile : defaultProfile,
    request,
    certificateRequestContext: fromHex(context),
    identity: kind === "empty" ? null : (identity ?? null),
    attestation: attestationInput(kind, source),
    sign: signDeterministically,
  };
}

function attestationInput(kind: Exclude<Kind, "request">, source: Source): AttestationInput | null {
  if ("attestation" in source) return source.attestation && attestationOf(source.attestation);
  if ("message" in source) return attestationOf({ message: source.message, second: null, cmw: "cbor", form: "record", signer: null });
  // The exported value is there only where something is attested; what it is does not matter to it.
  if (kind === "exporter" || kind === "binding")
    return { message: { mediaType: "", issued: NO_BYTES }, cmw: "cbor", form: "record", payload: cmwPayload };
  return null;
}

function attestationOf({ message, second, cmw, form, signer }: AttestationJson): AttestationInput {
  return {
    message: message.model === "passport" ? resultOf(message) : evidenceOf(message),
    ...(second && { second: evidenceOf(second) }),
    cmw,
    form,
    ...(signer !== null && { signer: pki(signer) }),
    payload: cmwPayload,
  };
}

function evidenceOf({ mediaType, key, ueid, measurement }: EvidenceJson): EvidenceInput {
  const format = formatOf("background-check", mediaType);
  if (format === undefined) throw new MutationError(`no Evidence of ${mediaType} can be made`);
  const signer = pki(key);
  return { format, key: signer.key, chain: signer.chain, ueid: fromHex(ueid), measurement: fromHex(measurement) };
}

function resultOf({ mediaType, key, status, issuedAt, notBefore, expires, publicKey }: ResultJson): ResultInput {
  const format = formatOf("passport", mediaType);
  if (format === undefined) throw new MutationError(`no Attestation Result of ${mediaType} can be made`);
  const signer = pki(key);
  return {
    format,
    key: signer.key,
    chain: signer.chain,
    status,
    issuedAt,
    ...(notBefore !== null && { notBefore }),
    ...(expires !== null && { expires }),
    ...(publicKey !== null && { publicKey: fromHex(publicKey) }),
  };
}

// Attestation Results alone are made without a connection.
const NO_CONNECTION: ExporterSource = {
  hash: "sha256",
  exportKeyingMaterial() {
    throw new MutationError("there is no connection here to export from");
  },
};

const NO_BYTES: Bytes = new Uint8Array(0);

function resolve(mutation: Mutation, kind: Kind, inputs: Inputs): Mutation {
  const sender: Side = "sender" in inputs ? inputs.sender : "server";
  return resolveMutation(mutation, {
    lookUp(reference) {
      throw new MutationError(`{from: ${reference}}: a vector has no earlier messages`);
    },
    connection(name) {
      if (!("connection" in inputs)) throw new MutationError(`${kind}: there is no connection here to export from`);
      return name === "main" ? connectionOf(inputs.connection, sender) : otherConnection(inputs.connection);
    },
    iutSide: otherSide(sender),
    exporterLabel: "profile" in inputs ? inputs.profile.exporterLabel : "",
    exporterLength: "profile" in inputs ? inputs.profile.exporterLength : 0,
    sign: signDeterministically,
  });
}

function editFile(
  given: Pick<Made, "inputs" | "source">,
  mutation: Mutation,
  uses: (name: string) => void,
): Pick<Made, "inputs" | "source"> {
  const value = mutation.value === undefined ? undefined : render(mutation.value, uses);
  return editValue(given, mutation.at.split("."), { ...mutation, value }) as Pick<Made, "inputs" | "source">;
}

function keysIn(value: unknown, uses: (name: string) => void): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if ((name === "key" || name === "signer") && typeof member === "string") uses(member);
    else keysIn(member, uses);
  }
}
