import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readYaml } from "../input/yaml-file.ts";
import { packageRoot } from "../paths.ts";
import { allChecks, loadExchanges, loadLibrary } from "../scenario/load.ts";
import { baselineSchema, globMatcher } from "./baseline.ts";
import { type Disclosure, disclosureFor, readDisclosures } from "./disclosures.ts";
import { scratch } from "./testing/records.ts";

const one: Disclosure = {
  id: "a",
  implementations: ["cocos*"],
  versions: ["0.10.2"],
  checks: ["expat/5-binding/*"],
  state: "reported",
  since: "2026-01-02",
  note: "it is wrong in a way that matters",
};
const cell = { implementation: "cocos", version: "0.10.2", check: "expat/5-binding/binding-altered" };

describe("what is known of a failure at the maintainers", () => {
  it.each<[Disclosure["state"], string, boolean]>([
    ["to be reported", "to be reported to the maintainers (known since 2026-01-02)", true],
    ["reported", "reported to the maintainers on 2026-01-02", true],
    ["acknowledged", "reported to the maintainers, who acknowledged it on 2026-01-02", true],
    ["fixed", "mended by the maintainers on 2026-01-02, in a later version", false],
    ["public", "reported to the maintainers, and public since 2026-01-02", false],
  ])("%s", (state, text, withheld) => {
    expect(disclosureFor([{ ...one, state }], cell)).toEqual({ id: "a", state, text, withheld });
  });
  it("is that of the implementation, the version and the check", () => {
    for (const other of [{ implementation: "other" }, { version: "0.9.0" }, { check: "expat/3-extension/x" }])
      expect(disclosureFor([one], { ...cell, ...other })).toBeUndefined();
    expect(disclosureFor([{ ...one, checks: [] }], cell)).toBeUndefined();
  });
  it("is the one that asks for most care where several fit", () => {
    expect(
      disclosureFor(
        [
          { ...one, state: "public" },
          { ...one, id: "b", state: "to be reported" },
        ],
        cell,
      )?.id,
    ).toBe("b");
  });
});

it.each<[string, object | undefined, RegExp]>([
  ["an unknown state", { state: "secret" }, /:1:.*state/],
  ["no day", { since: "lately" }, /since/],
  ["an unknown member", { secret: 1 }, /secret/],
  ["an id twice", undefined, /"a" stands twice/],
])("a list with %s is refused, with its place", (_, change, message) => {
  const file = scratch("disclosures.yaml");
  writeFileSync(file, JSON.stringify({ disclosures: change ? [{ ...one, ...change }] : [one, one] }));
  expect(() => readDisclosures(file)).toThrow(message);
});

describe("reports/disclosures.yaml", () => {
  const disclosures = readDisclosures();
  const library = loadLibrary();
  const checks = allChecks(library);
  const exchanges = loadExchanges(loadLibrary());
  it("names checks that there are", () => {
    for (const { id, checks: globs } of disclosures) {
      const ids = [...checks, ...exchanges].map((check) => check.id);
      for (const glob of globs) expect(ids.filter(globMatcher(glob)).length, `${id}: ${glob}`).toBeGreaterThan(0);
    }
  });
  it("has all that Cocos is known to fail and that an attacker would win by", () => {
    const { baseline } = readYaml(join(packageRoot, "iuts", "cocos", "baseline.yaml"), baselineSchema);
    const fails = baseline.filter(({ outcome }) => outcome === "fail").map(({ check }) => globMatcher(check));
    const weak = checks.filter(({ id, goal }) => goal !== undefined && goal !== "none" && fails.some((fits) => fits(id)));
    expect(weak.length).toBeGreaterThan(20);
    for (const { id } of weak)
      expect(disclosureFor(disclosures, { implementation: "Cocos AI aTLS", version: "0.10.2", check: id }), id).toBeDefined();
  });
});
