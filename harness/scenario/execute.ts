import { createHash } from "node:crypto";
import { judge } from "../appraisal/appraise.ts";
import { type EmptyAppraisal, emptySteps } from "../appraisal/empty-steps.ts";
import { runAll, type StepResult } from "../appraisal/finding.ts";
import { type RequestAppraisal, requestSteps } from "../appraisal/request-steps.ts";
import type { PayloadAdapter } from "../attestation/payload.ts";
import type { Profile } from "../attestation/profile.ts";
import { otherSide, type Side } from "../authenticator/secrets.ts";
import { chooseScheme, supportedSchemes } from "../authenticator/signature.ts";
import { describeAuthenticator } from "../explain/describe.ts";
import { explainAuthenticator, explainEmpty, explainRequest } from "../explain/explain.ts";
import { buildAuthenticator, buildRequest } from "../forge/build.ts";
import { MutationError } from "../forge/edit.ts";
import { type Answer, type Driver, type IutConnection, SetUpError } from "../iut/driver.ts";
import { type Position, splitPosition } from "../iut/protocol.ts";
import { CLAIMS } from "../pki/claims.ts";
import { pki, roots } from "../pki/test-pki.ts";
import { ChannelError } from "../tls/channel.ts";
import { type Bytes, equalBytes, preview, utf8 } from "../wire/bytes.ts";
import { type CipherSuite, HandshakeType } from "../wire/code-points.ts";
import { DecodeError } from "../wire/reader.ts";
import { decodeRequest } from "../wire/request.ts";
import { type Deviation, describeRefusal, deviationOf, wrongReport } from "./answers.ts";
import { type AttestationChoice, EVIDENCE_TYPE, forgedAttestation, givenAttestation } from "./attestation-inputs.ts";
import { type Case, judgesRequests } from "./case.ts";
import { type AuthenticatorMessage, Messages, type RequestMessage } from "./messages.ts";
import { type SchemeName, schemeOf } from "./parameters.ts";
import { contextOf, malformedDecline, offersAttestation, withoutPath } from "./received.ts";
import type { AuthenticateStep, ContextStep, RequestStep, Step, ValidateStep } from "./schema.ts";
import { resolveBytes, resolveMutation, type ValueScope } from "./values.ts";

/** What a case is run with. */
export interface ExecutionContext {
  readonly position: Position;
  readonly cipherSuite: CipherSuite;
  readonly scheme: SchemeName;
  readonly profile: Profile;
  readonly payload: PayloadAdapter;
  /** Anchors of an endpoint that we did not start; undefined: the test PKI and the claims below. */
  readonly anchors: Anchors | undefined;
  readonly seed: string;
  /** Names the instance: with the seed, the source of the contexts that the harness chooses. */
  readonly instance: string;
  /** Sees each message of the script as it is made or arrives. */
  readonly watch?: (message: RequestMessage | AuthenticatorMessage) => void;
}

/** What a product in the field is judged by, in place of the test PKI. */
export interface Anchors {
  /** undefined: nobody has said which roots its certificates chain to. */
  readonly roots: { readonly pkix: readonly Bytes[]; readonly attestation: readonly Bytes[] } | undefined;
}

/** How the script went: the first thing that was not as the script says, and what was judged. */
export interface Execution {
  readonly deviation: Deviation | undefined;
  /** For a probe: what the IUT did. */
  readonly observation: string | undefined;
  readonly judged: readonly StepResult[];
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
      if (deviation || run.ended) return { deviation, observation: run.observation, judged: run.judged };
    }
    return { deviation: undefined, observation: run.observation, judged: run.judged };
  } catch (error) {
    // A failed validation SHOULD be fatal to the connection (expat section 7): what a script wants of it afterwards cannot be had then.
    if (run.hasRefused && (error instanceof SetUpError || error instanceof ChannelError)) {
      return { deviation: undefined, observation: `ended the connection after refusing: ${error.message}`, judged: run.judged };
    }
    throw error;
  } finally {
    await run.close();
  }
}

class ScriptRun implements ValueScope {
  readonly judged: StepResult[] = [];
  observation: string | undefined;
  /** The IUT made use of a right to end the script here. */
  ended = false;
  /** The IUT has refused an authenticator, as the script expects. */
  hasRefused = false;
  readonly #connections = new Map<string, IutConnection>();
  readonly #messages: Messages;
  #contextCount = 0;
  readonly iutSide: Side;
  readonly exporterLabel: string;

