import { type EmptyAppraisal, emptySteps } from "../appraisal/empty-steps.ts";
import { runAll } from "../appraisal/finding.ts";
import { type RequestAppraisal, requestSteps } from "../appraisal/request-steps.ts";
import { describeAuthenticator } from "../explain/describe.ts";
import { explainEmpty, explainRequest } from "../explain/explain.ts";
import { MutationError } from "../forge/edit.ts";
import { type Answer, SetUpError } from "../iut/driver.ts";
import type { Refusal } from "../iut/protocol.ts";
import { type Bytes, equalBytes, preview } from "../wire/bytes.ts";
import { HandshakeType } from "../wire/code-points.ts";
import { DecodeError } from "../wire/reader.ts";
import { decodeRequest } from "../wire/request.ts";
import type { Showing } from "./ambiguities.ts";
import { type Deviation, describeRefusal, deviationOf, wrongReport } from "./answers.ts";
import { judgesRequests } from "./case.ts";
import { schemeOf } from "./parameters.ts";
import { cmwDataOf, contextOf, holdsAttestation, malformedDecline, offersAttestation } from "./received.ts";
import type { AuthenticateStep, ContextStep, RequestStep, ValidateStep } from "./schema.ts";
import type { ScriptRun } from "./script-run.ts";
import type { AuthenticateInputs, RequestInputs, ValidateInputs } from "./step-inputs.ts";

/**
 * What the IUT is asked at its end, and whether it did what the script expects. Each returns how it deviated, undefined where it did not,
 * and throws what the driver throws.
 */

/** Has it make a request. */
export async function askRequest(run: ScriptRun, step: RequestStep, inputs: RequestInputs): Promise<Deviation | undefined> {
  const { on, connection, signatureSchemes, attestation, context } = inputs;
  const answer = await connection.request({ signatureSchemes, attestation, ...(context && { context }) });
  const decided = decision(run, step.expect, answer, "a request", "made", on);
  if ("refused" in answer || decided) return decided;
  const bytes = answer.value;
  if (run.script.attested && !attestation && offersAttestation(bytes, run.context.profile)) {
    throw new SetUpError("it offers attestation though it was not told to, so nothing can come unsolicited");
  }
  if (judgesRequests(run.script.iut, run.script.steps)) {
    const earlierContexts = run.messages.contexts(on);
    const asked = { signatureSchemes, attestation, context };
    const state: RequestAppraisal = { sender: run.iutSide, profile: run.context.profile, request: bytes, earlierContexts, asked };
    const results = explainRequest(runAll(requestSteps, state), state);
    run.judge(results.map((result) => ({ ...result, step: `request-${result.step}` })));
  }
  try {
    const found = decodeRequest(bytes).certificateRequestContext;
    // RFC 9261 section 4: the contexts of both request types share one space on a connection.
    if (run.messages.harnessAsked(on, found)) {
      return { expected: "a context that the peer has not asked with", found: `${preview(found, 64)}, which it has` };
    }
    run.messages.addContext(on, found);
    // What the IUT sent before it has been read before it.
    const ticketsBefore = connection.channel.observed.sessionTickets;
    run.messages.keepRequest(step.as, { kind: "request", bytes, context: found, on, ticketsBefore });
    return undefined;
  } catch (error) {
    if (error instanceof DecodeError) return { expected: "a well-formed request", found: error.message };
    throw error;
  }
}

/** Has it make an authenticator, or decline. */
export async function askAuthenticator(run: ScriptRun, step: AuthenticateStep, inputs: AuthenticateInputs): Promise<Deviation | undefined> {
  const { on, connection, request, identity, attestation } = inputs;
  const told = attestation && run.given(attestation, identity);
  if (request) run.context.stimulus?.present(request, on, connection);
  const answer = await connection.authenticate({
    request: request?.bytes ?? null,
    identity: identity && { chain: [...identity.chain], key: identity.pkcs8 },
    attestation: told?.given ?? null,
  });
  if (step.expect === "empty") return emptyAnswer(run, step, inputs, answer);
  const empty = isEmpty(answer);
  if (step.expect === "refused-or-empty") {
    if ("refused" in answer) {
      run.refusedOn.add(on);
      return undefined;
    }
    if (empty) return malformedDecline(answer.value, connection.channel.hash);
    return { expected: "a refusal, or an empty authenticator", found: `an authenticator of ${answer.value.length} bytes` };
  }
  if (step.expect === "made" && empty) return { expected: "an authenticator", found: "an empty authenticator, which declines" };
  let expect = step.expect;
  if (expect === "made-or-refused" || expect === "made-or-declined" || expect === "attested-or-declined") {
    run.observation = rightOf(run, expect, answer);
    run.ended = run.observation !== undefined;
    if (run.ended) return undefined;
    expect = "made";
  }
  const decided = decision(run, expect, answer, "an authenticator", showingOf(run, answer), on);
  if ("value" in answer) {
    const ticketsBefore = connection.channel.observed.sessionTickets;
    const made = { kind: "authenticator", bytes: answer.value, on, request, ...(told && { asked: told.asked }), ticketsBefore } as const;
    run.messages.keepAuthenticator(step.as, made);
  }
  return decided;
}

