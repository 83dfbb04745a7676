import { randomBytes } from "node:crypto";
import { appraisalSteps, validate as validateAuthenticator } from "../appraisal/appraise.ts";
import type { Step } from "../appraisal/finding.ts";
import type { AppraisalInput, AppraisalState } from "../appraisal/state.ts";
import { cmwPayload } from "../attestation/payload.ts";
import type { Profile } from "../attestation/profile.ts";
import { tlsExporter } from "../authenticator/exporter.ts";
import { type ExporterSource, otherSide } from "../authenticator/secrets.ts";
import { buildRequest } from "../forge/build.ts";
import type { Params, Result } from "../iut/protocol.ts";
import { RpcCode, RpcError } from "../iut/rpc-error.ts";
import { toHex } from "../wire/bytes.ts";
import { cipherSuites, isCipherSuite } from "../wire/code-points.ts";
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
  const result = decide({ connection: channel, sender: otherSide(channel.side), consumedContexts, profile }, params, steps);
  if ("accepted" in result) connection.consume(result.accepted.context);
  return result;
}

/** The optional "appraise": the same decision about a recorded authenticator, of a connection of which no more than the exporter is known. */
export function appraise(params: Params<"appraise">, profile: Profile): Result<"appraise"> {
  const { cipherSuite, exporterMasterSecret: secret, sender } = params;
  if (!isCipherSuite(cipherSuite)) throw new RpcError(RpcCode.unsupported, `no cipher suite ${cipherSuite}`, "cipherSuite");
  const hash = cipherSuites[cipherSuite];
  const connection: ExporterSource = {
    hash,
    exportKeyingMaterial: (label, context, length) => tlsExporter(hash, secret, label, context, length),
  };
  return decide({ connection, sender, consumedContexts: new Set(params.consumedContexts.map(toHex)), profile }, params, appraisalSteps);
}

type Decided = Pick<Params<"validate">, "request" | "authenticator" | "trust" | "policy" | "now"> & { clientHello?: number[] | undefined };

function decide(
  on: Pick<AppraisalInput, "connection" | "sender" | "consumedContexts" | "profile">,
  params: Decided,
  steps: readonly Step<AppraisalState>[],
): Result<"validate"> {
  const { sender } = on;
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
    if (answered.decoded.handshakeType !== requestType(otherSide(sender))) {
      return refuse("wrong-role", "the request is not of this end's type");
    }
  }
  const verdict = validateAuthenticator(
    {
      ...on,
      request: answered,
      clientHello: params.clientHello,
      authenticator: params.authenticator,
      trust: params.trust,
      policy: params.policy,
      now: params.now === undefined ? new Date() : new Date(params.now),
      payload: cmwPayload,
    },
    steps,
  );
  if ("refused" in verdict) {
    const { step, finding } = verdict.refused;
    return refuse(finding.code, `${step}: expected ${finding.expected}, found ${finding.found}`);
  }
  const { context, chain, attestation } = verdict.accepted;
  if (attestation === undefined) return { accepted: { context, chain: [...chain], attested: false } };
  const { model, mediaType: type } = attestation;
  return { accepted: { context, chain: [...chain], attested: true, model, type } };
}
