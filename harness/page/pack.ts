import { basename } from "node:path";
import type { Matrix, MatrixResult } from "../matrix/records.ts";
import { printable } from "../report/printable.ts";
import type { Report, ResultRecord } from "../report/records.ts";
import type { Goals } from "../scenario/goals.ts";
import type { Ledger } from "../scenario/ledger.ts";
import { specUrl } from "../scenario/spec-url.ts";
import {
  type CheckRow,
  directions,
  LEFT_OUT,
  NONE,
  PAGE_FORMAT,
  type PackedMatrix,
  type PackedReport,
  type PageData,
  type PageRequirement,
  type PageStimulus,
  type PlaceRow,
  type VerdictRow,
} from "./data.ts";
import { labelsOf } from "./labels.ts";
import { Table, Texts } from "./tables.ts";
import { namesOfExchange, namesOfResult, pattern, suffixOf } from "./unpack.ts";

/** A file that was read, with the path that it was given by. */
export interface Read<T> {
  readonly file: string;
  readonly content: T;
}

/** All that a page is made of. */
export interface PageInput {
  readonly suite: string;
  readonly ledger: Ledger;
  readonly goals: Goals;
  readonly reports: readonly Read<Report>[];
  readonly matrices: readonly Read<Matrix>[];
}

/**
 * How many bytes of transcripts and of stderr are taken in, so that the page stays below 3 MB; what has failed comes first. The rest is
 * said to be left out.
 */
const TEXT_BYTES = 1_600_000;

/** The data of a page. Its texts are those of the files; nothing in it is made safe for HTML. */
export function pageData({ suite, ledger, goals, reports, matrices }: PageInput): PageData {
  const packer = new Packer();
  const labels = labelsOf(reports.map(({ content }) => content.header));
  const packedReports = reports.map((read, index) => packer.report(read, labels[index] ?? ""));
  const packedMatrices = matrices.map((read) => packer.matrix(read));
  return {
    format: PAGE_FORMAT,
    suite,
    requirements: [...ledger.values()].map(
      ({ id, spec, section, level, text, excluded, open, revision }): PageRequirement => ({
        id,
        spec,
        section,
        level,
        text,
        url: specUrl({ section, revision }),
        ...(excluded !== undefined && { excluded }),
        ...(open !== undefined && { open }),
      }),
    ),
    goals: [...goals.values()].map(({ id, title, wins }) => ({ id, title, wins })),
    reports: packedReports,
    matrices: packedMatrices,
    tables: packer.finish(),
  };
}

class Packer {
  readonly #checks = new Table<CheckRow>();
  readonly #places = new Table<PlaceRow>();
  readonly #verdicts = new Table<VerdictRow>();
  readonly #patterns = new Table<string>();
  readonly #texts = new Texts(TEXT_BYTES);

  report({ file, content: { header, results, footer } }: Read<Report>, label: string): PackedReport {
    const rows: number[] = [];
    for (const result of results) {
      const { instance, diagnostics, reproduce, outcome } = result;
      const at = rows.push(
        this.#checks.number(checkRow(result)),
        this.#places.number({ ...place(result), position: result.position, suffix: suffixOf(result.check, instance) }),
        this.#verdicts.number(verdictOfRun(result)),
        diagnostics === undefined ? NONE : LEFT_OUT,
        this.#patterns.number(pattern(reproduce, namesOfResult(instance))),
      );
      if (diagnostics !== undefined) this.#texts.offer(printable(diagnostics), outcome, (text) => (rows[at - 2] = text));
    }
    const { iut, profile, startedAt, seed, revisions, suite, filtered } = header;
    return {
      file: basename(file),
      label,
      header: { iut, profile, startedAt, seed, revisions, suite: suite.version },
      filtered: filtered === true,
      cut: footer === undefined,
      // Titles stand in the table of goals; a goal that this version of the suite does not know keeps its id.
      goals: (footer?.goals ?? []).map(({ title: _, ...goal }) => goal),
      rows,
    };
  }

