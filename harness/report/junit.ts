import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { openOutput } from "./output.ts";
import type { ResultRecord } from "./records.ts";
import type { Reporter } from "./reporter.ts";
import { closingPoints, messageOf, pointOf } from "./tap.ts";
import { TAP_VERSION, type TapPoint, tapComment, tapPlan, tapPoint } from "./tap-point.ts";

/**
 * The report in JUnit XML, made by tap-junit 5.0 from TAP. It runs as a process of its own, because as a library it prints to the
 * console or ends the process. The TAP that it gets differs from that of tap.ts, since tap-junit
 * - makes a `<failure>` of `not ok … # TODO` and counts it, so that what the baseline excuses is written as SKIP here: JUnit has no
 *   third word, and neither a skipped nor a failed case looks like a pass;
 * - counts `not ok … # SKIP` as both skipped and failed, so that it must be `ok`;
 * - drops the reason of a SKIP, and gives the last comment that it saw to each case that follows as `<system-out>`, so that each case
 *   has its own comment, with the reason in it;
 * - shows of the YAML block the `message` only, in an attribute, where newlines do not survive: all stands in one line of it;
 * - does not escape what XML 1.0 forbids, so that control characters are made visible before (printable.ts).
 * It does read `\#` and `\\` in descriptions.
 */
export function junitPoint(record: ResultRecord): TapPoint {
  const point = pointOf(record);
  if (point.directive?.word === "TODO")
    return { status: "ok", description: point.description, directive: { word: "SKIP", reason: point.directive.reason } };
  if (point.status === "ok") return { ...point, diagnostics: undefined };
  const { requirements, outcome, expectation, mistakes = [], reproduce } = record;
  const like = mistakes.map(({ id, title }) => `looks like: ${title} (${id})`);
  const message = [messageOf(record), ...like, `requirements: ${requirements.join(", ")}`, `alone: ${reproduce}`].join("; ");
  return { ...point, diagnostics: { message, severity: expectation === "stale" ? "stale" : outcome } };
}

/**
 * The report in JUnit XML. Opens the path at once, emptied, and throws InputError where it cannot; writes it at the end of the run,
 * since XML is whole or nothing. A crash leaves an empty file, which no reader takes for a pass; an aborted run one with a failed case.
 */
export function junitReporter(path: string): Reporter {
  const output = openOutput(path);
  let suite = "";
  const lines = [TAP_VERSION];
  let points = 0;
  const point = (what: TapPoint, comment: string): void => {
    lines.push(tapComment(comment), tapPoint(++points, what));
  };
  const finish = (): void => {
    output.write(toJunit([...lines, tapPlan(points)].join(""), suite));
    output.close();
  };
  return {
    begin: ({ iut }) => {
      suite = `${iut.name} ${iut.version}`;
    },
    result: (record) => {
      const { position, parameters, outcome, detail, baseline } = record;
      const facts = [
        `${position} ${parameters.cipherSuite} ${parameters.signatureScheme}`,
        outcome === "pass" ? outcome : messageOf(record),
      ];
      if (outcome !== "pass" && !facts[1]?.includes(detail)) facts.push(detail);
      if (baseline !== undefined) facts.push(`baseline: ${baseline}`);
      point(junitPoint(record), facts.join("; "));
    },
    end: (footer, notices) => {
      for (const closing of closingPoints(footer, notices)) point(closing, closing.description);
      finish();
    },
    abort: (reason) => {
      const description = `the run was aborted: ${reason}`;
      point({ status: "not ok", description, diagnostics: { message: description, severity: "aborted" } }, description);
      finish();
    },
  };
}

/** Converts TAP to JUnit XML. Throws Error with what tap-junit said where it fails. */
export function toJunit(tap: string, suite: string): string {
  const folder = dirname(createRequire(import.meta.url).resolve("tap-junit/package.json"));
  const program = join(folder, "bin", "tap-junit");
  const run = spawnSync(process.execPath, [program, "--pretty", "--name=expat-conformance", `--classname=${suite}`], {
    input: tap,
    encoding: "utf8",
    maxBuffer: Number.POSITIVE_INFINITY,
  });
  if (run.error || run.status !== 0) throw new Error(`tap-junit failed: ${run.error?.message ?? run.stderr}`);
  return `${run.stdout.trim()}\n`;
}
