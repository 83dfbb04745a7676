import { z } from "zod";
import { profileSchema } from "../attestation/profile.ts";
import { InputError } from "../input/input-error.ts";
import { jsonLines } from "../input/json-lines.ts";
import { readText } from "../input/text-file.ts";
import { helloResult, positions } from "../iut/protocol.ts";
import { outcomes } from "../scenario/result.ts";
import { expectations, tallyOf } from "./expectation.ts";
import { goalStates } from "./scorecard.ts";

/** The records of a report in JSON Lines: one header, one result a check instance, one footer. Other programs rely on the names. */

const count = z.number().int().min(0);

export const headerRecord = z.strictObject({
  type: z.literal("header"),
  suite: z.strictObject({ name: z.literal("expat-conformance"), version: z.string() }),
  revisions: z.array(z.string()).describe("the revisions of the specifications that the ledger was made from"),
  iut: z.strictObject({ name: z.string(), version: z.string(), path: z.string().optional(), hello: helloResult }),
  seed: z.string(),
  profile: profileSchema,
  startedAt: z.iso.datetime(),
  filtered: z.boolean().optional().describe("whether only a part of the checks or positions was asked for; reports of 0.1.0 do not say"),
  part: z
    .strictObject({ positions: z.array(z.enum(positions)), only: z.array(z.string()).optional() })
    .optional()
    .describe("of a filtered run: what was asked for (--position, --only); reports of 0.2.0 and before do not say"),
  since: z.string().optional().describe("the version of the suite whose checks are not new (--since)"),
});

const digest = { sha256: z.string().regex(/^[0-9a-f]{64}$/), length: count };

const stimulusRecord = z.strictObject({
  asked: z.array(z.string()).describe("what the implementation was asked for in turn, with the fields that the script gives"),
  otherwise: z.array(z.string()).describe("what the script says otherwise than that of the control, beside edits of messages"),
  messages: z
    .array(
      z.strictObject({
        message: z.enum(["request", "authenticator"]),
        connection: z.string(),
        madeBy: z.enum(["harness", "iut"]),
        ...digest,
        delivered: z
          .enum(["received", "written", "unknown", "control-channel", "no"])
          .describe(
            "received: the implementation gave the same bytes back; written: to a connection that stood; unknown: the peer closed meanwhile; control-channel: the question has no bytes on the connection; no: the script did not come to it",
          ),
        instead: z.array(z.string()).describe("where it comes from, if not from the exchange that it is handed over in"),
        altered: z
          .strictObject({
            edits: z.array(z.string()),
            control: z.strictObject(digest),
            named: z.array(z.string()).describe("stages of the build that an edit names"),
            follows: z.array(z.string()).describe("stages that differ since they are made of others that do"),
            renewed: z.array(z.string()).describe("signatures and MACs made anew over what differs"),
            kept: z.array(z.string()).describe("signatures and MACs kept although what is under them differs"),
            differs: z
              .array(z.strictObject({ field: z.string(), offset: count, length: count, controlLength: count }))
              .describe("the first fields of the handshake messages that differ from the same build without the edits"),
            further: count.describe("how many more fields differ"),
          })
          .optional(),
      }),
    )
    .describe("the messages that it was handed, in turn"),
});

export const resultRecord = z.strictObject({
  type: z.literal("result"),
  check: z.string().min(1),
  instance: z.string().min(1),
  title: z.string(),
  outcome: z.enum(outcomes),
  expectation: z.enum(expectations),
  requirements: z.array(z.string()),
  goal: z.string().optional().describe("the security goal that falls where the check fails"),
  position: z.enum(positions),
  parameters: z.strictObject({ cipherSuite: z.string(), signatureScheme: z.string(), format: z.string().optional() }),
  detail: z.string(),
  behaviour: z
    .strictObject({ ambiguity: z.string(), id: z.string(), title: z.string() })
    .optional()
    .describe("of a probe: which of the behaviours that the ambiguity register lists was seen"),
  expected: z.string().optional(),
  found: z.string().optional(),
  sent: z.string().optional().describe("what the implementation refused although it is right"),
  mistakes: z
    .array(z.strictObject({ id: z.string(), title: z.string(), hint: z.string(), requirements: z.array(z.string()) }))
    .min(1)
    .optional()
    .describe("known mistakes that what was received is an instance of; of several, one was made"),
  stimulus: stimulusRecord
    .optional()
    .describe(
      "of a negative case or a probe that was carried out: what the implementation was given, and in what it differs from the control",
    ),
  why: z.string().optional(),
  diagnostics: z.string().optional().describe("the tail of the implementation's stderr"),
  baseline: z.string().optional().describe("the reason of the baseline entry that decided the expectation"),
  reproduce: z.string().describe("the command that runs this instance alone"),
});

