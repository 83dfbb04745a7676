import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../paths.ts";
import { loadLibrary } from "../scenario/load.ts";
import { cli } from "../testing/cli.ts";

interface Listed {
  readonly id: string;
  readonly title: string;
  readonly iut: string;
  readonly requirements: readonly string[];
  readonly kind: string;
}

interface Stated {
  readonly id: string;
  readonly spec: string;
  readonly disposition: string;
  readonly checks: readonly string[];
}

async function json<T>(command: string): Promise<T[]> {
  const { code, stdout, stderr } = await cli([command, "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as T[];
}

describe("list and requirements", async () => {
  const [checks, statements] = await Promise.all([json<Listed>("list"), json<Stated>("requirements")]);

  it("a check has id, title, iut, requirements and kind, and nothing else", () => {
    for (const check of checks) {
      expect(Object.keys(check)).toEqual(["id", "title", "iut", "requirements", "kind"]);
      expect(["attester", "relying-party"]).toContain(check.iut);
      expect(["positive", "negative", "probe"]).toContain(check.kind);
      expect(check.title.length).toBeGreaterThan(9);
    }
  });

  it("a statement has id, spec, section, level, disposition and checks among others", () => {
    for (const statement of statements) {
      expect(Object.keys(statement)).toEqual(expect.arrayContaining(["id", "spec", "section", "level", "disposition", "checks"]));
      expect(["checks", "excluded", "open"]).toContain(statement.disposition);
    }
  });

  it("--help names the specifications that --spec takes", async () => {
    const { stdout } = await cli(["requirements", "--help"]);
    const named = /only this specification: ([a-z0-9, \n]+)\n {2}--/.exec(stdout)?.[1]?.split(/[\s,]+/) ?? [];
    expect(named.sort()).toEqual([...new Set(statements.map(({ spec }) => spec))].sort());
  });

  it("every id stands once", () => {
    for (const ids of [checks, statements].map((list) => list.map(({ id }) => id))) {
      expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    }
  });

  it("every requirement that a check names is in the ledger, and every check names one", () => {
    const known = new Set(statements.map(({ id }) => id));
    expect(checks.filter(({ requirements }) => requirements.length === 0 || requirements.some((id) => !known.has(id)))).toEqual([]);
  });

  it("each names the other", () => {
    for (const { id, checks: answers } of statements) {
      expect(answers).toEqual(checks.filter(({ requirements }) => requirements.includes(id)).map((check) => check.id));
    }
  });

  it("there are at least 80 checks, 35 of them negative ones of a relying party", () => {
    expect(checks.length).toBeGreaterThanOrEqual(80);
    expect(checks.filter(({ kind, iut }) => kind === "negative" && iut === "relying-party").length).toBeGreaterThanOrEqual(35);
  });
});

it("every negative case has a control that is positive and for the same role", () => {
  const negative = loadLibrary().cases.filter(({ kind }) => kind === "negative");
  expect(negative.length).toBeGreaterThan(0);
  expect(negative.filter(({ control, iut }) => control?.kind !== "positive" || control.iut !== iut).map(({ id }) => id)).toEqual([]);
});

it("requirements --spec of a specification that is not there names those that are", async () => {
  const { code, stderr } = await cli(["requirements", "--spec", "rfc9262"]);
  expect(stderr).toMatch(/--spec rfc9262: expected one of .*rfc9261/);
  expect(code).toBe(2);
});

it("requirements --markdown is what README.md says of the coverage", async () => {
  const { code, stdout } = await cli(["requirements", "--markdown"]);
  const readme = readFileSync(join(packageRoot, "README.md"), "utf8");
  const [, table] = /<!-- made by `npx expat-conformance requirements --markdown` -->\n([^]*?)<!-- end -->/.exec(readme) ?? [];
  expect(table).toBe(stdout);
  expect(code).toBe(0);
});

it("requirements prints the totals by specification and level, and the shares", async () => {
  const { stdout } = await cli(["requirements", "--spec", "rfc9261"]);
  const [tested = 0, probed = 0, excluded = 0, open = 0, undecided = 0] = ["MUST", "SHOULD", "MAY"]
    .map((level) => new RegExp(`^rfc9261 +${level} +(\\d+) +(\\d+) +(\\d+) +(\\d+) +(\\d+)$`, "m").exec(stdout)?.slice(1).map(Number) ?? [])
    .reduce((sum, row) => row.map((count, column) => count + (sum[column] ?? 0)), []);
  const all = tested + probed + excluded + open + undecided;
  expect(all).toBe([...loadLibrary().ledger.values()].filter(({ spec }) => spec === "rfc9261").length);
  expect(stdout).toContain(
    `${all} statements: ${tested} with checks (${((100 * tested) / all).toFixed(1)} %), ${probed} with probes alone, ${undecided} to test`,
  );
});
