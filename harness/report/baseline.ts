import { z } from "zod";
import { readYaml } from "../input/yaml-file.ts";
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

const entrySchema = z.strictObject({
  check: z.string().min(1).describe("a glob over check ids and instance ids; only * is special"),
  outcome: z.enum(["fail", "warn", "blocked", "inconclusive"]),
  reason: z.string().min(10).describe("what is known about it, for who reads the report"),
  source: z.string().min(1).optional().describe("where in the implementation, as file:line"),
  expires: z.iso.date().optional().describe("the last day on which the entry excuses anything"),
});

/** What is known to fail with an implementation: the file that --baseline names. */
export const baselineSchema = z.strictObject({
  baseline: z.array(entrySchema).superRefine((entries, context) => {
    for (const [index, { check, outcome }] of entries.entries()) {
      const first = entries.findIndex((other) => other.check === check && other.outcome === outcome);
      if (first < index) context.addIssue({ code: "custom", path: [index], message: `the same check and outcome as entry ${first + 1}` });
    }
  }),
});

export type BaselineEntry = z.output<typeof entrySchema>;

/** An entry of the baseline that must be changed. Each makes the run end with exit code 1. */
export interface Notice {
  readonly kind: "stale" | "expired" | "matches-nothing";
  /** The glob of the entry. */
  readonly check: string;
  /** For people: which entry, what is wrong with it, what to do. */
  readonly text: string;
}

/** What the baseline makes of one result. */
export interface Judgement {
  readonly expectation: Expectation;
  /** The reason of the entry that excuses the result, or that the result shows to be stale. */
  readonly reason?: string;
}

interface Tracked {
  readonly entry: BaselineEntry;
  readonly matches: (id: string) => boolean;
  readonly exact: boolean;
  readonly expired: boolean;
  /** How many results fitted the glob; how many of them were carried out, passed, had the outcome, were not harmless. */
  matched: number;
  executed: number;
  passed: number;
  hits: number;
  troubled: number;
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

  /** `today` as YYYY-MM-DD; `file` is what notices call the baseline. */
  constructor(entries: readonly BaselineEntry[], { file, today }: { readonly file: string; readonly today: string }) {
    this.#file = file;
    this.#entries = entries.map((entry) => ({
      entry,
      matches: globMatcher(entry.check),
      exact: !entry.check.includes("*"),
      expired: entry.expires !== undefined && entry.expires < today,
      matched: 0,
      executed: 0,
      passed: 0,
      hits: 0,
      troubled: 0,
    }));
  }

  /** What is expected of a result. To be called once for each result of the run: it keeps count for `notices`. */
  judge({ check, instance, outcome }: { readonly check: string; readonly instance: string; readonly outcome: Outcome }): Judgement {
    const candidates = this.#entries.filter(({ matches }) => matches(check) || matches(instance));
    for (const tracked of candidates) {
      tracked.matched++;
      if (isExecuted(outcome)) tracked.executed++;
      if (outcome === "pass") tracked.passed++;
      if (tracked.entry.outcome === outcome) tracked.hits++;
      if (!HARMLESS.has(outcome)) tracked.troubled++;
    }
    const speaks = ({ entry, exact, expired }: Tracked) => !expired && (outcome === "pass" ? exact : entry.outcome === outcome);
    const decisive = candidates.find(speaks);
    if (decisive === undefined) return { expectation: expectationOf(outcome, "unlisted") };
    return { expectation: expectationOf(outcome, "listed"), reason: decisive.entry.reason };
  }

  /**
   * What must be changed in the baseline, when all results have been judged. A `filtered` run says nothing about what it left out:
   * an entry that matched nothing may be right, and so may a glob of which only the passing part was run.
   */
  notices(run: "whole" | "filtered"): Notice[] {
    return this.#entries.flatMap((tracked, index) => {
      const { check, outcome, expires } = tracked.entry;
      const notice = (kind: Notice["kind"], text: string): Notice[] => [
        { kind, check, text: `${this.#file}: entry ${index + 1} (${check}: ${outcome}) ${text}` },
      ];
      if (tracked.expired && (tracked.matched > 0 || run === "whole")) {
        return notice("expired", `expired on ${expires}: mend what it excuses, or say why it stays and give it a new date`);
      }
      if (run === "filtered") return [];
      if (tracked.matched === 0) return notice("matches-nothing", "matches no check: correct or remove it");
      // Of an entry without * a passing result has said so itself.
      const said = tracked.exact && tracked.passed > 0;
      if (tracked.executed > 0 && tracked.hits === 0 && tracked.troubled === 0 && !said) {
        return notice("stale", `is stale: no "${outcome}" among the ${counted(tracked.matched, "result")} that it matches; remove it`);
      }
      return [];
    });
  }
}

/** Reads a baseline file; `today` as YYYY-MM-DD. Throws InputError with file, line and column. */
export function readBaseline(file: string, today: string): Baseline {
  return new Baseline(readYaml(file, baselineSchema).baseline, { file, today });
}

/** The baseline of a run without one: it excuses nothing and has no notices. */
export function emptyBaseline(): Baseline {
  return new Baseline([], { file: "(none)", today: "1970-01-01" });
}
