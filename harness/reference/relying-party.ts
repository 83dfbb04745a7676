import { randomBytes } from "node:crypto";
import { validate as appraiseAuthenticator } from "../appraisal/appraise.ts";
import type { AppraisalInput } from "../appraisal/state.ts";
import { cmwPayload } from "../attestation/payload.ts";
import type { Profile } from "../attestation/profile.ts";
import { tlsExporter } from "../authenticator/exporter.ts";
import { type ExporterSource, otherSide, type Side } from "../authenticator/secrets.ts";
import { buildRequest } from "../forge/build.ts";
import type { RequestInput } from "../forge/request-stages.ts";
import type { Params, Result } from "../iut/protocol.ts";
import { RpcCode, RpcError } from "../iut/rpc-error.ts";
import { type Bytes, toHex } from "../wire/bytes.ts";
import { cipherSuites, isCipherSuite } from "../wire/code-points.ts";
import { DecodeError } from "../wire/reader.ts";
import { type AuthenticatorRequest, decodeRequest, offeredSchemes, requestType } from "../wire/request.ts";
import { firstRefusal, type Rule } from "./rule.ts";
import { type ReferenceChannel, refuse } from "./state.ts";

/** What a request is about to be made with. */
export interface Asking {
  readonly context: Bytes;
  /** Contexts of all requests made or seen on the connection. */
  readonly requestContexts: ReadonlySet<string>;
}

/** What is asked before a request is made (RFC 9261 section 4). */
const askingRules: readonly Rule<Asking>[] = [
  {
    name: "context-length",
    title: "The context is of 255 bytes at most",
    requirements: ["rfc9261-request-context-length"],
    refuses: ({ context }) => (context.length > 255 ? refuse("malformed", `a context of ${context.length} bytes`) : undefined),
  },
  {
    name: "context-new",
    title: "No request on the connection had this context before",
    requirements: ["rfc9261-context-unique", "rfc9261-context-unique-across-types"],
    refuses: ({ context, requestContexts }) =>
      requestContexts.has(toHex(context)) ? refuse("context-reused", `context ${toHex(context)} was used already`) : undefined,
  },
];

/** What an authenticator is about to be appraised by. */
export interface Relying {
  /** The end that appraises. */
  readonly side: Side;
  /** undefined: the authenticator comes without one. */
  readonly request: AuthenticatorRequest | undefined;
}

/** What is asked before an authenticator is appraised (RFC 9261 section 5). */
const relyingRules: readonly Rule<Relying>[] = [
  {
    name: "spontaneous-from-server-alone",
    title: "An authenticator that nobody asked for comes from a server",
    requirements: ["rfc9261-client-not-spontaneous"],
    refuses: ({ side, request }) =>
      request === undefined && side === "server" ? refuse("wrong-role", "a client sends no authenticator without a request") : undefined,
  },
  {
    name: "request-type",
    title: "The request is of the type that this end asks with",
    requirements: ["rfc9261-request-type"],
    refuses: ({ side, request }) =>
      request && request.handshakeType !== requestType(side) ? refuse("wrong-role", "the request is not of this end's type") : undefined,
  },
];

/** What the reference relying party is made of. */
export interface RelyingPartyParts {
  /** What is asked before a request is made, and before an authenticator is appraised. */
  readonly askingRules: readonly Rule<Asking>[];
  readonly relyingRules: readonly Rule<Relying>[];
  /** The build of a request, without edits. */
  readonly buildRequest: (input: RequestInput) => { readonly request: Bytes };
  /** The appraisal of an authenticator, up to the first finding. */
  readonly appraise: (input: AppraisalInput) => ReturnType<typeof appraiseAuthenticator>;
  /** A context where none is given (RFC 9261 section 4: unpredictable to the peer). */
  readonly chooseContext: () => Bytes;
}

