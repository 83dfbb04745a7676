import { type Bytes, view } from "../wire/bytes.ts";

/** The textual encoding of RFC 7468: `label` is CERTIFICATE or PRIVATE KEY, `der` its content. */
export function toPem(label: "CERTIFICATE" | "PRIVATE KEY", der: Bytes): string {
  // No line end behind the last line: OpenSSL refuses an empty line where the base64 fills its lines exactly.
  const lines = view(der)
    .toString("base64")
    .replace(/.{64}(?!$)/g, "$&\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
