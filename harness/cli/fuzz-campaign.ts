import { availableParallelism } from "node:os";
import { join } from "node:path";
import { conductCampaign, type End } from "../campaign/campaign.ts";
import { type Checkpoint, writeCheckpoint } from "../campaign/checkpoint.ts";
import { type Cause, Findings } from "../campaign/findings.ts";
import { cellName, type Generator } from "../campaign/generator.ts";
import { Player } from "../campaign/player.ts";
import type { CampaignReport, CellRecord, FindingRecord } from "../campaign/records.ts";
import { type Reduced, recordOf, reduce, SHRUNK_CAUSES } from "../campaign/reduce.ts";
import { rateOf, totalsOf } from "../campaign/report-totals.ts";
import { casesOfShard } from "../campaign/shard.ts";
import type { Driver } from "../iut/driver.ts";
import { version } from "../version.ts";
import { threadLane } from "./fuzz-lanes.ts";
import { type CampaignPlan, checkpointFile } from "./fuzz-plan.ts";
import type { Progress } from "./fuzz-progress.ts";
import { type Subject, type SubjectOptions, startedBefore } from "./subject.ts";

/** How often a checkpoint is written, in milliseconds. */
const CHECKPOINT_EVERY_MS = 5_000;

/** What a campaign is conducted with, all of it ready. */
export interface Conduct {
  readonly plan: CampaignPlan;
  readonly options: readonly SubjectOptions[];
  readonly subjects: readonly Subject[];
  /** The first process of each; a player takes it over. */
  readonly drivers: readonly Driver[];
  readonly identities: Checkpoint["iuts"];
  readonly generator: Generator;
  readonly workers: number | undefined;
  readonly progress: Progress;
  /** Writes what is needed to see a finding again; returns the record of it. */
  readonly found: (reduced: Reduced, record: ReturnType<typeof recordOf>) => Promise<FindingRecord>;
  /** True as soon as the user wants it to end. */
  readonly stopped: () => boolean;
}

