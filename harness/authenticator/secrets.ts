import type { Bytes } from "../wire/bytes.ts";
import { type AuthenticatorHash, hashLength } from "../wire/code-points.ts";

export type Side = "client" | "server";

/** What an exchange needs of a connection: its exporter (RFC 8446 section 7.5) and the hash of its suite. */
export interface ExporterSource {
  readonly hash: AuthenticatorHash;
  /** `length` bytes for `label` and `context`, from the exporter_master_secret. */
  exportKeyingMaterial(label: string, context: Bytes, length: number): Bytes;
  /** What the exporter computes on its way, where the secret is at hand: for vectors. */
  exporterSteps?(label: string, context: Bytes, length: number): ExporterSteps;
}

/** The values of RFC 8446 section 7.5 between an exporter_master_secret and what is exported. */
export interface ExporterSteps {
  /** HkdfLabel of Derive-Secret(exporter_master_secret, label, ""). */
  readonly derivedSecretInfo: Bytes;
  readonly derivedSecret: Bytes;
  /** Hash(context). */
  readonly contextHash: Bytes;
  /** HkdfLabel of the last expansion, under the label "exporter". */
  readonly exportedValueInfo: Bytes;
}

/** RFC 9261 section 5.1: the labels name the *sender of the authenticator*. */
export const exporterLabels = {
  handshakeContext: {
    client: "EXPORTER-client authenticator handshake context",
    server: "EXPORTER-server authenticator handshake context",
  },
  finishedKey: {
    client: "EXPORTER-client authenticator finished key",
    server: "EXPORTER-server authenticator finished key",
  },
} as const;

/** Handshake Context and Finished MAC Key, each as long as the output of the authenticator hash. */
export interface AuthenticatorKeys {
  readonly hash: AuthenticatorHash;
  readonly handshakeContext: Bytes;
  readonly finishedKey: Bytes;
}

const NO_CONTEXT: Bytes = new Uint8Array(0);

/** The keys of RFC 9261 section 5.1 for authenticators that `sender` makes on this connection. */
export function authenticatorKeys(connection: ExporterSource, sender: Side): AuthenticatorKeys {
  const length = hashLength[connection.hash];
  return {
    hash: connection.hash,
    handshakeContext: connection.exportKeyingMaterial(exporterLabels.handshakeContext[sender], NO_CONTEXT, length),
    finishedKey: connection.exportKeyingMaterial(exporterLabels.finishedKey[sender], NO_CONTEXT, length),
  };
}

/** The other end of the connection. */
export function otherSide(side: Side): Side {
  return side === "client" ? "server" : "client";
}
