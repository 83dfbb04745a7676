import { type Answered, answered, counts, coverage, coverageTable, ledgerProblems } from "../scenario/coverage.ts";
import { disposition } from "../scenario/ledger.ts";
import { loadLibrary } from "../scenario/load.ts";
import { UsageError } from "./problem.ts";

interface RequirementsOptions {
  readonly json?: boolean;
  readonly spec?: string;
  readonly markdown?: boolean;
  readonly check?: boolean;
}

/**
 * `requirements`: the ledger with what answers each statement, and the totals. Returns the exit code: with `check`, 1 where a statement is
 * undecided or a check answers none; else 0. Throws InputError or UsageError.
 */
export function requirementsCommand({ json, spec, markdown, check }: RequirementsOptions): number {
  const library = loadLibrary();
  const all = answered(library);
  const specs = [...new Set(all.map(({ requirement }) => requirement.spec))];
  if (spec !== undefined && !specs.includes(spec)) throw new UsageError(`--spec ${spec}: expected one of ${specs.join(", ")}`);
  const statements = all.filter(({ requirement }) => spec === undefined || requirement.spec === spec);
  if (check) return report(ledgerProblems(library));
  if (markdown) process.stdout.write(`${coverageTable(statements)}\n`);
  else if (json) process.stdout.write(`${JSON.stringify(statements.map(record), null, 2)}\n`);
  else process.stdout.write(describe(statements));
  return 0;
}

function report(problems: readonly string[]): number {
  process.stdout.write([...problems, `${problems.length} problems in the ledger`].map((line) => `${line}\n`).join(""));
  return problems.length === 0 ? 0 : 1;
}

function record({ requirement, checks }: Answered) {
  const { id, spec, section, level, binds, text, successor, since, until, excluded, open } = requirement;
  return {
    id,
    spec,
    section,
    level,
    binds,
    text,
    ...(successor !== undefined && { successor }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    disposition: disposition(requirement),
    ...(excluded !== undefined && { excluded }),
    ...(open !== undefined && { open }),
    checks,
  };
}

function describe(statements: readonly Answered[]): string {
  const lines = statements.flatMap(({ requirement, state, checks }) => {
    const { id, section, level, text, since, until, excluded, open } = requirement;
    const revisions = `${since === undefined ? "" : `, since -${since}`}${until === undefined ? "" : `, until -${until}`}`;
    const probes = checks.length > 0 ? `, ${checks.length} probes` : "";
    const says = {
      tested: `${checks.length} checks`,
      probed: `${checks.length} probes alone`,
      excluded: `excluded: ${excluded}`,
      open: `open: ${open}${probes}`,
    };
    return [`${id}  (${section}, ${level}${revisions})`, `    ${text}`, `    ${state === "undecided" ? "no check yet" : says[state]}`];
  });
  const table = coverage(statements).map(({ spec, strength, count }) =>
    [spec.padEnd(8), strength.padEnd(6), ...states.map((state) => String(count[state]).padStart(state.length + 1))].join(" "),
  );
  const { tested, probed, undecided, excluded, open } = counts(statements);
  const percent = (count: number) => `${((100 * count) / Math.max(1, statements.length)).toFixed(1)} %`;
  const total =
    `${statements.length} statements: ${tested} with checks (${percent(tested)}), ${probed} with probes alone, ${undecided} to test with no check yet, ` +
    `${excluded} excluded with a reason (${percent(excluded)}), ${open} open points (${percent(open)})`;
  const head = ["".padEnd(15), ...states.map((state) => ` ${state}`)].join(" ");
  return `${[...lines, "", head, ...table, "", total].join("\n")}\n`;
}

const states = ["tested", "probed", "excluded", "open", "undecided"] as const;
