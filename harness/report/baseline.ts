import { z } from "zod";
import { readText } from "../input/text-file.ts";
import { parseYamlDocument } from "../input/yaml-file.ts";
import { isExecuted, type Outcome } from "../scenario/result.ts";
import { type Expectation, expectationOf } from "./expectation.ts";
import { counted } from "./layout.ts";

/**
 * A test for texts that fit a pattern as a whole: `*` stands for any run of characters, `/` and `#` among them; everything else for
 * itself, brackets too, because ids have them: `…/binding-altered[server,sha384]`.
 */
export function globMatcher(pattern: string): (text: string) => boolean {
  const literals = pattern.split(/\*+/).map((literal) => literal.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
  const expression = new RegExp(`^${literals.join("[^]*")}$`, "u");
  return (text) => expression.test(text);
}

/** The start of the reason that `baseline update` writes into a new entry: nothing is excused by it before somebody has looked. */
export const UNEXPLAINED = "TO BE EXPLAINED";

const entryFields = {
  check: z.string().min(1).describe("a glob over check ids and instance ids; only * is special"),
  outcome: z.enum(["fail", "warn", "blocked", "inconclusive"]),
  reason: z.string().min(10).describe("what is known about it, for who reads the report"),
  source: z.string().min(1).optional().describe("where in the implementation, as file:line"),
  expires: z.iso.date().optional().describe("the last day on which the entry excuses anything"),
};

const entrySchema = z.strictObject({
  ...entryFields,
  reason: entryFields.reason.refine((reason) => !reason.startsWith(UNEXPLAINED), {
    error: "no reason yet: look at the failure, and write what is known about it in place of this",
  }),
});

/** What is known to fail with an implementation: the file that --baseline names. */
export const baselineSchema = z.strictObject({
  baseline: z.array(entrySchema).superRefine((entries, context) => {
    for (const [index, { check, outcome }] of entries.entries()) {
      const first = entries.findIndex((other) => other.check === check && other.outcome === outcome);
      if (first < index) {
        const message = `the same check and outcome as entry ${first + 1}: remove one of them`;
        context.addIssue({ code: "custom", path: [index], message });
      }
    }
  }),
});

/** The same as it may be while it is written: entries whose reason is still to be given, or that stand twice. */
export const draftBaselineSchema = z.strictObject({ baseline: z.array(z.strictObject(entryFields)) });

export type BaselineEntry = z.output<typeof entrySchema>;

/** An entry of the baseline that must be changed. Each makes the run end with exit code 1. */
export interface Notice {
  readonly kind: "stale" | "expired" | "matches-nothing" | "duplicate";
  /** The glob of the entry. */
  readonly check: string;
  /** For people: where the entry stands, what is wrong with it, what to do. */
  readonly text: string;
}

/** What the baseline makes of one result. */
export interface Judgement {
  readonly expectation: Expectation;
  /** The reason of the entry that excuses the result, or that the result shows to be stale. */
  readonly reason?: string;
}

/** What a run showed of an entry. `stale-in-part`: it names a check without `*`, of which some instances pass. */
export interface Fate {
  readonly entry: BaselineEntry;
  /** The place of the entry in the list. */
  readonly index: number;
  readonly kind: "good" | "stale" | "stale-in-part" | "matches-nothing" | "duplicate";
  readonly expired: boolean;
  /** The instances that had the outcome. */
  readonly hits: readonly string[];
  /** How many results it matched. */
  readonly matched: number;
  /** Of a duplicate: the place of the entry that excuses the same. */
  readonly other?: number | undefined;
}

interface Tracked {
  readonly entry: BaselineEntry;
  readonly index: number;
  readonly matches: (id: string) => boolean;
  readonly exact: boolean;
  readonly expired: boolean;
  /** How many results fitted the glob; how many of them were carried out, passed, were not harmless. */
  matched: number;
  executed: number;
  passed: number;
  troubled: number;
  /** Instances that had the outcome; how many of them this entry excused, and which other one did so first. */
  readonly hits: string[];
  decided: number;
  other: number | undefined;
}

// Where all that an entry matched is one of these, what it excuses is gone.
const HARMLESS: ReadonlySet<Outcome> = new Set(["pass", "observed", "warn", "unsupported"]);

/**
 * The entries of a baseline, and what became of each during one run.
 *
 * Results are reported as they come, so `judge` must decide at once, with one result at hand. For what failed that is enough. Whether
 * a passing result is stale can be said at once only where the entry has no `*`: it speaks of each result that it names. A glob may
 * match many of which some fail; those that pass are `expected`, and only when the run is over and none had the outcome the entry as
 * a whole is stale. That is a notice, not a property of any result.
 */
export class Baseline {
  readonly #entries: readonly Tracked[];
  readonly #file: string;
  readonly #lineOf: (index: number) => number;

  /** `today` as YYYY-MM-DD; `file` is what notices call the baseline, `lineOf` gives the line of an entry in it. */
  constructor(
    entries: readonly BaselineEntry[],
    { file, today, lineOf }: { readonly file: string; readonly today: string; readonly lineOf: (index: number) => number },
  ) {
    this.#file = file;
    this.#lineOf = lineOf;
    this.#entries = entries.map((entry, index) => ({
      entry,
      index,
      matches: globMatcher(entry.check),
      exact: !entry.check.includes("*"),
      expired: entry.expires !== undefined && entry.expires < today,
      matched: 0,
      executed: 0,
      passed: 0,
      troubled: 0,
      hits: [],
      decided: 0,
      other: undefined,
    }));
  }

  /**
   * What is expected of a result; `newer`: its check is newer than the version that --since names. To be called once for each result of
   * the run: it keeps count for `notices`.
   */
  judge(
    { check, instance, outcome }: { readonly check: string; readonly instance: string; readonly outcome: Outcome },
    newer = false,
  ): Judgement {
    const candidates = this.#entries.filter(({ matches }) => matches(check) || matches(instance));
    for (const tracked of candidates) {
      tracked.matched++;
      if (isExecuted(outcome)) tracked.executed++;
      if (outcome === "pass") tracked.passed++;
      if (tracked.entry.outcome === outcome) tracked.hits.push(instance);
      if (!HARMLESS.has(outcome)) tracked.troubled++;
    }
    const speaks = ({ entry, exact, expired }: Tracked) => !expired && (outcome === "pass" ? exact : entry.outcome === outcome);
    const [decisive, ...others] = candidates.filter(speaks);
    if (decisive === undefined) return { expectation: expectationOf(outcome, newer ? "newer" : "unlisted") };
    decisive.decided++;
    for (const tracked of others) tracked.other ??= decisive.index;
    return { expectation: expectationOf(outcome, "listed"), reason: decisive.entry.reason };
  }

  /**
   * What the results so far show of each entry. A `filtered` run says nothing about what it left out: an entry that matched nothing may
   * be right, and so may a glob of which only the passing part was run.
   */
  fates(run: "whole" | "filtered"): Fate[] {
    return this.#entries.map((tracked) => {
      const { entry, index, expired, hits, matched, other } = tracked;
      return { entry, index, kind: kindOf(tracked, run), expired, hits, matched, other };
    });
  }

  /** What must be changed in the baseline, when all results have been judged. */
  notices(run: "whole" | "filtered"): Notice[] {
    return this.fates(run).flatMap((fate) => {
      const { check, outcome } = fate.entry;
      const complaint = this.#complaint(fate, run);
      if (complaint === undefined) return [];
      const [kind, what] = complaint;
      return [{ kind, check, text: `${this.#file}:${this.#lineOf(fate.index)}: the entry ${check} (${outcome}) ${what}` }];
    });
  }

  #complaint({ entry, index, kind, expired, hits, matched, other }: Fate, run: "whole" | "filtered"): [Notice["kind"], string] | undefined {
    if (expired && (matched > 0 || run === "whole")) {
      return ["expired", `expired on ${entry.expires}: mend what it excuses, or say why it stays and give it a new date`];
    }
    switch (kind) {
      case "matches-nothing":
        return [kind, "matches no check: correct or remove it"];
      case "duplicate":
        return [kind, `excuses nothing that line ${this.#lineOf(other ?? index)} does not excuse: remove one of them`];
      case "stale":
        return [kind, `is stale: no "${entry.outcome}" among the ${counted(matched, "result")} that it matches; remove it`];
      case "stale-in-part":
        return ["stale", `is stale in part: it holds for ${hits.length} of ${matched} results; name these alone: ${hits.join(", ")}`];
      case "good":
        return undefined;
    }
  }
}

function kindOf({ exact, passed, hits, matched, executed, troubled, decided, other }: Tracked, run: "whole" | "filtered"): Fate["kind"] {
  if (exact && passed > 0) return hits.length === 0 ? "stale" : "stale-in-part";
  if (run === "filtered") return "good";
  if (matched === 0) return "matches-nothing";
  if (executed > 0 && hits.length === 0 && troubled === 0) return "stale";
  return hits.length > 0 && decided === 0 && other !== undefined ? "duplicate" : "good";
}

/** Reads a baseline file; `today` as YYYY-MM-DD. Throws InputError with file, line and column. */
export function readBaseline(file: string, today: string): Baseline {
  const { data, lineOf } = parseYamlDocument(readText(file), file, baselineSchema);
  return new Baseline(data.baseline, { file, today, lineOf: (index) => lineOf(["baseline", index]) });
}

/** The baseline of a run without one: it excuses nothing and has no notices. */
export function emptyBaseline(): Baseline {
  return new Baseline([], { file: "(none)", today: "1970-01-01", lineOf: () => 1 });
}
