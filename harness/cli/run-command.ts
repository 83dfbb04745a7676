import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import type { Driver } from "../iut/driver.ts";
import { type Position, positions } from "../iut/protocol.ts";
import { type Baseline, emptyBaseline, readBaseline } from "../report/baseline.ts";
import { exitCodeOf } from "../report/expectation.ts";
import { jsonLinesReporter } from "../report/jsonl.ts";
import { junitReporter } from "../report/junit.ts";
import { paletteFor } from "../report/palette.ts";
import { footerOf, headerOf, resultRecordOf, revisionsOf } from "../report/recording.ts";
import type { ResultRecord } from "../report/records.ts";
import { type Reporter, together } from "../report/reporter.ts";
import { reproduceCommand } from "../report/reproduce.ts";
import { tapReporter } from "../report/tap.ts";
import { type TerminalReporter, terminalReporter } from "../report/terminal.ts";
import { type Library, loadLibrary } from "../scenario/load.ts";
import { type Instance, plan } from "../scenario/plan.ts";
import type { CheckResult } from "../scenario/result.ts";
import { runInstances } from "../scenario/run.ts";
import { version } from "../version.ts";
import { killChildrenOnExit } from "./interrupt.ts";
import { reportProblem, UsageError } from "./problem.ts";
import { nearest, selection } from "./selection.ts";
import { readProfile, resolveSubject, type Subject, type SubjectOptions } from "./subject.ts";

export interface RunCommandOptions extends SubjectOptions {
  readonly only?: string[];
  readonly position?: string[];
  readonly report?: string[];
  /** A file, undefined: the manifest's, false: none. */
  readonly baseline?: string | false;
  readonly profile?: string;
  readonly workers?: number;
  readonly seed?: string;
  readonly verbose?: boolean;
}

/** `run`: returns the exit code. Throws UsageError, InputError, or what keeps the implementation from being started. */
export async function runCommand(options: RunCommandOptions): Promise<number> {
  let begun: Reporter | undefined;
  killChildrenOnExit((reason) => begun?.abort(reason));
  const started = performance.now();
  const wanted = chosenPositions(options.position);
  const profile = readProfile(options.profile);
  const subject = resolveSubject(options, profile);
  const baseline = baselineOf(options, subject);
  const library = loadLibrary();
  const selects = selection(options.only, library);
  const { reporter, terminal } = openReports(options, library);
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
      const record = recordOf(result, baseline, subject, options.profile);
      judged.push(record);
      reporter.result(record);
    }
    terminal.advance(done, instances.length);
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
      }),
    );
    begun = reporter;
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
    const exitCode = reportProblem(error);
    reporter.abort(firstLine(error));
    return exitCode;
  } finally {
    await Promise.all(waiting.map((driver) => driver.stop()));
  }
  const filtered = options.only !== undefined || options.position !== undefined;
  begun = undefined;
  const notices = baseline.notices(filtered ? "filtered" : "whole");
  const footer = footerOf(judged, Math.round(performance.now() - started));
  reporter.end(footer, notices);
  return exitCodeOf(footer, notices.length);
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

function nothingLeft({ only = [], position }: RunCommandOptions, { cases }: Library, { hello, can }: Driver): string {
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

function baselineOf({ baseline }: RunCommandOptions, subject: Subject): Baseline {
  const today = new Date().toISOString().slice(0, 10);
  if (typeof baseline === "string") return readBaseline(baseline, today);
  return baseline !== false && subject.baseline !== undefined ? readBaseline(subject.baseline, today) : emptyBaseline();
}

const reporters: Record<string, (path: string) => Reporter> = { jsonl: jsonLinesReporter, tap: tapReporter, junit: junitReporter };

function openReports({ report = [], verbose }: RunCommandOptions, { ledger }: Library): { reporter: Reporter; terminal: TerminalReporter } {
  const asked = report.map((text) => {
    const [kind = "", ...rest] = text.split("=");
    const path = rest.join("=");
    const make = reporters[kind];
    if (make === undefined || path === "") {
      throw new UsageError(`--report ${text}: expected kind=file with a kind of ${Object.keys(reporters).join(", ")}`);
    }
    return { kind, path, make };
  });
  const shared = asked.find(({ path }, index) => asked.some((other, before) => before < index && other.path === path));
  if (shared) throw new UsageError(`--report: two reports cannot share ${shared.path === "-" ? "standard output" : shared.path}`);
  // JSON Lines first: it is the truth, and must not be lost to an error in another.
  asked.sort((a, b) => Number(b.kind === "jsonl") - Number(a.kind === "jsonl"));
  const files = asked.map(({ make, path }) => make(path));
  const out = asked.some(({ path }) => path === "-") ? process.stderr : process.stdout;
  const terminal = terminalReporter({
    out,
    progress: process.stderr,
    ledger,
    verbosity: verbose ? "verbose" : "normal",
    palette: paletteFor("auto", out, process.env),
    // What goes to a pipe is not wrapped.
    width: out.columns,
  });
  return { reporter: together([...files, terminal]), terminal };
}

function recordOf(result: CheckResult, baseline: Baseline, { path, endpoint }: Subject, profile: string | undefined): ResultRecord {
  const command = reproduceCommand({ iut: path, endpoint, profile, instance: result.instance });
  return resultRecordOf(result, baseline.judge(result), command);
}

function workersFor({ workers, iut }: RunCommandOptions): number {
  // In process, several cases share one core: two hide the waiting for sockets, more gain nothing.
  return workers ?? (iut === "reference" ? 2 : Math.min(availableParallelism(), 4));
}
