import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InputError } from "../input/input-error.ts";
import { cli, manifest, temporaryFolder } from "../testing/cli.ts";
import { readManifest } from "./manifest.ts";

function problemOf(text: string): string {
  const folder = manifest(text);
  try {
    readManifest(folder);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message.replace(folder, "F");
  }
  throw new Error("the manifest was taken");
}

describe("a manifest that is wrong is named with line and column", () => {
  it.each([
    ["a syntax error", "name: a\ncommand: [a\nbuild: x: y\n", /^F\/iut\.yaml:[23]:\d+: /],
    ["a key twice", "name: a\ncommand: [a]\nname: b\n", /^F\/iut\.yaml:3:1: .*unique/],
    ["an unknown field", "name: a\ncommand: [a]\ncomand: [b]\n", /^F\/iut\.yaml:3:\d+: comand: no such field$/],
    [
      "an unknown field below",
      "name: a\nendpoint:\n  position: attester/server\n  prot: 1\n  supports: {cipherSuites: [a], signatureSchemes: [1]}\n",
      /^F\/iut\.yaml:4:\d+: endpoint\.prot: no such field$/,
    ],
    ["neither command nor endpoint", "name: a\n", /^F\/iut\.yaml:1:1: .*expected `command` or `endpoint`/],
    ["a command that is no list", "name: a\ncommand: ./shim\n", /^F\/iut\.yaml:2:10: command: .*array/],
    ["an empty command", "name: a\ncommand: []\n", /^F\/iut\.yaml:2:10: command: /],
    ["an unknown carrier", "name: a\ncommand: [a]\ncarrier: pigeon\n", /^F\/iut\.yaml:3:10: carrier: .*"bare"/],
    [
      "a position that is none",
      "name: a\nendpoint:\n  position: attester/moon\n  supports: {cipherSuites: [a], signatureSchemes: [1]}\n",
      /^F\/iut\.yaml:3:13: endpoint\.position: /,
    ],
    [
      "a port that is none",
      "name: a\nendpoint:\n  position: attester/server\n  port: 70000\n  supports: {cipherSuites: [a], signatureSchemes: [1]}\n",
      /^F\/iut\.yaml:4:9: endpoint\.port: /,
    ],
    [
      "a relying party of which nobody knows when it accepts",
      "name: a\nendpoint:\n  position: relying-party/server\n  supports: {cipherSuites: [a], signatureSchemes: [1]}\n",
      /^F\/iut\.yaml:3:\d+: endpoint\.accepts: of a relying party/,
    ],
    ["an alias of nothing", "name: *a\ncommand: [a]\n", /^F\/iut\.yaml: .*alias/i],
    ["an empty file", "", /^F\/iut\.yaml:1:1: the file is empty/],
    ["a file that is no YAML", "{{{", /^F\/iut\.yaml:1:\d+: /],
    ["binary data", "\u0000\u0001{{{", /^F\/iut\.yaml: expected text in UTF-8, found binary data/],
  ])("%s", (_, text, says) => {
    expect(problemOf(text)).toMatch(says);
  });

  it("a folder without one, and no folder at all", () => {
    expect(() => readManifest(temporaryFolder())).toThrow(/iut\.yaml: no such file/);
    expect(() => readManifest(join(temporaryFolder(), "nowhere"))).toThrow(/nowhere: no such file or folder; --iut takes/);
  });
});

describe.concurrent("the program says so on stderr, exit code 2", () => {
  it.each(["run", "doctor"])("%s", async (command) => {
    const { code, stderr } = await cli([command, "--iut", manifest("name: a\ncomand: [b]\n")]);
    expect(stderr).toMatch(/^expat-conformance: \S*iut\.yaml:2:\d+: comand: no such field\n/);
    expect(code).toBe(2);
  });

  it("a build that fails", async () => {
    const { code, stderr } = await cli(["run", "--iut", manifest({ name: "a", build: "echo no compiler >&2; exit 9", command: ["true"] })]);
    expect(stderr).toMatch(/no compiler/);
    expect(stderr).toMatch(/iut\.yaml: building failed: "echo no compiler >&2; exit 9" ended with 9/);
    expect(code).toBe(2);
  });
});
