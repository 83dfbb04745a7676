import { type KeyObject, randomBytes } from "node:crypto";
import { formatOf } from "../attestation/formats.ts";
import { cmwPayload } from "../attestation/payload.ts";
import type { Profile } from "../attestation/profile.ts";
import { parseCertificate, parsePrivateKey } from "../authenticator/certificate.ts";
import { otherSide, type Side } from "../authenticator/secrets.ts";
import { chooseScheme, supportedSchemes } from "../authenticator/signature.ts";
import type { AttestationInput, BuildInput } from "../forge/authenticator-values.ts";
import { buildAuthenticator } from "../forge/build.ts";
import type { Attestation, Params, Result } from "../iut/protocol.ts";
import { RpcCode, RpcError } from "../iut/rpc-error.ts";
import { type Bytes, toHex } from "../wire/bytes.ts";
import { handshakeTypeName, hex16, schemeName } from "../wire/code-points.ts";
import { repeatedType } from "../wire/extensions.ts";
import { DecodeError } from "../wire/reader.ts";
import { type AuthenticatorRequest, decodeRequest, offeredSchemes, requestType } from "../wire/request.ts";
import { firstRefusal, type Rule } from "./rule.ts";
import { type ReferenceChannel, refuse } from "./state.ts";

/** What an authenticator is about to be made with. */
export interface Answering {
  readonly side: Side;
  readonly profile: Profile;
  /** undefined: it is to be made without one. */
  readonly request: AuthenticatorRequest | undefined;
  /** The schemes that the request offers; undefined where it has no signature_algorithms. */
  readonly offered: readonly number[] | undefined;
  readonly context: Bytes;
  /** Contexts of authenticators that were made or accepted on the connection. */
  readonly consumedContexts: ReadonlySet<string>;
  /** The key of the identity; undefined where it is to decline. */
  readonly key: KeyObject | undefined;
}

/** What is asked before an authenticator is made (RFC 9261 sections 4 to 5.2.2, expat section 3.1). */
const answerRules: readonly Rule<Answering>[] = [
  {
    name: "spontaneous-from-server-alone",
    title: "An authenticator that nobody asked for is made by a server",
    requirements: ["rfc9261-client-not-spontaneous", "rfc9261-spontaneous-servers-only"],
    refuses: ({ side, request }) =>
      request === undefined && side === "client" ? refuse("wrong-role", "a client makes no authenticator without a request") : undefined,
  },
  {
    name: "signature-algorithms",
    title: "The request has signature_algorithms",
    requirements: ["rfc9261-request-signature-algorithms", "rfc8446-request-signature-algorithms"],
    refuses: ({ request, offered }) =>
      request && offered === undefined ? refuse("malformed", "the request has no signature_algorithms") : undefined,
  },
  {
    name: "request-type",
    title: "The request is of the type that the other end asks with",
    requirements: ["rfc9261-request-type", "rfc9261-request-type-accepted"],
    refuses({ side, request }) {
      const expected = requestType(otherSide(side));
      if (request === undefined || request.handshakeType === expected) return undefined;
      return refuse("wrong-role", `expected ${handshakeTypeName(expected)}, found ${handshakeTypeName(request.handshakeType)}`);
    },
  },
  {
    name: "extension-once",
    title: "No extension stands twice in the request",
    requirements: ["rfc8446-no-duplicate-extensions"],
    refuses({ request }) {
      const twice = request && repeatedType(request.extensions.map(({ type }) => type));
      return twice === undefined ? undefined : refuse("malformed", `extension ${hex16(twice)} stands twice in the request`);
    },
  },
  {
    name: "offer-empty",
    title: "The offer of cmw_attestation holds no data",
    requirements: ["expat-offer-empty"],
    refuses({ request, profile }) {
      const offer = request?.extensions.find(({ type }) => type === profile.cmwAttestation);
      return offer && offer.data.length > 0 ? refuse("malformed", "the offer of cmw_attestation is not empty") : undefined;
    },
  },
  {
    name: "context-new",
    title: "No authenticator with this context was made or accepted on the connection",
    requirements: ["rfc9261-no-authenticator-for-used-context", "rfc9261-no-authenticator-for-validated-context"],
    refuses: ({ context, consumedContexts }) =>
      consumedContexts.has(toHex(context)) ? refuse("context-reused", `context ${toHex(context)} was used already`) : undefined,
  },
  {
    name: "common-scheme",
    title: "A scheme that is offered fits the key",
    requirements: ["rfc9261-no-common-scheme", "rfc9261-signature-scheme-offered"],
    refuses: ({ offered = supportedSchemes, key }) =>
      key && chooseScheme(offered, key) === undefined
        ? refuse("no-common-scheme", `the key fits none of ${offered.map(schemeName).join(", ")}`)
        : undefined,
  },
];

