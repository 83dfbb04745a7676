import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseMatrix, readMatrix } from "../matrix/records.ts";
import { cli, fakeCommand, manifest, program, temporaryFolder } from "../testing/cli.ts";

const broken = (fault: string, name = "broken") => manifest({ name, command: [process.execPath, program, "reference", "--fault", fault] });

describe("matrix", () => {
  it("says in table, file and exit code whose fault a failure is, and gives commands that show it", async () => {
    const [iut, out] = [broken("attester/binding/parts-swapped"), join(temporaryFolder(), "out")];
    const { code, stdout } = await cli([
      "matrix",
      "--iut",
      iut,
      "--iut",
      "reference",
      "--only",
      "interop/attests*",
      "--seed",
      "1",
      "--out",
      out,
    ]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^attester \\ relying party +broken +reference$/m);
    expect(stdout).toMatch(/^reference +\d+ ok +\d+ ok$/m);
    expect(stdout).toMatch(/^FAIL broken with reference: interop\/attests \(\d+ instances\)$/m);
    expect(stdout).toMatch(/^ {4}whose {8}broken sent invalid \(/m);
    const { header, results, footer } = readMatrix(join(out, "matrix.jsonl"));
    expect(header.implementations.map(({ name }) => name)).toEqual(["broken", "reference"]);
    expect(footer?.pairs).toBe(4);
    const failed = results.find(({ attester, outcome }) => attester === "broken" && outcome === "fail");
    expect(failed).toMatchObject({
      blame: { verdict: "attester-sent-invalid" },
      transcript: expect.stringContaining("verifyData"),
    });
    expect(readdirSync(join(out, "captures"))).toContain(failed?.capture);
    // The commands that it prints do what they say.
    for (const command of [failed?.reproduce, failed?.blame?.evidence[0]?.reproduce]) {
      const words = (command ?? "").replaceAll("'", "").split(" ").slice(2);
      expect(await cli(words)).toMatchObject({ code: 1 });
    }
  });

  it("goes on without what cannot be built or started, and names it", async () => {
    const unbuilt = manifest({ name: "unbuilt", build: "echo needs cargo of the Rust toolchain >&2; exit 1", command: ["x"] });
    const missing = manifest({ name: "missing", command: ["no-such-program"] });
    const { code, stdout } = await cli([
      "matrix",
      "--iut",
      unbuilt,
      "--iut",
      missing,
      "--iut",
      "reference",
      "--only",
      "interop/authenticates",
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^unbuilt: not built: needs cargo of the Rust toolchain$/m);
    expect(stdout).toMatch(/^missing: not built: .*no such program$/m);
    const none = await cli(["matrix", "--iut", unbuilt, "--only", "interop/authenticates"]);
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining("could be built and started") });
  });

  it("compares with what is published: outcome and blame, not the day", async () => {
    const folder = temporaryFolder();
    const args = ["matrix", "--iut", "reference", "--only", "interop/authenticates"];
    expect(await cli([...args, "--out", folder])).toMatchObject({ code: 0 });
    const published = join(folder, "matrix.jsonl");
    expect(await cli([...args, "--published", published])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^as published$/m) });
    const lines = readFileSync(published, "utf8").trimEnd().split("\n");
    const altered = join(folder, "altered.jsonl");
    const records = lines.map((line) => JSON.parse(line) as { type: string; outcome?: string; counts?: Record<string, number> });
    const first = records.find(({ type }) => type === "matrix-result");
    if (first) first.outcome = "unsupported";
    const counts = records.at(-1)?.counts;
    if (counts) Object.assign(counts, { pass: (counts["pass"] ?? 0) - 1, unsupported: 1 });
    writeFileSync(altered, `${records.map((record) => JSON.stringify(record)).join("\n")}\n`);
    const { code, stdout } = await cli([...args, "--published", altered]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/: published unsupported, found pass\n1 difference from what is published$/m);
    writeFileSync(altered, `${lines.slice(0, -1).join("\n")}\n`);
    expect(await cli([...args, "--published", altered])).toMatchObject({ code: 2, stderr: expect.stringContaining("cut short") });
  });

  it("takes crash and hang of an end as results of the exchange", async () => {
    const crashing = manifest({ name: "crashing", command: fakeCommand("shim.mjs", "exits-when-marked") });
    const { code } = await cli(["matrix", "--attester", crashing, "--relying-party", "reference", "--only", "interop/authenticates"]);
    expect([0, 1]).toContain(code);
  });

  it.each([
    [["--iut", "no-such-folder"], /no-such-folder: no such file or folder/],
    [["--iut", "reference", "--only", "interop/atests"], /no exchange matches; did you mean interop\/attests/],
    [["--attester", "reference"], /needs an attester and a relying party/],
    [["--iut", "reference", "--published", "no-such-file"], /no-such-file/],
    [["--iut", "reference", "--out", "/dev/null/x"], /--out/],
  ] as const)("%j is a mistake of the call", async (args, message) => {
    expect(await cli(["matrix", ...args])).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(message) });
  });

  it("refuses two implementations of one name", async () => {
    const { code, stderr } = await cli([
      "matrix",
      "--iut",
      broken("attester/frame/finished-twice"),
      "--iut",
      broken("attester/frame/in-record"),
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('both called "broken"');
  });
});

describe("a matrix that is read", () => {
  const text = async () => {
    const folder = temporaryFolder();
    await cli(["matrix", "--iut", "reference", "--only", "interop/authenticates", "--out", folder]);
    expect(existsSync(join(folder, "matrix.jsonl"))).toBe(true);
    return readFileSync(join(folder, "matrix.jsonl"), "utf8").trimEnd().split("\n");
  };

  it("is refused where it lost a line, holds one twice, is of another version or has members that nobody knows", async () => {
    const lines = await text();
    const read = (these: readonly string[]) => () => parseMatrix(`${these.join("\n")}\n`, "m.jsonl");
    expect(read(lines)().results).toHaveLength(6);
    expect(read(lines.slice(0, -1))().footer).toBeUndefined();
    expect(read(lines.toSpliced(1, 1))).toThrow(/the footer does not fit/);
    expect(read(lines.toSpliced(1, 0, lines[1] ?? ""))).toThrow(/a second result/);
    expect(read(lines.slice(1))).toThrow(/expected the header/);
    expect(read(lines.with(0, (lines[0] ?? "").replace('"format":1', '"format":2')))).toThrow(/m\.jsonl:1: format/);
    expect(read(lines.with(1, (lines[1] ?? "").replace('"detail"', '"surprise":1,"detail"')))).toThrow(/m\.jsonl:2: .*surprise/);
    expect(read([...lines, lines[1] ?? ""])).toThrow(/after the footer/);
  });
});
