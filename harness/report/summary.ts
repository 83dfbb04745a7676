import { positions } from "../iut/protocol.ts";
import type { Outcome } from "../scenario/result.ts";
import type { CheckChanges } from "../scenario/versions.ts";
import type { Notice } from "./baseline.ts";
import { tallyOf } from "./expectation.ts";
import { columns, counted, paragraph } from "./layout.ts";
import type { Palette } from "./palette.ts";
import { oneLine } from "./printable.ts";
import type { ResultRecord } from "./records.ts";
import type { GoalScore, GoalState } from "./scorecard.ts";

/** What stands at the end of a run, for people: one function a section, each a list of lines, empty where there is nothing to say. */

/** How lines are to look. `width` undefined: they are not wrapped. */
export interface Look {
  readonly palette: Palette;
  readonly width: number | undefined;
}

/**
 * What was blocked and is not excused, once for each reason: one broken control blocks many checks, and is one thing to mend.
 * Of the instances no more than `named` stand under each.
 */
export function blockedSection(results: readonly ResultRecord[], named: number, { palette, width }: Look): string[] {
  const blocked = results.filter(({ outcome, expectation }) => outcome === "blocked" && expectation !== "expected");
  return groups(blocked, ({ detail }) => detail).flatMap(([detail, group]) => {
    const first = group.slice(0, named).map(({ instance }) => instance);
    const more = group.length - first.length;
    return [
      `${palette.bad("BLOCKED")} ${counted(group.length, "result")}`,
      paragraph(detail, "    ", width),
      ...first.map((instance) => palette.faint(`      ${instance}`)),
      ...(more > 0 ? [palette.faint(`      and ${more} more`)] : []),
    ];
  });
}

/** A row for each suite and a column for each position: passed and observed, of all that was asked. */
export function table(results: readonly ResultRecord[], { palette }: Look): string[] {
  const asked = results.filter(({ outcome }) => outcome !== "unsupported");
  if (asked.length === 0) return [];
  const used = positions.filter((position) => asked.some((result) => result.position === position));
  const rows = groups(results, ({ check }) => check.slice(0, Math.max(0, check.lastIndexOf("/")))).map(([suite, group]) => {
    const cells = used.map((position) => {
      const here = group.filter((result) => result.position === position && result.outcome !== "unsupported");
      const good = here.filter(({ outcome }) => outcome === "pass" || outcome === "observed");
      return here.length === 0 ? "-" : `${good.length}/${here.length}`;
    });
    return [suite, ...cells];
  });
  // "relying-party/server" four times is wider than a terminal.
  const short = used.map((position) => position.replace("relying-party", "rp").replace("attester", "at"));
  const [heading = "", ...body] = columns([["passed or observed/asked", ...short], ...rows]);
  const explained = palette.faint("at: the implementation as attester, rp: as relying party; -: nothing was asked");
  return [palette.strong(heading), ...body, explained];
}

/** What was not asked, by the name of what is not supported. */
export function unsupportedSection(results: readonly ResultRecord[], { width }: Look): string[] {
  const unsupported = results.filter(({ outcome }) => outcome === "unsupported");
  return groups(unsupported, ({ detail }) => detail).map(([detail, group]) => {
    const checks = new Set(group.map(({ check }) => check)).size;
    const reason = detail.startsWith("not observable") ? detail : `${detail} not declared`;
    const number = group.length === checks ? "" : ` (${counted(group.length, "result")})`;
    return paragraph(`${counted(checks, "check")}${number} not run: ${reason}`, "  ", width);
  });
}

/** What was seen where the specifications leave a choice, once for all instances that saw the same. */
export function observedSection(results: readonly ResultRecord[], { width }: Look): string[] {
  const observed = results.filter(({ outcome }) => outcome === "observed");
  const lineOf = ({ check, detail, behaviour }: ResultRecord) =>
    behaviour ? `${check}: ${behaviour.title} (${behaviour.ambiguity}: ${behaviour.id})` : `${check}: ${oneLine(detail)}`;
  return groups(observed, lineOf).map(([line, group]) => {
    return paragraph(group.length === 1 ? line : `${line} (${group.length} times)`, "  ", width);
  });
}

/** How many checks of an attack that is possible are named; the report has them all. */
const NAMED = 3;

/** The states of a security goal, for people. */
export const stateWords: Readonly<Record<GoalState, string>> = {
  withstood: "withstood",
  "withstood-in-part": "withstood in part",
  possible: "POSSIBLE",
  "not-tested": "not tested",
};

