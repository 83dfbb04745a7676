import { existsSync } from "node:fs";
import { type Bundle, readBundle } from "../bundle/read.ts";
import { saveAsSuite } from "../bundle/save.ts";
import { bundleFiles, type ReplayRecord } from "../bundle/schema.ts";
import { InputError } from "../input/input-error.ts";
import { IutFailure } from "../iut/control.ts";
import type { Driver } from "../iut/driver.ts";
import { emptyBaseline } from "../report/baseline.ts";
import { finding } from "../report/finding.ts";
import { paragraph } from "../report/layout.ts";
import { paletteFor } from "../report/palette.ts";
import { resultRecordOf } from "../report/recording.ts";
import type { ResultRecord } from "../report/records.ts";
import { replayCommand as commandFor } from "../report/reproduce.ts";
import type { Look } from "../report/summary.ts";
import type { Case } from "../scenario/case.ts";
import { type Library, link, loadLibrary } from "../scenario/load.ts";
import { plan } from "../scenario/plan.ts";
import type { CheckResult } from "../scenario/result.ts";
import { runInstances } from "../scenario/run.ts";
import { version } from "../version.ts";
import { killChildrenOnExit } from "./interrupt.ts";
import { UsageError } from "./problem.ts";
import { resolveSubject, type Subject, type SubjectOptions } from "./subject.ts";

export interface ReplayOptions extends Pick<SubjectOptions, "timeout" | "build"> {
  /** undefined: the implementation that the bundle names. */
  readonly iut?: string;
  readonly saveAs?: string;
  readonly json?: boolean;
}

const EXIT_CODES: Readonly<Record<ReplayRecord["verdict"], number>> = {
  right: 0,
  fails: 1,
  "fails-otherwise": 1,
  "harness-error": 2,
  "not-executed": 3,
};

/** `replay`: returns the exit code. Throws UsageError, InputError, or what keeps the implementation from being started. */
export async function replayCommand(folder: string, options: ReplayOptions): Promise<number> {
  const bundle = readBundle(folder);
  const library = loadLibrary();
  if (options.saveAs !== undefined) return save(bundle, options.saveAs, library);
  if (!bundle.intact) {
    throw new InputError(
      `${bundle.caseFile}: is not the file that the bundle was written with (bundle.json has another SHA-256). To replay the bundle, undo the edit; to go on with the edited case, make it one of the suites with --save-as suites/…/NAME.yaml, and run it there`,
    );
  }
  const script = link([{ name: bundle.caseFile, suite: bundle.suite }], library).find(({ id }) => id === bundle.record.check);
  if (script === undefined) throw new InputError(`${bundle.caseFile}: expected the case ${bundle.record.check}, which bundle.json names`);
  const subject = subjectOf(bundle, options);
  killChildrenOnExit(undefined, "the bundle is as it was");
  await subject.build();
  const record = await replay(bundle, script, subject, library, options);
  const { stdout } = process;
  const look: Look = { palette: paletteFor("auto", stdout, process.env), width: stdout.columns };
  stdout.write(options.json ? `${JSON.stringify(record, null, 2)}\n` : `${replayText(record, library, look).join("\n")}\n`);
  return EXIT_CODES[record.verdict];
}

function save(bundle: Bundle, path: string, library: Library): number {
  const ids = saveAsSuite(bundle, path, library);
  const edited = bundle.intact ? "" : " (as it was edited since the bundle was written)";
  process.stdout.write(`${path}: written${edited}, with ${ids.join(" and ")}\n`);
  return 0;
}

function subjectOf({ record: { iut, profile } }: Bundle, options: ReplayOptions): Subject {
  const { timeout, build } = options;
  if (options.iut !== undefined) return resolveSubject({ iut: options.iut, timeout, build }, profile);
  if (iut.path !== "reference" && !existsSync(iut.path)) {
    throw new UsageError(
      `${iut.path}: the bundle names this implementation, by its path from the folder that the campaign was started in, and here it is not; go there, or name it with --iut`,
    );
  }
  return resolveSubject({ iut: iut.path, endpoint: iut.endpoint, timeout, build }, profile);
}

