import type { JsonProblem } from "../input/json-problem.ts";
import { type Appraisal, type AppraisedStep, hasFinding } from "../recordings/appraise.ts";
import type { ComparedClaim } from "../recordings/claims.ts";
import type { Divergence } from "../recordings/divergence.ts";
import type { AppraisedFile } from "../recordings/report.ts";
import { counted, field, paragraph } from "../report/layout.ts";
import type { Palette } from "../report/palette.ts";
import type { Look } from "../report/summary.ts";
import type { Ledger } from "../scenario/ledger.ts";
import { specUrl } from "../scenario/spec-url.ts";
import { type Bytes, preview, toHex } from "../wire/bytes.ts";

/** `appraise` for people: lines of text. */

/** A file with its recordings: all of it for a single one, of several a line each and what was found. With a ledger, findings are explained. */
export function appraisedFileText({ file, appraisals, problems }: AppraisedFile, ledger: Ledger | undefined, look: Look): string[] {
  const lines = appraisals.flatMap((appraisal) =>
    appraisals.length === 1 ? [...oneText(file, appraisal, ledger, look), ""] : shortText(file, appraisal, ledger, look),
  );
  const all = [...problems, ...appraisals.flatMap((appraisal) => appraisal.problems)];
  return [...lines, ...all.map((problem) => problemText(file, problem, look.palette)), ...totalText(file, appraisals, look)];
}

/** Bytes of a value in a line; more are cut, with their number (`--json` has all). */
const SHOWN = 96;
/** Columns of the name of a step, and the indentation of what stands behind it. */
const NAME = 28;
const WHY = " ".repeat(2 + 10 + 2 + NAME + 2);
/** Bytes around the first one that differs. */
const BEFORE = 8;
const BEHIND = 24;

function oneText(file: string, appraisal: Appraisal, ledger: Ledger | undefined, look: Look): string[] {
  const { palette, width } = look;
  const { id, title, kind, now, steps, values, claims, divergence } = appraisal;
  const lines = [palette.strong(`${file}: ${id ?? kind}`)];
  if (title) lines.push(paragraph(title, "    ", width));
  if (now)
    lines.push(palette.faint(`    judged at ${now.time.toISOString()}${now.recorded ? "" : " (the clock: inputs.now is not given)"}`));
  lines.push("", palette.strong("Steps"), ...steps.flatMap((step) => stepText(step, ledger, look)));
  if (values.length > 0) lines.push("", palette.strong("Computed of what is given"));
  for (const { name, title: what, value, needs } of values) {
    lines.push(`  ${name}  ${palette.faint(what)}`, `      ${value ? preview(value, SHOWN) : notJudged(needs)}`);
  }
  if (claims.length > 0) lines.push("", palette.strong("Claimed"), ...claims.flatMap((claim) => claimText(claim, look)));
  if (divergence) lines.push("", palette.strong("First divergence"), ...divergenceText(divergence, palette));
  return lines;
}

function shortText(file: string, appraisal: Appraisal, ledger: Ledger | undefined, look: Look): string[] {
  const { id, kind, steps, promised, claims } = appraisal;
  const found = steps.filter(({ outcome }) => outcome === "finding");
  const wrongClaims = claims.filter(({ agrees }) => agrees === false);
  const what = found.length + wrongClaims.length === 0 ? look.palette.good("nothing found") : look.palette.bad(foundIn(appraisal));
  const lines = [`${file}: ${id ?? kind}: ${what}${promised ? look.palette.faint(` (the file says ${promised})`) : ""}`];
  return [...lines, ...found.flatMap((step) => stepText(step, ledger, look)), ...wrongClaims.flatMap((claim) => claimText(claim, look))];
}

function stepText(step: AppraisedStep, ledger: Ledger | undefined, { palette, width }: Look): string[] {
  const { outcome, reason, needs, finding, mistakes = [], requirements } = step;
  const word = outcome === "finding" ? "FINDING" : outcome === "not-judged" ? "not judged" : outcome;
  const colour = {
    finding: palette.bad,
    passed: palette.good,
    "not-judged": palette.doubtful,
    blocked: palette.doubtful,
    skipped: palette.faint,
  };
  const why = outcome === "not-judged" ? notJudged(needs ?? [], reason) : (reason ?? step.title);
  const [first = "", ...further] = paragraph(why, WHY, width).trimStart().split("\n");
  const lines = [`  ${colour[outcome](word.padEnd(10))}  ${step.step.padEnd(NAME)}  ${palette.faint(first)}`];
  lines.push(...further.map((line) => palette.faint(line)));
  if (!finding) return lines;
  lines.push(field("code", finding.code, width), field("expected", finding.expected, width), field("found", finding.found, width));
  lines.push(...mistakeText(mistakes, width));
  if (ledger === undefined) return [...lines, field("statements", requirements.join(", "), width)];
  lines.push(field("why", step.why, width));
  return [...lines, ...requirements.flatMap((id) => statementText(id, ledger, width))];
}

