import type { MatrixHeader, MatrixResult } from "../matrix/records.ts";
import type { Expectation } from "../report/expectation.ts";
import type { HeaderRecord } from "../report/records.ts";
import type { GoalState } from "../report/scorecard.ts";
import type { Outcome } from "../scenario/result.ts";

/**
 * What the report page is given: reports and matrices in one object, which stands in the page as JSON. Results are rows of numbers that point
 * into tables, since 20,000 of them share a few hundred checks, places and verdicts. This file is part of the program and of the page, and
 * imports nothing that runs.
 */

export const PAGE_FORMAT = 1;

/** A statement of the ledger, in our words. */
export interface PageRequirement {
  readonly id: string;
  readonly spec: string;
  readonly section: string;
  readonly level: string;
  readonly text: string;
  /** Where it can be read: an address, or a file of this project. */
  readonly url: string;
  /** Why it has no checks. */
  readonly excluded?: string;
  /** The open point that it rests on. */
  readonly open?: string;
}

export interface PageGoal {
  readonly id: string;
  readonly title: string;
  readonly wins: string;
}

/** What the results of a check have in common. */
export interface CheckRow {
  readonly id: string;
  readonly title: string;
  readonly requirements: readonly string[];
  readonly goal?: string;
  readonly why?: string;
}

/** What a check was run with; `suffix` is the end of the instance's name: `[server,sha384]`. */
export interface PlaceRow {
  readonly position: string;
  readonly cipherSuite: string;
  readonly signatureScheme: string;
  readonly format?: string;
  readonly suffix: string;
}

export interface PageMistake {
  readonly id: string;
  readonly title: string;
  readonly hint: string;
}

/** What the implementation was given, as far as it differs from the control. */
export interface PageStimulus {
  readonly asked: readonly string[];
  readonly otherwise: readonly string[];
  readonly messages: readonly {
    readonly message: string;
    readonly length: number;
    readonly edits: readonly string[];
    readonly differs: readonly { readonly field: string; readonly offset: number; readonly length: number }[];
    readonly further: number;
  }[];
}

/** What came of a result, in a run or in a matrix. */
export interface VerdictRow {
  readonly outcome: Outcome;
  readonly expectation?: Expectation;
  readonly detail: string;
  readonly expected?: string;
  readonly found?: string;
  readonly sent?: string;
  readonly behaviour?: string;
  readonly baseline?: string;
  readonly mistakes?: readonly PageMistake[];
  readonly stimulus?: PageStimulus;
  readonly blame?: NonNullable<MatrixResult["blame"]>;
  readonly disclosure?: string;
}

export interface PackedReport {
  readonly file: string;
  /** Unique in the page. */
  readonly label: string;
  readonly header: Pick<HeaderRecord, "iut" | "profile" | "startedAt" | "seed" | "revisions"> & { readonly suite: string };
  /** Only a part of the checks was asked for. */
  readonly filtered: boolean;
  /** There is no footer: the run was cut short. */
  readonly cut: boolean;
  readonly goals: readonly {
    readonly goal: string;
    readonly state: GoalState;
    readonly checks: number;
    readonly passed: number;
    readonly failed: readonly string[];
    readonly untested: readonly { readonly reason: string; readonly checks: number }[];
  }[];
  /** `RESULT_COLUMNS` numbers a result: check, place, verdict, diagnostics, reproduce. */
  readonly rows: readonly number[];
}

export interface PackedMatrix {
  readonly file: string;
  readonly header: Pick<MatrixHeader, "implementations" | "exchanges" | "profile" | "startedAt" | "seed"> & { readonly suite: string };
  readonly cut: boolean;
  /** `MATRIX_COLUMNS` numbers a result: attester, relying party, direction, exchange, place, verdict, transcript, capture, reproduce. */
  readonly rows: readonly number[];
}

export const directions = ["attester/server", "attester/client"] as const;
export type Direction = (typeof directions)[number];

export const RESULT_COLUMNS = 5;
export const MATRIX_COLUMNS = 9;
/** In a column: there is none. */
export const NONE = -1;
/** In the column of a text: there is one, and it has no room in the page. */
export const LEFT_OUT = -2;

export interface Tables {
  readonly checks: readonly CheckRow[];
  readonly places: readonly PlaceRow[];
  readonly verdicts: readonly VerdictRow[];
  /** Commands and file names, with names in them replaced (`restored`). */
  readonly patterns: readonly string[];
  /** Long texts, as numbers of lines. */
  readonly texts: readonly (readonly number[])[];
  readonly lines: readonly string[];
}

export interface PageData {
  readonly format: typeof PAGE_FORMAT;
  /** The version of the suite that made the page. */
  readonly suite: string;
  readonly requirements: readonly PageRequirement[];
  readonly goals: readonly PageGoal[];
  readonly reports: readonly PackedReport[];
  readonly matrices: readonly PackedMatrix[];
  readonly tables: Tables;
}

/** A text that is there, that had no room, or that there never was. */
export type PageText = readonly string[] | "left-out" | undefined;

/** A result of a run, as the page shows it. */
export interface PageResult {
  readonly report: PackedReport;
  readonly check: CheckRow;
  readonly place: PlaceRow;
  readonly verdict: VerdictRow;
  readonly instance: string;
  readonly diagnostics: PageText;
  readonly reproduce: string;
}

/** A result of a matrix, as the page shows it. */
export interface PageExchange {
  readonly matrix: PackedMatrix;
  readonly attester: MatrixHeader["implementations"][number];
  readonly relyingParty: MatrixHeader["implementations"][number];
  readonly direction: Direction;
  readonly exchange: MatrixHeader["exchanges"][number];
  readonly place: PlaceRow;
  readonly verdict: VerdictRow;
  readonly instance: string;
  readonly transcript: PageText;
  readonly capture: string | undefined;
  readonly reproduce: string;
}
