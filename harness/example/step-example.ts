import { createHash } from "node:crypto";
import { judge } from "../appraisal/appraise.ts";
import { contextSteps } from "../appraisal/context-steps.ts";
import { type EmptyAppraisal, emptySteps } from "../appraisal/empty-steps.ts";
import { runAll, type StepResult } from "../appraisal/finding.ts";
import { type RequestAppraisal, requestSteps } from "../appraisal/request-steps.ts";
import { cmwPayload } from "../attestation/payload.ts";
import { defaultProfile } from "../attestation/profile.ts";
import { explainAuthenticator, explainEmpty, explainRequest } from "../explain/explain.ts";
import type { BuildInput } from "../forge/authenticator-values.ts";
import { type BuiltAuthenticator, buildAuthenticator, buildRequest } from "../forge/build.ts";
import { Deferred, type Mutation } from "../forge/mutation.ts";
import type { BuildView } from "../forge/pipeline.ts";
import { CLAIMS } from "../pki/claims.ts";
import { families, pki, roots } from "../pki/test-pki.ts";
import { forgedAttestation } from "../scenario/attestation-inputs.ts";
import { editInWords } from "../scenario/own-mistake.ts";
import type { FormatName } from "../scenario/parameters.ts";
import { type Bytes, concat, fromHex, toHex, uint, utf8 } from "../wire/bytes.ts";
import { decodeRequest } from "../wire/request.ts";
import { exampleChannel } from "./connection.ts";
import { alteredValues, type BuiltMessage, type Example, type JudgesWord, type ShownExchange, shown } from "./exchange.ts";

/** An edit that makes the mistake of an example. */
type Edit = Omit<Mutation, "reseal" | "value"> & { readonly value?: unknown };

interface StepExample {
  /** What is wrong, where no known mistake says it. */
  readonly title?: string;
  readonly edits: readonly Edit[];
  /** For a sample of contexts: the wrong ones, by their number. */
  readonly contexts?: (index: number, connection: string) => Bytes;
}

// Ed25519 makes the same signature over the same content: right and wrong differ only in what follows from the mistake.
const FAMILY = "ed25519";
const SCHEME = families[FAMILY];
const CONTEXT = utf8("context of an example");
const random = (index: number, connection = ""): Bytes => createHash("sha256").update(`${connection} ${index}`).digest();
const self = (path: string): Deferred => new Deferred((lookUp) => lookUp(path));