  matrix({ file, content: { header, results, footer } }: Read<Matrix>): PackedMatrix {
    const { implementations, exchanges, profile, startedAt, seed, suite } = header;
    const rows: number[] = [];
    // Of a pair whose exchanges all passed, the first comes before the others.
    const seen = new Set<string>();
    for (const result of results) {
      const { instance, transcript, capture, reproduce, outcome } = result;
      const numbers = {
        attester: implementations.findIndex(({ name }) => name === result.attester),
        relyingParty: implementations.findIndex(({ name }) => name === result.relyingParty),
        exchange: exchanges.findIndex(({ id }) => id === result.exchange),
      };
      const [attester, relyingParty] = [implementations[numbers.attester], implementations[numbers.relyingParty]];
      if (attester === undefined || relyingParty === undefined)
        throw new RangeError(`${instance}: its implementations are not in the header`);
      const names = namesOfExchange({ instance, exchange: { id: result.exchange }, attester, relyingParty });
      const at = rows.push(
        numbers.attester,
        numbers.relyingParty,
        directions.indexOf(result.direction),
        numbers.exchange,
        this.#places.number({ ...place(result), position: result.direction, suffix: suffixOf(result.exchange, instance) }),
        this.#verdicts.number(verdictOfMatrix(result)),
        transcript === undefined ? NONE : LEFT_OUT,
        capture === undefined ? NONE : this.#patterns.number(pattern(capture, names)),
        this.#patterns.number(pattern(reproduce, names)),
      );
      const pair = `${result.attester} ${result.relyingParty} ${result.direction}`;
      const importance = outcome === "pass" && !seen.has(pair) ? "first of a pair" : outcome;
      seen.add(pair);
      if (transcript !== undefined) this.#texts.offer(printable(transcript), importance, (text) => (rows[at - 3] = text));
    }
    return {
      file: basename(file),
      header: { implementations, exchanges, profile, startedAt, seed, suite: suite.version },
      cut: footer === undefined,
      rows,
    };
  }

  finish(): PageData["tables"] {
    const { texts, lines } = this.#texts.chosen();
    return {
      checks: this.#checks.rows,
      places: this.#places.rows,
      verdicts: this.#verdicts.rows,
      patterns: this.#patterns.rows,
      texts,
      lines,
    };
  }
}

function checkRow({ check, title, requirements, goal, why }: ResultRecord): CheckRow {
  return { id: check, title, requirements, ...(goal !== undefined && { goal }), ...(why !== undefined && { why }) };
}

function place({
  parameters: { cipherSuite, signatureScheme, format },
}: ResultRecord | MatrixResult): Omit<PlaceRow, "position" | "suffix"> {
  return { cipherSuite, signatureScheme, ...(format !== undefined && { format }) };
}

function verdictOfRun(result: ResultRecord): VerdictRow {
  const { outcome, expectation, detail, expected, found, sent, behaviour, baseline, mistakes, stimulus } = result;
  return {
    outcome,
    expectation,
    detail,
    ...(expected !== undefined && { expected }),
    ...(found !== undefined && { found }),
    ...(sent !== undefined && { sent }),
    ...(behaviour && { behaviour: `${behaviour.title} (${behaviour.ambiguity}: ${behaviour.id})` }),
    ...(baseline !== undefined && { baseline }),
    ...(mistakes && { mistakes: mistakes.map(({ id, title, hint }) => ({ id, title, hint })) }),
    // What a check that passed was given is the same wherever it passes; the report has it.
    ...(stimulus && outcome !== "pass" && { stimulus: stimulusOf(stimulus) }),
  };
}

function verdictOfMatrix({ outcome, detail, expected, found, blame, disclosure }: MatrixResult): VerdictRow {
  return {
    outcome,
    detail,
    ...(expected !== undefined && { expected }),
    ...(found !== undefined && { found }),
    ...(blame && { blame }),
    ...(disclosure !== undefined && { disclosure }),
  };
}

function stimulusOf({ asked, otherwise, messages }: NonNullable<ResultRecord["stimulus"]>): PageStimulus {
  return {
    asked,
    otherwise,
    messages: messages.map(({ message, length, altered }) => ({
      message,
      length,
      edits: altered?.edits ?? [],
      differs: (altered?.differs ?? []).map(({ field, offset, length }) => ({ field, offset, length })),
      further: altered?.further ?? 0,
    })),
  };
}