/** Plays a campaign to its end; returns its report, and what kept an implementation from going on, if anything did. */
export async function playCampaign(conduct: Conduct): Promise<{ readonly report: CampaignReport; readonly problem?: unknown }> {
  const { plan, subjects, drivers, generator, progress, stopped } = conduct;
  const findings = new Findings(plan.iuts, plan.checkpoint?.findings);
  const records = new Map((plan.checkpoint?.reduced ?? []).map((record) => [`${record.iut}\n${record.cause}`, record]));
  const cells = [...new Set(generator.cells.map(cellName))];
  const began = performance.now();
  const before = plan.checkpoint?.elapsedMs ?? 0;
  const startedAt = plan.checkpoint?.startedAt ?? new Date().toISOString();
  const casesBefore = findings.cases;
  const elapsed = (): number => Math.round(before + performance.now() - began);
  const wanted = plan.cases === undefined ? undefined : casesOfShard(plan.cases, plan.shard);

  const players = subjects.map(
    (subject, index) =>
      new Player(
        startedBefore(drivers[index], () => subject.start()),
        plan.profile,
        subject.payload,
        plan.seed,
      ),
  );
  const lanes = Array.from({ length: conduct.workers ?? Math.min(availableParallelism(), 4) }, () =>
    threadLane({ ...plan, subjects: conduct.options }),
  );

  const save = (): void =>
    writeCheckpoint(checkpointFile(plan), {
      suite: version,
      iuts: conduct.identities,
      ...(({ seed, shard, positions, focus, profile }) => ({ seed, shard, positions: [...positions], focus: [...focus], profile }))(plan),
      ...(plan.profileFile !== undefined && { profileFile: plan.profileFile }),
      ...(plan.cases !== undefined && { cases: plan.cases }),
      ...(plan.timeMs !== undefined && { timeMs: plan.timeMs + before }),
      startedAt,
      elapsedMs: elapsed(),
      findings: findings.state,
      reduced: [...records.values()],
    });

  // One cause after the other, beside the lanes; behind the end of the time, or of an implementation, none is made smaller any more.
  let isOver = false;
  let reducing: Promise<void> = Promise.resolve();
  let problem: unknown;
  const settle = (cause: Cause): void => {
    reducing = reducing.then(async () => {
      const player = players[plan.iuts.indexOf(cause.iut)] as Player;
      const hurry = () => stopped() || isOver || records.size >= SHRUNK_CAUSES;
      // What keeps a case from being made smaller, or its bundle from being written, does not lose the finding.
      const bare = (error: unknown): Reduced => {
        problem ??= error;
        return { cause, shrunk: undefined };
      };
      const reduced = await reduce(generator, player, cause, hurry).catch(bare);
      const write = (of: Reduced) => conduct.found(of, recordOf(of, generator));
      records.set(`${cause.iut}\n${cause.cause}`, await write(reduced).catch((error) => write(bare(error))));
    });
  };
  // Of a campaign that was killed some causes are known and not yet looked at.
  for (const cause of findings.causes) if (!records.has(`${cause.iut}\n${cause.cause}`)) settle(cause);

  save();
  let saved = performance.now();
  let end: End = "cases";
  try {
    const extent = { cases: plan.cases, timeMs: plan.timeMs, shard: plan.shard, from: findings.cases };
    const outcome = await conductCampaign(
      lanes,
      extent,
      (part) => {
        for (const cause of findings.add(part)) settle(cause);
        const rate = (findings.cases - casesBefore) / ((performance.now() - began) / 1000);
        const leftMs =
          plan.timeMs === undefined ? wanted && ((wanted - findings.cases) / rate) * 1000 : plan.timeMs - (performance.now() - began);
        progress.show({
          cases: findings.cases,
          wanted,
          rate,
          failures: findings.ended("wrong", "broke"),
          causes: findings.causes.length,
          covered: findings.covered(cells),
          cells: cells.length,
          leftMs: leftMs === undefined ? undefined : Math.max(0, leftMs),
        });
        if (performance.now() - saved < CHECKPOINT_EVERY_MS) return;
        save();
        saved = performance.now();
      },
      stopped,
    );
    end = outcome.end;
    isOver = end !== "cases";
    problem ??= outcome.problem;
    await reducing;
  } finally {
    await Promise.all(lanes.map((lane) => lane.stop()));
    await Promise.all(players.map((player) => player.stop()));
    save();
  }
  progress.erase();
  const counts = new Map(findings.causes.map(({ iut, cause, count }) => [`${iut}\n${cause}`, count]));
  const found = [...records].map(([key, record]) => ({ ...record, count: counts.get(key) ?? record.count }));
  const parts = { findings: found, cells: everyCell(findings.cells, cells, plan.iuts) };
  const durationMs = elapsed();
  const report: CampaignReport = {
    header: {
      type: "campaign",
      suite: { name: "expat-conformance", version },
      iuts: conduct.identities.map(({ path, name, version: of }) => ({ path, name, version: of })),
      seed: plan.seed,
      ...(plan.cases !== undefined && { cases: plan.cases }),
      ...(plan.timeMs !== undefined && { timeMs: plan.timeMs + before }),
      shard: plan.shard,
      positions: [...plan.positions],
      focus: [...plan.focus],
      profile: plan.profile,
      startedAt,
    },
    ...parts,
    differences: findings.differences,
    footer: {
      type: "footer",
      end,
      cases: findings.cases,
      ...totalsOf(parts),
      casesPerSecond: rateOf(findings.cases, durationMs),
      durationMs,
      connections: findings.connections,
      restarts: findings.restarts,
    },
  };
  return { report, ...(problem !== undefined && { problem }) };
}

/** Those that were never played stand in the report too: else nobody could say which they are. */
function everyCell(played: readonly CellRecord[], names: readonly string[], iuts: readonly string[]): CellRecord[] {
  const known = new Map(played.map((cell) => [`${cell.iut} ${cell.cell}`, cell]));
  const all = new Set([...names, ...played.map(({ cell }) => cell)]);
  return iuts.flatMap((iut) => [...all].map((cell) => known.get(`${iut} ${cell}`) ?? { type: "cell", cell, iut, outcomes: {}, free: {} }));
}

/** The report of a campaign, beside its checkpoint. */
export function reportFile({ folder }: Pick<CampaignPlan, "folder">): string {
  return join(folder, "campaign.jsonl");
}
