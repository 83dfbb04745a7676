import { createHash } from "node:crypto";
import { judge } from "../appraisal/appraise.ts";
import { emptySteps } from "../appraisal/empty-steps.ts";
import { runAll, type StepResult } from "../appraisal/finding.ts";
import { requestSteps } from "../appraisal/request-steps.ts";
import { evidenceFormats } from "../attestation/evidence-formats.ts";
import { cmwPayload, type PayloadAdapter } from "../attestation/payload.ts";
import type { Profile } from "../attestation/profile.ts";
import { otherSide, type Side } from "../authenticator/secrets.ts";
import { chooseScheme, supportedSchemes } from "../authenticator/signature.ts";
import type { AttestationInput } from "../forge/authenticator-stages.ts";
import { type BuiltAuthenticator, type BuiltRequest, buildAuthenticator, buildRequest } from "../forge/build.ts";
import { MutationError } from "../forge/edit.ts";
import { type BuildView, lookUpStage } from "../forge/pipeline.ts";
import type { Answer, Driver, IutConnection } from "../iut/driver.ts";
import { type Attestation, type Position, splitPosition } from "../iut/protocol.ts";
import { CLAIMS } from "../pki/claims.ts";
import { pki } from "../pki/test-pki.ts";
import { type Bytes, equalBytes, preview, toHex, utf8 } from "../wire/bytes.ts";
import type { CipherSuite } from "../wire/code-points.ts";
import { DecodeError } from "../wire/reader.ts";
import { decodeRequest } from "../wire/request.ts";
import { type Case, judgesRequests } from "./case.ts";
import { type SchemeName, schemeOf } from "./parameters.ts";
import type { AuthenticateStep, ContextStep, RequestStep, Step, ValidateStep } from "./schema.ts";
import { resolveBytes, resolveMutation, type ValueScope } from "./values.ts";

/** What a case is run with. */
export interface ExecutionContext {
  readonly position: Position;
  readonly cipherSuite: CipherSuite;
  readonly scheme: SchemeName;
  readonly profile: Profile;
  readonly payload: PayloadAdapter;
  /** Anchors and reference value of an endpoint that we did not start; undefined: the test PKI and the claims below. */
  readonly anchors: Anchors | undefined;
  readonly seed: string;
  /** Names the instance: with the seed, the source of the contexts that the harness chooses. */
  readonly instance: string;
}

/** What a product in the field is judged by, in place of the test PKI. */
export interface Anchors {
  readonly pkix: readonly Bytes[];
  readonly attestation: readonly Bytes[];
  /** undefined: any measurement is fine. */
  readonly measurement: Bytes | undefined;
}

/** How the script went: the first thing that was not as the script says, and what was judged. */
export interface Execution {
  readonly deviation: Deviation | undefined;
  /** For a probe: what the IUT did. */
  readonly observation: string | undefined;
  readonly judged: readonly StepResult[];
}

/** The IUT decided otherwise than a conforming one does. */
export interface Deviation {
  readonly expected: string;
  readonly found: string;
}

interface RequestMessage {
  readonly kind: "request";
  readonly bytes: Bytes;
  readonly context: Bytes;
  readonly on: string;
  readonly built?: BuiltRequest;
}

interface AuthenticatorMessage {
  readonly kind: "authenticator";
  readonly bytes: Bytes;
  readonly on: string;
  readonly request: RequestMessage | undefined;
  readonly built?: BuiltAuthenticator;
}

/**
 * Runs the script of a case once, on connections of its own. Throws what the driver throws (IutFailure, RpcError, SetUpError), and
 * MutationError or another Error where the fault is the script's or ours.
 */
export async function execute(script: Case, driver: Driver, context: ExecutionContext): Promise<Execution> {
  const run = new ScriptRun(script, driver, context);
  try {
    for (const step of script.steps) {
      const deviation = await run.step(step);
      if (deviation) return { deviation, observation: run.observation, judged: run.judged };
    }
    return { deviation: undefined, observation: run.observation, judged: run.judged };
  } finally {
    await run.close();
  }
}

class ScriptRun implements ValueScope {
  readonly judged: StepResult[] = [];
  observation: string | undefined;
  readonly #connections = new Map<string, IutConnection>();
  readonly #requests = new Map<string, RequestMessage>();
  readonly #authenticators = new Map<string, AuthenticatorMessage>();
  readonly #contexts = new Map<string, Set<string>>();
  #lastRequest: RequestMessage | undefined;
  #lastAuthenticator: AuthenticatorMessage | undefined;
  #contextCount = 0;
  readonly iutSide: Side;

  constructor(
    readonly script: Case,
    readonly driver: Driver,
    readonly context: ExecutionContext,
  ) {
    this.iutSide = splitPosition(context.position).side;
  }