function statementText(id: string, ledger: Ledger, width: number | undefined): string[] {
  const requirement = ledger.get(id);
  if (requirement === undefined) return [];
  const { section, level, text, revision } = requirement;
  return [
    field("statement", `${id}: ${revision}, ${section}, ${level}`, width),
    field("", text, width),
    field("", specUrl(requirement), width),
  ];
}

function mistakeText(mistakes: ComparedClaim["mistakes"], width: number | undefined): string[] {
  return mistakes.flatMap(({ id, title, hint }, index) => [
    field(index === 0 ? "looks like" : "or like", `${title} (${id})`, width),
    field("mend", hint, width),
  ]);
}

function claimText({ name, claimed, expected, agrees, needs, mistakes }: ComparedClaim, { palette, width }: Look): string[] {
  if (agrees === true) return [`  ${palette.good("as it is")}    ${name}`];
  if (expected === undefined) return [`  ${palette.doubtful("not judged")}  ${name}  ${palette.faint(notJudged(needs))}`];
  const lines = [
    `  ${palette.bad("WRONG")}       ${name}`,
    field("yours", toHex(claimed), width),
    field("expected", toHex(expected), width),
  ];
  return [...lines, ...mistakeText(mistakes, width)];
}

function divergenceText({ field: name, byte, byteOfField, expected, found }: Divergence, palette: Palette): string[] {
  const place = [
    byte === undefined ? undefined : `byte ${byte} of the message`,
    byteOfField === undefined ? undefined : `byte ${byteOfField} of the field`,
  ];
  const where = place.filter((part) => part !== undefined).join(", ");
  const lines = [`  ${name}${where ? `: ${where}` : ""}`];
  const from = Math.max(0, (byteOfField ?? 0) - BEFORE);
  if (expected) lines.push(`      expected  ${palette.good(around(expected, from))}`);
  if (found) lines.push(`      found     ${palette.bad(around(found, from))}`);
  if (expected && found && byteOfField !== undefined) {
    lines.push(`                ${" ".repeat((from > 0 ? 1 : 0) + 3 * (byteOfField - from))}^^`);
  }
  return lines;
}

function around(bytes: Bytes, from: number): string {
  if (bytes.length === 0) return "(no bytes)";
  const end = from + BEFORE + BEHIND;
  const pairs = toHex(bytes.subarray(from, end)).replace(/..(?=.)/g, "$& ");
  return `${from > 0 ? "…" : ""}${pairs}${end < bytes.length ? `… (${bytes.length} bytes)` : ""}`;
}

function notJudged(needs: readonly string[], judged?: string): string {
  if (needs.length === 0) return "not there: the message has no readable place for it";
  return `needs ${needs.map((member) => `inputs.${member}`).join(" or ")}${judged ? `; judged: ${judged}` : ""}`;
}

function problemText(file: string, { path, expected, found }: JsonProblem, palette: Palette): string {
  return palette.bad(`${file}: ${path || "(the file)"}: expected ${expected}, found ${found}`);
}

function foundIn({ steps, claims }: Appraisal): string {
  const findings = steps.filter(({ outcome }) => outcome === "finding").length;
  const wrong = claims.filter(({ agrees }) => agrees === false).length;
  return [counted(findings, "finding"), ...(wrong > 0 ? [`${counted(wrong, "claimed value")} wrong`] : [])].join(", ");
}

function totalText(file: string, appraisals: readonly Appraisal[], { palette }: Look): string[] {
  const [only] = appraisals;
  if (only === undefined) return [];
  if (appraisals.length > 1) {
    const wrong = appraisals.filter(hasFinding).length;
    return [`${file}: ${counted(appraisals.length, "message")}, ${wrong} with findings`];
  }
  const count = (outcome: AppraisedStep["outcome"]) => only.steps.filter((step) => step.outcome === outcome).length;
  const what = hasFinding(only) ? palette.bad(foundIn(only)) : palette.good("nothing found");
  const rest = [
    `${count("passed")} passed`,
    `${count("not-judged")} not judged`,
    `${count("blocked")} blocked`,
    `${count("skipped")} skipped`,
  ];
  return [`${file}: ${what}; of ${counted(only.steps.length, "step")} ${rest.join(", ")}`];
}
