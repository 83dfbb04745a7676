import { cmwPayload } from "../attestation/payload.ts";
import { defaultProfile } from "../attestation/profile.ts";
import { type Repertoire, repertoireOf } from "../campaign/exchange.ts";
import { type Cell, cellName, Generator } from "../campaign/generator.ts";
import { idOf } from "../campaign/lane.ts";
import { type Played, Player } from "../campaign/player.ts";
import { failureOf, rootCauseOf } from "../campaign/root-cause.ts";
import { leftOut, variationsOf } from "../campaign/variations.ts";
import type { Driver } from "../iut/driver.ts";
import type { Case } from "../scenario/case.ts";
import type { Library } from "../scenario/load.ts";
import { faults } from "./catalogue.ts";
import type { Fault } from "./fault.ts";
import { needsSockets } from "./faulty.ts";
import { starterOf, tryFault } from "./trial.ts";

/** The first case of a campaign that shows a fault. */
export interface FirstCase {
  /** With the seed it is the source of everything in the case. */
  readonly number: number;
  readonly kind: Cell["kind"];
  readonly cell: string;
  readonly cause: string;
}

/** What a campaign made of one implementation. */
export interface CampaignTrial {
  /** The first case that fails, and fails again, for the same cause, as the only case of an implementation that was just started. */
  readonly found: FirstCase | undefined;
  /** Errors of the harness, and calls that were answered with an error: these prove nothing. */
  readonly errors: readonly string[];
  /** How many cases were played. */
  readonly played: number;
  /** Where nothing was found: why no case of a campaign can show it, where that is so. */
  readonly notShown?: string | undefined;
}

/** A campaign of the proof: against the fault of this id, or (undefined) without one, the cases `from` up to but without `to`. */
export interface CampaignJob {
  readonly fault: string | undefined;
  readonly seed: string;
  readonly from: number;
  readonly to: number;
}

/** Carries out a campaign. Throws Error where no fault has that id. */
export async function carryOutCampaign({ fault: id, seed, from, to }: CampaignJob, library: Library): Promise<CampaignTrial> {
  const fault = faults.find((each) => each.id === id);
  if (fault === undefined && id !== undefined) throw new Error(`no fault "${id}"`);
  const trial = await tryCampaign(fault, { library, seed, from, to });
  if (fault === undefined || fault.equivalent !== undefined || trial.found) return trial;
  const { failed } = await tryFault(fault, { library });
  return { ...trial, notShown: whyNotShown(failed, library.cases) };
}

/**
 * Why no case of a campaign can show a fault that these checks see: they stand in cases that are not varied, and what those look at is
 * nowhere else in the language. undefined: one of them is varied, so that the fault should have been found.
 */
export function whyNotShown(seenBy: readonly string[], cases: readonly Pick<Case, "id" | "steps">[]): string | undefined {
  const reasons = new Set<string>();
  for (const check of seenBy) {
    const script = cases.find(({ id }) => id === check.split("#", 1)[0]);
    const reason = script && leftOut(script);
    if (reason === undefined) return undefined;
    reasons.add(reason);
  }
  return reasons.size === 0 ? undefined : `it is seen by no other case than one of which this is true: ${[...reasons].join("; ")}`;
}

interface Extent extends Pick<CampaignJob, "seed" | "from" | "to"> {
  readonly library: Library;
}

/** Cases between two looks at what an end of all connections leaves unproven. */
const PART_SIZE = 50;

/**
 * A campaign against the reference with a fault, up to the first case that shows it. Cases that ask the other role alone cannot show it and
 * are passed over: the numbers of the rest are those of the whole campaign. Without a fault all cases are played.
 */
export async function tryCampaign(fault: Fault | undefined, { library, seed, from, to }: Extent): Promise<CampaignTrial> {
  const errors: string[] = [];
  const start = starterOf(fault, fault !== undefined && needsSockets(fault), seed, (error) => errors.push(error));
  const generator = await generatorFor(await start(), library, seed);
  const player = new Player(start, defaultProfile, cmwPayload, seed);
  let played = 0;
  let found: FirstCase | undefined;
  const look = async (all: readonly Played[]): Promise<void> => {
    for (const each of all) {
      const failure = failureOf(each);
      if (failure === undefined || found !== undefined) continue;
      const cause = rootCauseOf(each, failure);
      const number = Number(each.id.slice(each.id.lastIndexOf("-") + 1));
      if (failure.kind === "harness-error") errors.push(`case ${number}: ${failure.detail.split("\n", 2).join(" ")}`);
      else if ((await causeOf(generator, start, number)) === cause) {
        const cell = generator.cellOf(number);
        found = { number, kind: cell.kind, cell: cellName(cell), cause };
      }
    }
  };
  try {
    for (let number = from; number < to; number++) {
      if (fault && !asks(generator.cellOf(number), fault.role)) continue;
      await look(await player.play(generator.generate(number).value.value, idOf(seed, number)));
      if (++played % PART_SIZE === 0) await look(await player.settle());
      if (found) break;
    }
    if (!found) await look(await player.settle());
  } finally {
    await player.stop();
  }
  return { found, errors: [...new Set(errors)], played };
}

/** The cause for which a case fails, as the only one of an implementation that was just started; undefined where it does not. */
async function causeOf(generator: Generator, start: () => Promise<Driver>, number: number): Promise<string | undefined> {
  const player = new Player(start, defaultProfile, cmwPayload, generator.seed);
  try {
    const [played] = await player.play(generator.generate(number).value.value, idOf(generator.seed, number), true);
    const failure = played && failureOf(played);
    return failure && rootCauseOf(played, failure);
  } finally {
    await player.stop();
  }
}

const generators = new Map<string, Generator>();

// What an implementation declares decides what is generated for it; most faults declare the same.
async function generatorFor(driver: Driver, library: Library, seed: string): Promise<Generator> {
  const repertoire: Repertoire = repertoireOf(driver.hello);
  const key = JSON.stringify([seed, driver.hello]);
  const known = generators.get(key) ?? new Generator(seed, repertoire, variationsOf(library, driver, repertoire));
  generators.set(key, known);
  await driver.stop();
  return known;
}

function asks(cell: Cell, role: Fault["role"]): boolean {
  return cell.position.startsWith(role) || (cell.kind === "varied" && cell.variation.script.abilities.has("both-roles"));
}
