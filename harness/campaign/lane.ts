import { cellName, type Generator } from "./generator.ts";
import type { Outcome, Played, Player } from "./player.ts";
import { failureOf, rootCauseOf } from "./root-cause.ts";

/** What came of a part of the cases of a campaign; plain data, so that it can come from another thread. */
export interface Part {
  readonly cases: number;
  /** How often each kind of outcome came, by cell. */
  readonly cells: Readonly<Record<string, Partial<Record<Outcome["kind"], number>>>>;
  readonly failures: readonly { readonly number: number; readonly cause: string; readonly detail: string }[];
  /** What was done with each case, one letter in the order of the numbers: accepted, refused, or `-` where nothing can be compared. */
  readonly did: string;
  readonly restarts: number;
  readonly connections: number;
}

/** Plays the cases of these numbers, one after the other. Throws what the player throws where the implementation cannot be started. */
export async function playPart(generator: Generator, player: Player, numbers: readonly number[]): Promise<Part> {
  const cells: Record<string, Partial<Record<Outcome["kind"], number>>> = {};
  const outcomes = new Map<number, Played>();
  const before = { restarts: player.restarts, connections: player.connections };
  const keep = (all: readonly Played[]) => {
    for (const played of all) outcomes.set(numberOf(played.id), played);
  };
  for (const number of numbers) keep(await player.play(generator.generate(number).value.value, idOf(generator.seed, number)));
  keep(await player.settle());
  const failures: { number: number; cause: string; detail: string }[] = [];
  for (const [number, played] of outcomes) {
    const name = cellName(generator.cellOf(number));
    const cell = cells[name] ?? {};
    cells[name] = cell;
    cell[played.outcome.kind] = (cell[played.outcome.kind] ?? 0) + 1;
    const failure = failureOf(played);
    if (failure) failures.push({ number, cause: rootCauseOf(played, failure), detail: describe(failure) });
  }
  return {
    cases: numbers.length,
    cells,
    failures: failures.sort((a, b) => a.number - b.number),
    did: numbers.map((number) => letterOf(outcomes.get(number))).join(""),
    restarts: player.restarts - before.restarts,
    connections: player.connections - before.connections,
  };
}

/** The name of a case: with the seed it is the source of everything in it. */
export function idOf(seed: string, number: number): string {
  return `${seed}-${number}`;
}

function numberOf(id: string): number {
  return Number(id.slice(id.lastIndexOf("-") + 1));
}

/** A failure in one line. */
export function describe(failure: Extract<Outcome, { readonly kind: "wrong" | "broke" | "harness-error" }>): string {
  return failure.kind === "wrong" ? `expected ${failure.expected}, found ${failure.found}` : failure.detail;
}

// Whether the last message was accepted: what follows from an outcome together with what was expected.
function letterOf(played: Played | undefined): string {
  if (played === undefined) return "-";
  const { outcome, sentence } = played;
  const expected = sentence.expectation.kind === "accept" ? "a" : sentence.expectation.kind === "refuse" ? "r" : "-";
  if (outcome.kind === "agrees") return expected;
  if (outcome.kind === "wrong") return expected === "a" ? "r" : expected === "r" ? "a" : "-";
  if (outcome.kind === "observed") return outcome.did === "accepted" ? "a" : outcome.did === "refused" ? "r" : "-";
  return outcome.kind === "broke" ? "x" : "-";
}
