import type { Side } from "../authenticator/secrets.ts";
import { pki } from "../pki/test-pki.ts";
import type { Channel } from "../tls/channel.ts";
import { dial, listen, startTls } from "../tls/node-channel.ts";
import type { CipherSuite } from "../wire/code-points.ts";

/** Both ends of a connection on loopback. */
export async function channelPair(suite: CipherSuite, record = false): Promise<Record<Side, Channel>> {
  const listener = await listen();
  const options = { cipherSuites: [suite], serverName: "localhost", handshakeTimeoutMs: 5000, record };
  const [accepted, dialled] = await Promise.all([listener.accept(5000), dial(listener.address, 5000)]);
  listener.close();
  const { chain, pkcs8: key } = pki("handshake-p256");
  const [server, client] = await Promise.all([
    startTls(accepted, { ...options, side: "server", identity: { chain, key } }),
    startTls(dialled, { ...options, side: "client", trust: [pki("handshake-root-p256").certificate] }),
  ]);
  return { server, client };
}
