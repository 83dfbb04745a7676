import { createHash } from "node:crypto";
import type { ResultStatus } from "../attestation/format.ts";
import { earClaims } from "../attestation/result-ear.ts";
import { earJwtLabels } from "../attestation/result-ear-jwt.ts";
import type { Field, FieldValue } from "../attestation/token.ts";
import type { WholeRun } from "../report/any-report.ts";
import { type Standing, verdictOfRun } from "../report/standing.ts";
import type { Bytes } from "../wire/bytes.ts";

/** What a signed report says: an EAR (draft-ietf-rats-ear) whose one submodule is the implementation under test. */

/** The submodule: what was appraised is the implementation under test. */
export const SUBMODULE = "implementation-under-test";

/** The claim of its appraisal record that says which report it is, and of what. A name of this project: EAR registers none. */
export const REPORT_CLAIM = "expat-conformance.report";

/**
 * The status of the appraisal, by what the report comes to (draft-ietf-rats-ar4si section 3.2 has the tiers). `affirming`: a whole run in which all that
 * was asked is as it must be. `warning`: nothing fails that the baseline does not know of, but something does, a SHOULD is broken, or only a part of the
 * checks was asked. `contraindicated`: something fails that nobody expects. `none`: the report says nothing about the implementation.
 */
export function statusOf(report: WholeRun): ResultStatus {
  const { standing, part } = verdictOfRun(report);
  return standing === "right" && part ? "warning" : STATUS[standing];
}

const STATUS: Readonly<Record<Standing, ResultStatus>> = {
  right: "affirming",
  known: "warning",
  wrong: "contraindicated",
  nothing: "none",
};

/** The digest of a report: SHA-256 over the bytes of its file, in JSON Lines, as they are. */
export function digestOf(file: Bytes): Bytes {
  return createHash("sha256").update(file).digest();
}

/** What the signed report says of the report in the file: its digest, and what a reader wants to know without the file. */
export function reportClaims(file: Bytes, { header, footer }: WholeRun): Field[] {
  const { suite, iut, profile, seed, startedAt, filtered } = header;
  return fieldsOf({
    sha256: digestOf(file),
    length: file.length,
    suite: suite.version,
    implementation: iut.name,
    version: iut.version,
    profile,
    seed,
    started: startedAt,
    // Reports of 0.1.0 do not say it.
    coverage: filtered === false ? "whole" : "part",
    counts: footer.counts,
    expectations: footer.expectations,
  });
}

/** All claims of the EAR, issued at that time (seconds since 1970) by this version of the suite. */
export function signedClaims(file: Bytes, report: WholeRun, issuedAt: number, suiteVersion: string): Field[] {
  return earClaims(
    earJwtLabels,
    { issuedAt, build: `expat-conformance ${suiteVersion}` },
    {
      name: SUBMODULE,
      status: statusOf(report),
      appraisal: [{ name: "report", label: REPORT_CLAIM, value: { fields: reportClaims(file, report) } }],
    },
  );
}

type Plain = Bytes | string | number | { readonly [name: string]: Plain | undefined };

function fieldsOf(members: { readonly [name: string]: Plain | undefined }): Field[] {
  return Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [{ name, label: name, value: fieldValue(value) }]));
}

function fieldValue(value: Plain): FieldValue {
  return typeof value === "object" && !(value instanceof Uint8Array) ? { fields: fieldsOf(value) } : value;
}
