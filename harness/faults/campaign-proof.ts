import { z } from "zod";
import type { CampaignJob, CampaignTrial, FirstCase } from "./campaign-trial.ts";
import type { Fault } from "./fault.ts";

/** A fault, and what the campaign made of it. */
export interface SoughtFault {
  readonly fault: Fault;
  readonly found: FirstCase | undefined;
  /** Where it was not found: why no case of a campaign can show it; undefined: nothing says so. */
  readonly notShown: string | undefined;
}

/** What came of all campaigns. The last four lists are what is wrong: all of them are empty in a proof that holds. */
export interface CampaignProof {
  readonly seed: string;
  /** How many cases each campaign had, and how many of the reference without a fault. */
  readonly cases: number;
  readonly unbroken: number;
  readonly sought: readonly SoughtFault[];
  /** Faults that were not found, though nothing says that they could not be. */
  readonly missed: readonly string[];
  /** Faults that are said to be equivalent, and were found all the same. */
  readonly caughtEquivalents: readonly string[];
  /** What was found in the reference without a fault. */
  readonly falseAlarms: readonly string[];
  /** Campaigns that broke down, and errors of the harness: these prove nothing. */
  readonly errors: readonly string[];
}

/** Carries out one campaign, wherever that is done. */
export type RunCampaign = (job: CampaignJob) => Promise<CampaignTrial>;

/** How the reference without a fault is divided among threads. */
const PART = 500;

/** Seeks each of `faults` in `cases` cases, and anything at all in as many of the reference without one. Never rejects. */
export async function seek(faults: readonly Fault[], seed: string, cases: number, run: RunCampaign): Promise<CampaignProof> {
  const trial = trials(run);
  const unbroken = unbrokenParts(seed, cases, trial);
  const trying = faults.map((fault) => trial(fault.id, { fault: fault.id, seed, from: 0, to: cases }));
  const sought: SoughtFault[] = [];
  for (const [index, fault] of faults.entries()) {
    const { found, notShown } = (await trying[index]) ?? NOTHING;
    sought.push({ fault, found, notShown });
  }
  return concluded({ seed, cases, unbroken: cases, sought }, await unbroken, trial.errors);
}

/**
 * What a published proof says is asked again: of each fault only the case that it names, which must fail for the cause that it names, of
 * one that is said not to show nothing but the reason, and of the reference without a fault `cases` cases. `faults` are those there are: one
 * that is not published, or no more there, is an error. Never rejects.
 */
export async function verify(
  faults: readonly Fault[],
  { seed, cases: budget, matrix }: PublishedProof,
  cases: number,
  run: RunCampaign,
): Promise<CampaignProof> {
  const trial = trials(run);
  const unbroken = unbrokenParts(seed, cases, trial);
  const published = new Map(matrix.map((entry) => [entry.id, entry]));
  const unknown = matrix.filter(({ id }) => !faults.some((fault) => fault.id === id));
  for (const { id } of unknown) trial.errors.push(`${id}: published, and no fault of the catalogue`);
  const trying = faults.map(async (fault): Promise<SoughtFault | undefined> => {
    const entry = published.get(fault.id);
    if (entry === undefined) {
      trial.errors.push(`${fault.id}: not published; write the report again`);
      return undefined;
    }
    const { found: claimed, notShown } = entry;
    // Where nothing is said to show it, no case is asked: only the reason is.
    const from = claimed?.number ?? 0;
    const again = await trial(fault.id, { fault: fault.id, seed, from, to: claimed ? from + 1 : from });
    const isAsClaimed = JSON.stringify(again.found) === JSON.stringify(claimed) && again.notShown === notShown;
    return { fault, found: isAsClaimed ? claimed : undefined, notShown: isAsClaimed ? notShown : undefined };
  });
  const sought = (await Promise.all(trying)).filter((each) => each !== undefined);
  return concluded({ seed, cases: budget, unbroken: cases, sought }, await unbroken, trial.errors);
}

const NOTHING: CampaignTrial = { found: undefined, errors: [], played: 0 };

type Trials = ((name: string, job: CampaignJob) => Promise<CampaignTrial>) & { readonly errors: string[] };

// One error of a trial says enough.
function trials(run: RunCampaign): Trials {
  const errors: string[] = [];
  const trial = async (name: string, job: CampaignJob): Promise<CampaignTrial> => {
    try {
      const made = await run(job);
      errors.push(...made.errors.slice(0, 1).map((error) => `${name}: ${error}`));
      return made;
    } catch (error) {
      errors.push(`${name}: ${(error as Error).message}`);
      return NOTHING;
    }
  };
  return Object.assign(trial, { errors });
}

async function unbrokenParts(seed: string, cases: number, trial: Trials): Promise<CampaignTrial[]> {
  const starts = Array.from({ length: Math.ceil(cases / PART) }, (_, part) => part * PART);
  const parts = starts.map((from) => trial("without a fault", { fault: undefined, seed, from, to: Math.min(cases, from + PART) }));
  return Promise.all(parts);
}

function concluded(
  made: Pick<CampaignProof, "seed" | "cases" | "unbroken" | "sought">,
  unbroken: readonly CampaignTrial[],
  errors: readonly string[],
): CampaignProof {
  const ids = (wanted: (each: SoughtFault) => boolean) => made.sought.filter(wanted).map(({ fault }) => fault.id);
  return {
    ...made,
    missed: ids(({ fault, found, notShown }) => fault.equivalent === undefined && found === undefined && notShown === undefined),
    caughtEquivalents: ids(({ fault, found }) => fault.equivalent !== undefined && found !== undefined),
    falseAlarms: unbroken.flatMap(({ found }) => (found ? [`case ${found.number}, ${found.cell}: ${found.cause}`] : [])),
    errors,
  };
}

/** Exit code: 0 it holds, 1 something is not as it should be, 2 a campaign broke down. */
export function campaignExitCode({ missed, caughtEquivalents, falseAlarms, errors }: CampaignProof): 0 | 1 | 2 {
  if (errors.length > 0) return 2;
  return [missed, caughtEquivalents, falseAlarms].some(({ length }) => length > 0) ? 1 : 0;
}

const firstCase = z.strictObject({
  number: z.number().int().min(0),
  kind: z.enum(["valid", "edited", "sequence", "varied"]),
  cell: z.string(),
  cause: z.string(),
});

/** reports/campaign-proof.json. */
export const publishedProof = z.strictObject({
  seed: z.string(),
  cases: z.number().int().min(1),
  faults: z.number().int(),
  found: z.number().int(),
  notShown: z.number().int(),
  equivalent: z.number().int(),
  missed: z.array(z.string()),
  caughtEquivalents: z.array(z.string()),
  falseAlarms: z.array(z.string()),
  errors: z.array(z.string()),
  matrix: z.array(
    z.strictObject({
      id: z.string(),
      found: firstCase.optional(),
      notShown: z.string().optional(),
      equivalent: z.string().optional(),
    }),
  ),
});

export type PublishedProof = z.output<typeof publishedProof>;