  async step(step: Step): Promise<Deviation | undefined> {
    if ("connect" in step) {
      await this.#connect(step.connect.as);
      return undefined;
    }
    if ("request" in step) return this.#request(step.request);
    if ("authenticate" in step) return this.#authenticate(step.authenticate);
    if ("validate" in step) return this.#validate(step.validate);
    return this.#context(step.context);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#connections.values()].map((connection) => connection.close()));
  }

  lookUp(reference: string): unknown {
    const [name = "", ...path] = reference.split(".");
    const message = this.#authenticators.get(name) ?? this.#requests.get(name);
    if (message === undefined) throw new MutationError(`{from: ${reference}}: nothing is called "${name}" yet`);
    if (path.length === 0) return message.bytes;
    if (path[0] === "context" && message.kind === "request") return message.context;
    if (message.built === undefined) throw new MutationError(`{from: ${reference}}: "${name}" was made by the IUT and has no stages`);
    return lookUpStage(message.built as unknown as BuildView<Record<string, unknown>>, path.join("."));
  }

  connection(name: string) {
    const connection = this.#connections.get(name);
    if (connection === undefined) throw new MutationError(`no connection is called "${name}" yet`);
    return connection.channel;
  }

  async #connect(name: string): Promise<IutConnection> {
    const known = this.#connections.get(name);
    if (known) return known;
    const { position, cipherSuite } = this.context;
    const connection = await this.driver.connect({ position, cipherSuite, record: false });
    this.#connections.set(name, connection);
    this.#contexts.set(name, new Set());
    return connection;
  }

  async #request(step: RequestStep): Promise<Deviation | undefined> {
    const { on = "main" } = step;
    const attestation = step.attestation ?? (this.script.attested || (step.by === "harness" && this.driver.offersNeeded));
    const connection = await this.#connect(on);
    const signatureSchemes = (step.signatureSchemes ?? [this.context.scheme]).map((name) => schemeOf[name].scheme);
    const context = step.context === undefined ? undefined : resolveBytes(step.context, this);
    if (step.by === "harness") {
      const certificateRequestContext = context ?? this.#newContext();
      const mutations = (step.mutate ?? []).map((mutation) => resolveMutation(mutation, this));
      const sender = otherSide(this.iutSide);
      const { profile } = this.context;
      const built = buildRequest({ sender, profile, certificateRequestContext, signatureSchemes, attestation }, mutations);
      this.#keepRequest(step.as, { kind: "request", bytes: built.request, context: certificateRequestContext, on, built });
      return undefined;
    }
    const answer = await connection.request({ signatureSchemes, attestation, ...(context && { context }) });
    const decided = this.#decision(step.expect, answer, "a request");
    if ("refused" in answer || decided) return decided;
    const bytes = answer.value;
    if (judgesRequests(this.script.iut, this.script.steps)) {
      const earlierContexts = this.#contexts.get(on) ?? new Set();
      const appraisal = { sender: this.iutSide, profile: this.context.profile, request: bytes, earlierContexts };
      const results = runAll(requestSteps, { ...appraisal, asked: { signatureSchemes, attestation, context } });
      this.#judge(results.map((result) => ({ ...result, step: `request-${result.step}` })));
    }
    try {
      const found = decodeRequest(bytes).certificateRequestContext;
      this.#contexts.get(on)?.add(toHex(found));
      this.#keepRequest(step.as, { kind: "request", bytes, context: found, on });
      return undefined;
    } catch (error) {
      if (error instanceof DecodeError) return { expected: "a well-formed request", found: error.message };
      throw error;
    }
  }

  async #authenticate(step: AuthenticateStep): Promise<Deviation | undefined> {
    const request = this.#requestFor(step.request);
    const on = step.on ?? request?.on ?? "main";
    const connection = await this.#connect(on);
    const identity = step.identity === null ? null : pki(step.identity ?? schemeOf[this.context.scheme].identity);
    const attestation: AttestationChoice | null =
      step.attestation === undefined ? (this.script.attested ? { cmw: "cbor", key: "attestation-p256" } : null) : step.attestation;
    if (step.by === "harness") {
      const scheme =
        identity && (chooseScheme([schemeOf[this.context.scheme].scheme], identity.key) ?? chooseScheme(supportedSchemes, identity.key));
      const built = buildAuthenticator(
        {
          connection: connection.channel,
          sender: otherSide(this.iutSide),
          profile: this.context.profile,
          request: request?.bytes ?? new Uint8Array(0),
          certificateRequestContext:
            request?.context ?? (step.context === undefined ? this.#newContext() : resolveBytes(step.context, this)),
          identity: identity && scheme ? { chain: identity.chain, key: identity.key, scheme } : null,
          attestation: identity && attestation ? this.#forgedAttestation(attestation) : null,
        },
        (step.mutate ?? []).map((mutation) => resolveMutation(mutation, this)),
      );
      this.#keepAuthenticator(step.as, { kind: "authenticator", bytes: built.authenticator, on, request, built });
      return undefined;
    }
    const answer = await connection.authenticate({
      request: request?.bytes ?? null,
      identity: identity && { chain: [...identity.chain], key: identity.pkcs8 },
      attestation: attestation && givenAttestation(attestation),
    });
    const empty = "value" in answer && answer.value[0] === FINISHED;
    if (step.expect === "empty") {
      if ("refused" in answer) return { expected: "an empty authenticator", found: describeRefusal(answer.refused) };
      const judged = runAll(emptySteps, {
        connection: connection.channel,
        sender: this.iutSide,
        request: request?.bytes ?? new Uint8Array(0),
        certificateRequestContext: request?.context ?? new Uint8Array(0),
        authenticator: answer.value,
      });
      this.#judge(judged);
      return empty ? undefined : { expected: "an empty authenticator", found: "an authenticator with a Certificate" };
    }
    if (step.expect === "refused-or-empty") {
      if ("refused" in answer || empty) return undefined;
      return { expected: "a refusal, or an empty authenticator", found: `an authenticator of ${answer.value.length} bytes` };
    }
    if (step.expect === "made" && empty) return { expected: "an authenticator", found: "an empty authenticator, which declines" };
    const decided = this.#decision(step.expect, answer, "an authenticator");
    if ("value" in answer) this.#keepAuthenticator(step.as, { kind: "authenticator", bytes: answer.value, on, request });
    return decided;
  }

  async #validate(step: ValidateStep): Promise<Deviation | undefined> {
    const authenticator = step.authenticator === undefined ? this.#lastAuthenticator : this.#authenticators.get(step.authenticator);
    if (authenticator === undefined) throw new MutationError(`validate: no authenticator "${step.authenticator ?? ""}" was made`);
    const request = step.request === undefined ? authenticator.request : this.#requestFor(step.request);
    const on = step.on ?? request?.on ?? authenticator.on;
    const connection = await this.#connect(on);
    const { attested } = this.script;
    const trust = {
      pkix: (step.trust?.pkix ?? ["identity-root"]).map((name) => pki(name).certificate),
      attestation: (step.trust?.attestation ?? ["attestation-root"]).map((name) => pki(name).certificate),
      results: [],
    };
    const { anchors } = this.context;
    const policy = {
      attestation: step.policy?.attestation ?? (attested ? ("required" as const) : ("none" as const)),
      measurement:
        step.policy?.measurement === undefined ? (attested ? CLAIMS.measurement : undefined) : resolveBytes(step.policy.measurement, this),
    };
    if (step.by === "harness") {
      const { results, attested: holdsAttestation } = judge({
        connection: connection.channel,
        sender: this.iutSide,
        profile: this.context.profile,
        request: request && { bytes: request.bytes, decoded: decodeRequest(request.bytes) },
        authenticator: authenticator.bytes,
        trust: anchors ? { ...anchors, results: [] } : trust,
        // An attester may leave an offer unanswered (open point offer-declined): that is told apart below, not failed.
        policy: {
          attestation: attested ? "optional" : "none",
          measurement: anchors ? anchors.measurement : policy.measurement,
        },
        now: step.now === undefined ? new Date() : new Date(step.now),
        consumedContexts: this.#contexts.get(on) ?? new Set(),
        payload: this.context.payload,
      });
      this.#judge(results);
      if (attested && !holdsAttestation) this.observation = "answers the offer without attestation (open point offer-declined)";
      if (request) this.#contexts.get(on)?.add(toHex(request.context));
      return undefined;
    }
    const { measurement } = policy;
    const answer = await connection.validate({
      request: request?.bytes ?? null,
      authenticator: authenticator.bytes,
      trust,
      policy: { attestation: policy.attestation, ...(measurement && { measurement }) },
      ...(step.now !== undefined && { now: step.now }),
    });
    const decided = this.#decision(step.expect === "accepted" ? "made" : step.expect, answer, "acceptance");
    if (decided || "refused" in answer || answer.value === undefined || step.expect !== "accepted") return decided;
    return wrongReport(answer.value, authenticator, policy.attestation !== "none" && hasAttestation(authenticator));
  }

  async #context({ of, message, expect }: ContextStep): Promise<Deviation | undefined> {
    const target = message === "request" ? this.#requests.get(of) : this.#authenticators.get(of);
    if (target === undefined) throw new MutationError(`context: no ${message} "${of}"`);
    const answer = await this.driver.context(message === "request" ? { request: target.bytes } : { authenticator: target.bytes });
    if (expect === "refused") return this.#decision("refused", answer, "a context");
    if ("refused" in answer) return { expected: "the context", found: describeRefusal(answer.refused) };
    const expected =
      (target.kind === "request" ? target.context : target.built?.values.certificate.certificateRequestContext) ?? answer.value;
    return equalBytes(expected, answer.value) ? undefined : { expected: preview(expected, 64), found: preview(answer.value, 64) };
  }

  #decision(expect: "made" | "refused" | "observed", answer: Answer<unknown>, what: string): Deviation | undefined {
    const found = "refused" in answer ? describeRefusal(answer.refused) : what;
    if (expect === "observed") {
      this.observation = "refused" in answer ? found : `accepted (${what})`;
      return undefined;
    }
    if (expect === "made") return "refused" in answer ? { expected: what, found } : undefined;
    return "refused" in answer ? undefined : { expected: "a refusal", found: what };
  }

  // Where a script judges several messages, a step has passed when it passed for each of them.
  #judge(results: readonly StepResult[]): void {
    for (const result of results) {
      const index = this.judged.findIndex(({ step }) => step === result.step);
      if (index < 0) this.judged.push(result);
      else if (this.judged[index]?.kind !== "finding" && result.kind !== "passed") this.judged[index] = result;
    }
  }

  #requestFor(name: string | null | undefined): RequestMessage | undefined {
    if (name === null) return undefined;
    const request = name === undefined ? this.#lastRequest : this.#requests.get(name);
    if (request === undefined) throw new MutationError(`no request "${name ?? ""}" was made`);
    return request;
  }

  #keepRequest(name = "request", request: RequestMessage): void {
    this.#lastRequest = request;
    this.#requests.set(name, request);
  }

  #keepAuthenticator(name = "authenticator", authenticator: AuthenticatorMessage): void {
    this.#lastAuthenticator = authenticator;
    this.#authenticators.set(name, authenticator);
  }

  // Unpredictable to the IUT, and the same when a case is replayed with its seed.
  #newContext(): Bytes {
    return createHash("sha256")
      .update(utf8(`${this.context.seed} ${this.context.instance} ${this.#contextCount++}`))
      .digest();
  }

  #forgedAttestation({ cmw, key, payload }: AttestationChoice): AttestationInput {
    const signer = pki(key);
    const format = evidenceFormats.get(EVIDENCE_TYPE);
    if (format === undefined) throw new Error(`no format ${EVIDENCE_TYPE}`);
    return { format, cmw, payload: payload === "cmw" ? cmwPayload : this.context.payload, ...CLAIMS, key: signer.key, chain: signer.chain };
  }
}

