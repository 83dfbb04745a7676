import { tlsExporter, tlsExporterSteps } from "../authenticator/exporter.ts";
import { type ExporterSource, exporterLabels, type Side } from "../authenticator/secrets.ts";
import { InputError } from "../input/input-error.ts";
import { type Bytes, fromHex, utf8 } from "../wire/bytes.ts";
import { cipherSuites } from "../wire/code-points.ts";
import type { ConnectionJson } from "./kinds.ts";

/**
 * The exporter of a connection that a file gives: computed from its secret (RFC 8446 section 7.5), or the exported values that stand there,
 * which are those of authenticators from `sender`. Its exporter throws InputError for a value that the file does not give.
 */
export function connectionOf(connection: ConnectionJson, sender: Side): ExporterSource {
  const hash = cipherSuites[connection.cipherSuite];
  if ("exporterMasterSecret" in connection) {
    const secret = fromHex(connection.exporterMasterSecret);
    return {
      hash,
      exportKeyingMaterial: (label, context, length) => tlsExporter(hash, secret, label, context, length),
      exporterSteps: (label, context, length) => tlsExporterSteps(hash, secret, label, context, length),
    };
  }
  const given: Readonly<Record<string, string | undefined>> = {
    [exporterLabels.handshakeContext[sender]]: connection.handshakeContext,
    [exporterLabels.finishedKey[sender]]: connection.finishedKey,
  };
  return {
    hash,
    exportKeyingMaterial(label, _, length): Bytes {
      const value = label in given ? given[label] : label.startsWith("EXPORTER-") ? undefined : connection.exportedValue;
      if (value === undefined) throw new InputError(`inputs.connection: expected the exported value for "${label}", found none`);
      if (value.length !== 2 * length) {
        throw new InputError(`inputs.connection: expected ${length} bytes for "${label}", found ${value.length / 2}`);
      }
      return fromHex(value);
    },
  };
}

/** Another connection of the same suite, for values that are brought over from it. */
export function otherConnection({ cipherSuite }: ConnectionJson): ExporterSource {
  const exporterMasterSecret = Buffer.from(utf8("another connection".padEnd(48, "."))).toString("hex");
  return connectionOf({ cipherSuite, exporterMasterSecret }, "server");
}
