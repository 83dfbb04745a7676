import { describe, expect, it } from "vitest";
import { cli, fakeCommand, fakeShim, manifest } from "../testing/cli.ts";

describe.concurrent("doctor", () => {
  it("finds all well with the reference served as a shim", async () => {
    const { code, stdout, processes } = await cli(["doctor", "--iut", fakeShim("none")]);
    expect(stdout).toMatch(/^ok +hello: reference/);
    expect(
      stdout.match(/^ok +(attester|relying-party)\/(client|server) with TLS_\S+: connected, bytes go both ways, exporter values agree$/gm),
    ).toHaveLength(12);
    expect(stdout).toMatch(/\nall well\n$/);
    expect({ code, processes }).toEqual({ code: 0, processes: 1 });
  });

  it("tells an exporter value that is wrong from a shim that is broken", async () => {
    const { code, stdout } = await cli(["doctor", "--iut", fakeShim("wrong-export")]);
    expect(stdout).toMatch(
      /^WRONG +attester\/server with TLS_AES_128_GCM_SHA256: the exporter value differs: expected ([0-9a-f]{64}), found (?!\1)[0-9a-f]{64}/m,
    );
    expect(stdout).not.toMatch(/BROKEN/);
    expect(code).toBe(1);
  });

  it.each([
    ["is missing", ["./no-such-shim"], /BROKEN +start and hello: .*"\.\/no-such-shim" cannot be started in .*no such program/],
    ["ends at once", fakeCommand("broken.mjs", "exits"), /exit code 3; its last words on stderr: reading the licence \| no licence found/],
    ["cannot serve the profile", fakeCommand("shim.mjs", "profile-unsupported"), /error -32001 \(exporterLabel\): no such profile/],
    ["declares no position", fakeCommand("shim.mjs", "no-positions"), /BROKEN +positions: hello declares no position/],
  ])("says that a shim is broken that %s", async (_, command, says) => {
    const { code, stdout } = await cli(["doctor", "--iut", manifest({ name: "fake", command })]);
    expect(stdout).toMatch(says);
    expect(stdout).toMatch(/the shim is broken\n$/);
    expect(code).toBe(2);
  });
});