const FINISHED = 20;
const EVIDENCE_TYPE = "application/eat+cwt";

interface AttestationChoice {
  readonly cmw: "cbor" | "json";
  readonly key: string;
  readonly payload?: "cmw" | undefined;
}

function givenAttestation({ cmw, key }: AttestationChoice): Attestation {
  const signer = pki(key);
  return { model: "background-check", type: EVIDENCE_TYPE, cmw, claims: { ...CLAIMS }, key: signer.pkcs8, chain: [...signer.chain] };
}

function hasAttestation({ built }: AuthenticatorMessage): boolean {
  return built?.values.extension != null;
}

/** What a relying party reports of an authenticator that it accepts must be what the authenticator says (RFC 9261 section 7.4). */
function wrongReport(
  accepted: { context: Bytes; chain: readonly Bytes[]; attested: boolean; type?: string | undefined },
  { built }: AuthenticatorMessage,
  attested: boolean,
): Deviation | undefined {
  if (built === undefined) return undefined;
  const { certificateRequestContext, entries } = built.values.certificate;
  if (!equalBytes(accepted.context, certificateRequestContext)) {
    return { expected: `context ${preview(certificateRequestContext, 64)} reported`, found: preview(accepted.context, 64) };
  }
  const sameChain =
    accepted.chain.length === entries.length &&
    entries.every(({ certData }, index) => equalBytes(certData, accepted.chain[index] ?? certData));
  if (!sameChain)
    return {
      expected: `the chain of ${entries.length} certificates reported as received`,
      found: `${accepted.chain.length} certificates, or others`,
    };
  if (accepted.attested !== attested) return { expected: `attested: ${attested}`, found: `attested: ${accepted.attested}` };
  if (attested && accepted.type?.split(";", 1)[0]?.trim() !== EVIDENCE_TYPE)
    return { expected: `type ${EVIDENCE_TYPE}`, found: String(accepted.type) };
  return undefined;
}

function describeRefusal({ code, detail }: { code?: string | undefined; detail?: string | undefined }): string {
  const reason = [code, detail].filter((part) => part !== undefined && part !== "").join(": ");
  return reason ? `refused (${reason})` : "refused";
}
