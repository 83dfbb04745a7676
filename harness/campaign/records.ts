import { z } from "zod";
import { profileSchema } from "../attestation/profile.ts";
import { positions } from "../iut/protocol.ts";

/**
 * The records of a campaign's report in JSON Lines: one header, the findings, what implementations parted on, the cells, one footer. Other
 * programs rely on the names. Reports of shards have the same form as the one that is merged of them.
 */

const count = z.number().int().min(0);
const name = z.string().min(1);

/** What a case ended as; `broke`: it hung, crashed or spoke nonsense; `discarded`: the edits did not fit, nothing was asked. */
const outcomeKinds = ["agrees", "observed", "discarded", "wrong", "broke", "harness-error"] as const;

/** What was done with the message that a case is about; `broke`: neither; `other`: there was none to decide on. */
const deeds = ["accepted", "refused", "broke", "other"] as const;

export type OutcomeKind = (typeof outcomeKinds)[number];
export type Deed = (typeof deeds)[number];

export const campaignHeader = z.strictObject({
  type: z.literal("campaign"),
  suite: z.strictObject({ name: z.literal("expat-conformance"), version: z.string() }),
  iuts: z
    .array(z.strictObject({ path: name, name: z.string(), version: z.string() }))
    .min(1)
    .describe("with more than one, each case was put before all of them"),
  seed: z.string(),
  cases: count.optional().describe("how many were asked for in all shards together"),
  timeMs: count.optional().describe("how long each shard was to run"),
  shard: z.strictObject({ index: count, count: z.number().int().min(1) }).describe("of the numbers those that leave `index` over `count`"),
  merged: z.number().int().min(1).optional().describe("of how many shards this report was made; the shard is then 0 of 1"),
  positions: z.array(z.enum(positions)),
  focus: z.array(z.string()).describe("empty: all parts of the messages"),
  profile: profileSchema,
  startedAt: z.iso.datetime(),
});

export const findingRecord = z.strictObject({
  type: z.literal("finding"),
  iut: z.string().describe("the path of the implementation, as in the header"),
  cause: name.describe("what all cases of this finding have in common; stable from campaign to campaign"),
  kind: z.enum(["failure", "inconclusive", "harness-error"]).describe("inconclusive: it did not fail each time that it was played again"),
  count: z.number().int().min(1).describe("how many cases showed it"),
  first: count.describe("the number of the first case that showed it"),
  position: z.enum(positions),
  parameters: z.strictObject({ cipherSuite: z.string(), signatureScheme: z.string(), format: z.string().optional() }),
  exercises: z
    .array(z.string())
    .describe("what is left of the case after shrinking: `stage/operation`, the id of a check, or `sequence/…`"),
  requirements: z.array(z.string()),
  expected: z.string(),
  found: z.string(),
  connections: count.describe("how many connections shrinking and confirming took"),
  bundle: z.string().optional().describe("the folder of the failure bundle, relative to the report"),
  replay: z.string().describe("the command that plays the shrunk case again"),
});

export const differenceRecord = z.strictObject({
  type: z.literal("difference"),
  cell: name,
  free: z.boolean().describe("true: the texts leave it open; false: the finding of one of them says who is wrong"),
  did: z.record(z.string(), z.enum(deeds)).describe("by path of the implementation"),
  first: count,
  count: z.number().int().min(1),
});

export const cellRecord = z.strictObject({
  type: z.literal("cell"),
  cell: name.describe("position, format and `stage/operation`, id of a check, or `sequence/…`; those that were never played too"),
  iut: z.string().describe("the path of the implementation, as in the header"),
  outcomes: z.partialRecord(z.enum(outcomeKinds), count),
  free: z.partialRecord(z.enum(deeds), count).describe("what was done where the texts leave it open"),
});

export const campaignFooter = z.strictObject({
  type: z.literal("footer"),
  end: z.enum(["cases", "time", "stopped", "given-up"]),
  cases: count.describe("how many were played; each counts once, however many implementations saw it"),
  failures: count.describe("how many cases failed, those of each implementation counted: the sum over the findings"),
  inconclusive: count.describe("how many findings could not be confirmed; their cases are no failures"),
  harnessErrors: count.describe("how many cases ended in an error of the suite's own, counted in the same way"),
  casesPerSecond: z.number().min(0),
  durationMs: count,
  connections: count,
  restarts: count,
  cells: count.describe("how many there are for these implementations"),
  covered: count.describe("how many of them were played; a case that was discarded does not count"),
});

/** One line of a campaign's report. */
export const campaignRecord = z.discriminatedUnion("type", [campaignHeader, findingRecord, differenceRecord, cellRecord, campaignFooter]);

export type CampaignHeader = z.output<typeof campaignHeader>;
export type FindingRecord = z.output<typeof findingRecord>;
export type DifferenceRecord = z.output<typeof differenceRecord>;
export type CellRecord = z.output<typeof cellRecord>;
export type CampaignFooter = z.output<typeof campaignFooter>;

/** A whole report, in the order in which it is written. */
export interface CampaignReport {
  readonly header: CampaignHeader;
  readonly findings: readonly FindingRecord[];
  readonly differences: readonly DifferenceRecord[];
  readonly cells: readonly CellRecord[];
  readonly footer: CampaignFooter;
}
