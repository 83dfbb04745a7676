import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadLibrary } from "../scenario/load.ts";
import { cli, temporaryFolder } from "../testing/cli.ts";

const folder = temporaryFolder();
function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const own = file("own.md", "# Spoons\n\nA spoon MUST be clean. Nobody minds forks.\n");

describe.concurrent("requirements drift", () => {
  it("names what vanished and what is new, with the checks that rest on it, and exits with 1", async () => {
    const { code, stdout, stderr } = await cli(["requirements", "drift", own, "--spec", "rfc9261", "--json"]);
    expect(stderr).toBe("");
    expect(code).toBe(1);
    const [only] = JSON.parse(stdout);
    expect(only).toMatchObject({ file: own, spec: "rfc9261", sentences: { kept: 0 } });
    const vanished = only.changes.filter(({ kind }: { kind: string }) => kind === "vanished");
    const hashed = [...loadLibrary().ledger.values()].filter(({ spec, sentence }) => spec === "rfc9261" && sentence);
    expect(new Set(vanished.flatMap(({ requirements }: { requirements: string[] }) => requirements))).toEqual(
      new Set(hashed.map(({ id }) => id)),
    );
    const transcript = vanished.find(({ requirements }: { requirements: string[] }) => requirements.includes("rfc9261-transcript"));
    expect(transcript.checks).toContain("rfc9261/5.2.2-certificate-verify/request-left-out");
    expect(only.changes.filter(({ kind }: { kind: string }) => kind === "new")).toEqual([
      { kind: "new", requirements: [], line: 3, section: "Spoons", sentence: "A spoon MUST be clean.", checks: [] },
    ]);
  });

  it("says the same to people", async () => {
    const { code, stdout } = await cli(["requirements", "drift", own, "--spec", "rfc9261"]);
    expect(stdout).toContain(`new       ${own}:3  (Spoons)\n    A spoon MUST be clean.\n    no entry of the ledger rests on it`);
    expect(stdout).toMatch(/0 of \d+ sentences unchanged; of the ledger 0 changed, \d+ vanished; 1 new normative sentences; \d+ checks/);
    expect(code).toBe(1);
  });

  it.each<[string, string, RegExp]>([
    ["a file that is not there", join(folder, "nothing.txt"), /nothing\.txt: no such file/],
    ["an empty file", file("empty.txt", " \n"), /empty\.txt: expected the text of a specification, found an empty file/],
    [
      "binary data",
      file("binary.txt", Uint8Array.of(65, 0, 66)),
      /binary\.txt: expected text in UTF-8, found binary data \(a zero byte at 1\)/,
    ],
    ["another encoding", file("latin1.txt", Uint8Array.of(65, 0xe9, 66)), /latin1\.txt: expected text in UTF-8/],
    ["XML", file("a.xml", '<?xml version="1.0"?>\n<rfc/>\n'), /a\.xml: expected kramdown source \(\.md\) or the rendered text/],
    ["a folder", folder, /expected a file, found a folder/],
    [
      "more than any specification holds",
      file("big.txt", "A word. ".repeat(300_000)),
      /big\.txt: expected at most 2000000 characters of text, found 2400000/,
    ],
    ["another text", own, /own\.md: is like none of the texts.*rfc9261 .*say which with --spec/],
  ])("does not take %s", async (_, path, says) => {
    const { code, stdout, stderr } = await cli(["requirements", "drift", path]);
    expect(stderr).toMatch(says);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  it("names the specifications where --spec is none of them", async () => {
    const { code, stderr } = await cli(["requirements", "drift", own, "--spec", "rfc9999"]);
    expect(stderr).toMatch(/--spec rfc9999: expected one of cmw, ear, eat, expat, rfc8446, rfc9261/);
    expect(code).toBe(2);
  });
});