const goalRecord = z.strictObject({
  goal: z.string(),
  title: z.string(),
  state: z.enum(goalStates).describe("possible: a check failed, so the attack works, whether or not a baseline knows of it"),
  checks: count.describe("how many the suite has"),
  passed: count,
  failed: z.array(z.string()).describe("the ids of the checks that failed"),
  untested: z.array(z.strictObject({ reason: z.string(), checks: count })).describe("why the others were not carried out"),
});

export const footerRecord = z.strictObject({
  type: z.literal("footer"),
  executed: count,
  counts: z.record(z.enum(outcomes), count),
  // Reports of version 0.1.0 know no `new`.
  expectations: z.strictObject({ expected: count, unexpected: count, stale: count, new: count.default(0) }),
  goals: z.array(goalRecord).default([]).describe("what became of the security goals, in the order of goals.yaml"),
  durationMs: z.number().min(0),
});

/** One line of a report. */
export const reportRecord = z.discriminatedUnion("type", [headerRecord, resultRecord, footerRecord]);

export type HeaderRecord = z.output<typeof headerRecord>;
export type ResultRecord = z.output<typeof resultRecord>;
export type FooterRecord = z.output<typeof footerRecord>;

/** The order in which results are shown: that of the names of their checks, then of the instances, numbers in them as numbers. */
export function byCheck(a: ResultRecord, b: ResultRecord): number {
  return names.compare(a.check, b.check) || names.compare(a.instance, b.instance);
}

const names = new Intl.Collator("en", { numeric: true });

/** A report that was read. Without a footer it is one of an aborted run, and proves nothing. */
export interface Report {
  readonly header: HeaderRecord;
  readonly results: readonly ResultRecord[];
  readonly footer: FooterRecord | undefined;
}

/** Reads and checks a JSON Lines report. Throws InputError that names file and line where a record, or the order of records, is wrong. */
export function readReport(file: string): Report {
  return parseReport(readText(file), file);
}

/** The same for a text that is at hand; `file` is what messages call it. */
export function parseReport(text: string, file: string): Report {
  let header: HeaderRecord | undefined;
  let footer: FooterRecord | undefined;
  const results: ResultRecord[] = [];
  const instances = new Set<string>();
  for (const { record, fail } of jsonLines(text, file, reportRecord)) {
    if (footer) return fail(`a ${record.type} after the footer, which ends a report`);
    if ((header === undefined) !== (record.type === "header")) {
      return fail(header ? "a second header" : `expected the header, found a ${record.type}`);
    }
    if (record.type === "header") header = record;
    else if (record.type === "result") {
      if (instances.has(record.instance)) return fail(`a second result of ${record.instance}`);
      instances.add(record.instance);
      results.push(record);
    } else {
      footer = record;
      const { executed, counts, expectations: totals } = record;
      // A report that lost lines in the middle must not count as whole.
      const difference = differenceOf({ executed, ...counts, ...totals }, results);
      if (difference !== undefined) fail(`the footer does not fit the results: ${difference}`);
    }
  }
  if (header === undefined)
    throw new InputError(`${file}:1: expected the header of a report, found ${text === "" ? "an empty file" : "no record"}`);
  return { header, results, footer };
}

function differenceOf(stated: Readonly<Record<string, number>>, results: readonly ResultRecord[]): string | undefined {
  const { executed, counts, expectations: totals } = tallyOf(results);
  const wrong = Object.entries({ executed, ...counts, ...totals }).find(([name, found]) => stated[name] !== found);
  return wrong && `it says ${wrong[0]} ${stated[wrong[0]]}, the results are ${wrong[1]}`;
}
