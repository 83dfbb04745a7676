import { afterEach, describe, expect, it } from "vitest";
import { defaultProfile } from "../attestation/profile.ts";
import { fakeCommand, temporaryFolder } from "../testing/cli.ts";
import { IutFailure } from "./control.ts";
import { Shim } from "./shim.ts";

const started: Shim[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((shim) => shim.stop()));
});

function shim(fault: string, timeoutMs = 10_000, command = fakeCommand("broken.mjs", fault)): Shim {
  const made = new Shim({ command, cwd: temporaryFolder(), timeoutMs });
  started.push(made);
  return made;
}

// The fakes answer an `export` with the name of the channel, in hexadecimal.
const names = ["c1", "c2", "c3", "c4", "c5"];
const ask = (iut: Shim, channel: string, timeoutMs?: number) =>
  iut
    .call("export", { channel, label: "x", context: new Uint8Array(0), length: 1 }, timeoutMs)
    .then(({ value }) => Buffer.from(value).toString("hex"));
const kindOf = (error: unknown) => (error instanceof IutFailure ? error.kind : error);

describe("calls of a shim", () => {
  it("are matched by their ids, in whatever order the answers come", async () => {
    const iut = shim("reversed");
    const order: string[] = [];
    const answers = names.map((name) => ask(iut, name).finally(() => order.push(name)));
    expect(await Promise.all(answers)).toEqual(names);
    expect(order).toEqual([...names].reverse());
  });

  it("that came too late are no answers to later calls", async () => {
    const iut = shim("late");
    await expect(ask(iut, "c1", 300)).rejects.toMatchObject({
      kind: "hang",
      message: expect.stringMatching(/no answer to "export" within 300 ms$/),
    });
    const second = await ask(iut, "c2").catch(kindOf);
    expect(second).not.toBe("c1");
    expect(second).toBe("hang");
  });

  it("answered twice are a violation", async () => {
    const iut = shim("twice");
    expect(await ask(iut, "c1")).toBe("c1");
    expect(await ask(iut, "c2").catch(kindOf)).toBe("protocol");
  });

  it("under way when it ends are all given back, and later ones too", async () => {
    const iut = shim("", 10_000, [process.execPath, "-e", "process.stdin.once('data', () => process.exit(5))"]);
    const kinds = await Promise.all(names.map((name) => ask(iut, name).catch(kindOf)));
    expect(kinds).toEqual(names.map(() => "exit"));
    await expect(ask(iut, "c6")).rejects.toThrow(/ended with exit code 5/);
  });

  it("are given back where it is killed", async () => {
    const iut = shim("", 10_000, [process.execPath, "-e", "process.kill(process.pid, 'SIGKILL')"]);
    await expect(ask(iut, "c1")).rejects.toThrow(/ended by SIGKILL/);
  });

  it("of one that does not exist", async () => {
    const iut = shim("", 10_000, ["./nowhere"]);
    await expect(iut.call("hello", { protocol: 1, profile: defaultProfile })).rejects.toMatchObject({ kind: "start" });
  });
});

describe("the end of a shim", () => {
  it("is found where the program ignores bye, the end of its input and SIGTERM", async () => {
    const code = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6); process.stderr.write('ready')";
    const iut = shim("", 10_000, [process.execPath, "-e", code]);
    await iut.stop();
    await expect(ask(iut, "c1")).rejects.toBeInstanceOf(IutFailure);
  });

  it("may be asked for twice", async () => {
    const iut = shim("silent", 100);
    await expect(ask(iut, "c1")).rejects.toMatchObject({ kind: "hang" });
    await Promise.all([iut.stop(), iut.stop()]);
  });

  it("leaves the tail of stderr", async () => {
    const iut = shim("exits");
    await expect(ask(iut, "c1")).rejects.toMatchObject({ kind: "exit" });
    expect(iut.diagnostics()).toBe("reading the licence\nno licence found");
  });
});
