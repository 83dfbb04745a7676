import { describe, expect, it } from "vitest";
import { defaultProfile } from "../attestation/profile.ts";
import { IutFailure } from "../iut/control.ts";
import { cli, fakeCommand, fakeShim, manifest, runReported } from "../testing/cli.ts";
import { resolveSubject } from "./subject.ts";

const EMPTY = "rfc9261/5-validate/accepts-empty-context[client]";

describe("a shim that cannot be started is named with its manifest, its command and its last words", () => {
  it.each([
    ["is missing", ["./no-such-shim", "--fast"], /iut\.yaml: the shim "\.\/no-such-shim --fast" cannot be started in .*: no such program$/],
    [
      "ends at once",
      fakeCommand("broken.mjs", "exits"),
      /broken\.mjs exits" ended with exit code 3; its last words on stderr: reading the licence \| no licence found$/,
    ],
    [
      "prints what is no JSON",
      fakeCommand("broken.mjs", "no-json"),
      /broken\.mjs no-json": expected a JSON-RPC response.*no JSON: Welcome to Acme TLS 4\.2$/,
    ],
    ["prints JSON that is no response", fakeCommand("broken.mjs", "no-response"), /no JSON-RPC response: {"hello": "world"}$/],
    ["answers with another id", fakeCommand("broken.mjs", "wrong-id"), /an answer with the id 1001, which nothing waits for/],
    ["answers with an id below all", fakeCommand("broken.mjs", "id-zero"), /an answer with the id 0, which nothing waits for/],
    ["answers with a text for an id", fakeCommand("broken.mjs", "id-text"), /an answer with the id "1"/],
    [
      "says hello with half of it",
      fakeCommand("broken.mjs", "no-hello"),
      /the result of "hello" does not fit the protocol:[^]*protocol[^]*supports/,
    ],
    [
      "declares positions that are none",
      fakeCommand("shim.mjs", "positions-nonsense"),
      /"hello" does not fit the protocol:[^]*supports\.positions/,
    ],
    ["speaks another protocol", fakeCommand("shim.mjs", "protocol-2"), /iut\.yaml: "hello": expected protocol 1, found 2$/],
    [
      "cannot serve the profile",
      fakeCommand("shim.mjs", "profile-unsupported"),
      /iut\.yaml: "hello": .*-32001 \(exporterLabel\): no such profile$/,
    ],
  ])("%s", async (_, command, says) => {
    const { start } = resolveSubject({ iut: manifest({ name: "fake", command }), timeout: 10_000, build: false }, defaultProfile);
    const error = await start().then(
      () => new Error("it was started"),
      (reason: Error) => reason,
    );
    expect(error).toBeInstanceOf(IutFailure);
    expect(error.message).toMatch(says);
  });
});

describe.concurrent("the program", () => {
  it.each([
    [
      "is missing",
      ["./no-such-shim"],
      10_000,
      /^expat-conformance: \S+iut\.yaml: the shim "\.\/no-such-shim" cannot be started in .*: no such program\n$/,
    ],
    [
      "ends at once",
      fakeCommand("broken.mjs", "exits"),
      // Longer than a busy machine takes to start a process: what is asked for is its end, not a hang.
      10_000,
      /^expat-conformance: .*its last words on stderr: reading the licence \| no licence found\n$/,
    ],
    [
      "never answers",
      fakeCommand("broken.mjs", "silent"),
      300,
      /^expat-conformance: .*broken\.mjs silent": no answer to "hello" within 300 ms\n$/,
    ],
  ])("says of a shim that it %s, exit code 2", async (_, command, timeout, says) => {
    const iut = manifest({ name: "fake", command });
    const { code, stderr } = await cli(["run", "--iut", iut, "--timeout", String(timeout), "--only", EMPTY]);
    expect(stderr).toMatch(says);
    expect(code).toBe(2);
  });

  it("executed nothing where a shim declares no position, exit code 3", async () => {
    const { code, report } = await runReported(["--iut", fakeShim("no-positions"), "--only", EMPTY]);
    expect(report.results.map(({ outcome, detail }) => [outcome, detail])).toEqual([["unsupported", "position relying-party/client"]]);
    expect(code).toBe(3);
  });
});
