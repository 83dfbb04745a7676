import type { EmptyAppraisal } from "../appraisal/empty-steps.ts";
import type { RequestAppraisal } from "../appraisal/request-steps.ts";
import type { AppraisalState } from "../appraisal/state.ts";
import type { Judged } from "../vectors/judge.ts";
import {
  decodeCertificate,
  decodeCertificateVerify,
  decodeFinished,
  decodeFrame,
  encodeCertificate,
  encodeCertificateVerify,
} from "../wire/authenticator.ts";
import { type Bytes, equalBytes, fromHex, view } from "../wire/bytes.ts";
import { hashLength } from "../wire/code-points.ts";
import { DecodeError } from "../wire/reader.ts";
import { decodeRequest, requestType } from "../wire/request.ts";
import type { Span } from "../wire/writer.ts";
import type { ComputedValue } from "./values.ts";

/** Where the message and what it should be part: the first place of it. */
export interface Divergence {
  /** `finished.verifyData`, `certificate.entries.0.extensions`, or the name of a claimed value. */
  readonly field: string;
  /** The first byte that differs, counted from the start of the message; undefined where the field has no place in its bytes. */
  readonly byte: number | undefined;
  /** The same byte, counted from the start of the field. */
  readonly byteOfField: number | undefined;
  /** Undefined where what is right is no one value: the step's words say what it is. */
  readonly expected: Bytes | undefined;
  readonly found: Bytes | undefined;
}

/** The position of the first byte in which the two differ; the length of the shorter one where it is the start of the other. */
export function firstDifference(a: Bytes, b: Bytes): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) if (a[at] !== b[at]) return at;
  return length;
}

/** The divergence of two values, of which one stands at `start` in a message (undefined: in none). */
export function ofValues(field: string, start: number | undefined, expected: Bytes, found: Bytes): Divergence {
  const byteOfField = firstDifference(expected, found);
  return { field, byte: start === undefined ? undefined : start + byteOfField, byteOfField, expected, found };
}

/** Where an authenticator parts at `step`, which has found something in it; undefined where it is no place. */
export function inAuthenticator(step: string, { input, facts }: AppraisalState, values: readonly ComputedValue[]): Divergence | undefined {
  const bytes = input.authenticator;
  const fields = fieldsOf(bytes);
  const computed = (name: string) => values.find((value) => value.name === name)?.value;
  const whole = (path: string): Divergence | undefined => {
    const span = fields.find((field) => field.path === path);
    return span && { field: path, byte: span.start, byteOfField: 0, expected: undefined, found: bytes.subarray(span.start, span.end) };
  };
  const against = (path: string, expected: Bytes | undefined): Divergence | undefined => {
    const found = whole(path);
    return found?.found && expected ? ofValues(path, found.byte, expected, found.found) : found;
  };
  const claim = (name: string, expected: Bytes | undefined, found: Bytes | undefined): Divergence | undefined => {
    if (!expected || !found) return whole(CMW_FIELD);
    // Claims in CBOR stand in the message as they are; in a JWT they are base64url.
    const at = found.length > 0 ? view(bytes).indexOf(found) : -1;
    // A part of a message that was recorded alone has no fields around it.
    return ofValues(fields.length > 0 ? `${CMW_FIELD}: ${name}` : name, at < 0 ? undefined : at, expected, found);
  };
  switch (step) {
    case "frame":
    case "parse":
      return undecodable(bytes, hashLength[input.connection.hash]);
    case "context":
      return against("certificate.certificateRequestContext", input.request?.decoded.certificateRequestContext);
    case "schemes":
      return whole("certificateVerify.algorithm");
    case "certificate-path":
      return whole("certificate.entries.0.certData");
    case "extensions":
      return whole("certificate.entries.0.extensions");
    case "certificate-verify":
      return whole("certificateVerify.signature");
    case "finished":
      return against("finished.verifyData", computed("finishedMac"));
    case "binding":
      return claim("nonce", computed("binding"), firstWrong(facts.evidence, "nonce", computed("binding")));
    case "aik-hash":
      return claim("AIK_pub_hash", computed("aikPubHash"), firstWrong(facts.evidence, "aikPubHash", computed("aikPubHash")));
    case "policy":
      return claim("measurement", input.policy.measurement, firstWrong(facts.evidence, "measurement", input.policy.measurement));
    case "freshness":
      return whole("certificate.certificateRequestContext");
    default:
      return whole(CMW_FIELD);
  }
}

