import { positions } from "../iut/protocol.ts";
import type { Outcome } from "../scenario/result.ts";
import type { Notice } from "./baseline.ts";
import { tallyOf } from "./expectation.ts";
import { columns, counted, paragraph } from "./layout.ts";
import type { Palette } from "./palette.ts";
import { oneLine } from "./printable.ts";
import type { ResultRecord } from "./records.ts";

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
  const blocked = results.filter(({ outcome, expectation }) => outcome === "blocked" && expectation === "unexpected");
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
  return groups(observed, ({ check, detail }) => `${check}: ${oneLine(detail)}`).map(([line, group]) => {
    return paragraph(group.length === 1 ? line : `${line} (${group.length} times)`, "  ", width);
  });
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

/** All in one line: `524 checks, 1329 results: 1300 passed, 2 failed (1 known), …`; passes and failures always, the others where there are any. */
export function lastLine(results: readonly ResultRecord[], { palette }: Look): string {
  const { counts, expectations } = tallyOf(results);
  const known = tallyOf(results.filter(({ baseline, expectation }) => baseline !== undefined && expectation === "expected")).counts;
  const parts = words.flatMap(([outcome, text]) => {
    if (counts[outcome] === 0 && outcome !== "pass" && outcome !== "fail") return [];
    return [text(counts[outcome]) + (known[outcome] > 0 ? ` (${known[outcome]} known)` : "")];
  });
  if (expectations.stale > 0) parts.push(counted(expectations.stale, "stale baseline result"));
  const checks = new Set(results.map(({ check }) => check)).size;
  const colour = expectations.unexpected + expectations.stale > 0 ? palette.bad : palette.good;
  return colour(`${counted(checks, "check")}, ${counted(results.length, "result")}: ${parts.join(", ")}`);
}

function groups<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = found.get(key);
    if (group) group.push(item);
    else found.set(key, [item]);
  }
  return [...found];
}
