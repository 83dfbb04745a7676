import { randomBytes } from "node:crypto";
import { formatOf } from "../attestation/formats.ts";
import { cmwPayload } from "../attestation/payload.ts";
import type { Profile } from "../attestation/profile.ts";
import { parseCertificate, parsePrivateKey } from "../authenticator/certificate.ts";
import { otherSide } from "../authenticator/secrets.ts";
import { chooseScheme, supportedSchemes } from "../authenticator/signature.ts";
import type { AttestationInput, BuildInput } from "../forge/authenticator-values.ts";
import { buildAuthenticator } from "../forge/build.ts";
import type { Attestation, Params, Result } from "../iut/protocol.ts";
import { RpcCode, RpcError } from "../iut/rpc-error.ts";
import { toHex } from "../wire/bytes.ts";
import { handshakeTypeName, hex16, schemeName } from "../wire/code-points.ts";
import { repeatedType } from "../wire/extensions.ts";
import { DecodeError } from "../wire/reader.ts";
import { type AuthenticatorRequest, decodeRequest, offeredSchemes, requestType } from "../wire/request.ts";
import { type ReferenceChannel, refuse } from "./state.ts";

/** "authenticate" (RFC 9261 section 7.3) of the reference attester: the build stages, behind the rules of when to build at all. */
export function authenticate(connection: ReferenceChannel, params: Params<"authenticate">, profile: Profile): Result<"authenticate"> {
  const { channel, consumedContexts } = connection;
  const { side } = channel;
  let request: AuthenticatorRequest | undefined;
  let offered: readonly number[] = supportedSchemes;
  if (params.request === null) {
    // RFC 9261 section 5: a client never sends one without a request.
    if (side === "client") return refuse("wrong-role", "a client makes no authenticator without a request");
  } else {
    try {
      request = decodeRequest(params.request);
      const schemes = offeredSchemes(request);
      if (schemes === undefined) return refuse("malformed", "the request has no signature_algorithms");
      offered = schemes;
    } catch (error) {
      if (error instanceof DecodeError) return refuse("malformed", error.message);
      throw error;
    }
    const problem = requestProblem(request, connection, profile);
    if (problem) return problem;
  }
  const context = request?.certificateRequestContext ?? randomBytes(32);
  if (consumedContexts.has(toHex(context))) return refuse("context-reused", `context ${toHex(context)} was used already`);
  let identity: BuildInput["identity"] = null;
  if (params.identity) {
    const key = parsePrivateKey(params.identity.key);
    const scheme = chooseScheme(offered, key);
    if (scheme === undefined) return refuse("no-common-scheme", `the key fits none of ${offered.map(schemeName).join(", ")}`);
    identity = { chain: params.identity.chain, key, scheme };
  }
  const isOffered = request?.extensions.some(({ type }) => type === profile.cmwAttestation) ?? false;
  const { authenticator } = buildAuthenticator({
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

function requestProblem(request: AuthenticatorRequest, { channel, requestContexts }: ReferenceChannel, profile: Profile) {
  const expected = requestType(otherSide(channel.side));
  if (request.handshakeType !== expected) {
    return refuse("wrong-role", `expected ${handshakeTypeName(expected)}, found ${handshakeTypeName(request.handshakeType)}`);
  }
  const types = request.extensions.map(({ type }) => type);
  const twice = repeatedType(types);
  if (twice !== undefined) return refuse("malformed", `extension ${hex16(twice)} stands twice in the request`);
  const offer = request.extensions.find(({ type }) => type === profile.cmwAttestation);
  if (offer && offer.data.length > 0) return refuse("malformed", "the offer of cmw_attestation is not empty");
  requestContexts.add(toHex(request.certificateRequestContext));
  return undefined;
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
