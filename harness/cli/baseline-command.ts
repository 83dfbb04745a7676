import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../input/input-error.ts";
import { readText } from "../input/text-file.ts";
import { readManifest } from "../iut/manifest.ts";
import { emptyBaseline } from "../report/baseline.ts";
import { type BaselineUpdate, updateBaseline } from "../report/baseline-update.ts";
import { type HeaderRecord, type ResultRecord, readReport } from "../report/records.ts";
import type { Reporter } from "../report/reporter.ts";
import { loadLibrary } from "../scenario/load.ts";
import { type ConductOptions, conduct } from "./conduct.ts";
import { killChildrenOnExit } from "./interrupt.ts";
import { UsageError } from "./problem.ts";
import { readProfile, resolveSubject } from "./subject.ts";

export interface BaselineUpdateOptions extends ConductOptions {
  /** A finished report, in place of a run. */
  readonly report?: string;
  readonly baseline?: string;
  readonly reason?: string;
}

const SHORTEST_REASON = 10;

/**
 * `baseline update`: brings a baseline up to date with a run, or with the report of one. Returns the exit code: 0 the file can be used
 * as it is, 1 entries wait for a reason, or have expired. Throws UsageError, InputError, or what keeps a run from being made.
 */
export async function baselineUpdateCommand(options: BaselineUpdateOptions): Promise<number> {
  const { reason } = options;
  if (reason !== undefined && reason.length < SHORTEST_REASON) {
    throw new UsageError(
      `--reason: expected at least ${SHORTEST_REASON} characters that say what is known, found ${JSON.stringify(reason)}`,
    );
  }
  const given = options.report === undefined ? undefined : finishedReport(options.report);
  // What the report was made of, unless the call says where that stands now.
  const file = options.baseline ?? baselineOf(options.iut === "reference" ? (given?.header.iut.path ?? options.iut) : options.iut);
  const text = existsSync(file) ? readText(file) : undefined;
  const seen = given ?? (await finishedRun(options));
  const today = new Date().toISOString().slice(0, 10);
  // Of a report that does not say, nothing is concluded from what is not in it.
  const run = seen.header.filtered === false ? "whole" : "filtered";
  const update = updateBaseline(text, seen.results, { file, run, today, reason });
  if (update.text !== text) write(file, update.text);
  process.stdout.write(`${summary(file, update, update.text !== text)}\n`);
  return update.unexplained.length + update.expired.length > 0 ? 1 : 0;
}

interface Seen {
  readonly header: HeaderRecord;
  readonly results: readonly ResultRecord[];
}

function finishedReport(file: string): Seen {
  const { header, results, footer } = readReport(file);
  if (footer === undefined) throw new InputError(`${file}: no footer: the run was aborted, and says nothing of what it did not come to`);
  return { header, results };
}

async function finishedRun(options: ConductOptions): Promise<Seen> {
  killChildrenOnExit(() => undefined);
  const profile = readProfile(options.profile);
  const subject = resolveSubject(options, profile);
  const library = loadLibrary();
  const results: ResultRecord[] = [];
  let header: HeaderRecord | undefined;
  let aborted: string | undefined;
  const reporter: Reporter = {
    begin: (record) => (header = record),
    result: (record) => results.push(record),
    end: () => undefined,
    abort: (why) => (aborted = why),
  };
  const open = () => ({ reporter, advance: () => undefined });
  await conduct({ options, library, subject, profile, baseline: emptyBaseline(), open, begun: () => undefined });
  if (header === undefined || aborted !== undefined)
    throw new UsageError(`the run did not come to its end, and the baseline stays as it is: ${aborted}`);
  return { header, results };
}

/** Where the baseline of an implementation stands: where its manifest says, else beside the manifest. */
function baselineOf(iut: string): string {
  if (iut === "reference")
    throw new UsageError("the reference has no baseline: name a file with --baseline, or an implementation with --iut");
  const { folder, baseline } = readManifest(iut);
  return join(folder, baseline ?? "baseline.yaml");
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new InputError(`${file}: cannot be written: ${(error as Error).message}`);
  }
}

function summary(file: string, { kept, added, removed, narrowed, unexplained, expired }: BaselineUpdate, changed: boolean): string {
  const lines = [`${file}: ${kept} kept, ${added.length} added, ${removed.length} removed, ${narrowed.length} narrowed`];
  for (const { check, outcome } of added) lines.push(`  + ${check} (${outcome})`);
  for (const { entry, why } of removed) lines.push(`  - ${entry.check} (${entry.outcome}): ${why}`);
  for (const { entry, to } of narrowed) lines.push(`  ~ ${entry.check} (${entry.outcome}): some instances pass now; now ${to.join(", ")}`);
  for (const line of unexplained)
    lines.push(`${file}:${line}: no reason yet: look at the failure, and write what is known about it; no run takes the file before`);
  for (const line of expired) lines.push(`${file}:${line}: expired: mend what it excuses, or say why it stays and give it a new date`);
  if (!changed) lines.push("nothing was changed");
  return lines.join("\n");
}
