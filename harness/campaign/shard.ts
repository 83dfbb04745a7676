import { InputError } from "../input/input-error.ts";

/** One of the equal parts that a campaign is divided into: it plays the cases whose number leaves `index` over `count`. */
export interface Shard {
  /** From 0; people and command lines count from 1. */
  readonly index: number;
  readonly count: number;
}

/** A system that runs a program many times and tells each run which one it is. */
interface System {
  readonly name: string;
  readonly index: string;
  readonly count: string;
  /** What the first one is called. */
  readonly from: 0 | 1;
  /** For who finds one variable without the other. */
  readonly hint: string;
}

/** The variables that a person sets, where the system of his has none of its own: they go before all others. */
const OURS: System = {
  name: "a matrix",
  index: "EXPAT_SHARD_INDEX",
  count: "EXPAT_SHARD_COUNT",
  from: 0,
  hint: "set both; GitHub Actions has them as strategy.job-index and strategy.job-total",
};

const SYSTEMS: readonly System[] = [
  {
    name: "a Kubernetes Indexed Job",
    index: "JOB_COMPLETION_INDEX",
    count: "JOB_COMPLETIONS",
    from: 0,
    hint: "Kubernetes gives each pod its index and not their number: let the Job pass its completions as JOB_COMPLETIONS",
  },
  { name: "GitLab", index: "CI_NODE_INDEX", count: "CI_NODE_TOTAL", from: 1, hint: "the job needs `parallel`" },
  { name: "CircleCI", index: "CIRCLE_NODE_INDEX", count: "CIRCLE_NODE_TOTAL", from: 0, hint: "the job needs `parallelism`" },
  {
    name: "Buildkite",
    index: "BUILDKITE_PARALLEL_JOB",
    count: "BUILDKITE_PARALLEL_JOB_COUNT",
    from: 0,
    hint: "the step needs `parallelism`",
  },
  {
    name: "Azure Pipelines",
    index: "SYSTEM_JOBPOSITIONINPHASE",
    count: "SYSTEM_TOTALJOBSINPHASE",
    from: 1,
    hint: "the job needs the strategy `parallel` or a matrix",
  },
];

/** As many as an Indexed Job of Kubernetes may have. */
const MOST = 100_000;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The shard that a text names: `i/n`, with i from 1 as in vitest, jest and Playwright, or `auto`, which asks the environment: our own
 * variables if they are set, else those of the systems above. Throws InputError where a text is neither, a number is out of range, no system has
 * said anything, or two have said different things.
 */
export function parseShard(text: string, environment: Environment): Shard {
  if (text === "auto") return fromEnvironment(environment);
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const problem = `--shard ${text}: expected i/n, the i-th of n shards, such as 1/3, or auto`;
  if (index === undefined || count === undefined) throw new InputError(problem);
  const shard = { index: Number(index) - 1, count: Number(count) };
  if (shard.count < 1 || shard.count > MOST) throw new InputError(`${problem}; n is from 1 to ${MOST}, found ${count}`);
  if (shard.index < 0 || shard.index >= shard.count) throw new InputError(`${problem}; i is from 1 to ${shard.count}, found ${index}`);
  return shard;
}

/** As people write it: `2/4`. */
export function shardName({ index, count }: Shard): string {
  return `${index + 1}/${count}`;
}

/** How many of the cases 0 to `cases` - 1 are those of a shard. */
export function casesOfShard(cases: number, { index, count }: Shard): number {
  return Math.max(0, Math.ceil((cases - index) / count));
}

function fromEnvironment(environment: Environment): Shard {
  const ours = read(OURS, environment);
  if (ours) return ours;
  const found = SYSTEMS.flatMap((system) => {
    const shard = read(system, environment);
    return shard ? [{ system, shard }] : [];
  });
  const [first, ...others] = found;
  if (first === undefined) {
    const names = [OURS, ...SYSTEMS].map(({ name, index, count }) => `${index} and ${count} (${name})`);
    throw new InputError(`--shard auto: no shard in the environment; looked for ${names.join(", ")}; or say --shard i/n`);
  }
  const other = others.find(({ shard }) => shard.index !== first.shard.index || shard.count !== first.shard.count);
  if (other) {
    const says = [first, other].map(({ system, shard }) => `${system.name} says ${shardName(shard)} (${system.index}, ${system.count})`);
    throw new InputError(`--shard auto: ${says.join(", ")}; set ${OURS.index} and ${OURS.count}, which go first, or say --shard i/n`);
  }
  return first.shard;
}

function read(system: System, environment: Environment): Shard | undefined {
  const { name, index: indexName, count: countName, from, hint } = system;
  const index = environment[indexName] || undefined;
  const count = environment[countName] || undefined;
  // GitLab says that a job is the only one by the count alone.
  if (index === undefined && (count === undefined || (count === "1" && system !== OURS))) return undefined;
  if (index === undefined || count === undefined) {
    const [set, unset] = index === undefined ? [countName, indexName] : [indexName, countName];
    throw new InputError(`--shard auto: ${set} is set and ${unset} is not (${name}): ${hint}`);
  }
  const total = numberIn(countName, count, 1, MOST);
  return { index: numberIn(indexName, index, from, total - 1 + from) - from, count: total };
}

function numberIn(variable: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new InputError(`--shard auto: ${variable}: expected a whole number from ${least} to ${most}, found ${JSON.stringify(text)}`);
}
