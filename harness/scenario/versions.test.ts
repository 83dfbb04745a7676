import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InputError } from "../input/input-error.ts";
import { temporaryFolder } from "../testing/cli.ts";
import { version } from "../version.ts";
import { allChecks, loadLibrary } from "./load.ts";
import { changesSince, compareVersions, loadVersions, withVersion } from "./versions.ts";

const file = (text: string): string => {
  const path = join(temporaryFolder(), "versions.json");
  writeFileSync(path, text);
  return path;
};

describe("versions.json", () => {
  it("is read as it is written, sorted", () => {
    const text = withVersion(new Map([["0.1.0", new Set(["b", "a"])]]), "0.2.0", ["c", "a"]);
    const versions = loadVersions(file(text));
    expect([...versions].map(([name, checks]) => [name, [...checks]])).toEqual([
      ["0.1.0", ["a", "b"]],
      ["0.2.0", ["a", "c"]],
    ]);
    expect(changesSince(versions.get("0.1.0") ?? new Set(), ["a", "c"])).toEqual({ added: ["c"], gone: ["b"] });
  });
  it("takes no version that is older than the last one", () => {
    expect(() => withVersion(new Map([["0.10.0", new Set(["a"])]]), "0.9.0", ["a"])).toThrow(InputError);
    expect(["0.10.0", "0.9.1", "0.9.0"].sort(compareVersions)).toEqual(["0.9.0", "0.9.1", "0.10.0"]);
  });
  it.each([
    ["no JSON", "{", /versions\.json: .*JSON/],
    ["no versions", "{}", /versions\.json: versions: /],
    ["a version that is none", '{"versions":[{"version":"one","checks":["a"]}]}', /versions\.0\.version/],
  ])("refuses %s", (_, text, message) => {
    expect(() => loadVersions(file(text))).toThrow(InputError);
    expect(() => loadVersions(file(text))).toThrow(message);
  });
});

describe("the released versions", () => {
  const versions = loadVersions();
  const ids = allChecks(loadLibrary()).map(({ id }) => id);
  const [last = "", checks = new Set<string>()] = [...versions].at(-1) ?? [];

  // What was released stays what it was: `run --since` rests on it. A new check needs a version that is not released yet.
  it("are not newer than this one, and where this one is released it has the checks that were released", () => {
    expect(compareVersions(version, last)).toBeGreaterThanOrEqual(0);
    const { added, gone } = changesSince(checks, ids);
    if (version === last) expect({ added, gone }).toEqual({ added: [], gone: [] });
  });
  it("know the checks that were there from the first", () => {
    expect(versions.get("0.1.0")?.size).toBe(545);
    expect(versions.get("0.1.0")).toContain("expat/5-binding/relayed-from-other-connection");
  });
});
