import type { Check } from "./case.ts";
import { disposition, type Requirement, severity } from "./ledger.ts";
import { allChecks, type Library } from "./load.ts";

/**
 * What has become of a statement: `tested` has a check that can fail, `probed` only probes and checks of permissions, which record what an
 * implementation does; `undecided` has no check, and neither a reason nor an open point.
 */
export type State = "tested" | "probed" | "excluded" | "open" | "undecided";

/** One statement with the checks that answer it. */
export interface Answered {
  readonly requirement: Requirement;
  readonly state: State;
  readonly checks: readonly string[];
}

/** How many statements of a specification and a strength stand how. */
export interface CoverageRow {
  readonly spec: string;
  readonly strength: "MUST" | "SHOULD" | "MAY";
  readonly count: Readonly<Record<State, number>>;
}

/** Every statement of the ledger, in its order. */
export function answered(library: Library): Answered[] {
  const checks = allChecks(library);
  return [...library.ledger.values()].map((requirement) => {
    const answers = checks.filter(({ requirements }) => requirements.includes(requirement.id));
    const stated = disposition(requirement);
    const asked = answers.length === 0 ? "undecided" : answers.every((check) => !canFail(check, library)) ? "probed" : "tested";
    return { requirement, state: stated === "checks" ? asked : stated, checks: answers.map(({ id }) => id) };
  });
}

// Whoever does not what a MAY allows is only observed.
function canFail({ kind, requirements }: Pick<Check, "kind" | "requirements">, { ledger }: Library): boolean {
  return kind !== "probe" && severity(requirements, ledger) !== "observed";
}

/**
 * What `npm run check` does not let pass, a line each, the id first: a statement with no check, no reason and no open point; a statement
 * that is said to be untestable and yet has a check; a check of no statement.
 */
export function ledgerProblems(library: Library): string[] {
  const statements = answered(library).flatMap(({ requirement: { id, excluded }, state, checks }) => {
    if (state === "undecided") return [`${id}: expected a check, "excluded: <reason>" or "open: <ambiguity>", found none of them`];
    if (excluded !== undefined && checks.length > 0) return [`${id}: excluded ("${excluded}"), but ${checks[0]} rests on it`];
    return [];
  });
  const idle = allChecks(library).filter(({ requirements }) => requirements.length === 0);
  return [...statements, ...idle.map(({ id }) => `${id}: a check of no statement`)];
}

const strengths = ["MUST", "SHOULD", "MAY"] as const;

/** The totals, by specification and strength (MUST NOT counts as MUST); rows without statements are left out. */
export function coverage(statements: readonly Answered[]): CoverageRow[] {
  const specs = [...new Set(statements.map(({ requirement }) => requirement.spec))];
  return specs.flatMap((spec) =>
    strengths.flatMap((strength) => {
      const these = statements.filter(({ requirement }) => requirement.spec === spec && requirement.level.startsWith(strength));
      return these.length === 0 ? [] : [{ spec, strength, count: counts(these) }];
    }),
  );
}

/** The same as a table in Markdown, one line a specification, with shares in the last line: what stands in README.md. */
export function coverageTable(statements: readonly Answered[]): string {
  const specs = [...new Set(statements.map(({ requirement }) => requirement.spec))];
  const line = (name: string, these: readonly Answered[]) => {
    const { tested, probed, excluded, open, undecided } = counts(these);
    const musts = these.filter(({ requirement }) => requirement.level.startsWith("MUST"));
    return `| ${[name, these.length, tested, probed, excluded, open, undecided, `${counts(musts).tested} of ${musts.length}`].join(" | ")} |`;
  };
  const all = counts(statements);
  const share = (state: State) => `${((100 * all[state]) / Math.max(1, statements.length)).toFixed(1)} %`;
  return [
    "| specification | statements | tested | probed only | excluded, with the reason | open point | undecided | MUST and MUST NOT tested |",
    "|---|---|---|---|---|---|---|---|",
    ...specs.map((spec) =>
      line(
        spec,
        statements.filter(({ requirement }) => requirement.spec === spec),
      ),
    ),
    line("all", statements),
    `| share | | ${share("tested")} | ${share("probed")} | ${share("excluded")} | ${share("open")} | ${share("undecided")} | |`,
  ].join("\n");
}

/** How many of these statements stand how. */
export function counts(statements: readonly Answered[]): Record<State, number> {
  const count = { tested: 0, probed: 0, excluded: 0, open: 0, undecided: 0 };
  for (const { state } of statements) count[state]++;
  return count;
}