/** What the reference attester is made of. */
export interface AttesterParts {
  /** What is asked before an authenticator is made. */
  readonly answerRules: readonly Rule<Answering>[];
  /** The build of an authenticator, without edits. */
  readonly buildAuthenticator: (input: BuildInput) => { readonly authenticator: Bytes };
  /** A context of its own, where there is no request (RFC 9261 section 5.2.1: unpredictable to the peer). */
  readonly chooseContext: () => Bytes;
}

export const attesterParts: AttesterParts = { answerRules, buildAuthenticator, chooseContext: () => randomBytes(32) };

/** "authenticate" (RFC 9261 section 7.3) of the reference attester: the build stages, behind the rules of when to build at all. */
export function authenticate(
  connection: ReferenceChannel,
  params: Params<"authenticate">,
  profile: Profile,
  parts: AttesterParts = attesterParts,
): Result<"authenticate"> {
  const { channel, consumedContexts, requestContexts } = connection;
  const { side } = channel;
  let request: AuthenticatorRequest | undefined;
  let offered: readonly number[] | undefined = supportedSchemes;
  if (params.request !== null) {
    try {
      request = decodeRequest(params.request);
      offered = offeredSchemes(request);
    } catch (error) {
      if (error instanceof DecodeError) return refuse("malformed", error.message);
      throw error;
    }
    requestContexts.add(toHex(request.certificateRequestContext));
  }
  const context = request?.certificateRequestContext ?? parts.chooseContext();
  const key = params.identity ? parsePrivateKey(params.identity.key) : undefined;
  const refused = firstRefusal(parts.answerRules, { side, profile, request, offered, context, consumedContexts, key });
  if (refused) return refused;
  let identity: BuildInput["identity"] = null;
  if (params.identity && key) {
    const scheme = chooseScheme(offered ?? supportedSchemes, key) ?? chooseScheme(supportedSchemes, key);
    if (scheme === undefined) return refuse("no-common-scheme", "no scheme is known for a key of this type");
    identity = { chain: params.identity.chain, key, scheme };
  }
  const isOffered = request?.extensions.some(({ type }) => type === profile.cmwAttestation) ?? false;
  const { authenticator } = parts.buildAuthenticator({
    connection: channel,
    sender: side,
    profile,
    request: params.request ?? new Uint8Array(0),
    certificateRequestContext: context,
    identity,
    attestation: isOffered && identity && params.attestation ? attestationInput(params.attestation) : null,
  });
  connection.consume(context);
  return { authenticator };
}

function attestationInput(attestation: Attestation): AttestationInput {
  const { cmw, form = "record", type } = attestation;
  const carried = { cmw, form, payload: cmwPayload };
  if (attestation.model === "passport") {
    if (formatOf("passport", type) === undefined) throw new RpcError(RpcCode.unsupported, "unsupported Attestation Result", type);
    return { ...carried, message: { mediaType: type, issued: attestation.result } };
  }
  const format = formatOf("background-check", type);
  if (format === undefined) throw new RpcError(RpcCode.unsupported, "unsupported Evidence", type);
  const { claims, chain } = attestation;
  for (const certificate of chain) parseCertificate(certificate);
  return { ...carried, message: { format, ...claims, key: parsePrivateKey(attestation.key), chain } };
}
