import type {
  PackedMatrix,
  PackedReport,
  PageData,
  PageExchange,
  PageRequirement,
  PageResult,
  PlaceRow,
  VerdictRow,
} from "../../harness/page/data.ts";
import { exchangesOf, resultsOf } from "../../harness/page/unpack.ts";
import { hashOf, type Place } from "./place.ts";
import { blameWords } from "./words.ts";

/** What the views are made of. */

/** A result of a run or an exchange of a matrix: what lists, filters and the drill-down show. */
export interface Entry {
  /** Labels of the implementations: one, or attester and relying party. */
  readonly labels: readonly string[];
  readonly id: string;
  readonly instance: string;
  readonly title: string;
  readonly why: string | undefined;
  readonly requirements: readonly string[];
  readonly goal: string | undefined;
  /** Of each of `labels`. */
  readonly positions: readonly string[];
  readonly place: PlaceRow;
  readonly verdict: VerdictRow;
  readonly result?: PageResult;
  readonly exchange?: PageExchange;
  readonly href: string;
}

/** In which order outcomes are listed: what went wrong first. */
export const gravity = ["fail", "harness-error", "inconclusive", "warn", "blocked", "observed", "pass", "unsupported"] as const;

/** An implementation, in runs and in matrices. */
export interface Subject {
  readonly label: string;
  readonly report: PackedReport | undefined;
  readonly inMatrix: readonly {
    readonly matrix: PackedMatrix;
    readonly name: string;
    readonly implementation: PackedMatrix["header"]["implementations"][number];
  }[];
}

export interface Model {
  readonly data: PageData;
  readonly subjects: readonly Subject[];
  /** In the order of the files. */
  readonly entries: readonly Entry[];
  /** The same, what went wrong first. */
  readonly byGravity: readonly Entry[];
  readonly requirements: ReadonlyMap<string, PageRequirement>;
}

/** All that the views show. Throws RangeError where the data is damaged. */
export function modelOf(data: PageData): Model {
  const subjects: Subject[] = data.reports.map((report) => ({ label: report.label, report, inMatrix: [] }));
  for (const matrix of data.matrices) {
    for (const implementation of matrix.header.implementations) {
      const one = { matrix, name: implementation.name, implementation };
      const { path, name } = implementation;
      const at = subjects.findIndex(({ label, report }) => (report?.header.iut.path ?? label) === (report ? path : name));
      const known = subjects[at];
      if (known) subjects[at] = { ...known, inMatrix: [...known.inMatrix, one] };
      else subjects.push({ label: unused(name, subjects), report: undefined, inMatrix: [one] });
    }
  }
  const labelIn = (matrix: PackedMatrix, name: string): string =>
    subjects.find(({ inMatrix }) => inMatrix.some((one) => one.matrix === matrix && one.name === name))?.label ?? name;
  const entries = [
    ...data.reports.flatMap((report) => resultsOf(report, data.tables).map(entryOfResult)),
    ...data.matrices.flatMap((matrix) =>
      exchangesOf(matrix, data.tables).map((one) =>
        entryOfExchange(one, labelIn(matrix, one.attester.name), labelIn(matrix, one.relyingParty.name)),
      ),
    ),
  ];
  const byGravity = gravity.flatMap((outcome) => entries.filter(({ verdict }) => verdict.outcome === outcome));
  return { data, subjects, entries, byGravity, requirements: new Map(data.requirements.map((one) => [one.id, one])) };
}

function unused(name: string, subjects: readonly Subject[]): string {
  const taken = subjects.some(({ label }) => label === name);
  return taken ? unused(`${name} (matrix)`, subjects) : name;
}

function entryOfResult(result: PageResult): Entry {
  const { report, check, place, verdict, instance } = result;
  return {
    labels: [report.label],
    id: check.id,
    instance,
    title: check.title,
    why: check.why,
    requirements: check.requirements,
    goal: check.goal,
    positions: [place.position],
    place,
    verdict,
    result,
    href: hashOf({ view: "result", implementation: report.label, instance }),
  };
}

function entryOfExchange(one: PageExchange, attester: string, relyingParty: string): Entry {
  const { exchange, place, verdict, instance, direction } = one;
  const broken = (verdict.blame?.evidence ?? []).flatMap(({ requirements }) => requirements);
  return {
    labels: [attester, relyingParty],
    id: exchange.id,
    instance,
    title: exchange.title,
    why: exchange.why,
    requirements: [...new Set([...exchange.requirements, ...broken])],
    goal: undefined,
    positions: [direction, direction === "attester/server" ? "relying-party/client" : "relying-party/server"],
    place,
    verdict,
    exchange: one,
    href: hashOf({ view: "result", attester: one.attester.name, relyingParty: one.relyingParty.name, direction, instance }),
  };
}

/** The entry that a place of the view `result` names. */
export function entryAt({ entries }: Model, place: Place): Entry | undefined {
  return entries.find(({ instance, exchange, labels }) => {
    if (instance !== place.instance) return false;
    if (place.implementation !== undefined) return exchange === undefined && labels[0] === place.implementation;
    return (
      exchange?.attester.name === place.attester &&
      exchange?.relyingParty.name === place.relyingParty &&
      exchange?.direction === place.direction
    );
  });
}

/** Who it is about: one name, or two. */
export function whoOf({ labels }: Pick<Entry, "labels">): string {
  return labels.join(" → ");
}

/** Who is to blame, where it says so. */
export function blameOf({ verdict: { blame }, labels: [attester = "", relyingParty = ""] }: Entry): string | undefined {
  return blame && blameWords(blame.verdict, attester, relyingParty);
}
