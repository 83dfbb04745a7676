import { describe, expect, it } from "vitest";
import type { Check } from "./case.ts";
import { answered, coverage, coverageTable, ledgerProblems } from "./coverage.ts";
import type { Requirement } from "./ledger.ts";
import { type Library, loadLibrary } from "./load.ts";

const entry = (id: string, fields: Partial<Requirement> = {}): [string, Requirement] => [
  id,
  {
    id,
    spec: "tea",
    specTitle: "Tea",
    revision: "00",
    section: "1",
    level: "MUST",
    binds: ["attester"],
    text: `the statement ${id}`,
    implied: false,
    informative: false,
    ...fields,
  },
];

const library = (entries: [string, Requirement][], checks: readonly [string, readonly string[], Check["kind"]?][]): Library => ({
  ledger: new Map(entries),
  cases: checks.map(([id, requirements, kind = "positive"]) => ({
    id,
    requirements,
    kind,
    judged: [] as readonly Check[],
  })) as unknown as Library["cases"],
  ambiguities: new Map(),
  goals: new Map(),
});

describe("the ledger is whole", () => {
  const good = library([entry("a"), entry("b", { excluded: "not to be seen" }), entry("c", { open: "cups" })], [["x", ["a"]]]);

  it("where each statement has checks, a reason or an open point", () => {
    expect(ledgerProblems(good)).toEqual([]);
  });

  it("not where a statement has none of them", () => {
    expect(ledgerProblems(library([...good.ledger, entry("d")], [["x", ["a"]]]))).toEqual([expect.stringMatching(/^d: expected a check/)]);
  });

  it("not where an excluded statement has a check", () => {
    expect(ledgerProblems(library([...good.ledger], [["x", ["a", "b"]]]))).toEqual([
      expect.stringMatching(/^b: excluded .*but x rests on it/),
    ]);
  });

  it("not where a check answers no statement", () => {
    expect(
      ledgerProblems(
        library(
          [entry("a")],
          [
            ["x", ["a"]],
            ["y", []],
          ],
        ),
      ),
    ).toEqual(["y: a check of no statement"]);
  });
});

it("the totals count each statement once, by specification and strength", () => {
  const library = loadLibrary();
  const { ledger } = library;
  const statements = answered(library);
  const rows = coverage(statements);
  const total = rows.flatMap(({ count }) => Object.values(count)).reduce((sum, count) => sum + count, 0);
  expect(total).toBe(ledger.size);
  expect(new Set(rows.map(({ spec, strength }) => `${spec} ${strength}`)).size).toBe(rows.length);
});

it("the table has a line a specification, the sums and the shares", () => {
  const some = library(
    [
      entry("a"),
      entry("b", { level: "MUST NOT", excluded: "not to be seen" }),
      entry("c", { spec: "milk", level: "MAY" }),
      entry("d", { spec: "milk" }),
    ],
    [
      ["x", ["a"]],
      ["y", ["d"], "probe"],
    ],
  );
  expect(coverageTable(answered(some)).split("\n").slice(2)).toEqual([
    "| tea | 2 | 1 | 0 | 1 | 0 | 0 | 1 of 2 |",
    "| milk | 2 | 0 | 1 | 0 | 0 | 1 | 0 of 1 |",
    "| all | 4 | 1 | 1 | 1 | 0 | 1 | 1 of 3 |",
    "| share | | 25.0 % | 25.0 % | 25.0 % | 0.0 % | 25.0 % | |",
  ]);
});
