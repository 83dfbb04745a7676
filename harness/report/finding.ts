import type { Ledger } from "../scenario/ledger.ts";
import { field, paragraph } from "./layout.ts";
import type { ResultRecord } from "./records.ts";
import type { Look } from "./summary.ts";

/**
 * A result that someone must look at, for people: what is required, what was expected and found, why it matters, and how to see it
 * again. The command stands on one line of its own, however long, so that it can be copied.
 */
export function finding(record: ResultRecord, ledger: Ledger, { palette, width }: Look): string {
  const {
    outcome,
    expectation,
    check,
    instance,
    position,
    title,
    requirements,
    expected,
    found,
    detail,
    sent,
    mistakes,
    why,
    diagnostics,
    baseline,
    reproduce,
    stimulus,
  } = record;
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
  if (sent !== undefined) add("sent", sent);
  const difference = stale ? undefined : differenceOf(stimulus);
  if (difference !== undefined) add("sent", difference);
  for (const [index, mistake] of (stale ? [] : (mistakes ?? [])).entries()) {
    add(index === 0 ? "looks like" : "or like", mistake.id === check ? mistake.title : `${mistake.title} (${mistake.id})`);
    add("mend", mistake.hint);
  }
  if (why !== undefined && !stale) add("why", why);
  const tail = (diagnostics ?? "")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-3);
  if (tail.length > 0) lines.push(field("stderr", tail.join("\n"), undefined));
  lines.push(field("alone", reproduce, undefined));
  return lines.join("\n");
}

const FIELDS_NAMED = 4;

/** Of the last message that the harness altered: where it differs from the control on the wire. */
function differenceOf(stimulus: ResultRecord["stimulus"]): string | undefined {
  const last = stimulus?.messages.findLast(({ altered }) => altered !== undefined);
  if (!last?.altered) return undefined;
  const { differs, further } = last.altered;
  const more = differs.length + further - FIELDS_NAMED;
  const fields = differs.slice(0, FIELDS_NAMED).map(({ field, offset }) => `${field} (byte ${offset})`);
  return `${last.length} bytes, which differ from the control in ${fields.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
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
