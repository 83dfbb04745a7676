import type { Part } from "./lane.ts";
import { casesOfShard, type Shard } from "./shard.ts";

/** Cases that a lane plays between two reports; at the end of each it makes sure of its refusals, which costs some exchanges. */
export const PART_SIZE = 100;

/** Plays parts of a campaign: a thread, or (in tests) a function. */
export interface Lane {
  play(numbers: readonly number[]): Promise<Part>;
  stop(): Promise<void>;
}

/** Which cases a campaign plays. */
export interface Extent {
  /** In all shards together; undefined: until time is up. */
  readonly cases: number | undefined;
  /** What is left of the time, in milliseconds; undefined: as long as there are cases. */
  readonly timeMs: number | undefined;
  /** Of the numbers from 0 those with `number % count === index`. */
  readonly shard: Shard;
  /** How many of them were played before (a campaign that goes on). */
  readonly from: number;
}

/** A part that is finished, with the numbers that it was made of. */
export interface FinishedPart extends Part {
  readonly numbers: readonly number[];
}

/** Why a campaign ended. */
export type End = "cases" | "time" | "stopped" | "given-up";

/**
 * Hands parts of a campaign out to lanes until cases or time are used up, `stopped` says so, or an implementation cannot go on. Parts are
 * reported in the order of their numbers, so that the same campaign reports the same, however many lanes it has. What a lane throws ends
 * the campaign, and comes back as `problem`: what was reported before is not lost.
 */
export async function conductCampaign(
  lanes: readonly Lane[],
  { cases, timeMs, shard, from }: Extent,
  report: (part: FinishedPart) => void,
  stopped: () => boolean = () => false,
): Promise<{ readonly end: End; readonly problem?: unknown }> {
  const last = cases === undefined ? Number.POSITIVE_INFINITY : casesOfShard(cases, shard);
  const deadline = timeMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeMs;
  const finished = new Map<number, FinishedPart>();
  let next = from;
  let reported = from;
  let end: End = "cases";
  let problem: unknown;

  const hasMore = (): boolean => {
    if (end !== "cases" || next >= last) return false;
    if (stopped()) end = "stopped";
    else if (performance.now() >= deadline) end = "time";
    return end === "cases";
  };
  const work = async (lane: Lane): Promise<void> => {
    while (hasMore()) {
      const first = next;
      next = Math.min(first + PART_SIZE, last);
      const numbers = Array.from({ length: next - first }, (_, offset) => (first + offset) * shard.count + shard.index);
      try {
        const part = await lane.play(numbers);
        if (part.gaveUp) end = "given-up";
        finished.set(first, { ...part, numbers: numbers.slice(0, part.cases) });
      } catch (error) {
        [end, problem] = ["given-up", problem ?? error];
      }
      for (let part = finished.get(reported); part; part = finished.get(reported)) {
        finished.delete(reported);
        reported += part.numbers.length;
        report(part);
      }
    }
  };
  await Promise.all(lanes.map(work));
  return { end, ...(problem !== undefined && { problem }) };
}
