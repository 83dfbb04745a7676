import { tlsExporter } from "../authenticator/exporter.ts";
import type { Side } from "../authenticator/secrets.ts";
import { type Channel, ChannelError } from "../tls/channel.ts";
import { utf8 } from "../wire/bytes.ts";
import { type CipherSuite, cipherSuites } from "../wire/code-points.ts";

/**
 * One end of a connection that never was: the exporter of RFC 8446 section 7.5 over a secret made from its name, so that an example
 * has the same bytes each time. Nothing can be sent on it.
 */
export function exampleChannel(name: string, side: Side, cipherSuite: CipherSuite): Channel {
  const hash = cipherSuites[cipherSuite];
  const exporterMasterSecret = utf8(`example ${name}`.padEnd(48, "."));
  const silent = async (): Promise<never> => {
    throw new ChannelError("closed", "an example has no peer");
  };
  return {
    side,
    cipherSuite,
    hash,
    exportKeyingMaterial: (label, context, length) => tlsExporter(hash, exporterMasterSecret, label, context, length),
    observed: { keyLog: [], exporterMasterSecret, raw: [], sessionTickets: 0, session: undefined, resumed: false, error: undefined },
    send: silent,
    receive: silent,
    receiveWhole: silent,
    pending: () => new Uint8Array(0),
    close: async () => undefined,
  };
}
