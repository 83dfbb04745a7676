import type { Check } from "../scenario/case.ts";
import type { Fault } from "./fault.ts";
import type { Job, Trial } from "./trial.ts";

/** A fault, and what the suites made of it. */
export interface TriedFault {
  readonly fault: Fault;
  /** The checks that see it, in the order of the suites; none where the trial broke down. */
  readonly seenBy: readonly string[];
}

/** What came of all trials. The lists of ids are what is wrong: all of them are empty in a proof that holds. */
export interface Proof {
  readonly tried: readonly TriedFault[];
  /** Faults that no check sees, and that are not said to be equivalent. */
  readonly survivors: readonly string[];
  /** Faults that are said to be equivalent, and that a check sees all the same. */
  readonly caughtEquivalents: readonly string[];
  /** Checks that fail on the reference without a fault. */
  readonly falseAlarms: readonly string[];
  /** Negative checks that no fault makes fail; undefined where not all faults and checks were asked. */
  readonly unfailedChecks: readonly string[] | undefined;
  /** Trials that broke down, with what was said: these prove nothing. */
  readonly errors: readonly string[];
  /** How many checks each kind of trial came to. */
  readonly executed: { readonly inFull: number; readonly selection: number };
}

/** Carries out one trial, wherever that is done. */
export type Run = (job: Job) => Promise<Trial>;

/**
 * Tries the reference without a fault and with each of `faults`, by `run`, and says what that proves of `checks`. `whole`: all faults
 * and all checks are asked, so that a check which no fault makes fail can be named. Never rejects: a trial that does is one of the errors.
 */
export async function prove(faults: readonly Fault[], checks: readonly Check[], run: Run, whole: boolean): Promise<Proof> {
  const errors: string[] = [];
  const attempt = async (name: string, job: Job): Promise<Trial> => {
    try {
      const trial = await run(job);
      errors.push(...[...new Set(trial.errors)].slice(0, MOST_ERRORS).map((error) => `${name}: ${error}`));
      return trial;
    } catch (error) {
      errors.push(`${name}: ${(error as Error).message}`);
      return { failed: [], errors: [(error as Error).message], executed: 0 };
    }
  };
  // The longest one begins first.
  const unbroken = [attempt("without a fault", { unbroken: "in full" }), attempt("without a fault", { unbroken: "selection" })] as const;
  const trials = faults.map((fault) => attempt(fault.id, { fault: fault.id }));
  const [inFull, selection] = await Promise.all(unbroken);
  const places = new Map(checks.map(({ id }, index) => [id, index]));
  const inOrder = (a: string, b: string): number => (places.get(a) ?? 0) - (places.get(b) ?? 0);
  const tried: (TriedFault & { readonly proven: boolean })[] = [];
  for (const [index, fault] of faults.entries()) {
    const trial = await trials[index];
    const proven = trial?.errors.length === 0;
    tried.push({ fault, seenBy: proven ? trial.failed.toSorted(inOrder) : [], proven });
  }
  const seen = new Set(tried.flatMap(({ seenBy }) => seenBy));
  const ids = (wanted: (each: (typeof tried)[number]) => boolean) => tried.filter(wanted).map(({ fault }) => fault.id);
  return {
    tried: tried.map(({ fault, seenBy }) => ({ fault, seenBy })),
    survivors: ids(({ fault, seenBy, proven }) => proven && fault.equivalent === undefined && seenBy.length === 0),
    caughtEquivalents: ids(({ fault, seenBy }) => fault.equivalent !== undefined && seenBy.length > 0),
    falseAlarms: [...new Set([...inFull.failed, ...selection.failed])],
    unfailedChecks: whole ? checks.filter(({ id, kind }) => kind === "negative" && !seen.has(id)).map(({ id }) => id) : undefined,
    errors,
    executed: { inFull: inFull.executed, selection: selection.executed },
  };
}

// One mistake in a fault shows in hundreds of cases.
const MOST_ERRORS = 3;

/** The faults that at least one check sees, those that are equivalent left out. */
export function killed({ tried }: Proof): TriedFault[] {
  return tried.filter(({ fault, seenBy }) => fault.equivalent === undefined && seenBy.length > 0);
}

/** Exit code of a proof: 0 it holds, 1 something is not proven, 2 a trial broke down. */
export function proofExitCode({ survivors, caughtEquivalents, falseAlarms, unfailedChecks = [], errors }: Proof): 0 | 1 | 2 {
  if (errors.length > 0) return 2;
  return [survivors, caughtEquivalents, falseAlarms, unfailedChecks].some(({ length }) => length > 0) ? 1 : 0;
}
