import type { CampaignHeader, CampaignReport, DifferenceRecord, FindingRecord } from "../campaign/records.ts";
import { shardName } from "../campaign/shard.ts";
import { coverageSection, neverPlayedSection } from "./campaign-coverage.ts";
import { counted, field, paragraph } from "./layout.ts";
import { oneLine } from "./printable.ts";
import type { Look } from "./summary.ts";

/**
 * The report of a campaign for people: what it was, what of the language was exercised, where implementations part, the findings each with the
 * command that plays it again, and all in one line at the end, where a terminal stops. Lines without their newlines.
 */
export function campaignSummary(report: CampaignReport, look: Look): string[] {
  const { palette } = look;
  const section = (heading: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ["", ...(heading === "" ? [] : [palette.strong(heading)]), ...lines];
  const { cells, covered } = report.footer;
  return [
    paragraph(title(report.header), "", look.width),
    ...section(`Coverage: ${covered} of ${counted(cells, "cell")} (${share(covered, cells)})`, coverageSection(report, look)),
    ...section("Never played", neverPlayedSection(report, look)),
    ...section("What was done at open points", freeLines(report, look)),
    ...section("Where they part", differenceLines(report, look)),
    ...report.findings.flatMap((finding) => section("", findingLines(finding, report, look))),
    "",
    lastLine(report, look),
  ];
}

function title({ suite, iuts, seed, shard, merged, positions, focus, profile }: CampaignHeader): string {
  const whole = shard.count === 1 ? [] : [`shard ${shardName(shard)}`];
  const parts = merged === undefined ? whole : [`merged of ${counted(merged, "shard")}`];
  const narrowed = [...(positions.length < 4 ? [positions.join(", ")] : []), ...(focus.length > 0 ? [`focus ${focus.join(", ")}`] : [])];
  const asked = iuts.map(({ name, version }) => `${name} ${version}`).join(" and ");
  return oneLine(
    `campaign of ${suite.name} ${suite.version} on ${asked} (${[profile.revision, `seed ${seed}`, ...parts, ...narrowed].join(", ")})`,
  );
}

const KINDS = { failure: "FAIL", inconclusive: "INCONCLUSIVE", "harness-error": "HARNESS ERROR" } as const;

function findingLines(finding: FindingRecord, { header }: CampaignReport, { palette, width }: Look): string[] {
  const { kind, cause, count, first, iut, position, parameters, exercises, requirements, expected, found, replay } = finding;
  const { cipherSuite, signatureScheme, format } = parameters;
  const of = header.iuts.length > 1 ? `${iut}: ` : "";
  const colour = kind === "failure" ? palette.bad : palette.doubtful;
  return [
    `${colour(KINDS[kind])} ${oneLine(`${of}${cause}`)}`,
    field("cases", `${count}, the first is ${first}`, width),
    field("position", [position, cipherSuite, signatureScheme, ...(format === undefined ? [] : [format])].join(", "), width),
    ...(exercises.length > 0 ? [field("shrunk to", exercises.join(", "), width)] : []),
    field("expected", expected, width),
    field("found", found, width),
    ...(requirements.length > 0 ? [field("requirements", requirements.join(", "), width)] : []),
    // Never wrapped: it is to be copied.
    field("replay", replay, undefined),
  ];
}

/** How many differences are named; the report has them all. */
const NAMED = 10;

function differenceLines({ header, differences }: CampaignReport, { palette, width }: Look): string[] {
  const names = new Map(
    header.iuts.map(({ path, name }) => [path, header.iuts.filter((iut) => iut.name === name).length > 1 ? path : name]),
  );
  const lines = (free: boolean, heading: string): string[] => {
    const mine = differences.filter((difference) => difference.free === free).toSorted((a, b) => b.count - a.count);
    if (mine.length === 0) return [];
    const line = ({ cell, did, count, first }: DifferenceRecord) => {
      const each = Object.entries(did).map(([path, deed]) => `${names.get(path) ?? path} ${deed === "other" ? "did neither" : deed}`);
      return paragraph(`${cell}: ${each.join(", ")} (${counted(count, "case")}, the first is ${first})`, "    ", width);
    };
    const more = mine.length - NAMED;
    return [`  ${heading}`, ...mine.slice(0, NAMED).map(line), ...(more > 0 ? [palette.faint(`    and ${more} more`)] : [])];
  };
  return [...lines(false, "one of them is wrong:"), ...lines(true, "the texts leave it open:")];
}

function freeLines({ header, cells }: CampaignReport, { width }: Look): string[] {
  return header.iuts.flatMap(({ path, name, version }) => {
    const deeds = new Map<string, number>();
    for (const { iut, free } of cells) {
      if (iut !== path) continue;
      for (const [deed, count] of Object.entries(free)) deeds.set(deed, (deeds.get(deed) ?? 0) + count);
    }
    const parts = [...deeds].filter(([, count]) => count > 0).map(([deed, count]) => `${deed === "other" ? "neither" : deed} ${count}`);
    return parts.length === 0 ? [] : [paragraph(`${name} ${version}: ${parts.join(", ")}`, "  ", width)];
  });
}

const ENDS = {
  cases: "all cases were played",
  time: "the time was up",
  stopped: "it was stopped",
  "given-up": "given up: the implementation ended or hung in case after case",
} as const;

/** All in one line: `20000 cases in 41 s (488 a second), all cases were played: 1 failure in 312 cases, …`. */
function lastLine({ footer, findings }: CampaignReport, { palette }: Look): string {
  const { cases, durationMs, casesPerSecond, end, failures, inconclusive, harnessErrors, covered, cells } = footer;
  const kinds = (kind: FindingRecord["kind"]): number => findings.filter((finding) => finding.kind === kind).length;
  const found = [
    failures > 0 ? `${counted(kinds("failure"), "failure")} in ${counted(failures, "case")}` : "no failures",
    ...(inconclusive > 0 ? [`${inconclusive} inconclusive`] : []),
    ...(harnessErrors > 0 ? [`${counted(kinds("harness-error"), "harness error")} in ${counted(harnessErrors, "case")}`] : []),
    `${share(covered, cells)} of the cells`,
  ];
  const bad = failures + harnessErrors > 0 || end === "given-up";
  const colour = bad ? palette.bad : inconclusive > 0 ? palette.doubtful : palette.good;
  return colour(`${counted(cases, "case")} in ${inWords(durationMs)} (${casesPerSecond} a second), ${ENDS[end]}: ${found.join(", ")}`);
}

/** A part of a whole in per cent; 100 only where nothing lacks. */
function share(part: number, whole: number): string {
  if (whole === 0) return "0 %";
  return `${Math.floor((100 * part) / whole)} %`;
}

function inWords(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