export const relyingPartyParts: RelyingPartyParts = {
  askingRules,
  relyingRules,
  buildRequest,
  appraise: (input) => appraiseAuthenticator(input),
  chooseContext: () => randomBytes(32),
};

/** "request" (RFC 9261 section 7.1): a context of 32 random bytes unless one is given; one that was used is refused. */
export function request(
  connection: ReferenceChannel,
  params: Params<"request">,
  profile: Profile,
  parts: RelyingPartyParts = relyingPartyParts,
): Result<"request"> {
  const { requestContexts } = connection;
  const context = params.context ?? parts.chooseContext();
  const refused = firstRefusal(parts.askingRules, { context, requestContexts });
  if (refused) return refused;
  requestContexts.add(toHex(context));
  const { request: made } = parts.buildRequest({
    sender: connection.channel.side,
    profile,
    certificateRequestContext: context,
    signatureSchemes: params.signatureSchemes,
    attestation: params.attestation,
  });
  return { request: made };
}

/** "validate" (RFC 9261 section 7.4): the appraisal, up to the first finding. */
export function validate(
  connection: ReferenceChannel,
  params: Params<"validate">,
  profile: Profile,
  parts: RelyingPartyParts = relyingPartyParts,
): Result<"validate"> {
  const { channel, consumedContexts } = connection;
  const result = decide({ connection: channel, sender: otherSide(channel.side), consumedContexts, profile }, params, parts);
  if ("accepted" in result) connection.consume(result.accepted.context);
  return result;
}

/** The optional "appraise": the same decision about a recorded authenticator, of a connection of which no more than the exporter is known. */
export function appraise(params: Params<"appraise">, profile: Profile, parts: RelyingPartyParts = relyingPartyParts): Result<"appraise"> {
  const { cipherSuite, exporterMasterSecret: secret, sender } = params;
  if (!isCipherSuite(cipherSuite)) throw new RpcError(RpcCode.unsupported, `no cipher suite ${cipherSuite}`, "cipherSuite");
  const hash = cipherSuites[cipherSuite];
  const connection: ExporterSource = {
    hash,
    exportKeyingMaterial: (label, context, length) => tlsExporter(hash, secret, label, context, length),
  };
  return decide({ connection, sender, consumedContexts: new Set(params.consumedContexts.map(toHex)), profile }, params, parts);
}

type Decided = Pick<Params<"validate">, "request" | "authenticator" | "trust" | "policy" | "now"> & { clientHello?: number[] | undefined };

function decide(
  on: Pick<AppraisalInput, "connection" | "sender" | "consumedContexts" | "profile">,
  params: Decided,
  parts: RelyingPartyParts,
): Result<"validate"> {
  let answered: AppraisalInput["request"];
  if (params.request !== null) {
    try {
      answered = { bytes: params.request, decoded: decodeRequest(params.request) };
      // Read here once: a list of schemes that cannot be read is no ground to judge by.
      offeredSchemes(answered.decoded);
    } catch (error) {
      if (error instanceof DecodeError) return refuse("malformed", `the request: ${error.message}`);
      throw error;
    }
  }
  const refused = firstRefusal(parts.relyingRules, { side: otherSide(on.sender), request: answered?.decoded });
  if (refused) return refused;
  const verdict = parts.appraise({
    ...on,
    request: answered,
    clientHello: params.clientHello,
    authenticator: params.authenticator,
    trust: params.trust,
    policy: params.policy,
    now: params.now === undefined ? new Date() : new Date(params.now),
    payload: cmwPayload,
  });
  if ("refused" in verdict) {
    const { step, finding } = verdict.refused;
    return refuse(finding.code, `${step}: expected ${finding.expected}, found ${finding.found}`);
  }
  const { context, chain, attestation } = verdict.accepted;
  if (attestation === undefined) return { accepted: { context, chain: [...chain], attested: false } };
  const { model, mediaType: type } = attestation;
  return { accepted: { context, chain: [...chain], attested: true, model, type } };
}
