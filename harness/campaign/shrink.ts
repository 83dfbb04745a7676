import type fc from "fast-check";
import type { Player } from "./player.ts";
import { type Failure, failureOf, rootCauseOf } from "./root-cause.ts";
import type { Sentence } from "./sentence.ts";

/** Connections that the search for a smaller case may open. */
export const SHRINK_CONNECTIONS = 200;

/** How long that search may take, in milliseconds: each try may be one that an implementation lets time out. */
const SHRINK_MS = 60_000;

/** How often the smallest case must fail in the same way before it is reported. */
export const CONFIRMATIONS = 3;

/** The smallest case that was found for a root cause. */
export interface Shrunk {
  readonly sentence: Sentence;
  readonly failure: Failure;
  /** True where it failed in the same way each time that it was played again. */
  readonly confirmed: boolean;
  /** Connections that the search and the confirmation opened. */
  readonly connections: number;
}

/**
 * Looks for a smaller sentence that fails for the same root cause: fewer edits first, then whatever the arbitrary thinks smaller. Every try
 * is played on connections of its own, at most SHRINK_CONNECTIONS of them and no longer than a minute, or until `hurry` says so; an
 * implementation that has ended is started again. Throws what the player throws.
 */
export async function shrink(
  player: Player,
  arbitrary: fc.Arbitrary<Sentence>,
  value: fc.Value<Sentence>,
  failure: Failure,
  id: string,
  hurry: () => boolean = () => false,
): Promise<Shrunk> {
  const cause = rootCauseOf({ sentence: value.value }, failure);
  const before = player.connections;
  const deadline = performance.now() + SHRINK_MS;
  let tries = 0;
  const fails = async (sentence: Sentence): Promise<Failure | undefined> => {
    tries++;
    const [played] = await player.play(sentence, `${id}-${tries}`, true);
    const found = played && failureOf(played);
    return found && rootCauseOf({ sentence }, found) === cause ? found : undefined;
  };
  const isOut = () => player.connections - before >= SHRINK_CONNECTIONS - CONFIRMATIONS * 2 || tries >= SHRINK_CONNECTIONS;
  const spent = () => hurry() || isOut() || performance.now() >= deadline;

  let best = { sentence: value.value, failure };
  for (const sentence of value.value.simpler?.() ?? []) {
    if (spent()) break;
    const found = await fails(sentence);
    if (found) {
      best = { sentence, failure: found };
      break;
    }
  }
  // A sentence with fewer edits is no value of the arbitrary any more: what it thinks smaller is tried with as many edits left out.
  const project =
    best.sentence === value.value ? (sentence: Sentence) => [sentence] : (sentence: Sentence) => sentence.simpler?.() ?? [sentence];
  let current = value;
  for (let improved = true; improved && !spent(); ) {
    improved = false;
    for (const smaller of arbitrary.shrink(current.value_, current.context)) {
      if (spent()) break;
      for (const sentence of project(smaller.value)) {
        const found = await fails(sentence);
        if (!found) continue;
        best = { sentence, failure: found };
        current = smaller;
        improved = true;
        break;
      }
      if (improved) break;
    }
  }
  let confirmed = true;
  for (let time = 0; time < CONFIRMATIONS && confirmed; time++) confirmed = (await fails(best.sentence)) !== undefined;
  return { ...best, confirmed, connections: player.connections - before };
}
