import type { Ledger } from "../scenario/ledger.ts";
import type { CheckChanges } from "../scenario/versions.ts";
import { finding } from "./finding.ts";
import { counted } from "./layout.ts";
import { oneLine, printable } from "./printable.ts";
import { byCheck, type ResultRecord } from "./records.ts";
import type { Reporter } from "./reporter.ts";
import {
  blockedSection,
  goalSection,
  type Look,
  lastLine,
  noticeSection,
  observedSection,
  sinceSection,
  table,
  unsupportedSection,
} from "./summary.ts";

/** Where text goes: process.stdout and process.stderr fit, and so does a collector in a test. */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}

export interface TerminalOptions extends Look {
  readonly out: TextStream;
  /** Where the progress line goes, if it is a terminal. */
  readonly progress: TextStream;
  /** The wording of requirements. */
  readonly ledger: Ledger;
  /** `verbose` also names each result that the baseline excuses, and all that was blocked. */
  readonly verbosity: "normal" | "verbose";
  /** With --since: that version, and what changed in what is asked. */
  readonly since?: { readonly version: string; readonly changes: CheckChanges } | undefined;
}

export interface TerminalReporter extends Reporter {
  /** Renews the progress line: so many instances of the plan are done. */
  advance(done: number, total: number): void;
}

const ERASE_LINE = "\r\u001b[K";

/** The report for people: what someone must look at as it comes, a summary at the end. */
export function terminalReporter(options: TerminalOptions): TerminalReporter {
  const { out, progress, ledger, palette, verbosity, since } = options;
  const results: ResultRecord[] = [];
  // What fails and is new waits for the end, so that it does not stand among the regressions.
  const newer: ResultRecord[] = [];
  let shown = false;
  const erase = (): void => {
    if (shown) progress.write(ERASE_LINE);
    shown = false;
  };
  const print = (text: string): void => {
    erase();
    out.write(`${text}\n`);
  };
  const section = (heading: string, lines: readonly string[]): void => {
    if (lines.length > 0) print(`\n${heading === "" ? "" : `${palette.strong(heading)}\n`}${lines.join("\n")}`);
  };

  return {
    begin: ({ suite, iut, profile, seed }) => {
      print(oneLine(`${suite.name} ${suite.version} asks ${iut.name} ${iut.version} (${profile.revision}, seed ${seed})`));
    },
    result: (record) => {
      results.push(record);
      const excused = record.baseline !== undefined && record.expectation === "expected";
      if (excused) {
        if (verbosity === "verbose") print(palette.faint(oneLine(`known ${record.outcome} ${record.instance}: ${record.baseline}`)));
      } else if (record.expectation === "new" && record.outcome !== "blocked") newer.push(record);
      else if (needsAttention(record)) print(`\n${finding(record, ledger, options)}`);
    },
    advance: (done, total) => {
      if (progress.isTTY !== true) return;
      progress.write(`${ERASE_LINE}${done}/${total}${soFar(results)}`);
      shown = true;
    },
    end: ({ goals }, notices) => {
      // The order of a run is one that nobody can foretell; what is summed up stands in that of the checks.
      results.sort(byCheck);
      section("", blockedSection(results, verbosity === "verbose" ? results.length : 3, options));
      section(
        since === undefined ? "" : `New since ${since.version}, and no regressions`,
        newer.map((record) => finding(record, ledger, options)),
      );
      section("", table(results, options));
      section("Not supported", unsupportedSection(results, options));
      section("Observed at open points", observedSection(results, options));
      section("Security goals", goalSection(goals, options));
      if (since !== undefined) section(`Since ${since.version}`, sinceSection(since.version, results, since.changes, options));
      section("Baseline", noticeSection(notices, options));
      print(`\n${lastLine(results, options)}`);
    },
    abort: (reason) => {
      section("", blockedSection(results, verbosity === "verbose" ? results.length : 3, options));
      print(`\n${palette.bad("ABORTED")} ${printable(reason)}\n${lastLine(results, options)}, and the run did not come to its end`);
    },
  };
}

// What is blocked waits for the end, where it stands once for each reason.
function needsAttention({ outcome, expectation }: ResultRecord): boolean {
  return outcome === "warn" || (expectation !== "expected" && outcome !== "blocked");
}

// No wider than any terminal, since `\r` erases one line only.
function soFar(results: readonly ResultRecord[]): string {
  const count = (wanted: (record: ResultRecord) => boolean): number => results.filter(wanted).length;
  const failed = count(({ outcome }) => outcome === "fail");
  const blocked = count(({ outcome }) => outcome === "blocked");
  const parts = [`${count(({ outcome }) => outcome === "pass")} passed`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (blocked > 0) parts.push(`${blocked} blocked`);
  return ` ${counted(results.length, "result")}: ${parts.join(", ")}`;
}
