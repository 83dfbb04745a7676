import type { Part } from "./lane.ts";

/** Cases that a lane plays between two reports; at the end of each it makes sure of its refusals, which costs some exchanges. */
export const PART_SIZE = 100;

/** The implementation ended or hung in so many cases in a row of a part that the rest would only be more of it. */
const GIVE_UP_AFTER = 20;

/** Plays parts of a campaign: a thread, or (in tests) a function. */
export interface Lane {
  play(numbers: readonly number[]): Promise<Part>;
  stop(): Promise<void>;
}

/** Which cases a campaign plays. */
export interface Extent {
  /** Undefined: until time is up. */
  readonly cases: number | undefined;
  readonly timeMs: number | undefined;
  /** Of the numbers from 0 those with `number % count === index`. */
  readonly shard: { readonly index: number; readonly count: number };
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
 * Hands parts of a campaign out to lanes until cases or time are used up, or `stopped` says so. Parts are reported in the order of their
 * numbers, so that the same campaign reports the same, however many lanes it has. Throws what a lane throws.
 */
export async function conductCampaign(
  lanes: readonly Lane[],
  { cases, timeMs, shard, from }: Extent,
  report: (part: FinishedPart) => Promise<void> | void,
  stopped: () => boolean = () => false,
): Promise<{ readonly end: End; readonly played: number }> {
  const deadline = timeMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeMs;
  const finished = new Map<number, FinishedPart>();
  let next = from;
  let reported = from;
  let end: End = "cases";
  let reporting: Promise<void> = Promise.resolve();
  let brokenInARow = 0;

  const hasMore = (): boolean => {
    if (end !== "cases") return false;
    if (stopped()) end = "stopped";
    else if (performance.now() >= deadline) end = "time";
    return end === "cases" && (cases === undefined || next < cases);
  };
  const deliver = async (): Promise<void> => {
    for (let part = finished.get(reported); part; part = finished.get(reported)) {
      finished.delete(reported);
      reported += part.numbers.length;
      await report(part);
    }
  };
  const work = async (lane: Lane): Promise<void> => {
    while (hasMore()) {
      const first = next;
      next = Math.min(first + PART_SIZE, cases ?? Number.POSITIVE_INFINITY);
      const numbers = Array.from({ length: next - first }, (_, offset) => (first + offset) * shard.count + shard.index);
      const part = await lane.play(numbers);
      const broken = part.did.split("").filter((letter) => letter === "x").length;
      brokenInARow = broken === part.did.length ? brokenInARow + broken : 0;
      if (brokenInARow >= GIVE_UP_AFTER) end = "given-up";
      finished.set(first, { ...part, numbers });
      reporting = reporting.then(deliver);
      await reporting;
    }
  };
  await Promise.all(lanes.map(work));
  return { end, played: reported - from };
}
