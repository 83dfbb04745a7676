import { tlsExporter } from "../authenticator/exporter.ts";
import type { ExporterSource } from "../authenticator/secrets.ts";
import { utf8 } from "../wire/bytes.ts";
import type { AuthenticatorHash } from "../wire/code-points.ts";

/** A connection without sockets: the exporter of RFC 8446 section 7.5 over a fixed exporter_master_secret. */
export function fixedConnection(hash: AuthenticatorHash = "sha256", name = "connection"): ExporterSource {
  const secret = utf8(name.padEnd(48, "."));
  return { hash, exportKeyingMaterial: (label, context, length) => tlsExporter(hash, secret, label, context, length) };
}
