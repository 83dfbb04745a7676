import { randomBytes } from "node:crypto";
import { appraisalSteps, validate as validateAuthenticator } from "../appraisal/appraise.ts";
import type { AppraisalInput } from "../appraisal/state.ts";
import { cmwPayload } from "../attestation/payload.ts";
import type { Profile } from "../attestation/profile.ts";
import { otherSide } from "../authenticator/secrets.ts";
import { buildRequest } from "../forge/build.ts";
import type { Params, Result } from "../iut/protocol.ts";
import { toHex } from "../wire/bytes.ts";
import { DecodeError } from "../wire/reader.ts";
import { decodeRequest, requestType } from "../wire/request.ts";
import { type ReferenceChannel, refuse } from "./state.ts";

/** "request" (RFC 9261 section 7.1): a context of 32 random bytes unless one is given; one that was used is refused. */
export function request(connection: ReferenceChannel, params: Params<"request">, profile: Profile): Result<"request"> {
  const context = params.context ?? randomBytes(32);
  if (context.length > 255) return refuse("malformed", `a context of ${context.length} bytes`);
  if (connection.requestContexts.has(toHex(context))) return refuse("context-reused", `context ${toHex(context)} was used already`);
  connection.requestContexts.add(toHex(context));
  return buildRequest({
    sender: connection.channel.side,
    profile,
    certificateRequestContext: context,
    signatureSchemes: params.signatureSchemes,
    attestation: params.attestation,
  });
}

/** "validate" (RFC 9261 section 7.4): the appraisal, up to the first finding. */
export function validate(
  connection: ReferenceChannel,
  params: Params<"validate">,
  profile: Profile,
  steps = appraisalSteps,
): Result<"validate"> {
  const { channel, consumedContexts } = connection;
  const sender = otherSide(channel.side);
  let answered: AppraisalInput["request"];
  if (params.request === null) {
    // RFC 9261 section 5: only a server may send an authenticator that nobody asked for.
    if (sender === "client") return refuse("wrong-role", "a client sends no authenticator without a request");
  } else {
    try {
      answered = { bytes: params.request, decoded: decodeRequest(params.request) };
    } catch (error) {
      if (error instanceof DecodeError) return refuse("malformed", `the request: ${error.message}`);
      throw error;
    }
    if (answered.decoded.handshakeType !== requestType(channel.side)) return refuse("wrong-role", "the request is not of this end's type");
  }
  const verdict = validateAuthenticator(
    {
      connection: channel,
      sender,
      profile,
      request: answered,
      authenticator: params.authenticator,
      trust: params.trust,
      policy: params.policy,
      now: params.now === undefined ? new Date() : new Date(params.now),
      consumedContexts,
      payload: cmwPayload,
    },
    steps,
  );
  if ("refused" in verdict) {
    const { step, finding } = verdict.refused;
    return refuse(finding.code, `${step}: expected ${finding.expected}, found ${finding.found}`);
  }
  const { context, chain, attestation } = verdict.accepted;
  connection.consume(context);
  if (attestation === undefined) return { accepted: { context, chain: [...chain], attested: false } };
  const { model, mediaType: type } = attestation;
  return { accepted: { context, chain: [...chain], attested: true, model, type } };
}
