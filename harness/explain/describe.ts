import { type Cmw, decodeCmw, leavesOf } from "../attestation/cmw.ts";
import type { Profile } from "../attestation/profile.ts";
import { decodeCertificate, decodeCertificateVerify, decodeFrame } from "../wire/authenticator.ts";
import type { Bytes } from "../wire/bytes.ts";
import { hex16, schemeName } from "../wire/code-points.ts";
import { decodeCmwAttestation, type Extension } from "../wire/extensions.ts";
import { attempt } from "./mistake.ts";

/** An authenticator in one line, for people: what an implementation was given that it refused. Never throws. */
export function describeAuthenticator(authenticator: Bytes, profile: Profile): string {
  const whole = `${authenticator.length} bytes`;
  const described = attempt(() => {
    const frame = decodeFrame(authenticator);
    if (frame.kind === "empty") return "an empty authenticator: Finished alone";
    const { certificateRequestContext: context, entries } = decodeCertificate(frame.certificate);
    const { algorithm, signature } = decodeCertificateVerify(frame.certificateVerify);
    const extensions = entries.flatMap((entry, index) => entry.extensions.map((extension) => inEntry(extension, index, profile)));
    const holds = extensions.length === 0 ? "no extensions" : extensions.join(", ");
    return [
      `Certificate (context of ${context.length} bytes, ${entries.length} ${entries.length === 1 ? "certificate" : "certificates"}, ${holds})`,
      `CertificateVerify (${schemeName(algorithm)}, ${signature.length} bytes)`,
      `Finished (${frame.finished.length - 4} bytes)`,
    ].join(", ");
  });
  return described === undefined ? whole : `${described}: ${whole}`;
}

function inEntry({ type, data }: Extension, entry: number, { cmwAttestation }: Profile): string {
  const place = `${hex16(type)} in entry ${entry}`;
  if (type !== cmwAttestation) return place;
  const record = attempt(() => decodeCmw(decodeCmwAttestation(data)));
  return record ? `cmw_attestation in entry ${entry} (CMW in ${record.encoding}: ${typesOf(record)})` : `cmw_attestation in entry ${entry}`;
}

function typesOf(cmw: Cmw): string {
  return leavesOf(cmw)
    .map(({ type }) => type)
    .join(", ");
}
