import type { Report, ResultRecord } from "../../report/records.ts";
import { failure, footer, header, result } from "../../report/testing/records.ts";
import { loadGoals } from "../../scenario/goals.ts";
import { loadLedger } from "../../scenario/ledger.ts";
import type { PageInput, Read } from "../pack.ts";

/** Reports and what else a page is made of, for its tests. */

/** A report of `name` with these results; `whole: false`: of a run that was cut short. */
export function report(name: string, results: readonly ResultRecord[], { whole = true } = {}): Read<Report> {
  const { iut } = header;
  const own = { ...header, iut: { ...iut, name, path: `iuts/${name}`, hello: { ...iut.hello, name } } };
  return { file: `${name}.jsonl`, content: { header: own, results, footer: whole ? footer(results) : undefined } };
}

/** All that a page is made of, with the ledger of the suites. */
export function pageInput(change: Partial<PageInput> = {}): PageInput {
  return { suite: "0.3.0", ledger: loadLedger(), goals: loadGoals(), reports: [], matrices: [], ...change };
}

/** `count` results that differ as those of a run do: in check, position and suite; each twelfth fails. */
export function manyResults(count: number, name: string): ResultRecord[] {
  const positions = ["attester/server", "attester/client", "relying-party/server", "relying-party/client"] as const;
  return Array.from({ length: count }, (_, index) => {
    const check = `expat/5-binding/made-up-${Math.floor(index / 4)}`;
    const position = positions[index % 4] ?? "attester/server";
    const instance = `${check}[${position.split("/")[1]},sha256]`;
    const common = {
      check,
      instance,
      position,
      title: `Evidence with the defect of number ${Math.floor(index / 4)} is refused`,
      reproduce: `npx expat-conformance run --iut iuts/${name} --only '${instance}'`,
    };
    if (index % 12 !== 0) return result(common);
    const digest = index.toString(16).padStart(64, "0");
    return failure({ ...common, detail: `expected ${digest}, found acceptance`, expected: digest });
  });
}