/** Plays the case of a bundle by the machinery of `run`, so that its verdict is that of a run. */
async function replay(
  { folder, record }: Bundle,
  script: Case,
  subject: Subject,
  library: Library,
  options: ReplayOptions,
): Promise<ReplayRecord> {
  const { ledger } = library;
  const { profile, seed } = record;
  const first = await subject.start();
  const { name, version: iutVersion } = first.hello;
  const waiting: Driver[] = [first];
  const results: ResultRecord[] = [];
  const command = commandFor({ bundle: folder, iut: options.iut });
  const came = (verdict: ReplayRecord["verdict"], detail: string): ReplayRecord => ({
    bundle: folder,
    suite: { name: "expat-conformance", version },
    iut: { path: subject.path, name, version: iutVersion },
    verdict,
    detail,
    results,
  });
  try {
    await runInstances(plan([script], first.hello, first.can), {
      start: async () => waiting.pop() ?? subject.start(),
      workers: 1,
      ledger,
      profile,
      payload: subject.payload,
      anchors: subject.anchors,
      seed,
      report: (all) =>
        void results.push(...all.map((result) => resultRecordOf(inBundle(result), emptyBaseline().judge(result, false), command))),
    });
  } catch (error) {
    // A run has nothing more to say of one that speaks no protocol; here that may be what was found.
    if (!(error instanceof IutFailure && error.kind === "protocol" && record.broke === "protocol")) throw error;
    return came("fails", error.message);
  } finally {
    await Promise.all(waiting.map((driver) => driver.stop()));
  }
  return came(...verdictOf(results, record));
}

// `explain` knows the cases of the suites alone: what this one makes wrong is shown in its bundle.
function inBundle(result: CheckResult): CheckResult {
  if (result.mistakes === undefined) return result;
  const hint = `Refuse it, whatever else fits; ${bundleFiles.transcript} shows it byte by byte.`;
  return { ...result, mistakes: result.mistakes.map((mistake) => (mistake.id === result.check ? { ...mistake, hint } : mistake)) };
}

function verdictOf(results: readonly ResultRecord[], { failing, broke, check }: Bundle["record"]): [ReplayRecord["verdict"], string] {
  const ours = results.find(({ outcome }) => outcome === "harness-error");
  if (ours) return ["harness-error", ours.detail];
  const failed = results.filter(({ outcome }) => outcome === "fail" || outcome === "warn").map((result) => result.check);
  const unsteady = results.find(({ outcome }) => outcome === "inconclusive");
  if (failed.length > 0) {
    const same = failed.length === failing.length && failed.every((each) => failing.includes(each));
    const before = failing.join(", ") || "none, when the bundle was written";
    return same ? ["fails", "as when the bundle was written"] : ["fails-otherwise", `${failed.join(", ")}; in the bundle: ${before}`];
  }
  if (unsteady) return ["fails-otherwise", unsteady.detail];
  const own = results.find((result) => result.check === check);
  if (own?.outcome === "blocked" && broke === "connection") return ["fails", own.detail];
  if (own === undefined || own.outcome === "blocked" || own.outcome === "unsupported")
    return ["not-executed", own?.detail ?? "the case has no instance for this implementation"];
  return ["right", ""];
}

const WORDS: Readonly<Record<ReplayRecord["verdict"], string>> = {
  right: "RIGHT",
  fails: "STILL FAILS",
  "fails-otherwise": "FAILS OTHERWISE",
  "not-executed": "NOT EXECUTED",
  "harness-error": "HARNESS ERROR",
};

function replayText({ verdict, detail, iut, results }: ReplayRecord, { ledger }: Library, look: Look): string[] {
  const { palette, width } = look;
  const shown = results.filter(({ outcome }) => !["pass", "observed", "blocked", "unsupported"].includes(outcome));
  const colour = verdict === "right" ? palette.good : verdict === "not-executed" ? palette.doubtful : palette.bad;
  return [
    ...shown.flatMap((result) => [finding(result, ledger, look), ""]),
    `${colour(WORDS[verdict])}  ${iut.name} ${iut.version}`,
    ...(detail === "" ? [] : [paragraph(detail, "    ", width)]),
  ];
}
