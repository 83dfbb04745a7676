import { type Cell, cellName, type Generator } from "./generator.ts";
import type { Outcome, Played, Player } from "./player.ts";
import type { Deed, OutcomeKind } from "./records.ts";
import { type Failure, failureOf, rootCauseOf } from "./root-cause.ts";
import type { Sentence } from "./sentence.ts";

/** What came of a part of the cases with one implementation; plain data, so that it can come from another thread. */
export interface PartOfOne {
  /** How often each kind of outcome came, by cell. */
  readonly cells: Readonly<Record<string, Partial<Record<OutcomeKind, number>>>>;
  /** What was done where the texts leave it open, by cell. */
  readonly free: Readonly<Record<string, Partial<Record<Deed, number>>>>;
  readonly failures: readonly { readonly number: number; readonly cause: string; readonly detail: string }[];
  readonly restarts: number;
  readonly connections: number;
}

/** A case that implementations did not treat alike; `did` in their order. */
export interface Parting {
  readonly number: number;
  readonly cell: string;
  readonly free: boolean;
  readonly did: readonly Deed[];
}

/** What came of a part of the cases of a campaign. */
export interface Part {
  /** Fewer than were asked for where `gaveUp`. */
  readonly cases: number;
  /** In the order of the implementations. */
  readonly of: readonly PartOfOne[];
  readonly partings: readonly Parting[];
  /** An implementation hung or ended in so many cases in a row that the rest would only be more of it. */
  readonly gaveUp: boolean;
}

/** So many cases in a row that end or hang an implementation are enough. */
export const GIVE_UP_AFTER = 20;

/**
 * Plays the cases of these numbers, one after the other, each with all implementations. Throws what a player throws where an implementation
 * cannot be started.
 */
export async function playPart(generator: Generator, players: readonly Player[], numbers: readonly number[]): Promise<Part> {
  const outcomes = players.map(() => new Map<number, Played>());
  const before = players.map(({ restarts, connections }) => ({ restarts, connections }));
  const keep = (index: number, all: readonly Played[]): void => {
    for (const played of all) outcomes[index]?.set(numberOf(played.id), played);
  };
  const played: number[] = [];
  const broken = players.map(() => 0);
  for (const number of numbers) {
    const sentence = generator.generate(number).value.value;
    for (const [index, player] of players.entries()) {
      const all = await player.play(sentence, idOf(generator.seed, number));
      keep(index, all);
      const kind = all[0]?.outcome.kind;
      // Where nothing was asked, nothing is known of the implementation.
      if (kind !== "discarded") broken[index] = kind === "broke" ? (broken[index] ?? 0) + 1 : 0;
    }
    played.push(number);
    if (broken.some((inARow) => inARow >= GIVE_UP_AFTER)) break;
  }
  for (const [index, player] of players.entries()) keep(index, await player.settle());
  return {
    cases: played.length,
    of: players.map((player, index) =>
      partOfOne(generator, outcomes[index] ?? new Map(), {
        restarts: player.restarts - (before[index]?.restarts ?? 0),
        connections: player.connections - (before[index]?.connections ?? 0),
      }),
    ),
    partings: players.length > 1 ? played.flatMap((number) => partingAt(generator, number, outcomes)) : [],
    gaveUp: played.length < numbers.length || broken.some((inARow) => inARow >= GIVE_UP_AFTER),
  };
}

function partOfOne(
  generator: Generator,
  outcomes: ReadonlyMap<number, Played>,
  spent: Pick<PartOfOne, "restarts" | "connections">,
): PartOfOne {
  const cells: Record<string, Partial<Record<OutcomeKind, number>>> = {};
  const free: Record<string, Partial<Record<Deed, number>>> = {};
  const failures: { number: number; cause: string; detail: string }[] = [];
  for (const [number, played] of outcomes) {
    const { outcome, sentence } = played;
    const name = countedAs(generator.cellOf(number), sentence);
    count(cells, name, outcome.kind);
    if (sentence.expectation.kind === "free" && outcome.kind !== "discarded") count(free, name, deedOf(played));
    const failure = failureOf(played);
    if (failure) failures.push({ number, cause: rootCauseOf(played, failure), detail: describe(failure) });
  }
  return { cells, free, failures: failures.sort((a, b) => a.number - b.number), ...spent };
}

function count<Name extends string>(of: Record<string, Partial<Record<Name, number>>>, name: string, what: Name): void {
  const counts: Partial<Record<Name, number>> = of[name] ?? {};
  of[name] = counts;
  counts[what] = (counts[what] ?? 0) + 1;
}

function partingAt(generator: Generator, number: number, outcomes: readonly ReadonlyMap<number, Played>[]): Parting[] {
  const all = outcomes.map((of) => of.get(number));
  const did = all.map(deedOf);
  const sentence = all[0]?.sentence;
  if (sentence === undefined || did.includes("other") || did.every((deed) => deed === did[0])) return [];
  return [{ number, cell: countedAs(generator.cellOf(number), sentence), free: sentence.expectation.kind === "free", did }];
}

/** The name under which a sentence counts: that of its cell, unless what the cell asks for was not there to be edited in the exchange that was drawn. */
export function countedAs(cell: Cell, { exercises }: Pick<Sentence, "exercises">): string {
  if (cell.kind !== "edited" || cell.edit === undefined) return cellName(cell);
  const wanted = `${cell.edit.stage}/${cell.edit.operation}`;
  const [first = wanted] = exercises;
  if (exercises.includes(wanted)) return cellName(cell);
  const [stage = "", operation = ""] = first.split("/");
  return cellName({ ...cell, edit: { stage, operation } });
}

/** The name of a case: with the seed it is the source of everything in it. */
export function idOf(seed: string, number: number): string {
  return `${seed}-${number}`;
}

function numberOf(id: string): number {
  return Number(id.slice(id.lastIndexOf("-") + 1));
}

/** A failure in one line. */
export function describe(failure: Failure): string {
  return failure.kind === "wrong" ? `expected ${failure.expected}, found ${failure.found}` : failure.detail;
}

/** What was done with the last message: it follows from the outcome and what was expected. */
export function deedOf(played: Played | undefined): Deed {
  if (played === undefined) return "other";
  const { outcome, sentence } = played;
  const expected = ({ accept: "accepted", refuse: "refused", free: "other" } as const)[sentence.expectation.kind];
  switch (outcome.kind) {
    case "agrees":
      return expected;
    case "wrong":
      return ({ accepted: "refused", refused: "accepted", other: "other" } as const)[expected];
    case "observed":
      return deedNamed(outcome);
    case "broke":
      return "broke";
    default:
      return "other";
  }
}

function deedNamed({ did }: Extract<Outcome, { readonly kind: "observed" }>): Deed {
  return did === "accepted" || did === "refused" ? did : "other";
}
