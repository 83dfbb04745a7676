import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Checkpoint, readCheckpoint } from "../campaign/checkpoint.ts";
import { type Focus, focuses } from "../campaign/focus.ts";
import type { Aim } from "../campaign/setup.ts";
import { parseShard, type Shard } from "../campaign/shard.ts";
import { makeFolder } from "../input/folder.ts";
import { InputError } from "../input/input-error.ts";
import type { Driver } from "../iut/driver.ts";
import { type Position, positions } from "../iut/protocol.ts";
import { version } from "../version.ts";
import { UsageError } from "./problem.ts";
import { nearest } from "./selection.ts";
import { readProfile } from "./subject.ts";

export interface FuzzOptions {
  readonly iut?: string[];
  readonly seed?: string;
  readonly cases?: number;
  readonly time?: number;
  readonly position?: string[];
  readonly focus?: string[];
  readonly shard?: string;
  readonly workers?: number;
  readonly out?: string;
  readonly resume?: string;
  readonly show?: number;
  readonly profile?: string;
  readonly timeout: number;
  readonly build: boolean;
}

/** What a campaign is: what was asked for, or what the checkpoint says of one that goes on. */
export interface CampaignPlan extends Aim {
  readonly iuts: readonly string[];
  readonly profileFile: string | undefined;
  /** In all shards together. */
  readonly cases: number | undefined;
  readonly timeMs: number | undefined;
  readonly shard: Shard;
  readonly folder: string;
  readonly checkpoint: Checkpoint | undefined;
}

/** Cases where neither their number nor a time is given. */
const DEFAULT_CASES = 10_000;

const CHECKPOINT = "checkpoint.json";

/** The path of the checkpoint of a campaign. */
export function checkpointFile({ folder }: Pick<CampaignPlan, "folder">): string {
  return join(folder, CHECKPOINT);
}

/** Finds out what campaign is asked for; starts nothing. Throws UsageError and InputError. */
export function planCampaign(options: FuzzOptions): CampaignPlan {
  if (options.resume !== undefined) return resumed(options, options.resume);
  const { iut: iuts = ["reference"], cases, time, profile: profileFile } = options;
  const twice = iuts.find((path, index) => iuts.indexOf(path) < index);
  if (twice !== undefined) throw new UsageError(`--iut ${twice} is there twice: name implementations that differ`);
  const shard = options.shard === undefined ? { index: 0, count: 1 } : parseShard(options.shard, process.env);
  const seed = options.seed ?? randomBytes(4).toString("hex");
  const folder = options.out ?? `fuzz-${seed.replace(/[^\w.-]/g, "_")}${shard.count > 1 ? `-${shard.index + 1}-of-${shard.count}` : ""}`;
  return {
    iuts,
    seed,
    profile: readProfile(profileFile),
    profileFile,
    cases: cases ?? (time === undefined ? DEFAULT_CASES : undefined),
    timeMs: time,
    shard,
    positions: (named("--position", options.position, positions) as readonly Position[] | undefined) ?? positions,
    focus: (named("--focus", options.focus, Object.keys(focuses)) as readonly Focus[] | undefined) ?? [],
    folder,
    checkpoint: undefined,
  };
}

/** What a resumed campaign takes from its checkpoint, and may not be told otherwise. */
const FIXED = ["iut", "seed", "position", "focus", "shard", "out", "profile"] as const;

function resumed(options: FuzzOptions, folder: string): CampaignPlan {
  const given = FIXED.find((name) => options[name] !== undefined);
  if (given !== undefined) throw new UsageError(`--${given} with --resume: a campaign goes on as it began; leave it out`);
  const file = join(folder, CHECKPOINT);
  if (!existsSync(file)) throw new InputError(`--resume ${folder}: expected the folder of a campaign, found no ${CHECKPOINT} in it`);
  const checkpoint = readCheckpoint(file, version);
  const { iuts, seed, positions: wanted, focus, profile, profileFile, shard, elapsedMs } = checkpoint;
  const isExtended = options.cases !== undefined || options.time !== undefined;
  return {
    iuts: iuts.map(({ path }) => path),
    seed,
    positions: wanted,
    focus,
    profile,
    profileFile,
    shard,
    cases: isExtended ? options.cases : checkpoint.cases,
    timeMs: options.time ?? (isExtended || checkpoint.timeMs === undefined ? undefined : Math.max(0, checkpoint.timeMs - elapsedMs)),
    folder,
    checkpoint,
  };
}

/** What a checkpoint keeps of an implementation, so that it is known again. */
export function identityOf(path: string, { hello }: Pick<Driver, "hello">): Checkpoint["iuts"][number] {
  const declares = createHash("sha256").update(JSON.stringify(hello.supports)).digest("hex").slice(0, 16);
  return { path, name: hello.name, version: hello.version, declares };
}

/** Throws InputError where a campaign would go on with another implementation than it began with: the same numbers could be other cases. */
export function sameImplementations({ checkpoint, folder }: CampaignPlan, now: Checkpoint["iuts"]): void {
  for (const [index, before] of (checkpoint?.iuts ?? []).entries()) {
    const found = now[index];
    if (found?.name === before.name && found.version === before.version && found.declares === before.declares) continue;
    const what =
      found?.name === before.name && found.version === before.version
        ? "declares something else now"
        : `is ${found?.name} ${found?.version} now`;
    throw new InputError(
      `--resume ${folder}: the campaign began with ${before.name} ${before.version} at ${before.path}, which ${what}: begin anew with --seed`,
    );
  }
}

/** Makes the folder that a new campaign is written to. Throws UsageError where another one is in it, InputError where it cannot be made. */
export function prepareFolder({ folder, checkpoint }: CampaignPlan): void {
  if (checkpoint !== undefined) return;
  if (existsSync(join(folder, CHECKPOINT))) {
    throw new UsageError(`--out ${folder}: there is a campaign in it; go on with it by --resume ${folder}, or name another folder`);
  }
  try {
    makeFolder(folder);
  } catch (error) {
    throw new InputError(`--out ${folder}: ${(error as Error).message}`);
  }
}

function named(option: string, names: readonly string[] | undefined, known: readonly string[]): readonly string[] | undefined {
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new UsageError(`${option} ${unknown}: expected one of ${known.join(", ")}; ${nearest(unknown, known)}`);
}