/** One mistake for each step, most of them the first known one that an edit can make. */
const examples: Readonly<Record<string, StepExample>> = {
  frame: { edits: [{ at: "frame.messages", op: "reverse" }] },
  parse: { edits: [{ at: "certificate.entries", op: "drop" }] },
  context: { edits: [{ at: "certificate.certificateRequestContext", op: "drop" }] },
  schemes: { edits: [{ at: "certificate-verify.algorithm", op: "replace", value: 0x0708 }] },
  extensions: { edits: [{ at: "certificate.entries.0.extensions", op: "extend", value: { type: 5, data: fromHex("0100000100") } }] },
  placement: { edits: [{ at: "certificate.entries.0.extensions.0.data", op: "replace", value: self("extension.cmwData") }] },
  "certificate-path": { edits: [{ at: "certificate.entries.0.certData", op: "replace", value: self("binding.publicKey") }] },
  "certificate-verify": { edits: [{ at: "signature-input.request", op: "drop" }] },
  finished: { edits: [{ at: "mac-input.certificateVerify", op: "drop" }] },
  cmw: { edits: [{ at: "cmw.indicator", op: "replace", value: 2 }] },
  "evidence-signature": { edits: [{ at: "evidence.unprotectedHeader.x5chain.value", op: "reverse" }] },
  binding: { edits: [{ at: "binding.exportedValue", op: "drop" }] },
  "aik-hash": { edits: [{ at: "claims.aikPubHash.value", op: "replace", value: self("binding.publicKey") }] },
  claims: { edits: [{ at: "claims.ueid.value", op: "replace", value: utf8(toHex(CLAIMS.ueid)) }] },
  result: { title: "the Attestation Result is altered on the way", edits: [{ at: "result-signature.signature", op: "flip" }] },
  "certificate-order": {
    title: "a certificate that did not issue the first one stands between it and its issuer",
    edits: [
      {
        at: "certificate.entries",
        op: "insert",
        index: 1,
        value: { certData: pki("attestation-intermediate-ed25519").certificate, extensions: [] },
      },
    ],
  },
  "contexts-unique": { title: "a context comes a second time", edits: [], contexts: (index) => random(index % 20) },
  "contexts-repeated": { title: "each connection has the same contexts", edits: [], contexts: random },
  "contexts-increment": { title: "the context is a counter", edits: [], contexts: (index) => uint(1000 + index, 4) },
  "contexts-change": {
    title: "hardly a bit of the context ever changes",
    edits: [],
    contexts: (index) => concat(new Uint8Array(30), uint((index * index * 5) % 251, 2)),
  },
  freshness: { title: "the same authenticator comes a second time", edits: [] },
  "empty-frame": {
    edits: [{ at: "frame.messages", op: "insert", index: 0, value: { name: "certificate", bytes: self("certificate.bytes") } }],
  },
  "empty-finished": { edits: [{ at: "mac-input.certificate", op: "drop" }] },
  "request-structure": {
    edits: [
      { at: "message.bytes", op: "reverse" },
      { at: "message.bytes", op: "truncate", by: 4 },
      { at: "message.bytes", op: "reverse" },
    ],
  },
  "request-type": { edits: [{ at: "message.handshakeType", op: "replace", value: 13 }] },
  "request-context": {
    edits: [{ at: "context.certificateRequestContext", op: "insert", index: 0, value: Uint8Array.of(CONTEXT.length) }],
  },
  "request-signature-algorithms": { edits: [{ at: "extensions.list.signatureAlgorithms.data", op: "replace", value: fromHex("0807") }] },
  "request-extensions": {
    title: "signature_algorithms stands twice in the request",
    edits: [{ at: "extensions.list.signatureAlgorithms", op: "duplicate" }],
  },
  "request-offer": { edits: [{ at: "extensions.list.cmwAttestation.data", op: "replace", value: fromHex("0000") }] },
};

/** The names of the steps that have an example. */
export const stepsWithExample: readonly string[] = Object.keys(examples);

/** A right and a wrong exchange for a step of the judge, built without sockets; undefined for a step that is not known. */
export function stepExample(step: string): Example | undefined {
  const example = examples[step];
  if (example === undefined) return undefined;
  const edits = example.edits.map((edit): Mutation => ({ ...edit, reseal: true }));
  const wrongContexts = example.contexts;
  if (wrongContexts) return contextsExample(step, example.title ?? "", wrongContexts);
  const make = step.startsWith("request-") ? ofRequest : step.startsWith("empty-") ? ofEmpty : ofAuthenticator;
  const [right, wrong] = [make([], step), make(edits, step)];
  const finds = wordsOf(wrong.results, step);
  const named = finds.flatMap(({ mistakes }) => mistakes)[0]?.title;
  return {
    right: { messages: right.messages.flatMap((message) => shown(message, defaultProfile)) },
    wrong: {
      title: named ?? example.title ?? "a mistake that has no name",
      made: edits.length > 0 ? edits.map(editInWords) : [example.title ?? ""],
      altered: alteredValues(edits, right.view, wrong.view),
      exchange: { messages: wrong.messages.flatMap((message) => shown(message, defaultProfile)) },
      finds,
    },
  };
}

const SAMPLE = 24;

// Contexts are judged as a sample: what is shown are its first requests.
function contextsExample(step: string, title: string, wrong: NonNullable<StepExample["contexts"]>): Example {
  const sample = (contexts: NonNullable<StepExample["contexts"]>) => ({
    connections: ["main", "other"].map((name) => ({ name, contexts: Array.from({ length: SAMPLE }, (_, index) => contexts(index, name)) })),
  });
  const requests = (contexts: NonNullable<StepExample["contexts"]>): ShownExchange["messages"] =>
    [0, 1, 2].flatMap((index) => {
      const certificateRequestContext = contexts(index, "main");
      const input = { sender: "client", profile: defaultProfile, signatureSchemes: [SCHEME], attestation: false } as const;
      return shown({ request: buildRequest({ ...input, certificateRequestContext }, []) }, defaultProfile);
    });
  // Every connection draws from the same source here, so that the step about two connections has something to find.
  const source: NonNullable<StepExample["contexts"]> = step === "contexts-repeated" ? (index) => wrong(index, "") : wrong;
  return {
    right: { messages: requests(random) },
    wrong: {
      title,
      made: [title],
      altered: [],
      exchange: { messages: requests(source) },
      finds: wordsOf(runAll(contextSteps, sample(source)), step),
    },
  };
}

