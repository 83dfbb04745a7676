import { resolve } from "node:path";
import { type Baseline, emptyBaseline, readBaseline } from "../report/baseline.ts";
import { ctrfReporter } from "../report/ctrf.ts";
import { jsonLinesReporter } from "../report/jsonl.ts";
import { junitReporter } from "../report/junit.ts";
import { observedReporter } from "../report/observed.ts";
import { paletteFor } from "../report/palette.ts";
import { type Reporter, together } from "../report/reporter.ts";
import { tapReporter } from "../report/tap.ts";
import { terminalReporter } from "../report/terminal.ts";
import { allChecks, type Library, loadLibrary } from "../scenario/load.ts";
import { changesSince, loadVersions } from "../scenario/versions.ts";
import { version } from "../version.ts";
import { type ConductOptions, conduct, type OpenReports } from "./conduct.ts";
import { killChildrenOnExit } from "./interrupt.ts";
import { UsageError } from "./problem.ts";
import { readProfile, resolveSubject, type Subject } from "./subject.ts";

export interface RunCommandOptions extends ConductOptions {
  readonly report?: string[];
  /** A file, undefined: the manifest's, false: none. */
  readonly baseline?: string | false;
  readonly since?: string;
  readonly verbose?: boolean;
}

/** `run`: returns the exit code. Throws UsageError, InputError, or what keeps the implementation from being started. */
export async function runCommand(options: RunCommandOptions): Promise<number> {
  let begun: Reporter | undefined;
  killChildrenOnExit((reason) => begun?.abort(reason));
  const profile = readProfile(options.profile);
  const subject = resolveSubject(options, profile);
  const baseline = baselineOf(options, subject);
  const library = loadLibrary();
  const since = sinceOf(options.since);
  return conduct({
    options,
    library,
    subject,
    profile,
    baseline,
    open: () => openReports(options, library, since),
    since,
    begun: (current) => (begun = current),
  });
}

interface Since {
  readonly version: string;
  readonly checks: ReadonlySet<string>;
}

function sinceOf(name: string | undefined): Since | undefined {
  if (name === undefined) return undefined;
  const versions = loadVersions();
  const checks = versions.get(name);
  if (checks !== undefined) return { version: name, checks };
  const known = [...versions.keys()].join(", ");
  throw new UsageError(`--since ${name}: expected a released version of the suite, one of ${known} (this is ${version})`);
}

function baselineOf({ baseline }: RunCommandOptions, subject: Subject): Baseline {
  const today = new Date().toISOString().slice(0, 10);
  if (typeof baseline === "string") return readBaseline(baseline, today);
  return baseline !== false && subject.baseline !== undefined ? readBaseline(subject.baseline, today) : emptyBaseline();
}

const reporters: Record<string, (path: string) => Reporter> = {
  jsonl: jsonLinesReporter,
  tap: tapReporter,
  junit: junitReporter,
  ctrf: ctrfReporter,
  observed: observedReporter,
};

function openReports({ report = [], verbose }: RunCommandOptions, library: Library, since: Since | undefined): OpenReports {
  const asked = report.map((text) => {
    const [kind = "", ...rest] = text.split("=");
    const path = rest.join("=");
    const make = reporters[kind];
    if (make === undefined || path === "") {
      throw new UsageError(`--report ${text}: expected kind=file with a kind of ${Object.keys(reporters).join(", ")}`);
    }
    return { kind, path, make };
  });
  const place = (path: string): string => (path === "-" ? path : resolve(path));
  const shared = asked.find(({ path }, index) => asked.some((other, before) => before < index && place(other.path) === place(path)));
  if (shared) throw new UsageError(`--report: two reports cannot share ${shared.path === "-" ? "standard output" : shared.path}`);
  // JSON Lines first: it is the truth, and must not be lost to an error in another.
  asked.sort((a, b) => Number(b.kind === "jsonl") - Number(a.kind === "jsonl"));
  const files = asked.map(({ make, path }) => make(path));
  const out = asked.some(({ path }) => path === "-") ? process.stderr : process.stdout;
  const terminal = terminalReporter({
    out,
    progress: process.stderr,
    ledger: library.ledger,
    since: since && {
      version: since.version,
      changes: changesSince(
        since.checks,
        allChecks(library).map(({ id }) => id),
      ),
    },
    verbosity: verbose ? "verbose" : "normal",
    palette: paletteFor("auto", out, process.env),
    // What goes to a pipe is not wrapped.
    width: out.columns,
  });
  return { reporter: together([...files, terminal]), advance: terminal.advance };
}