  constructor(
    readonly script: Case,
    readonly driver: Driver,
    readonly context: ExecutionContext,
  ) {
    this.#messages = new Messages(context.watch);
    this.exporterLabel = context.profile.exporterLabel;
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
    // One after the other: an implementation need not answer more than one call at a time.
    for (const connection of this.#connections.values()) await connection.close();
  }

  lookUp(reference: string): unknown {
    return this.#messages.lookUp(reference);
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
    return connection;
  }

  async #request(step: RequestStep): Promise<Deviation | undefined> {
    const { on = "main" } = step;
    const attestation = step.attestation ?? (this.script.attested || (step.by === "harness" && this.driver.offersNeeded));
    const connection = await this.#connect(on);
    const signatureSchemes = (step.signatureSchemes ?? [this.context.scheme]).map((name) => schemeOf[name]);
    const context = step.context === undefined ? undefined : resolveBytes(step.context, this);
    if (step.by === "harness") {
      const certificateRequestContext = context ?? this.#newContext();
      const mutations = (step.mutate ?? []).map((mutation) => resolveMutation(mutation, this));
      const sender = otherSide(this.iutSide);
      const { profile } = this.context;
      const built = buildRequest({ sender, profile, certificateRequestContext, signatureSchemes, attestation }, mutations);
      this.#messages.keepRequest(step.as, { kind: "request", bytes: built.request, context: certificateRequestContext, on, built });
      return undefined;
    }
    const answer = await connection.request({ signatureSchemes, attestation, ...(context && { context }) });
    const decided = this.#decision(step.expect, answer, "a request");
    if ("refused" in answer || decided) return decided;
    const bytes = answer.value;
    if (this.script.attested && !attestation && offersAttestation(bytes, this.context.profile)) {
      throw new SetUpError("it offers attestation though it was not told to, so nothing can come unsolicited");
    }
    if (judgesRequests(this.script.iut, this.script.steps)) {
      const earlierContexts = this.#messages.contexts(on);
      const asked = { signatureSchemes, attestation, context };
      const state: RequestAppraisal = { sender: this.iutSide, profile: this.context.profile, request: bytes, earlierContexts, asked };
      const results = explainRequest(runAll(requestSteps, state), state);
      this.#judge(results.map((result) => ({ ...result, step: `request-${result.step}` })));
    }
    try {
      const found = decodeRequest(bytes).certificateRequestContext;
      this.#messages.addContext(on, found);
      this.#messages.keepRequest(step.as, { kind: "request", bytes, context: found, on });
      return undefined;
    } catch (error) {
      if (error instanceof DecodeError) return { expected: "a well-formed request", found: error.message };
      throw error;
    }
  }

  async #authenticate(step: AuthenticateStep): Promise<Deviation | undefined> {
    const request = this.#messages.request(step.request);
    const on = step.on ?? request?.on ?? "main";
    const connection = await this.#connect(on);
    const identity = step.identity === null ? null : pki(step.identity ?? `identity-${this.context.scheme}`);
    const attestation: AttestationChoice | null =
      step.attestation === undefined ? (this.script.attested ? { cmw: "cbor" } : null) : step.attestation;
    if (step.by === "harness") {
      const scheme =
        identity && (chooseScheme([schemeOf[this.context.scheme]], identity.key) ?? chooseScheme(supportedSchemes, identity.key));
      const built = buildAuthenticator(
        {
          connection: connection.channel,
          sender: otherSide(this.iutSide),
          profile: this.context.profile,
          request: request?.bytes ?? new Uint8Array(0),
          certificateRequestContext:
            request?.context ?? (step.context === undefined ? this.#newContext() : resolveBytes(step.context, this)),
          identity: identity && scheme ? { chain: identity.chain, key: identity.key, scheme } : null,
          attestation: identity && attestation ? forgedAttestation(attestation, this.context) : null,
        },
        (step.mutate ?? []).map((mutation) => resolveMutation(mutation, this)),
      );
      this.#messages.keepAuthenticator(step.as, { kind: "authenticator", bytes: built.authenticator, on, request, built });
      return undefined;
    }
    const answer = await connection.authenticate({
      request: request?.bytes ?? null,
      identity: identity && { chain: [...identity.chain], key: identity.pkcs8 },
      attestation: attestation && givenAttestation(attestation, this.context),
    });
    const empty = "value" in answer && answer.value[0] === HandshakeType.finished;
    if (step.expect === "empty") {
      if ("refused" in answer) return { expected: "an empty authenticator", found: describeRefusal(answer.refused) };
      const state: EmptyAppraisal = {
        connection: connection.channel,
        sender: this.iutSide,
        request: request?.bytes ?? new Uint8Array(0),
        certificateRequestContext: request?.context ?? new Uint8Array(0),
        authenticator: answer.value,
      };
      this.#judge(explainEmpty(runAll(emptySteps, state), state));
      return empty ? undefined : { expected: "an empty authenticator", found: "an authenticator with a Certificate" };
    }
    if (step.expect === "refused-or-empty") {
      if ("refused" in answer) return undefined;
      if (empty) return malformedDecline(answer.value, connection.channel.hash);
      return { expected: "a refusal, or an empty authenticator", found: `an authenticator of ${answer.value.length} bytes` };
    }
    if (step.expect === "made" && empty) return { expected: "an authenticator", found: "an empty authenticator, which declines" };
    if (step.expect === "made-or-refused" && "refused" in answer) {
      this.ended = true;
      this.observation = `refused, as it may: ${describeRefusal(answer.refused)}`;
      return undefined;
    }
    const decided = this.#decision(step.expect === "made-or-refused" ? "made" : step.expect, answer, "an authenticator");
    if ("value" in answer) {
      const made = { kind: "authenticator", bytes: answer.value, on, request, askedCmw: attestation?.cmw } as const;
      this.#messages.keepAuthenticator(step.as, made);
    }
    return decided;
  }

