import { isSeq, type Node, type YAMLMap, type YAMLSeq } from "yaml";
import { InputError } from "../input/input-error.ts";
import { parseYamlDocument } from "../input/yaml-file.ts";
import { Baseline, type BaselineEntry, draftBaselineSchema, type Fate, globMatcher, UNEXPLAINED } from "./baseline.ts";
import { oneLine } from "./printable.ts";
import { byCheck, type ResultRecord } from "./records.ts";

/** A baseline brought up to date with what a run showed. */
export interface BaselineUpdate {
  /** The new text of the file. */
  readonly text: string;
  readonly kept: number;
  readonly added: readonly BaselineEntry[];
  /** Entries that are no longer in it, and why. */
  readonly removed: readonly { readonly entry: BaselineEntry; readonly why: string }[];
  /** Entries of a whole check, of which some instances pass now: what they were, and the instances that they are now. */
  readonly narrowed: readonly { readonly entry: BaselineEntry; readonly to: readonly string[] }[];
  /** Entries that a run will refuse: the lines of those without a reason, and of those that have expired. */
  readonly unexplained: readonly number[];
  readonly expired: readonly number[];
}

export interface UpdateOptions {
  /** What messages call the file. */
  readonly file: string;
  /** A `filtered` run removes nothing that it may have left out. */
  readonly run: "whole" | "filtered";
  /** As YYYY-MM-DD. */
  readonly today: string;
  /** The reason of new entries; without one they get a text that a run refuses until it has been replaced. */
  readonly reason?: string | undefined;
}

/**
 * The text of a baseline, `undefined` where there is none yet, with the entries that still hold as they are, comments included, without
 * those that do not, and with one for each failure that none excuses. Throws InputError where the text is no baseline, or where the
 * results hold an error of the harness: what it kept from being asked is not known to fail.
 */
export function updateBaseline(text: string | undefined, results: readonly ResultRecord[], options: UpdateOptions): BaselineUpdate {
  const { file, run, today, reason } = options;
  const broken = results.find(({ outcome }) => outcome === "harness-error");
  if (broken) throw new InputError(`${broken.instance}: an error of the harness; no baseline is written from such a run`);
  const { data, document, lineOf } = parseYamlDocument(text ?? "baseline: []\n", file, draftBaselineSchema);
  const baseline = new Baseline(data.baseline, { file, today, lineOf: (index) => lineOf(["baseline", index]) });
  const unexcused = results.filter((result) => baseline.judge(result).expectation === "unexpected");
  const fates = baseline.fates(run);
  const list = document.get("baseline", true);
  if (!isSeq(list)) throw new InputError(`${file}: expected a list under "baseline"`);

  const removed = fates.flatMap((fate) => {
    const why = whyRemoved(fate, (index) => lineOf(["baseline", index]));
    return why === undefined ? [] : [{ entry: fate.entry, index: fate.index, why }];
  });
  const narrowed = fates.filter(({ kind }) => kind === "stale-in-part");
  // From the end, so that places in front of it keep their numbers.
  for (const index of fates.map((fate) => fate.index).reverse()) {
    const split = narrowed.find((fate) => fate.index === index);
    if (split) list.items.splice(index, 1, ...splitEntry(list.items[index] as YAMLMap, split.hits));
    else if (removed.some((entry) => entry.index === index)) removeItem(list, index);
  }

  // What an expired entry excused waits for a decision about that entry, not for a second one.
  const waiting = fates
    .filter(({ expired, kind }) => expired && kind === "good")
    .map(({ entry }) => ({ entry, matches: globMatcher(entry.check) }));
  const isWaiting = ({ check, instance, outcome }: ResultRecord) =>
    waiting.some(({ entry, matches }) => entry.outcome === outcome && (matches(check) || matches(instance)));
  // The order of a run is one that nobody can foretell.
  const added = newEntries(unexcused.filter((result) => !isWaiting(result)).toSorted(byCheck), results, reason);
  if (added.length > 0) list.flow = false;
  for (const [index, entry] of added.entries()) {
    const node = document.createNode(entry) as YAMLMap;
    node.spaceBefore = index === 0 && list.items.length > 0;
    list.items.push(node);
  }
  if (list.items.length === 0) list.flow = true;
  const changed = removed.length + narrowed.length + added.length > 0 || text === undefined;
  const written = changed ? document.toString({ lineWidth: 0 }) : (text ?? "");
  const after = parseYamlDocument(written, file, draftBaselineSchema);
  const linesWhere = (holds: (entry: BaselineEntry) => boolean): number[] =>
    after.data.baseline.flatMap((entry, index) => (holds(entry) ? [after.lineOf(["baseline", index])] : []));
  return {
    text: written,
    kept: fates.length - removed.length - narrowed.length,
    added,
    removed: removed.map(({ entry, why }) => ({ entry, why })),
    narrowed: narrowed.map(({ entry, hits }) => ({ entry, to: hits })),
    unexplained: linesWhere((entry) => entry.reason.startsWith(UNEXPLAINED)),
    expired: linesWhere(({ expires }) => expires !== undefined && expires < today),
  };
}

function whyRemoved({ kind, other, entry }: Fate, lineOf: (index: number) => number): string | undefined {
  switch (kind) {
    case "stale":
      return entry.check.includes("*") ? "nothing that it matches fails any more" : "it passes now";
    case "matches-nothing":
      return "it matches no check";
    case "duplicate":
      return `line ${lineOf(other ?? 0)} excuses the same`;
    case "stale-in-part":
    case "good":
      return undefined;
  }
}

/** One entry for each check all of whose instances came to the same, one for each instance where they did not. */
function newEntries(unexcused: readonly ResultRecord[], results: readonly ResultRecord[], reason: string | undefined): BaselineEntry[] {
  const entries = new Map<string, BaselineEntry>();
  for (const result of unexcused) {
    const { check, instance, outcome } = result;
    if (outcome !== "fail" && outcome !== "blocked" && outcome !== "inconclusive") continue;
    const asked = results.filter((other) => other.check === check && other.outcome !== "unsupported");
    const alike = asked.every((other) => other.outcome === outcome && unexcused.includes(other));
    const name = alike ? check : instance;
    if (!entries.has(name)) entries.set(name, { check: name, outcome, reason: reason ?? placeholder(result) });
  }
  return [...entries.values()];
}

const LONGEST_PLACEHOLDER = 200;

function placeholder({ detail }: ResultRecord): string {
  return `${UNEXPLAINED}: ${oneLine(detail)}`.slice(0, LONGEST_PLACEHOLDER).trimEnd();
}

function splitEntry(item: YAMLMap, instances: readonly string[]): YAMLMap[] {
  return instances.map((instance, index) => {
    const copy = item.clone() as YAMLMap;
    copy.set("check", instance);
    if (index > 0) {
      copy.commentBefore = null;
      copy.spaceBefore = false;
    }
    return copy;
  });
}

// A comment in front of a block of entries is about all of them: it stays with the next one where no blank line parts them.
function removeItem(list: YAMLSeq, index: number): void {
  const item = list.items[index] as Node & { commentBefore?: string | null; spaceBefore?: boolean };
  const next = list.items[index + 1] as typeof item | undefined;
  if (next && item.commentBefore && !next.spaceBefore && !next.commentBefore) {
    next.commentBefore = item.commentBefore;
    next.spaceBefore = item.spaceBefore ?? false;
  }
  list.items.splice(index, 1);
}
