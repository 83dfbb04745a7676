import type { Notice } from "./baseline.ts";
import type { FooterRecord, HeaderRecord, ResultRecord } from "./records.ts";

/**
 * One form of a report, written while the run goes on. `begin` comes first and once, then `result` for each, then either `end` or
 * `abort`. All write before they return, so that a crash loses nothing that was reported.
 */
export interface Reporter {
  begin(header: HeaderRecord): void;
  result(record: ResultRecord): void;
  /** The run came to its end. `notices` is what must be changed in the baseline. */
  end(footer: FooterRecord, notices: readonly Notice[]): void;
  /** The run was stopped before its end, and why: what was written must not look like a finished run. */
  abort(reason: string): void;
}

/** All of them as one, called in their order. An error in one keeps those behind it from being called: put JSON Lines first. */
export function together(reporters: readonly Reporter[]): Reporter {
  return {
    begin: (header) => reporters.forEach((reporter) => void reporter.begin(header)),
    result: (record) => reporters.forEach((reporter) => void reporter.result(record)),
    end: (footer, notices) => reporters.forEach((reporter) => void reporter.end(footer, notices)),
    abort: (reason) => reporters.forEach((reporter) => void reporter.abort(reason)),
  };
}
