import type { Params } from "../iut/protocol.ts";
import { RpcCode, RpcError } from "../iut/rpc-error.ts";
import type { Channel } from "../tls/channel.ts";
import { dial, startTls } from "../tls/node-channel.ts";
import { isCipherSuite } from "../wire/code-points.ts";

const HANDSHAKE_TIMEOUT_MS = 5000;

/**
 * "open": dials, and runs a TLS 1.3 handshake; no session that it serves can be resumed (expat section 7.2). `handshake` is another one
 * only to show what comes of a fault there. Throws ChannelError, RpcError (invalid params) where a server has no identity.
 */
export async function openTls(
  { side, address, serverName, identity, trust, cipherSuites }: Params<"open">,
  handshake = startTls,
): Promise<Channel> {
  if (side === "server" && identity === undefined) throw new RpcError(RpcCode.invalidParams, "a server needs an identity");
  const timeout = { handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS };
  const options = { side, cipherSuites: cipherSuites.filter(isCipherSuite), identity, serverName, resumable: false, ...timeout };
  const socket = await dial(address, HANDSHAKE_TIMEOUT_MS);
  return handshake(socket, side === "client" ? { ...options, trust } : options);
}
