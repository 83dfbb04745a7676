import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import type { Profile } from "../attestation/profile.ts";
import type { Driver } from "../iut/driver.ts";
import { type Position, positions } from "../iut/protocol.ts";
import type { Baseline } from "../report/baseline.ts";
import { type ExitCode, exitCodeOf } from "../report/expectation.ts";
import { footerOf, headerOf, resultRecordOf, revisionsOf } from "../report/recording.ts";
import type { ResultRecord } from "../report/records.ts";
import type { Reporter } from "../report/reporter.ts";
import { reproduceCommand } from "../report/reproduce.ts";
import { scorecard } from "../report/scorecard.ts";
import { allChecks, type Library } from "../scenario/load.ts";
import { type Instance, plan } from "../scenario/plan.ts";
import type { CheckResult } from "../scenario/result.ts";
import { runInstances } from "../scenario/run.ts";
import { version } from "../version.ts";
import { EXIT_USAGE, reportProblem, UsageError } from "./problem.ts";
import { nearest, selection } from "./selection.ts";
import type { Subject, SubjectOptions } from "./subject.ts";

/** What of the suites is asked, and how. */
export interface ConductOptions extends SubjectOptions {
  readonly only?: string[];
  readonly position?: string[];
  readonly profile?: string;
  readonly workers?: number;
  readonly seed?: string;
}

/** Where a run is reported. */
export interface OpenReports {
  readonly reporter: Reporter;
  /** So many instances of the plan are done. */
  readonly advance: (done: number, total: number) => void;
}

/** What a run is made of, all of it found beforehand: what is wrong in it must stop the command before anything is started. */
export interface Conduct {
  readonly options: ConductOptions;
  readonly library: Library;
  readonly subject: Subject;
  readonly profile: Profile;
  readonly baseline: Baseline;
  /** Opens the reports, when nothing is left that could be wrong with the call. */
  readonly open: () => OpenReports;
  /** The reports have begun: what stops the run from now on must abort them. */
  readonly begun: (reporter: Reporter | undefined) => void;
  /** With --since: that version and its checks. */
  readonly since?: { readonly version: string; readonly checks: ReadonlySet<string> } | undefined;
}

/**
 * Runs the suites against an implementation and reports; returns the exit code. Throws UsageError, InputError, or what keeps the
 * implementation from being started.
 */
export async function conduct({ options, library, subject, profile, baseline, open, begun, since }: Conduct): Promise<ExitCode> {
  const started = performance.now();
  const wanted = chosenPositions(options.position);
  const selects = selection(options.only, library);
  const { reporter, advance } = open();
  const run = isFiltered(options) ? "filtered" : "whole";
  // The first one answers for all of them what they support; a worker takes it over.
  const first = await startFirst(subject, reporter);
  const waiting: Driver[] = [first];
  const instances = plan(library.cases, first.hello, first.can).filter(
    (instance) => wanted.includes(instance.position) && (selects === undefined || isSelected(instance, selects)),
  );
  if (instances.length === 0) {
    await first.stop();
    throw new UsageError(nothingLeft(options, library, first));
  }
  const seed = options.seed ?? randomBytes(4).toString("hex");
  const { hello } = first;
  const judged: ResultRecord[] = [];
  const report = (results: readonly CheckResult[], done: number): void => {
    for (const result of results) {
      const { path, endpoint } = subject;
      const command = reproduceCommand({ iut: path, endpoint, profile: options.profile, instance: result.instance });
      const record = resultRecordOf(result, baseline.judge(result, since?.checks.has(result.check) === false), command);
      judged.push(record);
      reporter.result(record);
    }
    advance(done, instances.length);
  };
  try {
    reporter.begin(
      headerOf({
        suiteVersion: version,
        startedAt: new Date(),
        revisions: revisionsOf(library.ledger),
        iut: { name: hello.name, version: hello.version, path: subject.path, hello },
        seed,
        profile,
        filtered: run === "filtered",
        ...(run === "filtered" && { part: { positions: [...wanted], ...(options.only && { only: options.only }) } }),
        ...(since && { since: since.version }),
      }),
    );
    begun(reporter);
    await probeEndpoint(subject, first, instances);
    await runInstances(instances, {
      start: async () => waiting.pop() ?? subject.start(),
      workers: subject.endpoint === undefined ? workersFor(options) : 1,
      ledger: library.ledger,
      profile,
      payload: subject.payload,
      anchors: subject.anchors,
      seed,
      ...(selects && { selects }),
      report,
    });
  } catch (error) {
    reportProblem(error);
    reporter.abort(firstLine(error));
    return EXIT_USAGE;
  } finally {
    await Promise.all(waiting.map((driver) => driver.stop()));
  }
  begun(undefined);
  const notices = baseline.notices(run);
  const goals = scorecard(library.goals, allChecks(library), judged, run);
  const footer = footerOf(judged, Math.round(performance.now() - started), goals);
  reporter.end(footer, notices);
  return exitCodeOf(footer, notices.length);
}

/** True where only a part of what the suites hold is asked. */
function isFiltered({ only, position }: ConductOptions): boolean {
  return only !== undefined || position !== undefined;
}

// A report that was opened says why it holds nothing.
async function startFirst(subject: Subject, reporter: Reporter): Promise<Driver> {
  try {
    await subject.build();
    return await subject.start();
  } catch (error) {
    reporter.abort(firstLine(error));
    throw error;
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
}

// An endpoint that cannot be reached at all is a mistake of the call, not a hundred blocked checks.
async function probeEndpoint(subject: Subject, driver: Driver, instances: readonly Instance[]): Promise<void> {
  const runnable = instances.find(({ unsupported }) => unsupported === undefined);
  if (subject.endpoint === undefined || runnable === undefined || runnable.position.endsWith("client")) return;
  const connection = await driver.connect({ position: runnable.position, cipherSuite: runnable.cipherSuite, record: false });
  await connection.close();
}

function nothingLeft({ only = [], position }: ConductOptions, { cases }: Library, { hello, can }: Driver): string {
  if (position !== undefined) return "no check is left: --only and --position exclude each other";
  const ids = plan(cases, hello, can).map(({ id }) => id);
  return `--only ${only.join(", ")}: there is such a check, but it is not run with these parameters; ${nearest(only[0] ?? "", ids)}`;
}

function isSelected({ id, script }: Instance, selects: (id: string) => boolean): boolean {
  const parameters = id.slice(script.id.length);
  return [script, ...script.judged].some((check) => selects(check.id) || selects(`${check.id}${parameters}`));
}

function chosenPositions(names: readonly string[] | undefined): readonly Position[] {
  if (names === undefined) return positions;
  return names.map((name) => {
    const position = positions.find((candidate) => candidate === name);
    if (position === undefined)
      throw new UsageError(`--position ${name}: expected one of ${positions.join(", ")}; ${nearest(name, positions)}`);
    return position;
  });
}

function workersFor({ workers, iut }: ConductOptions): number {
  // In process, several cases share one core: two hide the waiting for sockets, more gain nothing.
  return workers ?? (iut === "reference" ? 2 : Math.min(availableParallelism(), 4));
}