/** The same for exported values that were recorded alone. */
export function inExporter({ output }: Judged<"exporter">, values: readonly ComputedValue[]): Divergence | undefined {
  for (const { name, value } of values) {
    const found = fromHex(output[name as keyof typeof output]);
    if (value && !equalBytes(value, found)) return ofValues(`output.${name}`, undefined, value, found);
  }
  return undefined;
}

/** The same for an empty authenticator. */
export function inEmpty(
  step: string,
  { authenticator, connection }: EmptyAppraisal,
  values: readonly ComputedValue[],
): Divergence | undefined {
  const expected = values.find(({ name }) => name === "finishedMac")?.value;
  if (step === "empty-finished" && expected) return ofValues("finished.verifyData", HEADER, expected, authenticator.subarray(HEADER));
  return undecodable(authenticator, hashLength[connection.hash]) ?? start(authenticator);
}

/** The same for a request. */
export function inRequest(step: string, { request, sender, asked, decoded }: RequestAppraisal): Divergence | undefined {
  if (step === "type") return ofValues("type", 0, Uint8Array.of(requestType(sender)), request.subarray(0, 1));
  if (decoded === undefined) return attemptTo(() => decodeRequest(request));
  const context = decoded.certificateRequestContext;
  const afterContext = HEADER + 1 + context.length;
  const field = "certificateRequestContext";
  if (step === "context") {
    if (asked.context) return ofValues(field, HEADER + 1, asked.context, context);
    return { field, byte: HEADER + 1, byteOfField: 0, expected: undefined, found: context };
  }
  return { field: "extensions", byte: afterContext, byteOfField: 0, expected: undefined, found: request.subarray(afterContext + 2) };
}

const HEADER = 4;
const CMW_FIELD = "certificate.entries.0.extensions";

function start(bytes: Bytes): Divergence {
  return { field: "the message", byte: 0, byteOfField: 0, expected: undefined, found: bytes };
}

// The place at which a decoder stops, asked in the order of the steps.
function undecodable(authenticator: Bytes, macLength: number): Divergence | undefined {
  let base = 0;
  return attemptTo(
    () => {
      const frame = decodeFrame(authenticator);
      if (frame.kind === "empty") return void decodeFinished(frame.finished, macLength);
      decodeCertificate(frame.certificate);
      base = frame.certificate.length;
      decodeCertificateVerify(frame.certificateVerify);
      base += frame.certificateVerify.length;
      decodeFinished(frame.finished, macLength);
    },
    () => base,
  );
}

function attemptTo(read: () => unknown, base: () => number = () => 0): Divergence | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { field: error.path, byte: base() + error.offset, byteOfField: undefined, expected: undefined, found: undefined };
  }
}

/** The fields of an authenticator that can be read, with their places in the whole. */
function fieldsOf(authenticator: Bytes): Span[] {
  try {
    const frame = decodeFrame(authenticator);
    if (frame.kind === "empty") return [];
    const messages = [
      { name: "certificate", raw: frame.certificate, spans: encodeCertificate(decodeCertificate(frame.certificate)).spans },
      {
        name: "certificateVerify",
        raw: frame.certificateVerify,
        spans: encodeCertificateVerify(decodeCertificateVerify(frame.certificateVerify)).spans,
      },
      { name: "finished", raw: frame.finished, spans: [{ path: "verifyData", start: HEADER, end: frame.finished.length }] },
    ];
    let base = 0;
    return messages.flatMap(({ name, raw, spans }) => {
      const at = base;
      base += raw.length;
      return spans.map(({ path, start, end }) => ({ path: `${name}.${path}`, start: at + start, end: at + end }));
    });
  } catch (error) {
    if (error instanceof DecodeError) return [];
    throw error;
  }
}

function firstWrong<Name extends "nonce" | "aikPubHash" | "measurement">(
  evidence: AppraisalState["facts"]["evidence"],
  name: Name,
  expected: Bytes | undefined,
): Bytes | undefined {
  const found = (evidence ?? []).map(({ claims }) => claims[name]);
  return found.find((value) => value !== undefined && !(expected && equalBytes(expected, value)));
}
