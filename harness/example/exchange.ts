import type { NamedMistake } from "../appraisal/finding.ts";
import type { Profile } from "../attestation/profile.ts";
import { attempt } from "../explain/mistake.ts";
import type { BuiltAuthenticator, BuiltRequest } from "../forge/build.ts";
import type { Mutation } from "../forge/mutation.ts";
import { type BuildView, lookUpStage } from "../forge/pipeline.ts";
import type { AuthenticatorMessage, RequestMessage } from "../scenario/messages.ts";
import {
  decodeCertificate,
  decodeCertificateVerify,
  decodeFrame,
  encodeCertificate,
  encodeCertificateVerify,
  encodeFinished,
} from "../wire/authenticator.ts";
import { type Bytes, equalBytes, preview } from "../wire/bytes.ts";
import { decodeRequest, encodeRequest } from "../wire/request.ts";
import type { Encoded } from "../wire/writer.ts";
import { type AnnotatedMessage, annotate, type Landmark } from "./annotate.ts";

/** One message of an example that the harness built, with the values that led to it. */
export type BuiltMessage = { readonly request: BuiltRequest } | { readonly authenticator: BuiltAuthenticator };

/** An example of an exchange, taken apart. */
export interface ShownExchange {
  readonly messages: readonly AnnotatedMessage[];
}

/** A value behind the bytes that a mistake alters, as it should be and as it is. */
export interface AlteredValue {
  readonly path: string;
  readonly right: string;
  readonly wrong: string;
}

/** What the judge says of a wrong exchange. */
export interface JudgesWord {
  /** The step of the appraisal, or who refuses. */
  readonly by: string;
  readonly expected?: string;
  readonly found: string;
  readonly mistakes: readonly NamedMistake[];
}

/** A right exchange and, where there is one, the wrong one that differs from it in one mistake. */
export interface Example {
  readonly right: ShownExchange;
  readonly wrong?: {
    readonly title: string;
    /** The edits that make it, in words. */
    readonly made: readonly string[];
    readonly altered: readonly AlteredValue[];
    readonly exchange: ShownExchange;
    readonly finds: readonly JudgesWord[];
  };
}

/** A built message as annotated messages: a request is one, an authenticator up to three. */
export function shown(message: BuiltMessage, { cmwAttestation }: Profile): AnnotatedMessage[] {
  if ("request" in message) {
    const { request } = message;
    const bytes = request.bytes("message");
    const whole = equalBytes(bytes, request.request) ? request.spans("message") : [];
    return [annotate("request", request.request, whole, [], cmwAttestation)];
  }
  const built = message.authenticator;
  const stages = { certificate: "certificate", certificateVerify: "certificate-verify", finished: "finished" } as const;
  const landmarks = landmarksOf(built);
  const frames = built.values.frame.messages;
  // An edit of the frame's own bytes leaves no borders to show.
  const joined = Buffer.concat(frames.map(({ bytes }) => bytes));
  if (!equalBytes(joined, built.authenticator)) return [annotate("authenticator", built.authenticator, [], landmarks, cmwAttestation)];
  return frames.map(({ name, bytes }) => {
    const stage = stages[name as keyof typeof stages];
    const spans = stage !== undefined && equalBytes(built.bytes(stage), bytes) ? built.spans(stage) : [];
    return annotate(name, bytes, spans, landmarks, cmwAttestation);
  });
}

/** A message of a script as annotated messages: one that the harness built, or one of which only the bytes are known. */
export function shownMessage({ kind, bytes, built }: RequestMessage | AuthenticatorMessage, profile: Profile): AnnotatedMessage[] {
  if (built === undefined) return shownBytes(kind, bytes, profile);
  return shown("request" in built ? { request: built } : { authenticator: built }, profile);
}

/** A message that the implementation made, of which only the bytes are known: it is read, and written again for the places of its fields. */
export function shownBytes(kind: "request" | "authenticator", bytes: Bytes, { cmwAttestation }: Profile): AnnotatedMessage[] {
  const show = (name: string, raw: Bytes, encode: () => Encoded): AnnotatedMessage => {
    const encoded = attempt(encode);
    const spans = encoded && equalBytes(encoded.bytes, raw) ? encoded.spans : [];
    return annotate(name, raw, spans, [], cmwAttestation);
  };
  if (kind === "request") return [show("request", bytes, () => encodeRequest(decodeRequest(bytes)))];
  const frame = attempt(() => decodeFrame(bytes));
  if (frame === undefined) return [annotate("authenticator", bytes, [], [], cmwAttestation)];
  const finished = show("finished", frame.finished, () => encodeFinished(frame.finished.subarray(4)));
  if (frame.kind === "empty") return [finished];
  const { certificate, certificateVerify } = frame;
  return [
    show("certificate", certificate, () => encodeCertificate(decodeCertificate(certificate))),
    show("certificateVerify", certificateVerify, () => encodeCertificateVerify(decodeCertificateVerify(certificateVerify))),
    finished,
  ];
}

/** The values that edits were aimed at, in both builds; what cannot be shown as a value is left out. */
export function alteredValues(edits: readonly Mutation[], right: BuildView<never>, wrong: BuildView<never>): AlteredValue[] {
  const paths = [...new Set(edits.map(({ at }) => at))];
  return paths.flatMap((path) => {
    const [before, after] = [valueAt(right, path), valueAt(wrong, path)];
    return before === undefined && after === undefined ? [] : [{ path, right: before ?? "(none)", wrong: after ?? "(none)" }];
  });
}

function valueAt(view: BuildView<never>, path: string): string | undefined {
  return attempt(() => inWords(lookUpStage(view as BuildView<Record<string, unknown>>, path)));
}

function inWords(value: unknown): string | undefined {
  if (value instanceof Uint8Array) return preview(value, 32);
  if (value === null) return "(none)";
  if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") return String(value);
  return Array.isArray(value) ? `${value.length} elements` : undefined;
}

function landmarksOf({ values, bytes }: BuiltAuthenticator): Landmark[] {
  const claims = (values.claims ?? []).flatMap(({ name, value }) =>
    value instanceof Uint8Array ? [{ name: `Evidence, ${name === "nonce" ? "nonce (the binding)" : name}`, bytes: value }] : [],
  );
  const signature: Bytes = values["evidence-signature"]?.signature ?? new Uint8Array(0);
  const certificates = (values.evidence?.unprotectedHeader ?? []).flatMap(({ value }) =>
    (Array.isArray(value) ? (value as readonly Bytes[]) : []).map((bytes, index) => ({ name: `Evidence, x5chain ${index}`, bytes })),
  );
  return bytes("certificate").length === 0 ? [] : [...claims, ...certificates, { name: "Evidence, signature", bytes: signature }];
}
