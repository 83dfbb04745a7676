import { createPublicKey } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { decodeCmw, leavesOf } from "../attestation/cmw.ts";
import { coseSign1 } from "../attestation/cose-sign1.ts";
import { jwsCompact } from "../attestation/jws.ts";
import { earJwt } from "../attestation/result-ear-jwt.ts";
import type { Envelope, OpenedToken } from "../attestation/token.ts";
import { deriveSecret, hkdfExpandLabel } from "../authenticator/exporter.ts";
import { verifyWith } from "../authenticator/signature.ts";
import { finishedMac } from "../authenticator/transcript.ts";
import { readJson, shown } from "../input/json-problem.ts";
import { getContext } from "../wire/authenticator.ts";
import { fromHex, toHex } from "../wire/bytes.ts";
import type { CheckedFile, VectorProblem } from "./check.ts";
import { type ForeignKind, type ForeignVector, foreignFrameSchema, type foreignKinds, foreignVectorSchemas } from "./foreign-format.ts";

type Inputs<K extends ForeignKind> = z.output<(typeof foreignKinds)[K]["inputs"]>;
type Output<K extends ForeignKind> = z.output<(typeof foreignKinds)[K]["output"]>;

/** What the suite makes of the inputs of each kind. Throws where it refuses them. */
const confirm: { readonly [K in ForeignKind]: (inputs: Inputs<K>) => Output<K> } = {
  "derive-secret": ({ hash, secret, label, transcriptHash }) => ({
    derivedSecret: toHex(deriveSecret(hash, fromHex(secret), label, fromHex(transcriptHash))),
  }),
  "expand-label": ({ hash, secret, label, context, length }) => ({
    value: toHex(hkdfExpandLabel(hash, fromHex(secret), label, fromHex(context), length)),
  }),
  finished: ({ hash, handshakeContext, finishedKey, request, certificate, certificateVerify }) => ({
    verifyData: toHex(
      finishedMac({
        hash,
        key: fromHex(finishedKey),
        handshakeContext: fromHex(handshakeContext),
        request: fromHex(request),
        certificate: fromHex(certificate),
        certificateVerify: fromHex(certificateVerify),
      }),
    ),
  }),
  context: ({ message }) => ({ certificateRequestContext: toHex(getContext(fromHex(message))) }),
  cmw({ cmwData }) {
    const cmw = decodeCmw(fromHex(cmwData));
    return {
      form: cmw.form,
      collectionType: cmw.form === "collection" ? cmw.collectionType : null,
      messages: leavesOf(cmw).map(({ path, type, value, indicator }) => ({ path: [...path], type, value: toHex(value), indicator })),
    };
  },
  "cose-sign1": (inputs) => signed(inputs, coseSign1),
  jws: (inputs) => signed(inputs, jwsCompact),
  "eat-claims"({ serialisation, claims }) {
    const [envelope, nonce, ueid] = serialisation === "cbor" ? [coseSign1, 10, 256] : [jwsCompact, "eat_nonce", "ueid"];
    const read = envelope.readClaims(fromHex(claims));
    const bytes = (label: number | string) => {
      const value = read.bytes(label);
      return value ? toHex(value) : null;
    };
    return { nonce: bytes(nonce), ueid: bytes(ueid), number: read.size };
  },
  "ear-jwt"({ token, publicKey }) {
    const opened = earJwt.open(fromHex(token));
    verify(opened, publicKey);
    if (opened.problem !== undefined) throw new Error(opened.problem);
    return { statuses: opened.statuses.map((status) => status ?? "missing"), publicKeys: opened.publicKeys.map(toHex) };
  },
};

function signed({ token, publicKey }: Inputs<"jws">, envelope: Envelope): Output<"jws"> {
  const opened = envelope.open(fromHex(token));
  verify(opened, publicKey);
  return { algorithm: opened.algorithmName, signedContent: toHex(opened.signedContent), payload: toHex(opened.payload) };
}

