import type { Notice } from "./baseline.ts";
import { openOutput } from "./output.ts";
import type { FooterRecord, ResultRecord } from "./records.ts";
import type { Reporter } from "./reporter.ts";
import { TAP_VERSION, type TapPoint, tapComment, tapPlan, tapPoint, tapText } from "./tap-point.ts";

/**
 * A result as a test point. `ok` is what went well, or was observed where nothing is decided; a broken SHOULD is `ok` and says so in
 * its diagnostics.
 *
 * `ok … # SKIP` is only for what the implementation declares not to support. A check that is blocked was asked for and never answered:
 * it is `not ok`, and where the baseline excuses it `not ok … # TODO`, like an excused failure, and a new check with --since. TODO keeps it from failing the run,
 * and `not ok` keeps every reader, also one that knows no directives, from counting it as passed.
 */
export function pointOf(record: ResultRecord): TapPoint {
  const { outcome, expectation, instance, title, detail, baseline } = record;
  const description = `${instance}: ${title}`;
  if (outcome === "unsupported") return { status: "ok", description, directive: { word: "SKIP", reason: `unsupported: ${detail}` } };
  const plain = expectation === "expected" && outcome === "pass";
  const diagnostics = plain ? undefined : diagnosticsOf(record);
  if (expectation === "new")
    return { status: "not ok", description, directive: { word: "TODO", reason: `${outcome}, a new check` }, diagnostics };
  if (expectation !== "expected") return { status: "not ok", description, diagnostics };
  if (outcome === "pass" || outcome === "observed" || outcome === "warn") return { status: "ok", description, diagnostics };
  return { status: "not ok", description, directive: { word: "TODO", reason: `${outcome}, known: ${baseline ?? detail}` }, diagnostics };
}

/** What a finished run has to say that belongs to no result but decides the exit code: each a failed test point. */
export function closingPoints({ executed }: FooterRecord, notices: readonly Notice[]): TapPoint[] {
  const texts = notices.map(({ text }) => `baseline: ${text}`);
  if (executed === 0) texts.push("nothing was executed: all checks are unsupported or blocked");
  return texts.map((description) => ({ status: "not ok", description, diagnostics: { message: description, severity: "fail" } }));
}

/** One line that says what is wrong with a result. */
export function messageOf({ outcome, expectation, detail, expected, found, baseline }: ResultRecord): string {
  if (expectation === "stale") return `stale: it passes, though the baseline says that it does not: ${baseline ?? ""}`;
  return expected !== undefined && found !== undefined ? `${outcome}: expected ${expected}, found ${found}` : `${outcome}: ${detail}`;
}

function diagnosticsOf(record: ResultRecord): NonNullable<TapPoint["diagnostics"]> {
  const { outcome, expectation, requirements, position, expected, found, detail, reproduce } = record;
  return {
    message: messageOf(record),
    severity: expectation === "stale" ? "stale" : outcome,
    requirements,
    position,
    ...(expected !== undefined && { expected }),
    ...(found !== undefined && { found }),
    ...(detail !== "" && { detail }),
    reproduce,
  };
}

/** The report in TAP 14, one test point a result. Opens the path at once (`-` is standard output); throws InputError where it cannot. */
export function tapReporter(path: string): Reporter {
  const output = openOutput(path);
  let points = 0;
  const point = (what: TapPoint): void => output.write(tapPoint(++points, what));
  return {
    begin: ({ suite, iut, seed }) => {
      output.write(TAP_VERSION + tapComment(`${suite.name} ${suite.version}, ${iut.name} ${iut.version}, seed ${seed}`));
    },
    result: (record) => point(pointOf(record)),
    end: (footer, notices) => {
      closingPoints(footer, notices).forEach(point);
      output.write(tapPlan(points));
      output.close();
    },
    abort: (reason) => {
      output.write(`Bail out! ${tapText(reason)}\n`);
      output.close();
    },
  };
}