// What an attester may do in place of what the script goes on with, in words; undefined where it did not.
function rightOf(
  run: ScriptRun,
  expect: "made-or-refused" | "made-or-declined" | "attested-or-declined",
  answer: Answer<Bytes>,
): string | undefined {
  if ("refused" in answer) return `refused, as it may: ${describeRefusal(answer.refused)}`;
  if (expect === "made-or-refused") return undefined;
  if (isEmpty(answer)) return "declined, as it may, with an empty authenticator";
  if (expect === "made-or-declined") return undefined;
  const attested = cmwDataOf(answer.value, run.context.profile) !== undefined;
  return attested ? undefined : "answers the offer without attestation (open point offer-declined)";
}

// The authenticated refusal of RFC 9261 section 6.
function emptyAnswer(
  run: ScriptRun,
  { as }: AuthenticateStep,
  { on, connection, request }: AuthenticateInputs,
  answer: Answer<Bytes>,
): Deviation | undefined {
  if ("refused" in answer) return { expected: "an empty authenticator", found: describeRefusal(answer.refused) };
  const state: EmptyAppraisal = {
    connection: connection.channel,
    sender: run.iutSide,
    request: request?.bytes ?? new Uint8Array(0),
    certificateRequestContext: request?.context ?? new Uint8Array(0),
    authenticator: answer.value,
  };
  // Between two implementations the harness knows none of the keys; what the other end says of it remains.
  if (run.driver.can.has("exporter")) run.judge(explainEmpty(runAll(emptySteps, state), state));
  run.messages.keepAuthenticator(as, { kind: "authenticator", bytes: answer.value, on, request });
  return isEmpty(answer) ? undefined : { expected: "an empty authenticator", found: "an authenticator with a Certificate" };
}

function isEmpty(answer: Answer<Bytes>): boolean {
  return "value" in answer && answer.value[0] === HandshakeType.finished;
}

/** Sends it an authenticator and asks for its verdict. */
export async function askValidation(run: ScriptRun, step: ValidateStep, inputs: ValidateInputs): Promise<Deviation | undefined> {
  const { on, connection, request, authenticator, trust, policy } = inputs;
  const { attestation, measurement, signedCmw } = policy;
  run.context.stimulus?.present(authenticator, on, connection, request);
  const answer = await connection.validate({
    request: request?.bytes ?? null,
    authenticator: authenticator.bytes,
    trust,
    policy: { attestation, ...(measurement && { measurement }), ...(signedCmw && { signedCmw }) },
    ...(step.now !== undefined && { now: step.now }),
  });
  const decided = decision(run, step.expect === "accepted" ? "made" : step.expect, answer, "acceptance", "accepted");
  if ("refused" in answer && !decided) run.refusedOn.add(on);
  if ("refused" in answer && decided && run.refusedOn.has(on)) {
    // Has it given the connection up, or has the earlier refusal spoiled this exchange? Who goes on asks for more.
    const further = await connection.request({ signatureSchemes: [schemeOf[run.context.scheme]], attestation: attestation !== "none" });
    if ("refused" in further) return givenUp(run, further);
  }
  if ("refused" in answer && decided) return { ...decided, sent: describeAuthenticator(authenticator.bytes, run.context.profile) };
  if (decided || "refused" in answer || answer.value === undefined || step.expect !== "accepted") return decided;
  const sent = authenticator.built?.values;
  return sent && wrongReport(answer.value, sent.certificate, attestation !== "none" && sent.extension ? authenticator.formats : undefined);
}

/** Asks for the context of a message ("get context", RFC 9261 sections 7.2 and 7.3). Throws MutationError where there is no such message. */
export async function askContext(run: ScriptRun, { of, message, expect }: ContextStep): Promise<Deviation | undefined> {
  const target = message === "request" ? run.messages.request(of) : run.messages.authenticator(of);
  if (target === undefined) throw new MutationError(`context: no ${message} "${of}"`);
  run.context.stimulus?.present(target, target.on, undefined);
  const answer = await run.driver.context(message === "request" ? { request: target.bytes } : { authenticator: target.bytes });
  if (expect !== "returned") return decision(run, expect, answer, "a context", "returned");
  if ("refused" in answer) return { expected: "the context", found: describeRefusal(answer.refused) };
  const expected = target.kind === "request" ? target.context : contextOf(target.bytes);
  if (expected === undefined) return { expected: "an authenticator with a context", found: preview(target.bytes) };
  return equalBytes(expected, answer.value) ? undefined : { expected: preview(expected, 64), found: preview(answer.value, 64) };
}

// What an authenticator is at an open point: declined, or made with or without attestation.
function showingOf(run: ScriptRun, answer: Answer<Bytes>): Showing {
  if (isEmpty(answer)) return "empty";
  return "value" in answer && holdsAttestation(answer.value, run.context.profile) ? "attested" : "unattested";
}

function decision(
  run: ScriptRun,
  expect: "made" | "refused" | "observed",
  answer: Answer<unknown>,
  what: string,
  shown: Showing,
  on?: string,
): Deviation | undefined {
  if (expect === "made" && "refused" in answer && on !== undefined && run.refusedOn.has(on)) return givenUp(run, answer);
  if (expect !== "observed") return deviationOf(expect, answer, what);
  run.shown = "refused" in answer ? "refused" : shown;
  run.observation = "refused" in answer ? describeRefusal(answer.refused) : `answered with ${what}`;
  return undefined;
}

// The same right as to end the connection (execute.ts), made use of above TLS: whoever treats the failure as fatal to the communication
// channel (expat section 7) refuses from then on what would be right before it.
function givenUp(run: ScriptRun, { refused }: { readonly refused: Refusal }): undefined {
  run.shown = "refused";
  run.observation = `refuses all further on this connection, as it may after a refusal: ${describeRefusal(refused)}`;
  run.ended = true;
}
