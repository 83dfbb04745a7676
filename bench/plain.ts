import { pki } from "../harness/pki/test-pki.ts";
import type { Channel } from "../harness/tls/channel.ts";
import { dial, listen, startTls } from "../harness/tls/node-channel.ts";

/** A TLS 1.3 connection with nothing around it, for the floors. */
export interface Plain {
  readonly client: Channel;
  readonly server: Channel;
}

/** Opens one over loopback. Throws ChannelError where it cannot be opened. */
export async function plainConnection(): Promise<Plain> {
  const listener = await listen();
  const options = { cipherSuites: ["TLS_AES_128_GCM_SHA256"], serverName: "localhost", handshakeTimeoutMs: 5000 } as const;
  const [accepted, dialled] = await Promise.all([listener.accept(5000), dial(listener.address, 5000)]);
  listener.close();
  const { chain, pkcs8: key } = pki("handshake-p256");
  const [server, client] = await Promise.all([
    startTls(accepted, { ...options, side: "server", identity: { chain, key } }),
    startTls(dialled, { ...options, side: "client" }),
  ]);
  return { client, server };
}

/** The value in the middle; 0 where there is none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
