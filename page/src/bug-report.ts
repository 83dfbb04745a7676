import type { PageRequirement } from "../../harness/page/data.ts";
import { blameOf, type Entry, whoOf } from "./model.ts";
import { outcomeWords } from "./words.ts";

/**
 * A failure as a text in Markdown, to be pasted into somebody's issue tracker: what is broken, with the statement, what was expected and found,
 * and the command that shows it again. What comes from an implementation stands in code, so that no tracker reads markup in it.
 */
export function bugReport(entry: Entry, requirements: ReadonlyMap<string, PageRequirement>, suite: string): string {
  const { title, instance, why, verdict, place } = entry;
  const { expected, found, detail, mistakes = [], blame, sent } = verdict;
  const reproduce = (entry.result ?? entry.exchange)?.reproduce ?? "";
  const setting = [entry.positions.join(" with "), place.cipherSuite, place.signatureScheme, place.format].filter(Boolean).join(", ");
  return [
    `## ${plain(title)}: ${outcomeWords[verdict.outcome].word}`,
    "",
    `- Implementation: ${code(whoOf(entry))}`,
    `- Check: ${code(instance)}`,
    `- With: ${code(setting)}`,
    ...(blame ? [`- Whose fault: ${plain(blameOf(entry) ?? "")}`, `- Why so: ${code(blame.text)}`] : []),
    ...section("Why it matters", why === undefined ? [] : [plain(why)]),
    ...section(
      "Statements",
      entry.requirements.map((id) => {
        const known = requirements.get(id);
        if (known === undefined) return `- ${code(id)}`;
        const where = `${known.spec}, section ${known.section}`;
        const link = known.url.startsWith("https://") ? `[${plain(where)}](${known.url})` : plain(where);
        return `- ${known.level} (${link}): ${plain(known.text)} (${code(id)})`;
      }),
    ),
    ...section("Expected", expected === undefined ? [] : [block(expected)]),
    ...section("Found", found === undefined ? [] : [block(found)]),
    ...section("What was sent is right", sent === undefined ? [] : [block(sent)]),
    ...section(
      "What it looks like",
      mistakes.map(({ title, hint }) => `- ${plain(title)}. ${plain(hint)}`),
    ),
    ...section("Details", detail === "" ? [] : [block(detail)]),
    ...section(
      "Asked alone, against the reference",
      (blame?.evidence ?? []).map((one) => `- ${code(one.implementation)}: ${code(one.instance)}: ${one.outcome}; ${code(one.reproduce)}`),
    ),
    ...section("To reproduce", [block(reproduce)]),
    "",
    `Found by expat-conformance ${suite}.`,
    "",
  ].join("\n");
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", `### ${title}`, "", ...lines];
}

/** Our own words, in which no character means anything to Markdown or HTML. */
function plain(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[\\`*_[\]<>#|~&]/g, "\\$&");
}

/** Code in a line; its border is longer than any inside. */
function code(text: string): string {
  const border = "`".repeat(longestRun(text) + 1);
  const line = text.replace(/\s+/g, " ");
  return line.includes("`") ? `${border} ${line} ${border}` : `${border}${line}${border}`;
}

function block(text: string): string {
  const border = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${border}\n${text}\n${border}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
}
