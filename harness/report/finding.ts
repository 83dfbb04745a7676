import type { Ledger } from "../scenario/ledger.ts";
import { field, paragraph } from "./layout.ts";
import type { ResultRecord } from "./records.ts";
import type { Look } from "./summary.ts";

/**
 * A result that someone must look at, for people: what is required, what was expected and found, why it matters, and how to see it
 * again. The command stands on one line of its own, however long, so that it can be copied.
 */
export function finding(record: ResultRecord, ledger: Ledger, { palette, width }: Look): string {
  const { outcome, expectation, instance, position, title, requirements, expected, found, detail, why, diagnostics, baseline, reproduce } =
    record;
  const stale = expectation === "stale";
  const isNew = expectation === "new";
  const heading = stale ? "STALE" : outcome.toUpperCase().replace("-", " ");
  const colour = outcome === "warn" ? palette.doubtful : palette.bad;
  const lines = [`${isNew ? "NEW " : ""}${colour(heading)} ${palette.strong(instance)}  ${position}`, paragraph(title, "    ", width)];
  const add = (name: string, value: string): void => {
    lines.push(field(name, value, width));
  };
  for (const [index, id] of requirements.entries()) add(index === 0 ? "requirement" : "", statement(id, ledger));
  if (stale) add("stale", `it passes, though the baseline says that it does not (${baseline ?? ""}): remove or narrow the entry`);
  if (expected !== undefined) add("expected", expected);
  if (found !== undefined) add("actual", found);
  if (detail !== "" && !stale && detail !== `expected ${expected}, found ${found}`) add("detail", detail);
  if (why !== undefined && !stale) add("why", why);
  const tail = (diagnostics ?? "")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-3);
  if (tail.length > 0) lines.push(field("stderr", tail.join("\n"), undefined));
  lines.push(field("alone", reproduce, undefined));
  return lines.join("\n");
}

function statement(id: string, ledger: Ledger): string {
  const requirement = ledger.get(id);
  if (requirement === undefined) return `${id} (not in the ledger)`;
  const { revision, section, level, text } = requirement;
  // Behind the name of the document the ledger says more about the revision than a failure has room for.
  const [document = revision] = revision.split(/,| \(/);
  // A ledger over several documents names the one in the section.
  const place = section.startsWith("RFC") ? section : `${document}, ${section}`;
  return `${id} (${place}, ${level}): ${text}`;
}
