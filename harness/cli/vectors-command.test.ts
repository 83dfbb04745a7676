import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../paths.ts";
import { cli, temporaryFolder } from "../testing/cli.ts";

const vectors = join(packageRoot, "vectors");
const bindings = readFileSync(join(vectors, "bindings.json"), "utf8");
const folder = temporaryFolder();
function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe.concurrent("vectors", () => {
  it("check: the files of the package are all right, each with its count", async () => {
    const { code, stdout, stderr } = await cli(["vectors", "check"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout.trim().split("\n");
    const files = readdirSync(vectors, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
    expect(lines).toHaveLength(files.length);
    for (const line of lines) expect(line).toMatch(/\.json: \d+ vectors, \d+ valid, \d+ invalid: all as they promise$/);
  });

  it("check: bad input is named, the other files are still checked, and the exit code is 2", async () => {
    const odd = file("odd.json", bindings.replace(/"binding": "[0-9a-f]/, '"binding": "'));
    const { code, stdout } = await cli(["vectors", "check", odd, join(folder, "none.json"), join(vectors, "exporter.json")]);
    expect(code).toBe(2);
    expect(stdout).toContain(`${odd}: groups.0.stages.binding.intermediates.binding: expected bytes as lower-case hexadecimal`);
    expect(stdout).toContain(`${join(folder, "none.json")}: (the file): expected a file of vectors, found`);
    expect(stdout).toMatch(/exporter\.json: \d+ vectors, \d+ valid, \d+ invalid: all as they promise/);
  });

  it("check: a vector that does not give what it promises is a 1", async () => {
    const wrong = file("wrong.json", bindings.replace('"code": "binding-mismatch"', '"code": "aik-mismatch"'));
    const { code, stdout } = await cli(["vectors", "check", wrong, "--json"]);
    expect(code).toBe(1);
    const [checked] = JSON.parse(stdout);
    expect(Object.keys(checked)).toEqual(["file", "valid", "invalid", "problems"]);
    expect(checked.problems[0]).toMatchObject({ kind: "vector", path: expect.stringMatching(/^flags\.\w+\.finding\.code$/) });
    expect(checked.problems.length).toBeGreaterThan(1);
  });

  it("generate: writes the bytes that lie in the package", async () => {
    const out = join(folder, "generated");
    const { code, stderr } = await cli(["vectors", "generate", "--out", out]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(readdirSync(out).sort()).toEqual(
      readdirSync(vectors)
        .filter((name) => name.endsWith(".json"))
        .sort(),
    );
    for (const name of readdirSync(out))
      expect(readFileSync(join(out, name), "utf8") === readFileSync(join(vectors, name), "utf8")).toBe(true);
  });

  it("generate: says where it cannot write", async () => {
    mkdirSync(join(folder, "taken", "exporter.json"), { recursive: true });
    const { code, stderr } = await cli(["vectors", "generate", "--out", join(folder, "taken")]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/exporter\.json: EISDIR/);
  });
});