function verify({ algorithm, algorithmName, signedContent, signature }: OpenedToken, publicKey: string | null): void {
  if (publicKey === null) return;
  const key = createPublicKey({ key: Buffer.from(publicKey, "hex"), format: "der", type: "spki" });
  if (algorithm === undefined) throw new Error(`the algorithm ${algorithmName} is not known`);
  if (!verifyWith(algorithm, key, signedContent, signature)) throw new Error("the signature does not verify");
}

/** True where the text is meant to be a file of foreign vectors. */
export function isForeign(text: string): boolean {
  return /"foreign"\s*:/.test(text.slice(0, 1000));
}

/**
 * Checks the text of a file of foreign vectors: its schema, and of each vector whether the suite gives what was published, or refuses what
 * the file says is refused, for the reason that it says. Finds all problems; throws nothing for what stands in the file.
 */
export function checkForeign(file: string, text: string): CheckedFile {
  const problems: VectorProblem[] = [];
  const report = (kind: VectorProblem["kind"], path: string, expected: string, found: string) =>
    void problems.push({ kind, file, path: path || "(the file)", expected, found });
  const counts = { valid: 0, invalid: 0 };
  const frame = readFrame(text, report);
  const ids = new Set<string>();
  // Where a vector has not the right form, the others are still judged.
  for (const [index, json] of frame.vectors.entries()) {
    const vector = readVector(json, index, report);
    if (vector === undefined) continue;
    counts[vector.result === "confirmed" ? "valid" : "invalid"]++;
    if (ids.has(vector.id)) report("input", `vectors.${index}.id`, "an id that no other vector has", vector.id);
    ids.add(vector.id);
    checkVector(vector, `vectors.${index}`, report);
  }
  const { length } = frame.vectors;
  const { numberOfVectors = length } = frame;
  if (numberOfVectors !== length) report("input", "numberOfVectors", String(length), String(numberOfVectors));
  return { file, ...counts, problems };
}

type Report = (kind: VectorProblem["kind"], path: string, expected: string, found: string) => void;

interface Frame {
  readonly vectors: readonly unknown[];
  /** undefined: nothing that could be compared. */
  readonly numberOfVectors?: number;
}

function readFrame(text: string, report: Report): Frame {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    report("input", "", "JSON", (error as Error).message);
    return { vectors: [] };
  }
  const result = readJson(foreignFrameSchema, json);
  if ("read" in result) return result.read;
  for (const { path, expected, found } of result.problems) report("input", path, expected, found);
  const vectors: unknown = membersOf(json)["vectors"];
  return { vectors: Array.isArray(vectors) ? vectors : [] };
}

// The kind says what the members are: of an unknown one nothing else can be said.
function readVector(json: unknown, index: number, report: Report): ForeignVector | undefined {
  const kind = membersOf(json)["kind"];
  const schema = Object.entries(foreignVectorSchemas).find(([name]) => name === kind)?.[1];
  if (schema === undefined) {
    report("input", `vectors.${index}.kind`, `one of ${Object.keys(foreignVectorSchemas).join(", ")}`, shown(kind));
    return undefined;
  }
  const result = readJson(schema, json, ["vectors", index]);
  if ("read" in result) return result.read;
  for (const { path, expected, found } of result.problems) report("input", path, expected, found);
  return undefined;
}

function membersOf(json: unknown): Readonly<Record<string, unknown>> {
  return typeof json === "object" && json !== null ? (json as Record<string, unknown>) : {};
}

function checkVector(vector: ForeignVector, at: string, report: Report): void {
  const run = confirm[vector.kind] as (inputs: ForeignVector["inputs"]) => unknown;
  try {
    const computed = run(vector.inputs);
    if (vector.result === "refused") report("vector", at, `a refusal: ${vector.refusedFor}`, JSON.stringify(computed));
    else if (!isDeepStrictEqual(computed, vector.output))
      report("vector", `${at}.output`, JSON.stringify(computed), JSON.stringify(vector.output));
  } catch (error) {
    const { message } = error as Error;
    if (vector.result === "confirmed") report("vector", at, "inputs from which the output comes", message);
    else if (!message.includes(vector.refusedFor)) report("vector", `${at}.refusedFor`, `words of "${message}"`, vector.refusedFor);
  }
}
