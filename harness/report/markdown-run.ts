import type { Ledger } from "../scenario/ledger.ts";
import { outcomes } from "../scenario/result.ts";
import { specUrl } from "../scenario/spec-url.ts";
import { expectations, tallyOf } from "./expectation.ts";
import { counted } from "./layout.ts";
import { code, command, folded, markdownTable, prose } from "./markdown-text.ts";
import { byCheck, type Report, type ResultRecord } from "./records.ts";
import { verdictOfRun } from "./standing.ts";
import { groups, inWords, stateWords } from "./summary.ts";

/** What a summary is made with: the wording of the statements, and how many rows a table has at most. */
export interface MarkdownLook {
  readonly ledger: Ledger;
  readonly rows: number;
}

/**
 * The report of a run in Markdown: totals, security goals, what fails with its statement and the command that runs it alone, and what is known.
 * One that was cut short says so before all else.
 */
export function markdownOfRun({ header, results, footer }: Report, look: MarkdownLook): string[] {
  const { suite, iut, seed, profile, startedAt } = header;
  const sorted = results.toSorted(byCheck);
  const name = prose(`${iut.name} ${iut.version}`);
  const failing = sorted.filter(({ outcome, expectation }) => expectation === "unexpected" || expectation === "new" || outcome === "warn");
  const about = [
    `${prose(suite.name)} ${prose(suite.version)}`,
    `profile ${code(profile.revision)}`,
    `seed ${code(seed)}`,
    prose(startedAt.slice(0, 16).replace("T", " ")),
  ];
  return [
    ...(footer ? [`### ${name}: ${prose(verdictOfRun({ header, results, footer }).text)}`] : cutShort(name)),
    "",
    about.join(", "),
    "",
    ...totals(results),
    ...goals(footer),
    ...failures("What fails", failing, look),
    ...stale(sorted, look),
    ...folded("What the baseline knows of", known(sorted, look)),
  ];
}

/** The heading of what did not come to its end. */
export function cutShort(name: string): string[] {
  return [
    `### ${name}: cut short`,
    "",
    "> [!CAUTION]",
    "> This report has no end: the run was aborted. What it holds is what was seen until then, and proves nothing of the rest.",
  ];
}

/** Rows up to the limit, and a line that says how many there are beside them. */
export function limited(heading: readonly string[], rows: readonly (readonly string[])[], limit: number): string[] {
  const more = rows.length - limit;
  const table = markdownTable(heading, rows.slice(0, limit));
  return more > 0 ? [...table, `and ${more} more: the report has them all.`, ""] : table;
}

// A row for each expectation, of the outcomes that occurred.
function totals(results: readonly ResultRecord[]): string[] {
  const all = tallyOf(results);
  const shown = outcomes.filter((outcome) => all.counts[outcome] > 0);
  const row = (head: string, some: readonly ResultRecord[]): string[] => {
    const { counts } = tallyOf(some);
    return [head, ...shown.map((outcome) => String(counts[outcome])), String(some.length)];
  };
  const parts = expectations.filter((expectation) => all.expectations[expectation] > 0);
  const rows = parts.map((expectation) =>
    row(
      expectation,
      results.filter((result) => result.expectation === expectation),
    ),
  );
  const heading = ["results", ...shown.map((outcome) => inWords(outcome, 2).replace(/^2 /, "")), "all"];
  return markdownTable(heading, rows.length > 1 ? [...rows, row("all", results)] : rows);
}

function goals(footer: Report["footer"]): string[] {
  const rows = (footer?.goals ?? [])
    .filter(({ checks }) => checks > 0)
    .map(({ goal, state, checks, passed, failed, untested }) => {
      const rest = untested.reduce((sum, reason) => sum + reason.checks, 0);
      const text = [`${passed} of ${counted(checks, "check")} passed`];
      if (failed.length > 0) text.push(`${failed.length} failed`);
      if (rest > 0) text.push(`${rest} not tested`);
      return [prose(goal), state === "possible" ? "**possible**" : stateWords[state], text.join(", ")];
    });
  return markdownTable(["what an attacker would win", "state", "checks"], rows);
}

// One row a check: its instances fail for one reason, mostly.
function failures(heading: string, results: readonly ResultRecord[], { ledger, rows: limit }: MarkdownLook): string[] {
  if (results.length === 0) return [];
  const rows = groups(results, ({ check, outcome }) => `${outcome} ${check}`).map(([, group]) => {
    const [{ check, outcome, expectation, title, requirements, expected, found, detail, mistakes = [], reproduce }] = group as [
      ResultRecord,
      ...ResultRecord[],
    ];
    const what = expected === undefined || found === undefined ? [code(detail)] : [`expected ${code(expected)}, found ${code(found)}`];
    for (const mistake of mistakes) what.push(`looks like: ${prose(mistake.title)}`);
    return [
      `${expectation === "new" ? "new, " : ""}${prose(outcome)}${group.length > 1 ? ` (${group.length} times)` : ""}`,
      `${code(check)}<br>${prose(title)}`,
      what.join("<br>"),
      requirements.map((id) => statement(id, ledger)).join("<br>"),
      command(reproduce),
    ];
  });
  return [`#### ${heading}`, "", ...limited(["outcome", "check", "what came", "statement", "run it alone"], rows, limit)];
}

function stale(results: readonly ResultRecord[], { rows: limit }: MarkdownLook): string[] {
  const rows = results
    .filter(({ expectation }) => expectation === "stale")
    .map(({ instance, baseline = "" }) => [code(instance), prose(baseline)]);
  if (rows.length === 0) return [];
  return ["#### Passes, though the baseline says that it does not", "", ...limited(["check", "the entry's reason"], rows, limit)];
}

function known(results: readonly ResultRecord[], { rows: limit }: MarkdownLook): string[] {
  const listed = results.filter(({ baseline, expectation }) => baseline !== undefined && expectation === "expected");
  const rows = groups(listed, ({ check, outcome, baseline }) => JSON.stringify([check, outcome, baseline])).map(([, group]) => {
    const [{ check, outcome, baseline = "" }] = group as [ResultRecord, ...ResultRecord[]];
    return [code(check), prose(outcome), String(group.length), prose(baseline)];
  });
  return limited(["check", "outcome", "results", "reason"], rows, limit);
}

/** A statement of the ledger with its place and a link to it; one that this version does not know by its id alone. */
export function statement(id: string, ledger: Ledger): string {
  const requirement = ledger.get(id);
  if (requirement === undefined) return code(id);
  const { section, level, text, spec } = requirement;
  const url = specUrl(requirement);
  const place = prose(section.startsWith("RFC") ? section : `${spec} ${section}`);
  return `${url.startsWith("https://") ? `[${place}](${url})` : place}, ${prose(level)}: ${prose(text)}`;
}
