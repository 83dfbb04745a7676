import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { defaultProfile } from "../attestation/profile.ts";
import { Reference } from "./reference.ts";
import { serve } from "./serve.ts";

/** The reference as a shim in this process; `ask` sends a line and gives the next answer. */
function served() {
  const input = new PassThrough();
  const output = new PassThrough();
  const ended = serve(new Reference(), input, output);
  const answers = createInterface({ input: output })[Symbol.asyncIterator]();
  const ask = async (line: string | object): Promise<unknown> => {
    input.write(`${typeof line === "string" ? line : JSON.stringify({ jsonrpc: "2.0", ...line })}\n`);
    const { value } = await answers.next();
    return JSON.parse(String(value));
  };
  return { input, ask, ended };
}

const hello = { id: 1, method: "hello", params: { protocol: 1, profile: defaultProfile } };

describe("the reference as a shim", () => {
  it("says hello, and goes when it is told to", async () => {
    const { ask, ended } = served();
    expect(await ask(hello)).toMatchObject({ jsonrpc: "2.0", id: 1, result: { protocol: 1, name: "reference" } });
    expect(await ask({ id: "last", method: "bye", params: {} })).toEqual({ jsonrpc: "2.0", id: "last", result: {} });
    await ended;
  });

  it("goes at the end of its input", async () => {
    const { input, ask, ended } = served();
    await ask(hello);
    input.end();
    await ended;
  });

  it("ignores empty lines and members that it does not know", async () => {
    const { input, ask } = served();
    input.write("\n  \n");
    expect(await ask({ ...hello, extra: 1, params: { ...hello.params, extra: 1 } })).toMatchObject({ result: { protocol: 1 } });
  });

  it.each([
    ["a line that is no JSON", "hello", { id: null, error: { code: -32700 } }],
    ["JSON that is no request", '{"id":1}', { id: null, error: { code: -32700 } }],
    ["a method that it does not know", { id: 2, method: "dance", params: {} }, { id: 2, error: { code: -32601 } }],
    ["the name of a property of every object", { id: 3, method: "constructor", params: {} }, { id: 3, error: { code: -32601 } }],
    ["a parameter that is missing", { id: 4, method: "close", params: {} }, { id: 4, error: { code: -32602 } }],
    [
      "bytes that are not hexadecimal",
      { id: 5, method: "send", params: { channel: "c1", data: "0G" } },
      { id: 5, error: { code: -32602 } },
    ],
    ["bytes in capitals", { id: 6, method: "send", params: { channel: "c1", data: "AB" } }, { id: 6, error: { code: -32602 } }],
    [
      "a channel that is not there",
      { id: 7, method: "export", params: { channel: "c9", label: "x", context: "", length: 32 } },
      { id: 7, error: { code: -32602 } },
    ],
    [
      "another protocol",
      { ...hello, params: { ...hello.params, protocol: 2 } },
      { id: 1, error: { code: -32001, data: { feature: "protocol" } } },
    ],
  ])("answers %s with an error", async (_, line, answer) => {
    expect(await served().ask(line)).toMatchObject({ jsonrpc: "2.0", ...answer });
  });

  it("refuses, and reports no error, where it cannot connect", async () => {
    const { ask } = served();
    const params = {
      channel: "c1",
      side: "client",
      address: { host: "127.0.0.1", port: 1 },
      cipherSuites: ["TLS_AES_128_GCM_SHA256"],
      serverName: "localhost",
      trust: [],
    };
    expect(await ask({ id: 1, method: "open", params })).toMatchObject({
      id: 1,
      result: { refused: { detail: expect.stringMatching(/REFUSED/) } },
    });
  });

  it("finds no context in what is no message", async () => {
    expect(await served().ask({ id: 1, method: "context", params: { request: "00" } })).toMatchObject({
      result: { refused: { code: "malformed" } },
    });
  });
});
