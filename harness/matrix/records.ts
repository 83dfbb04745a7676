import { z } from "zod";
import { profileSchema } from "../attestation/profile.ts";
import { InputError } from "../input/input-error.ts";
import { jsonLines } from "../input/json-lines.ts";
import { readText } from "../input/text-file.ts";
import { helloResult } from "../iut/protocol.ts";
import { outcomes } from "../scenario/result.ts";

/**
 * The records of an interop matrix in JSON Lines: one header, one result for each exchange of a pair, one footer. Other programs rely on the
 * names. A pair is an attester and a relying party in one direction of the TLS connection.
 */

export const MATRIX_FORMAT = 1;

const count = z.number().int().min(0);
const direction = z
  .enum(["attester/server", "attester/client"])
  .describe("the position of the attester; the relying party has the other side");

const implementationRecord = z.strictObject({
  name: z.string().min(1).describe("unique in the matrix"),
  path: z.string().describe("of its manifest, as it was given"),
  version: z.string(),
  hello: helloResult.optional().describe("what it declares; absent where it was not built"),
  notBuilt: z.string().optional().describe("why it has no results: `not built: needs …`"),
});

const exchangeRecord = z.strictObject({
  id: z.string().min(1),
  title: z.string().describe("a sentence that holds where both ends conform"),
  why: z.string().optional(),
  kind: z.enum(["positive", "negative"]),
  model: z.enum(["background-check", "passport"]).optional(),
  requirements: z.array(z.string()),
});

export const matrixHeader = z.strictObject({
  type: z.literal("matrix-header"),
  format: z.literal(MATRIX_FORMAT),
  suite: z.strictObject({ name: z.literal("expat-conformance"), version: z.string() }),
  startedAt: z.iso.datetime(),
  seed: z.string(),
  profile: profileSchema,
  implementations: z.array(implementationRecord),
  exchanges: z.array(exchangeRecord).describe("in the order in which they are shown"),
});

export const verdicts = [
  "attester-sent-invalid",
  "relying-party-sent-invalid",
  "relying-party-refused-valid",
  "relying-party-accepted-invalid",
  "attester-refused-valid",
  "both",
  "open-point",
] as const;

const evidenceRecord = z.strictObject({
  implementation: z.string(),
  check: z.string(),
  instance: z.string(),
  outcome: z.enum(outcomes),
  requirements: z.array(z.string()),
  detail: z.string(),
  reproduce: z.string().describe("the command that asks this implementation alone"),
});

const blameRecord = z.strictObject({
  verdict: z.enum(verdicts),
  text: z.string().describe("in words, with the names of the implementations and the statement"),
  evidence: z.array(evidenceRecord).describe("checks of one end alone, against the reference, that failed"),
});

export const matrixResult = z.strictObject({
  type: z.literal("matrix-result"),
  attester: z.string(),
  relyingParty: z.string(),
  direction,
  exchange: z.string(),
  instance: z.string().describe("the exchange with its parameters: `interop/…/attests[server,sha256,eat-cwt]`"),
  parameters: z.strictObject({ cipherSuite: z.string(), signatureScheme: z.string(), format: z.string().optional() }),
  outcome: z.enum(outcomes).describe("`unsupported`: no common capability"),
  detail: z.string(),
  expected: z.string().optional(),
  found: z.string().optional(),
  blame: blameRecord.optional().describe("where the outcome is `fail` or `inconclusive`"),
  disclosure: z.string().optional().describe("what is known of it at the maintainers: an entry of the list of disclosures"),
  transcript: z.string().optional().describe("the messages in words, beside their bytes"),
  capture: z.string().optional().describe("file name of the capture, in the folder of captures"),
  reproduce: z.string().describe("the command that runs this exchange alone"),
});

export const matrixFooter = z.strictObject({
  type: z.literal("matrix-footer"),
  pairs: count,
  counts: z.record(z.enum(outcomes), count),
  durationMs: z.number().min(0),
});

/** One line of a matrix. */
export const matrixRecord = z.discriminatedUnion("type", [matrixHeader, matrixResult, matrixFooter]);

export type MatrixHeader = z.output<typeof matrixHeader>;
export type MatrixResult = z.output<typeof matrixResult>;
export type MatrixFooter = z.output<typeof matrixFooter>;
export type Implementation = z.output<typeof implementationRecord>;
export type Blame = z.output<typeof blameRecord>;

/** The footer of a matrix of so many pairs. */
export function matrixFooterOf(results: readonly MatrixResult[], pairs: number, durationMs: number): MatrixFooter {
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, results.filter((one) => one.outcome === outcome).length]));
  return { type: "matrix-footer", pairs, counts: counts as MatrixFooter["counts"], durationMs };
}

/** A matrix that was read. Without a footer it is one that was cut short. */
export interface Matrix {
  readonly header: MatrixHeader;
  readonly results: readonly MatrixResult[];
  readonly footer: MatrixFooter | undefined;
}

/** Reads and checks a matrix in JSON Lines. Throws InputError that names file and line where a record, or the order of records, is wrong. */
export function readMatrix(file: string): Matrix {
  return parseMatrix(readText(file), file);
}

/** The same for a text that is at hand; `file` is what messages call it. */
export function parseMatrix(text: string, file: string): Matrix {
  let header: MatrixHeader | undefined;
  let footer: MatrixFooter | undefined;
  const results = new Map<string, MatrixResult>();
  for (const { record, fail } of jsonLines(text, file, matrixRecord)) {
    if (footer) return fail(`a ${record.type} after the footer, which ends a matrix`);
    if ((header === undefined) !== (record.type === "matrix-header")) {
      return fail(header ? "a second header" : `expected the header, found a ${record.type}`);
    }
    if (record.type === "matrix-header") header = record;
    else if (record.type === "matrix-footer") footer = record;
    else {
      const key = `${record.attester} ${record.relyingParty} ${record.direction} ${record.instance}`;
      if (results.has(key)) return fail(`a second result of ${record.instance} for ${record.attester} with ${record.relyingParty}`);
      for (const name of [record.attester, record.relyingParty]) {
        if (!header?.implementations.some((one) => one.name === name))
          return fail(`"${name}" is none of the implementations of the header`);
      }
      results.set(key, record);
    }
  }
  if (header === undefined)
    throw new InputError(`${file}:1: expected the header of a matrix, found ${text === "" ? "an empty file" : "no record"}`);
  const all = [...results.values()];
  for (const outcome of outcomes) {
    const found = all.filter((one) => one.outcome === outcome).length;
    if (footer && (footer.counts[outcome] ?? 0) !== found) {
      throw new InputError(`${file}: the footer does not fit the results: it says ${footer.counts[outcome]} ${outcome}, they are ${found}`);
    }
  }
  return { header, results: all, footer };
}
