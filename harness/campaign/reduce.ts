import { suiteOf } from "../scenario/parameters.ts";
import type { Cause } from "./findings.ts";
import type { Generator } from "./generator.ts";
import { describe, idOf } from "./lane.ts";
import type { Player } from "./player.ts";
import type { FindingRecord } from "./records.ts";
import { failureOf, isOurs, rootCauseOf } from "./root-cause.ts";
import { type Shrunk, shrink } from "./shrink.ts";

/** A cause with the smallest case that shows it; `shrunk` is undefined where the first case did not fail again at all. */
export interface Reduced {
  readonly cause: Cause;
  readonly shrunk: Shrunk | undefined;
}

/** Of more causes than this the cases are not made smaller: the campaign has found enough to do. */
export const SHRUNK_CAUSES = 100;

/**
 * Plays the first case of a cause again, on connections of its own, and looks for a smaller one that fails in the same way. `hurry`: true as
 * soon as nobody wants to wait any longer; the case is then only confirmed. Throws what the player throws.
 */
export async function reduce(generator: Generator, player: Player, cause: Cause, hurry: () => boolean): Promise<Reduced> {
  const { arbitrary, value } = generator.generate(cause.first);
  const id = idOf(generator.seed, cause.first);
  const [played] = await player.play(value.value, id, true);
  const failure = played && failureOf(played);
  // On connections of its own it may be another failure, or none: a failure that depends on what came before is not confirmed.
  if (played === undefined || failure === undefined || rootCauseOf(played, failure) !== cause.cause) return { cause, shrunk: undefined };
  return { cause, shrunk: await shrink(player, arbitrary, value, failure, id, hurry) };
}

/** The record of a finding, but for its count and what only its bundle knows. */
export function recordOf({ cause, shrunk }: Reduced, generator: Generator): Omit<FindingRecord, "requirements" | "replay" | "bundle"> {
  const { iut, cause: name, count, first } = cause;
  const sentence = shrunk?.sentence ?? generator.generate(first).value.value;
  const { position, suite, scheme, format } = sentence.exchange;
  const failure = shrunk?.failure;
  return {
    type: "finding",
    iut,
    cause: name,
    // An error of ours stays one, also where it does not come again.
    kind: isOurs(name) ? "harness-error" : shrunk?.confirmed ? "failure" : "inconclusive",
    count,
    first,
    position,
    parameters: { cipherSuite: suiteOf[suite], signatureScheme: scheme, ...(format !== undefined && { format }) },
    exercises: [...sentence.exercises],
    expected: failure?.kind === "wrong" ? failure.expected : "an answer",
    found: failure?.kind === "wrong" ? failure.found : failure ? describe(failure) : cause.detail,
    connections: shrunk?.connections ?? 1,
  };
}
