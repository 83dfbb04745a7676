import { isDeepStrictEqual } from "node:util";
import { InputError } from "../input/input-error.ts";
import { positions } from "../iut/protocol.ts";
import type { WholeRun } from "./any-report.ts";
import { counted } from "./layout.ts";
import { footerOf } from "./recording.ts";
import { byCheck, type HeaderRecord, type ResultRecord } from "./records.ts";
import { type GoalScore, scorecard } from "./scorecard.ts";

/** The report of a part of a run, and what messages call it. */
export interface PartReport {
  readonly file: string;
  readonly report: WholeRun;
}

/** What all parts of a run have alike, and what people call it. */
const ALIKE: readonly { readonly name: string; readonly of: (report: WholeRun) => unknown; readonly hint?: string }[] = [
  { name: "the version of the suite", of: ({ header }) => header.suite.version },
  { name: "the implementation", of: ({ header: { iut } }) => `${iut.name} ${iut.version}` },
  { name: "what it declares", of: ({ header }) => header.iut.hello },
  { name: "the profile", of: ({ header }) => header.profile },
  { name: "the seed", of: ({ header }) => header.seed, hint: "run all parts with the same --seed" },
  { name: "the version that --since names", of: ({ header }) => header.since ?? null },
  { name: "the revisions of the specifications", of: ({ header }) => header.revisions },
  { name: "the security goals", of: ({ footer }) => footer.goals.map(({ goal, checks }) => [goal, checks]) },
];

/**
 * One report of those of the parts of a run, the same in whatever order they are given: the results in the order of their checks, the totals and
 * the scorecard made anew. It is whole (`filtered: false`) where all positions were asked for, and none in part. Its duration is that of the longest part.
 * Throws InputError that says all that keeps them from being joined, a line each.
 */
export function mergeRuns(parts: readonly PartReport[]): WholeRun {
  const problems = problemsOf(parts);
  const [first] = parts;
  if (first === undefined || problems.length > 0) throw new InputError(problems.join("\n"));
  const reports = parts.map(({ report }) => report);
  const results = reports.flatMap((report) => report.results).toSorted(byCheck);
  const header = mergedHeader(reports.map((report) => report.header) as [HeaderRecord, ...HeaderRecord[]]);
  const durationMs = Math.max(...reports.map(({ footer }) => footer.durationMs));
  const goals = goalsOf(first.report, results, header.filtered === true ? "filtered" : "whole");
  return { header, results, footer: footerOf(results, durationMs, goals) };
}

function problemsOf(parts: readonly PartReport[]): string[] {
  const [first, ...others] = parts;
  if (first === undefined) return ["expected the reports of the parts of a run, found none"];
  const strangers = others.flatMap(({ file, report }) => {
    const wrong = ALIKE.find(({ of }) => !isDeepStrictEqual(of(first.report), of(report)));
    if (wrong === undefined) return [];
    const [expected, found] = [JSON.stringify(wrong.of(first.report)), JSON.stringify(wrong.of(report))];
    return [
      `${file}: ${wrong.name}: expected ${expected}, found ${found}; ${first.file} is of another run${wrong.hint ? `: ${wrong.hint}` : ""}`,
    ];
  });
  return strangers.length > 0 ? strangers : overlaps(parts);
}

// Two results of one instance would be counted twice, and may not even agree.
function overlaps(parts: readonly PartReport[]): string[] {
  const owners = new Map<string, string>();
  return parts.flatMap(({ file, report }) => {
    const doubled = report.results.filter(({ instance }) => owners.has(instance)).map(({ instance }) => instance);
    for (const { instance } of report.results) owners.set(instance, owners.get(instance) ?? file);
    const [example] = doubled;
    if (example === undefined) return [];
    return [
      `${file}: ${counted(doubled.length, "result")} that ${owners.get(example)} has as well, the first is ${example}; give each part once`,
    ];
  });
}

function mergedHeader(headers: readonly [HeaderRecord, ...HeaderRecord[]]): HeaderRecord {
  const { part: _, filtered: __, ...common } = headers[0];
  const startedAt = headers.map((header) => header.startedAt).toSorted((a, b) => Date.parse(a) - Date.parse(b))[0] ?? common.startedAt;
  const asked = headers.map(askedOf);
  const united = positions.filter((position) => asked.some((part) => part?.positions.includes(position)));
  const inFull = asked.every((part) => part !== undefined && part.only === undefined);
  if (inFull && united.length === positions.length) return { ...common, startedAt, filtered: false };
  const only = asked[0]?.only;
  const alike = asked.every((part) => part !== undefined && isDeepStrictEqual(part.only, only));
  return { ...common, startedAt, filtered: true, ...(alike && { part: { positions: united, ...(only && { only }) } }) };
}

/** What a report was asked for; undefined where it is a part and does not say which. */
function askedOf({ filtered, part }: HeaderRecord): HeaderRecord["part"] {
  return filtered === false ? { positions: [...positions] } : part;
}

// The report says of each result which goal it belongs to, and of each goal how many checks it has: no suite is needed, and so any version can be joined.
function goalsOf({ footer }: WholeRun, results: readonly ResultRecord[], run: "whole" | "filtered"): GoalScore[] {
  const goals = new Map(footer.goals.map(({ goal, title }) => [goal, { id: goal, title }]));
  const seen = new Map(results.map(({ check, goal }) => [check, goal]));
  const known = [...seen].map(([id, goal]) => ({ id, goal }));
  const notAsked = footer.goals.flatMap(({ goal, checks }) => {
    const missing = checks - known.filter((check) => check.goal === goal).length;
    return Array.from({ length: Math.max(0, missing) }, (_, index) => ({ id: `${goal} ${index}: not asked for`, goal }));
  });
  return scorecard(goals, [...known, ...notAsked], results, run);
}
