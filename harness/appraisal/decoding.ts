import { parseCertificate } from "../authenticator/certificate.ts";
import { type Bytes, preview } from "../wire/bytes.ts";
import { DecodeError } from "../wire/reader.ts";
import { type Finding, finding } from "./finding.ts";

/** Reads a message: a finding where it is malformed, with what `found` says of it. Throws what is no DecodeError. */
export function decoding(read: () => Finding | undefined, found = atItsByte): Finding | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DecodeError) return finding("malformed", `${error.path}: ${error.expected}`, found(error));
    throw error;
  }
}

/** The finding of bytes that follow what was read; undefined where there are none. */
export function followed(surplus: DecodeError | undefined): Finding | undefined {
  return surplus && finding("malformed", `${surplus.path}: ${surplus.expected}`, atItsByte(surplus));
}

function atItsByte({ found, offset }: DecodeError): string {
  return `${found} at byte ${offset}`;
}

/** For what is short, or stands in the middle of a message: the byte would say nothing more. */
export function withoutPlace({ found }: DecodeError): string {
  return found;
}

/** A certificate; a finding where it is none. */
export function readCertificate(certData: Bytes): ReturnType<typeof parseCertificate> | Finding {
  try {
    return parseCertificate(certData);
  } catch (error) {
    return finding("pkix", "an X.509 certificate", `${preview(certData, 8)}: ${(error as Error).message}`);
  }
}
