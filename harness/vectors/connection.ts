import { tlsExporter, tlsExporterSteps } from "../authenticator/exporter.ts";
import { type ExporterSource, exporterLabels, otherSide, type Side } from "../authenticator/secrets.ts";
import { InputError } from "../input/input-error.ts";
import { type Bytes, fromHex, utf8 } from "../wire/bytes.ts";
import { cipherSuites } from "../wire/code-points.ts";
import type { ConnectionJson } from "./kinds.ts";

/** A connection of which less is known than a vector says. */
export type PartialConnection =
  | ConnectionJson
  | {
      readonly cipherSuite: ConnectionJson["cipherSuite"];
      readonly handshakeContext?: string | undefined;
      readonly finishedKey?: string | undefined;
      readonly exportedValue?: string | undefined;
    };

/** A value that the file does not give and that cannot be computed of what it gives. */
export class MissingValue extends InputError {
  constructor(
    label: string,
    /** The members of the file's `inputs` one of which would do. */
    readonly members: readonly string[],
  ) {
    super(`inputs.connection: expected the exported value for "${label}", found none`);
  }
}

/**
 * The exporter of a connection that a file gives: computed from its secret (RFC 8446 section 7.5), or the exported values that stand there,
 * which are those of authenticators from `sender`. Its exporter throws MissingValue for a value that the file does not give, and InputError for
 * one of another length than is asked for.
 */
export function connectionOf(connection: PartialConnection, sender: Side): ExporterSource {
  const hash = cipherSuites[connection.cipherSuite];
  if ("exporterMasterSecret" in connection) {
    const secret = fromHex(connection.exporterMasterSecret);
    return {
      hash,
      exportKeyingMaterial: (label, context, length) => tlsExporter(hash, secret, label, context, length),
      exporterSteps: (label, context, length) => tlsExporterSteps(hash, secret, label, context, length),
    };
  }
  const given = (label: string): readonly [member: string | undefined, value: string | undefined] => {
    if (label === exporterLabels.handshakeContext[sender]) return ["handshakeContext", connection.handshakeContext];
    if (label === exporterLabels.finishedKey[sender]) return ["finishedKey", connection.finishedKey];
    return ofOtherEnd.includes(label) ? [undefined, undefined] : ["exportedValue", connection.exportedValue];
  };
  const ofOtherEnd: readonly string[] = [exporterLabels.handshakeContext[otherSide(sender)], exporterLabels.finishedKey[otherSide(sender)]];
  return {
    hash,
    exportKeyingMaterial(label, _, length): Bytes {
      const [member, value] = given(label);
      if (value === undefined) {
        throw new MissingValue(label, ["connection.exporterMasterSecret", ...(member ? [`connection.${member}`] : [])]);
      }
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
