import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import { parseCertificate } from "../authenticator/certificate.ts";
import { publicKeyOf } from "../authenticator/signature.ts";
import { InputError } from "../input/input-error.ts";
import { readBytes, readText } from "../input/text-file.ts";
import { writeWhole } from "../input/whole-file.ts";
import { parseWholeRun } from "../report/any-report.ts";
import { oneLine } from "../report/printable.ts";
import { signReport } from "../signing/sign.ts";
import { type ReportTrust, type ReportVerdict, verifyReport } from "../signing/verify.ts";
import { type Bytes, utf8 } from "../wire/bytes.ts";
import { UsageError } from "./problem.ts";

export interface ReportSignOptions {
  readonly key: string;
  readonly chain?: string;
  /** `-` is standard output. */
  readonly out: string;
}

/** `report sign`: writes the signed report; returns 0. Throws InputError where the report is not whole, or the key or a certificate does not fit. */
export function reportSignCommand(file: string, options: ReportSignOptions): number {
  const text = readText(file);
  const report = parseWholeRun(text, file);
  const key = privateKey(options.key);
  const chain = options.chain === undefined ? [] : certificates(options.chain);
  const [leaf] = chain;
  if (leaf && !parseCertificate(leaf).publicKey.equals(publicKeyOf(key))) {
    const { subject } = parseCertificate(leaf).x509;
    throw new InputError(
      `${options.chain}: expected the certificate of the key in ${options.key} first, found one of another key (${oneLine(subject)})`,
    );
  }
  const signed = sign(utf8(text), report, { key, chain }, options.key);
  if (options.out === "-") process.stdout.write(signed);
  else writeWhole(options.out, signed);
  return 0;
}

function sign(bytes: Bytes, report: ReturnType<typeof parseWholeRun>, signer: { key: KeyObject; chain: Bytes[] }, keyFile: string): string {
  try {
    return signReport(bytes, report, signer, new Date());
  } catch (error) {
    if (error instanceof RangeError) throw new InputError(`${keyFile}: ${error.message}`);
    throw error;
  }
}

export interface ReportVerifyOptions {
  readonly key?: string;
  readonly trust?: string;
  readonly at?: string;
  readonly json?: boolean;
}

/** `report verify`: says what holds of a signed report and what does not; returns 0 where all does, else 1. Throws InputError, UsageError. */
export function reportVerifyCommand(file: string, signedFile: string, { key, trust, at, json }: ReportVerifyOptions): 0 | 1 {
  if ((key === undefined) === (trust === undefined)) {
    throw new UsageError("expected --key (the signer's public key) or --trust (a root of the signer's certificates), and not both");
  }
  const now = at === undefined ? new Date() : timeOf(at);
  const by: ReportTrust = key === undefined ? { roots: certificates(trust ?? "") } : { key: publicKey(key) };
  const verdict = verifyReport(readBytes(file), trimmed(readBytes(signedFile)), by, now);
  process.stdout.write(json ? `${JSON.stringify(verdict)}\n` : textOf(verdict));
  return verdict.holds ? 0 : 1;
}

function textOf({ holds, checks, status, issuedAt, signer }: ReportVerdict): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.map(({ name, title, problem }) => {
    const what = problem ? `expected ${oneLine(problem.expected)}, found ${oneLine(problem.found)}` : title;
    return `${problem ? "FAILED" : "ok    "}  ${name.padEnd(width)}  ${what}`;
  });
  const by = signer === undefined ? "" : ` by ${oneLine(signer)}`;
  const when = issuedAt === undefined ? "" : ` on ${issuedAt.toISOString()}`;
  lines.push("", holds ? `it holds: status ${status}, signed${by}${when}` : "it does not hold: nothing in it is to be relied on");
  return `${lines.join("\n")}\n`;
}

// The newline at the end of the file is none of the record.
function trimmed(bytes: Bytes): Bytes {
  return bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes;
}

function timeOf(text: string): Date {
  const time = new Date(text);
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(time.getTime())) return time;
  throw new UsageError(`--at ${text}: expected a date, or a date and time, such as 2026-07-01T00:00:00Z`);
}

function privateKey(file: string): KeyObject {
  return fromPem(file, "a private key in PEM (PKCS #8, without a passphrase)", createPrivateKey);
}

function publicKey(file: string): KeyObject {
  return fromPem(file, "a public key, or a certificate, in PEM", createPublicKey);
}

function certificates(file: string): Bytes[] {
  const blocks = readText(file).match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g);
  if (blocks === null) throw new InputError(`${file}: expected certificates in PEM, found none`);
  return blocks.map((block) => fromPem(file, "certificates in PEM", () => new Uint8Array(new X509Certificate(block).raw)));
}

function fromPem<T>(file: string, what: string, read: (pem: string) => T): T {
  const text = readText(file);
  try {
    return read(text);
  } catch (error) {
    throw new InputError(`${file}: expected ${what}: ${(error as Error).message}`);
  }
}