interface Made {
  readonly messages: readonly BuiltMessage[];
  readonly view: BuildView<never>;
  readonly results: readonly StepResult[];
}

function ofRequest(edits: readonly Mutation[]): Made {
  const asked = { signatureSchemes: [SCHEME], attestation: true, context: CONTEXT };
  const { signatureSchemes, attestation } = asked;
  const input = { sender: "client", profile: defaultProfile, certificateRequestContext: CONTEXT, signatureSchemes, attestation } as const;
  const request = buildRequest(input, edits);
  const state: RequestAppraisal = {
    sender: "client",
    profile: defaultProfile,
    request: request.request,
    asked,
    earlierContexts: new Set(),
  };
  const results = explainRequest(runAll(requestSteps, state), state).map((result) => ({ ...result, step: `request-${result.step}` }));
  return { messages: [{ request }], view: request as unknown as BuildView<never>, results };
}

function ofEmpty(edits: readonly Mutation[]): Made {
  const { input, request } = attester();
  const authenticator = buildAuthenticator({ ...input, identity: null, attestation: null }, edits);
  const { connection, sender } = input;
  const state: EmptyAppraisal = {
    connection,
    sender,
    request: request.request,
    certificateRequestContext: CONTEXT,
    authenticator: authenticator.authenticator,
  };
  return made(request, authenticator, explainEmpty(runAll(emptySteps, state), state));
}

function ofAuthenticator(edits: readonly Mutation[], step: string): Made {
  const { input, request } = attester(step.startsWith("result") ? "ear-jwt" : "eat-cwt");
  const authenticator = buildAuthenticator(input, edits);
  const { connection, sender, profile } = input;
  const { results, state } = judge({
    connection,
    sender,
    profile,
    request: { bytes: request.request, decoded: decodeRequest(request.request) },
    authenticator: authenticator.authenticator,
    trust: { pkix: roots("identity"), attestation: roots("attestation"), results: roots("result") },
    policy: { attestation: "required", measurement: CLAIMS.measurement },
    now: new Date(),
    consumedContexts: new Set(step === "freshness" ? [toHex(CONTEXT)] : []),
    payload: cmwPayload,
    ...(!step.startsWith("result") && { asked: { cmw: "cbor", model: "background-check", mediaType: "application/eat+cwt", ...CLAIMS } }),
  });
  return made(request, authenticator, explainAuthenticator(results, state));
}

function attester(format: FormatName = "eat-cwt") {
  const request = buildRequest({
    sender: "client",
    profile: defaultProfile,
    certificateRequestContext: CONTEXT,
    signatureSchemes: [SCHEME],
    attestation: true,
  });
  const { chain, key } = pki(`identity-${FAMILY}`);
  const input: BuildInput = {
    connection: exampleChannel("main", "server", "TLS_AES_128_GCM_SHA256"),
    sender: "server",
    profile: defaultProfile,
    request: request.request,
    certificateRequestContext: CONTEXT,
    identity: { chain, key, scheme: SCHEME },
    attestation: forgedAttestation({ cmw: "cbor" }, { scheme: FAMILY, format, payload: cmwPayload }),
  };
  return { input, request };
}

function made(request: ReturnType<typeof buildRequest>, authenticator: BuiltAuthenticator, results: readonly StepResult[]): Made {
  return { messages: [{ request }, { authenticator }], view: authenticator as unknown as BuildView<never>, results };
}

// What the step itself finds comes first; what follows from the mistake in other steps, behind it.
function wordsOf(results: readonly StepResult[], step: string): JudgesWord[] {
  const words = results.flatMap((result): JudgesWord[] =>
    result.kind === "finding" ? [{ by: result.step, ...result.finding, mistakes: result.mistakes ?? [] }] : [],
  );
  return words
    .toSorted((a, b) => Number(b.by === step) - Number(a.by === step))
    .map(({ by, expected, found, mistakes }) => ({ by, found, mistakes, ...(expected && { expected }) }));
}
