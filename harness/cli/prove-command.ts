import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { faults as catalogue } from "../faults/catalogue.ts";
import type { Fault } from "../faults/fault.ts";
import { suiteTrials } from "../faults/pool.ts";
import { killed, type Proof, proofExitCode, prove } from "../faults/proof.ts";
import { proofJson, proofMarkdown, proofSummary } from "../faults/proof-report.ts";
import { makeFolder } from "../input/folder.ts";
import { InputError } from "../input/input-error.ts";
import { globMatcher } from "../report/baseline.ts";
import { counted } from "../report/layout.ts";
import { allChecks, loadLibrary } from "../scenario/load.ts";
import { killChildrenOnExit } from "./interrupt.ts";
import { UsageError } from "./problem.ts";
import { proveByCampaign } from "./prove-campaign.ts";
import { nearest, selection } from "./selection.ts";

export interface ProveCommandOptions {
  readonly fault?: string[];
  readonly checks?: string[];
  readonly json?: boolean;
  readonly workers?: number;
  readonly report?: string;
  readonly sockets?: boolean;
  readonly campaign?: boolean;
  readonly cases?: number;
  readonly published?: string;
}

/**
 * `prove`: runs the suites against the reference without a fault and with each fault, prints what sees what, and returns the exit code.
 * Throws UsageError and InputError, and what the file system throws where the report cannot be written.
 */
export async function proveCommand({
  fault: globs,
  checks: only,
  json = false,
  workers,
  report,
  sockets = false,
  campaign = false,
  cases,
  published,
}: ProveCommandOptions): Promise<number> {
  killChildrenOnExit(() => undefined, "nothing is written");
  if (!campaign && (cases !== undefined || published !== undefined))
    throw new UsageError("--cases and --published: they belong to --campaign");
  if (campaign) {
    if (only !== undefined || sockets)
      throw new UsageError("--campaign: it asks no checks, and takes sockets where they are needed; leave out --checks and --sockets");
    if (report !== undefined && (globs !== undefined || published !== undefined))
      throw new UsageError("--report: a proof of a part is none; leave out --fault and --published");
    if (report !== undefined) makeFolderFor(report);
    const faults = globs === undefined ? catalogue : chosen(globs);
    const shown = progressOf(faults.length);
    try {
      const options = {
        faults,
        whole: globs === undefined,
        cases,
        published,
        report,
        json,
        workers: workers ?? availableParallelism(),
        advance: shown.advance,
      };
      return await proveByCampaign(options);
    } finally {
      shown.end();
    }
  }
  const library = loadLibrary();
  const all = allChecks(library);
  const selects = selection(only, library, "--checks");
  const checks = selects ? all.filter(({ id }) => selects(id)) : all;
  const faults = globs === undefined ? catalogue : chosen(globs);
  const whole = globs === undefined && only === undefined;
  if (report !== undefined && !whole) throw new UsageError("--report: a proof of a part is none; leave out --fault and --checks");
  if (report !== undefined) makeFolderFor(report);
  const pool = suiteTrials(workers ?? availableParallelism(), { checks: selects && checks.map(({ id }) => id), sockets });
  const progress = progressOf(faults.length + 2);
  try {
    const proof = await prove(
      faults,
      checks,
      async (job) => {
        const trial = await pool.run(job);
        progress.advance();
        return trial;
      },
      whole,
    );
    progress.end();
    if (report !== undefined) {
      writeFileSync(join(report, "proof.json"), proofJson(proof));
      writeFileSync(join(report, "proof.md"), proofMarkdown(proof, checks));
    }
    process.stdout.write(json ? `${JSON.stringify(proofSummary(proof))}\n` : textOf(proof));
    return proofExitCode(proof);
  } finally {
    progress.end();
    await pool.close();
  }
}

function makeFolderFor(report: string): void {
  try {
    makeFolder(report);
  } catch (error) {
    throw new InputError(`--report ${report}: ${(error as Error).message}`);
  }
}

function chosen(globs: readonly string[]): Fault[] {
  const ids = catalogue.map(({ id }) => id);
  const matchers = globs.map((glob) => {
    const matches = globMatcher(glob);
    if (!ids.some(matches)) throw new UsageError(unknownFault("--fault", glob));
    return matches;
  });
  return catalogue.filter(({ id }) => matchers.some((matches) => matches(id)));
}

/** What is said of a fault that does not exist. */
export function unknownFault(option: string, name: string): string {
  const hint = nearest(
    name,
    catalogue.map(({ id }) => id),
    "`reference --faults` prints the names",
  );
  return `${option} ${name}: there is no such fault; ${hint}`;
}

const SHOWN = 2;

function textOf(proof: Proof): string {
  const width = Math.max(...proof.tried.map(({ fault }) => fault.id.length));
  const rows = proof.tried.map(({ fault, seenBy }) => {
    const more = seenBy.length > SHOWN ? ", …" : "";
    const seen = seenBy.length > 0 ? `${seenBy.slice(0, SHOWN).join(", ")}${more}` : fault.equivalent ? "equivalent" : "SURVIVES";
    return `${fault.id.padEnd(width)}  ${String(seenBy.length).padStart(4)}  ${seen}`;
  });
  const { survivors, caughtEquivalents, falseAlarms, unfailedChecks, errors, executed } = proof;
  const { faults, equivalent } = proofSummary(proof);
  const unfailed = unfailedChecks ? `; ${counted(unfailedChecks.length, "negative check")} that no fault makes fail` : "";
  return [
    `${"fault".padEnd(width)}  seen by so many checks`,
    ...rows,
    "",
    ...listed("no check sees", survivors),
    ...listed("said to be equivalent, and seen all the same:", caughtEquivalents),
    ...listed("fails without a fault:", falseAlarms),
    ...listed("no fault makes fail", unfailedChecks ?? []),
    ...listed("broke down:", errors),
    `${counted(executed.inFull + executed.selection, "result")} without a fault, ${counted(falseAlarms.length, "false alarm")}`,
    `${counted(faults, "fault")}: ${killed(proof).length} killed, ${equivalent} equivalent, ${counted(survivors.length, "survivor")}${unfailed}`,
    "",
  ].join("\n");
}

function listed(what: string, ids: readonly string[]): string[] {
  return ids.length === 0 ? [] : [...ids.map((id) => `${what} ${id}`), ""];
}

// On a terminal alone, and never in what is read by programs.
function progressOf(total: number): { advance: () => void; end: () => void } {
  let done = 0;
  let shown = false;
  return {
    advance() {
      done++;
      if (process.stderr.isTTY !== true) return;
      process.stderr.write(`\r\u001b[K${done} of ${total} trials`);
      shown = true;
    },
    end() {
      if (shown) process.stderr.write("\r\u001b[K");
      shown = false;
    },
  };
}
