import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { conductCampaign, type End, type Lane } from "../campaign/campaign.ts";
import { repertoireOf } from "../campaign/exchange.ts";
import { type Cause, Findings } from "../campaign/findings.ts";
import { cellName, Generator } from "../campaign/generator.ts";
import { idOf } from "../campaign/lane.ts";
import { Player } from "../campaign/player.ts";
import { failureOf } from "../campaign/root-cause.ts";
import { type Shrunk, shrink } from "../campaign/shrink.ts";
import { variationsOf } from "../campaign/variations.ts";
import type { Driver } from "../iut/driver.ts";
import { type Position, positions } from "../iut/protocol.ts";
import { loadLibrary } from "../scenario/load.ts";
import { type Focus, focuses, inFocus } from "./fuzz-focus.ts";
import { threadLane } from "./fuzz-lanes.ts";
import { killChildrenOnExit } from "./interrupt.ts";
import { UsageError } from "./problem.ts";
import { nearest } from "./selection.ts";
import { readProfile, resolveSubject, type SubjectOptions } from "./subject.ts";

export interface FuzzOptions extends SubjectOptions {
  readonly seed?: string;
  readonly cases?: number;
  readonly time?: number;
  readonly position?: string[];
  readonly focus?: string[];
  readonly shard?: { readonly index: number; readonly count: number };
  readonly workers?: number;
  readonly profile?: string;
}

/** Cases where neither their number nor a time is given. */
const DEFAULT_CASES = 10_000;

/** `fuzz`: returns the exit code. Throws UsageError, InputError, or what keeps the implementation from being started. */
export async function fuzzCommand(options: FuzzOptions): Promise<number> {
  killChildrenOnExit();
  const profile = readProfile(options.profile);
  const subject = resolveSubject(options, profile);
  const wanted = named("--position", options.position, positions) as readonly Position[] | undefined;
  const focus = (named("--focus", options.focus, Object.keys(focuses)) ?? []) as readonly Focus[];
  await subject.build();
  const seed = options.seed ?? randomBytes(4).toString("hex");
  const driver = await subject.start();
  const chosen = wanted ?? positions;
  const repertoire = repertoireOf(driver.hello);
  const supported = { ...repertoire, positions: repertoire.positions.filter((position) => chosen.includes(position)) };
  if (supported.positions.length === 0) {
    await driver.stop();
    throw new UsageError(`--position ${chosen.join(", ")}: ${driver.hello.name} declares ${repertoire.positions.join(", ")} alone`);
  }
  const variations = variationsOf(loadLibrary(), driver, repertoire).filter(({ position }) => chosen.includes(position));
  const generator = new Generator(seed, supported, variations, (stage) => inFocus(stage, focus));
  let first: Driver | undefined = driver;
  const start = async () => {
    const ready = first ?? (await subject.start());
    first = undefined;
    return ready;
  };
  const player = new Player(start, profile, subject.payload, seed);
  const task = { subject: { ...options, build: false }, profile, seed, positions: chosen, focus };
  const lanes: Lane[] = Array.from({ length: options.workers ?? Math.min(availableParallelism(), 4) }, () => threadLane(task));
  const findings = new Findings();
  const shrunk = new Map<Cause, Shrunk>();
  let stopped = false;
  const started = performance.now();
  let end: End;
  try {
    const cases = options.cases ?? (options.time === undefined ? DEFAULT_CASES : undefined);
    const extent = { cases, timeMs: options.time, shard: options.shard ?? { index: 0, count: 1 }, from: 0 };
    ({ end } = await conductCampaign(
      lanes,
      extent,
      async (part) => {
        for (const cause of findings.add(part)) {
          const found = await reduce(generator, player, cause.first);
          if (found) shrunk.set(cause, found);
          const edits = found?.sentence.exercises.join(", ") ?? "";
          process.stdout.write(`FOUND ${cause.cause} (case ${cause.first}; ${edits}): ${cause.detail.slice(0, 300)}\n`);
        }
        if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${findings.cases} cases, ${findings.causes.size} causes`);
      },
      () => stopped,
    ));
  } finally {
    stopped = true;
    await Promise.all(lanes.map((lane) => lane.stop()));
    await player.stop();
  }
  const seconds = (performance.now() - started) / 1000;
  const cells = generator.cells.map(cellName);
  process.stdout.write(
    `${findings.cases} cases (${end}), ${(findings.cases / seconds).toFixed(0)} a second, ${findings.causes.size} causes; ${findings.covered(cells)} of ${cells.length} cells; ${JSON.stringify(findings.outcomes)}\n`,
  );
  return findings.causes.size > 0 ? 1 : 0;
}

async function reduce(generator: Generator, player: Player, number: number): Promise<Shrunk | undefined> {
  const { arbitrary, value } = generator.generate(number);
  const [played] = await player.play(value.value, idOf(generator.seed, number), true);
  const failure = played && failureOf(played);
  return failure && shrink(player, arbitrary, value, failure, idOf(generator.seed, number));
}

function named(option: string, names: readonly string[] | undefined, known: readonly string[]): readonly string[] | undefined {
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new UsageError(`${option} ${unknown}: expected one of ${known.join(", ")}; ${nearest(unknown, known)}`);
}