/** The scorecard: what an attacker would win, a line for each goal. Which checks were not carried out, and why, stands behind each. */
export function goalSection(goals: readonly GoalScore[], { palette, width }: Look): string[] {
  const name = Math.max(...goals.map(({ goal }) => goal.length));
  const colours: Readonly<Record<GoalState, (text: string) => string>> = {
    withstood: palette.good,
    "withstood-in-part": palette.doubtful,
    possible: palette.bad,
    "not-tested": palette.faint,
  };
  return goals.flatMap(({ goal, state, checks, passed, failed, untested }) => {
    const tested = passed + failed.length;
    const parts = tested === 0 ? [] : [`${passed} of ${counted(checks, "check")} passed`];
    if (failed.length > 0) parts.push(`${failed.length} failed`);
    const [first, ...others] = untested;
    const more = others.reduce((sum, reason) => sum + reason.checks, 0);
    const rest = more > 0 ? `, ${more} for other reasons` : "";
    const why = first && (first.checks === checks ? first.reason : `${first.checks} (${first.reason})${rest}`);
    if (why) parts.push(`${tested === 0 ? counted(checks, "check") : "not tested"}: ${why}`);
    const text = checks === 0 ? "no check of this version asks it" : parts.join(", ");
    const head = `  ${goal.padEnd(name)}  ${colours[state](stateWords[state].padEnd(17))}  `;
    const indent = " ".repeat(name + 23);
    const named = failed.slice(0, NAMED).map((check) => palette.faint(`${indent}${check}`));
    if (failed.length > NAMED) named.push(palette.faint(`${indent}and ${failed.length - NAMED} more`));
    return [head + paragraph(text, indent, width).trimStart(), ...named];
  });
}

/** What --since shows: how much is asked that was not before, and what is asked no more. */
export function sinceSection(
  since: string,
  results: readonly ResultRecord[],
  { added, gone }: CheckChanges,
  { palette, width }: Look,
): string[] {
  const names = new Set(added);
  const newer = results.filter(({ check }) => names.has(check));
  const asked = new Set(newer.map(({ check }) => check)).size;
  const open = new Set(newer.filter(({ expectation }) => expectation === "new").map(({ check }) => check)).size;
  const regressions = new Set(results.filter(({ expectation }) => expectation === "unexpected").map(({ check }) => check)).size;
  const lines = [
    `${counted(asked, "check")} that ${since} did not have: ${open === 0 ? "none of them fails unexpectedly" : `${open} to look at, above; not regressions`}`,
    `${counted(regressions, "regression")} among the checks that it had`,
    ...(gone.length > 0 ? [`${counted(gone.length, "check")} that it had and that are asked no more: ${gone.join(", ")}`] : []),
  ];
  const colour = regressions > 0 ? palette.bad : (text: string): string => text;
  return lines.map((line, index) => (index === 1 ? colour : String)(paragraph(line, "  ", width)));
}

/** The entries of the baseline that must be changed. */
export function noticeSection(notices: readonly Notice[], { width }: Look): string[] {
  return notices.map(({ text }) => paragraph(text, "  ", width));
}

const words: readonly (readonly [Outcome, (count: number) => string])[] = [
  ["pass", (count) => `${count} passed`],
  ["fail", (count) => `${count} failed`],
  ["warn", (count) => counted(count, "warning")],
  ["observed", (count) => `${count} observed`],
  ["unsupported", (count) => `${count} not supported`],
  ["blocked", (count) => `${count} blocked`],
  ["inconclusive", (count) => `${count} inconclusive`],
  ["harness-error", (count) => counted(count, "harness error")],
];

/** A number of results of an outcome: `2 failed`, `1 warning`. */
export function inWords(outcome: Outcome, count: number): string {
  return words.find(([name]) => name === outcome)?.[1](count) ?? `${count} ${outcome}`;
}

/** All in one line: `524 checks, 1329 results: 1300 passed, 2 failed (1 known), …`; passes and failures always, the others where there are any. */
export function lastLine(results: readonly ResultRecord[], { palette }: Look): string {
  const { counts, expectations } = tallyOf(results);
  const known = tallyOf(results.filter(({ baseline, expectation }) => baseline !== undefined && expectation === "expected")).counts;
  const parts = words.flatMap(([outcome, text]) => {
    if (counts[outcome] === 0 && outcome !== "pass" && outcome !== "fail") return [];
    return [text(counts[outcome]) + (known[outcome] > 0 ? ` (${known[outcome]} known)` : "")];
  });
  if (expectations.new > 0) parts.push(`${expectations.new} of new checks`);
  if (expectations.stale > 0) parts.push(counted(expectations.stale, "stale baseline result"));
  const checks = new Set(results.map(({ check }) => check)).size;
  const colour = expectations.unexpected + expectations.stale > 0 ? palette.bad : palette.good;
  return colour(`${counted(checks, "check")}, ${counted(results.length, "result")}: ${parts.join(", ")}`);
}

/** Items by their keys, in the order in which the keys come first. */
export function groups<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = found.get(key);
    if (group) group.push(item);
    else found.set(key, [item]);
  }
  return [...found];
}
