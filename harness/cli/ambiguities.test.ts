import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../paths.ts";
import { ambiguitiesPage } from "../report/ambiguity-register.ts";
import { observationsOf, readObserved } from "../report/observed.ts";
import { loadAmbiguities } from "../scenario/ambiguities.ts";
import { loadLibrary } from "../scenario/load.ts";
import { cli, runReported } from "../testing/cli.ts";
import { currentAmbiguitiesPage } from "./ambiguities-command.ts";

it("docs/ambiguities.md is what the register says (else: npm run build && node scripts/make-ambiguities.mjs)", () => {
  expect(readFileSync(join(packageRoot, "docs", "ambiguities.md"), "utf8")).toBe(currentAmbiguitiesPage());
});

// Else: node dist/harness/cli/main.js run --report observed=reports/observed/reference.json
it("reports/observed/reference.json is what the reference does", async () => {
  const probes = loadLibrary().cases.filter(({ kind }) => kind === "probe");
  expect(probes.length).toBeGreaterThan(10);
  const { report } = await runReported(probes.flatMap(({ id }) => ["--only", id]));
  const { implementation, observations } = readObserved(join(packageRoot, "reports", "observed", "reference.json"));
  expect(implementation).toMatch(/^reference /);
  expect(observationsOf(report.results)).toEqual(observations);
  expect(new Set(observations.map(({ check }) => check))).toEqual(new Set(probes.map(({ id }) => id)));
});

it("every behaviour that was observed is one that the register lists, by a probe that there is", () => {
  const register = loadAmbiguities();
  const probes = new Map(loadLibrary().cases.map((script) => [script.id, [...script.behaviours.values()]]));
  for (const name of ["reference", "cocos-shim", "cocos-endpoint"]) {
    const { observations } = readObserved(join(packageRoot, "reports", "observed", `${name}.json`));
    expect(observations.length).toBeGreaterThan(0);
    for (const { ambiguity, check, behaviour } of observations) {
      expect(register.get(ambiguity)?.behaviours.map(({ id }) => id)).toContain(behaviour);
      expect(probes.get(check)?.map(({ id }) => id)).toContain(behaviour);
    }
  }
});

describe("the page", () => {
  const register = new Map([...loadAmbiguities()].filter(([id]) => id === "cose-tag" || id === "code-point"));
  const page = ambiguitiesPage(
    register,
    [{ id: "s/untagged", ambiguity: "cose-tag" }],
    [
      {
        implementation: "acme 1",
        observations: [{ ambiguity: "cose-tag", check: "s/untagged", behaviour: "accepted", positions: ["relying-party/client"] }],
      },
      { implementation: "other 2", observations: [] },
    ],
  );
  it("says of a probed point what each implementation did, and of another one why nobody knows", () => {
    expect(page).toContain("## cose-tag");
    expect(page).toContain("- Probe: `s/untagged`");
    expect(page).toContain("| acme 1 | accepted (relying-party/client) |\n| other 2 | not observed |");
    expect(page.slice(0, page.indexOf("## cose-tag"))).toMatch(/## code-point[^]*- No probe: A parameter of the profile/);
    expect(page.match(/\*\*Question to the working group:\*\* .*\?/g)).toHaveLength(2);
  });
});

it("ambiguities prints every open point with its question, and as JSON", async () => {
  const [text, json] = await Promise.all([cli(["ambiguities"]), cli(["ambiguities", "--json"])]);
  const records = JSON.parse(json.stdout) as { id: string; probes: string[]; notProbed?: string; observed: object[] }[];
  expect([text.code, json.code]).toEqual([0, 0]);
  expect(records.map(({ id }) => id)).toEqual([...loadAmbiguities().keys()]);
  for (const { id, probes, notProbed } of records) {
    expect(text.stdout).toContain(`${id}  (`);
    expect(probes.length > 0).toBe(notProbed === undefined);
  }
  expect(text.stdout).toMatch(new RegExp(`\\n${records.length} open points: `));
});
