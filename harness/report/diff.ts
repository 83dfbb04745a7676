import { isDeepStrictEqual } from "node:util";
import type { Matrix, MatrixResult } from "../matrix/records.ts";
import type { Outcome } from "../scenario/result.ts";
import type { WholeReport, WholeRun } from "./any-report.ts";
import type { ResultRecord } from "./records.ts";

/** What has changed between two reports. */

/** One instance (of a matrix: one exchange of one pair) in both reports; undefined: it is not there, or was not asked. */
export interface Change {
  /** The instance, or the pair and the instance. */
  readonly name: string;
  readonly old: Outcome | undefined;
  readonly new: Outcome | undefined;
  /** What the later one says of it; where it says nothing, the earlier one. */
  readonly detail: string;
  readonly reproduce: string | undefined;
}

export interface Difference {
  readonly kind: WholeReport["kind"];
  /** What the reports are of, for people. */
  readonly old: string;
  readonly new: string;
  /** Worse than before: what passed, or was observed, fails, is blocked or inconclusive, or breaks a SHOULD; what broke a SHOULD breaks a MUST. */
  readonly regressions: readonly Change[];
  readonly fixes: readonly Change[];
  /** Asked now, and not before: a new check, or something that is declared now. */
  readonly added: readonly Change[];
  /** Asked before, and no longer. */
  readonly gone: readonly Change[];
  /** Another outcome that is neither better nor worse, another behaviour at an open point, or an error of the harness on either side. */
  readonly changed: readonly Change[];
  readonly same: number;
  /** What the reader has to know: that one of them holds a part of the checks, other versions, … */
  readonly notes: readonly string[];
}

/** How bad an outcome is for the implementation. An error of the harness is none of it: it says nothing. */
const BADNESS: Readonly<Record<Outcome, number | undefined>> = {
  pass: 0,
  observed: 0,
  warn: 1,
  fail: 2,
  blocked: 2,
  inconclusive: 2,
  unsupported: undefined,
  "harness-error": undefined,
};

/** Why two reports should not be compared, a line each; empty where they can be. Reports of two kinds never can. */
export function obstacles(before: WholeReport, after: WholeReport): string[] {
  if (before.kind !== after.kind) return [`${before.file} is a ${nameOf(before)}, ${after.file} is a ${nameOf(after)}`];
  const [old, now] = [headerOf(before), headerOf(after)];
  const problems: string[] = [];
  if (before.kind === "run" && after.kind === "run" && before.report.header.iut.name !== after.report.header.iut.name) {
    problems.push(`the implementations are different: ${before.report.header.iut.name} and ${after.report.header.iut.name}`);
  }
  if (!isDeepStrictEqual(old.profile, now.profile)) {
    problems.push(`the profiles are different: ${JSON.stringify(old.profile)} and ${JSON.stringify(now.profile)}`);
  }
  return problems;
}

/** The difference of two reports of one kind. Throws RangeError where they are of two kinds. */
export function difference(before: WholeReport, after: WholeReport): Difference {
  if (before.kind === "run" && after.kind === "run") return ofRuns(before.report, after.report);
  if (before.kind === "matrix" && after.kind === "matrix") return ofMatrices(before.matrix, after.matrix);
  throw new RangeError(`a ${nameOf(before)} and a ${nameOf(after)} cannot be compared`);
}

function ofRuns(before: WholeRun, after: WholeRun): Difference {
  const title = ({ header: { iut, suite } }: WholeRun): string => `${iut.name} ${iut.version} (suite ${suite.version})`;
  const notes: string[] = [];
  if (before.header.filtered) notes.push("the first report holds a part of the checks: what is not in it is not counted as added");
  if (after.header.filtered) notes.push("the second report holds a part of the checks: what is not in it is not counted as gone");
  return {
    kind: "run",
    old: title(before),
    new: title(after),
    ...sorted(before.results.map(ofResult), after.results.map(ofResult), {
      added: before.header.filtered !== true,
      gone: after.header.filtered !== true,
    }),
    notes,
  };
}

function ofMatrices(before: Matrix, after: Matrix): Difference {
  const title = ({ header: { implementations, suite } }: Matrix): string =>
    `${implementations.map(({ name, version }) => `${name} ${version}`).join(", ")} (suite ${suite.version})`;
  const absent = after.header.implementations.filter(({ notBuilt }) => notBuilt !== undefined);
  return {
    kind: "matrix",
    old: title(before),
    new: title(after),
    ...sorted(before.results.map(ofPair), after.results.map(ofPair), { added: true, gone: true }),
    notes: absent.map(({ name, notBuilt }) => `${name} in the second matrix: ${notBuilt}`),
  };
}

/** A result, as far as two are compared. */
interface Entry {
  readonly name: string;
  readonly outcome: Outcome;
  readonly detail: string;
  readonly behaviour: string | undefined;
  readonly reproduce: string;
}

function ofResult({ instance, outcome, detail, behaviour, reproduce }: ResultRecord): Entry {
  return { name: instance, outcome, detail: behaviour?.title ?? detail, behaviour: behaviour?.id, reproduce };
}

function ofPair({ attester, relyingParty, direction, instance, outcome, detail, blame, reproduce }: MatrixResult): Entry {
  const name = `${attester} → ${relyingParty} (${direction}): ${instance}`;
  return { name, outcome, detail: blame?.text ?? detail, behaviour: blame?.verdict, reproduce };
}

type Sorted = Pick<Difference, "regressions" | "fixes" | "added" | "gone" | "changed" | "same">;

/** Each name that is in either list, in the one part of the difference that it belongs to. `counted`: whether what one list lacks counts. */
function sorted(before: readonly Entry[], after: readonly Entry[], counted: { readonly added: boolean; readonly gone: boolean }): Sorted {
  const parts = { regressions: [], fixes: [], added: [], gone: [], changed: [] } as { [part in Exclude<keyof Sorted, "same">]: Change[] };
  const earlier = new Map(before.map((entry) => [entry.name, entry]));
  const later = new Map(after.map((entry) => [entry.name, entry]));
  let same = 0;
  for (const name of [...new Set([...earlier.keys(), ...later.keys()])].sort(names.compare)) {
    const [old, now] = [earlier.get(name), later.get(name)];
    const part = partOf(old, now);
    if (part === "same") same++;
    // Where a report was never asked for it, that it is not there says nothing.
    else if ((part === "added" && old === undefined && !counted.added) || (part === "gone" && now === undefined && !counted.gone)) continue;
    else parts[part].push({ name, old: old?.outcome, new: now?.outcome, detail: (now ?? old)?.detail ?? "", reproduce: now?.reproduce });
  }
  return { ...parts, same };
}

const names = new Intl.Collator("en", { numeric: true });

function partOf(old: Entry | undefined, now: Entry | undefined): keyof Sorted {
  const asked = (entry: Entry | undefined): entry is Entry => entry !== undefined && entry.outcome !== "unsupported";
  if (!asked(old)) return asked(now) ? "added" : "same";
  if (!asked(now)) return "gone";
  const [was, is] = [BADNESS[old.outcome], BADNESS[now.outcome]];
  if (was !== undefined && is !== undefined && was !== is) return is > was ? "regressions" : "fixes";
  return old.outcome === now.outcome && old.behaviour === now.behaviour ? "same" : "changed";
}

function nameOf({ kind }: WholeReport): string {
  return kind === "run" ? "report of a run" : "matrix";
}

function headerOf(read: WholeReport): Pick<WholeRun["header"], "profile"> {
  return read.kind === "run" ? read.report.header : read.matrix.header;
}
