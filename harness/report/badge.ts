import { makeBadge } from "badge-maker";
import type { WholeReport } from "./any-report.ts";
import { oneLine } from "./printable.ts";
import { type Standing, type Verdict, verdictOfMatrix, verdictOfRun } from "./standing.ts";

/** A badge: what stands on it, and its colour, which says nothing that the words do not. */
export interface Badge {
  readonly label: string;
  readonly message: string;
  readonly color: string;
  readonly standing: Standing;
}

const COLOURS: Readonly<Record<Standing, string>> = { right: "brightgreen", known: "yellow", wrong: "red", nothing: "lightgrey" };

/** The badge of a report that is whole. A run of a part of the checks is never green. */
export function badgeOf(report: WholeReport, label: string): Badge {
  const { standing, text, part }: Verdict = report.kind === "run" ? verdictOfRun(report.report) : verdictOfMatrix(report.matrix);
  const shown = standing === "right" && part ? "known" : standing;
  return { label: oneLine(label), message: text, color: COLOURS[shown], standing: shown };
}

/** The badge as SVG, of the form that README files are used to. */
export function badgeSvg({ label, message, color }: Badge): string {
  return `${makeBadge({ label, message, color })}\n`;
}

/** The same as the JSON that shields.io fetches (its endpoint badge, schema version 1). */
export function badgeEndpoint({ label, message, color, standing }: Badge): string {
  const isError = standing === "wrong" || standing === "nothing";
  return `${JSON.stringify({ schemaVersion: 1, label, message, color, ...(isError && { isError }) }, null, 2)}\n`;
}