  async #validate(step: ValidateStep): Promise<Deviation | undefined> {
    const authenticator = this.#messages.authenticator(step.authenticator);
    const request = step.request === undefined ? authenticator.request : this.#messages.request(step.request);
    const on = step.on ?? request?.on ?? authenticator.on;
    const connection = await this.#connect(on);
    const { attested } = this.script;
    const trust = {
      pkix: step.trust?.pkix?.map((name) => pki(name).certificate) ?? roots("identity"),
      attestation: step.trust?.attestation?.map((name) => pki(name).certificate) ?? roots("attestation"),
      results: [],
    };
    const { anchors } = this.context;
    const policy = {
      attestation: step.policy?.attestation ?? (attested ? ("required" as const) : ("none" as const)),
      measurement:
        step.policy?.measurement === undefined ? (attested ? CLAIMS.measurement : undefined) : resolveBytes(step.policy.measurement, this),
    };
    if (step.by === "harness") {
      const judged = judge({
        connection: connection.channel,
        sender: this.iutSide,
        profile: this.context.profile,
        request: request && { bytes: request.bytes, decoded: decodeRequest(request.bytes) },
        authenticator: authenticator.bytes,
        trust: anchors ? { pkix: anchors.roots?.pkix, attestation: anchors.roots?.attestation, results: [] } : trust,
        // An attester may leave an offer unanswered (open point offer-declined): that is told apart below, not failed.
        policy: {
          attestation: attested ? "optional" : "none",
          // What a product measures is its own; only one that was given the claims of the suite can be asked for them.
          measurement: anchors ? undefined : policy.measurement,
        },
        now: step.now === undefined ? new Date() : new Date(step.now),
        consumedContexts: this.#messages.contexts(on),
        payload: this.context.payload,
        ...(attested && !anchors && { asked: { cmw: authenticator.askedCmw ?? "cbor", ...CLAIMS } }),
      });
      const results = explainAuthenticator(judged.results, judged.state);
      this.#judge(anchors && !anchors.roots ? results.map(withoutPath) : results);
      if (attested && !judged.attested) this.observation = "answers the offer without attestation (open point offer-declined)";
      const context = contextOf(authenticator.bytes);
      if (context) this.#messages.addContext(on, context);
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
    if ("refused" in answer && !decided) this.hasRefused = true;
    if ("refused" in answer && decided) return { ...decided, sent: describeAuthenticator(authenticator.bytes, this.context.profile) };
    if (decided || "refused" in answer || answer.value === undefined || step.expect !== "accepted") return decided;
    const sent = authenticator.built?.values;
    return sent && wrongReport(answer.value, sent.certificate, policy.attestation !== "none" && sent.extension ? EVIDENCE_TYPE : undefined);
  }

  async #context({ of, message, expect }: ContextStep): Promise<Deviation | undefined> {
    const target = message === "request" ? this.#messages.request(of) : this.#messages.authenticator(of);
    if (target === undefined) throw new MutationError(`context: no ${message} "${of}"`);
    const answer = await this.driver.context(message === "request" ? { request: target.bytes } : { authenticator: target.bytes });
    if (expect !== "returned") return this.#decision(expect, answer, "a context");
    if ("refused" in answer) return { expected: "the context", found: describeRefusal(answer.refused) };
    const expected = target.kind === "request" ? target.context : contextOf(target.bytes);
    if (expected === undefined) return { expected: "an authenticator with a context", found: preview(target.bytes) };
    return equalBytes(expected, answer.value) ? undefined : { expected: preview(expected, 64), found: preview(answer.value, 64) };
  }

  #decision(expect: "made" | "refused" | "observed", answer: Answer<unknown>, what: string): Deviation | undefined {
    if (expect !== "observed") return deviationOf(expect, answer, what);
    this.observation = "refused" in answer ? describeRefusal(answer.refused) : `answered with ${what}`;
    return undefined;
  }

  // Where a script judges several messages, a step has passed when it passed for each of them.
  #judge(results: readonly StepResult[]): void {
    for (const result of results) {
      const index = this.judged.findIndex(({ step }) => step === result.step);
      if (index < 0) this.judged.push(result);
      else if (this.judged[index]?.kind !== "finding" && result.kind !== "passed") this.judged[index] = result;
    }
  }

  // Unpredictable to the IUT, and the same when a case is replayed with its seed.
  #newContext(): Bytes {
    return createHash("sha256")
      .update(utf8(`${this.context.seed} ${this.context.instance} ${this.#contextCount++}`))
      .digest();
  }
}
