import { judge } from "../appraisal/appraise.ts";
import { otherSide } from "../authenticator/secrets.ts";
import { chooseScheme, supportedSchemes } from "../authenticator/signature.ts";
import { explainAuthenticator } from "../explain/explain.ts";
import type { BuildInput } from "../forge/authenticator-values.ts";
import { buildAuthenticator, buildRequest } from "../forge/build.ts";
import type { Channel } from "../tls/channel.ts";
import { concat } from "../wire/bytes.ts";
import { clientHelloExtensions } from "../wire/client-hello.ts";
import { decodeRequest } from "../wire/request.ts";
import { forgedAttestation } from "./attestation-inputs.ts";
import { formatsByName, schemeOf } from "./parameters.ts";
import { contextOf, withoutPath } from "./received.ts";
import type { AuthenticateStep, RequestStep, ValidateStep } from "./schema.ts";
import type { ScriptRun } from "./script-run.ts";
import { type AuthenticateInputs, type RequestInputs, resolveEdits, type ValidateInputs } from "./step-inputs.ts";
import { resolveBytes } from "./values.ts";

/** What the harness does at its own end: it makes requests and authenticators, with the edits of the script, and judges. */

/** Makes a request (RFC 9261 section 4). Throws MutationError where an edit does not fit. */
export function makeRequest(run: ScriptRun, step: RequestStep, { on, signatureSchemes, attestation, context }: RequestInputs): void {
  const certificateRequestContext = context ?? run.newContext();
  const sender = otherSide(run.iutSide);
  const { profile } = run.context;
  const inputs = { sender, profile, certificateRequestContext, signatureSchemes, attestation };
  const edits = resolveEdits(step.mutate, run);
  const built = buildRequest(inputs, edits);
  run.context.stimulus?.request(inputs, step.mutate, edits, built);
  run.messages.keepRequest(step.as, { kind: "request", bytes: built.request, context: certificateRequestContext, on, built });
}

/** Makes an authenticator (RFC 9261 section 5), attested where the inputs say so. Throws MutationError where an edit does not fit. */
export function makeAuthenticator(run: ScriptRun, step: AuthenticateStep, inputs: AuthenticateInputs): void {
  const { on, connection, request, identity, attestation } = inputs;
  const scheme = identity && (chooseScheme([schemeOf[run.context.scheme]], identity.key) ?? chooseScheme(supportedSchemes, identity.key));
  const input: BuildInput = {
    connection: connection.channel,
    sender: otherSide(run.iutSide),
    profile: run.context.profile,
    request: request?.bytes ?? new Uint8Array(0),
    certificateRequestContext: request?.context ?? (step.context === undefined ? run.newContext() : resolveBytes(step.context, run)),
    identity: identity && scheme ? { chain: identity.chain, key: identity.key, scheme } : null,
    attestation: identity && attestation ? forgedAttestation(attestation, run.context) : null,
  };
  const edits = resolveEdits(step.mutate, run);
  const built = buildAuthenticator(input, edits);
  run.context.stimulus?.authenticator(input, step.mutate, edits, built);
  const made = { kind: "authenticator", bytes: built.authenticator, on, request, built } as const;
  const names = attestation && [attestation.format ?? run.context.format, ...(attestation.second ? [attestation.second] : [])];
  const formats = names?.map((name) => formatsByName[name]);
  run.messages.keepAuthenticator(step.as, { ...made, ...(formats && { formats }) });
}

/** Judges an authenticator of the IUT to the end, each step for itself. */
export function judgeAuthenticator(run: ScriptRun, step: ValidateStep, inputs: ValidateInputs): void {
  const { on, connection, request, authenticator, trust, policy } = inputs;
  const { attested } = run.script;
  const { anchors } = run.context;
  const judged = judge({
    connection: connection.channel,
    sender: run.iutSide,
    profile: run.context.profile,
    request: request && { bytes: request.bytes, decoded: decodeRequest(request.bytes) },
    ...(request === undefined && { clientHello: sentClientHello(connection.channel) }),
    authenticator: authenticator.bytes,
    trust: anchors ? { pkix: anchors.roots?.pkix, attestation: anchors.roots?.attestation, results: anchors.roots && [] } : trust,
    // An attester may leave an offer unanswered (open point offer-declined): that is told apart below, not failed.
    policy: {
      attestation: attested ? "optional" : "none",
      // What a product measures is its own; only one that was given the claims of the suite can be asked for them.
      measurement: anchors ? undefined : policy.measurement,
    },
    now: step.now === undefined ? new Date() : new Date(step.now),
    consumedContexts: run.messages.contexts(on),
    payload: run.context.payload,
    ...(attested && !anchors && authenticator.asked && { asked: authenticator.asked }),
  });
  const results = explainAuthenticator(judged.results, judged.state);
  run.judge(anchors && !anchors.roots ? results.map(withoutPath) : results);
  if (attested && !judged.attested) run.observation = "answers the offer without attestation (open point offer-declined)";
  const context = contextOf(authenticator.bytes);
  if (context) run.messages.addContext(on, context);
}

// RFC 9261 section 5.2: without a request, the ClientHello says what a Certificate may hold. It is not encrypted.
function sentClientHello({ side, observed }: Channel): number[] | undefined {
  if (side === "server") return undefined;
  const sent = observed.raw.filter(({ direction }) => direction === "sent").map(({ bytes }) => bytes);
  return sent.length === 0 ? undefined : clientHelloExtensions(concat(...sent));
}
