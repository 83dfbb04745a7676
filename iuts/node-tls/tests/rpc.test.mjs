// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeMethods } from "../shim/methods.mjs";
import { serve } from "../shim/rpc.mjs";

/** @param {(string | Buffer)[]} chunks @returns {Promise<any[]>} the answers */
async function ask(...chunks) {
  /** @type {any[]} */
  const answers = [];
  async function* input() {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  await serve(input(), (line) => answers.push(JSON.parse(line)), makeMethods());
  return answers;
}

/** @param {string} method @param {unknown} params */
const line = (method, params, id = 1) => `${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`;

test("a line that is no request gets the error of its kind, and the next one is answered", async () => {
  const answers = await ask(
    "{\n",
    Buffer.from([0x22, 0xff, 0x22, 0x0a]),
    "[]\n",
    '"x"\n',
    line("nothing", {}),
    line("constructor", {}),
    line("bye", {}, 7),
  );
  assert.deepEqual(
    answers.map(({ error }) => error?.code),
    [-32700, -32700, -32600, -32600, -32601, -32601, undefined],
  );
  assert.deepEqual(answers.at(-1), { jsonrpc: "2.0", id: 7, result: {} });
});

test("nothing is answered behind bye", async () => {
  assert.equal((await ask(line("bye", {}) + line("bye", {}))).length, 1);
});

test("lines may be long, come in pieces, and hold U+2028", async () => {
  const long = line("context", { request: "00".repeat(500_000), "\u2028": "\u2028" });
  const [answer] = await ask(long.slice(0, 70_000), long.slice(70_000, -1), "\n");
  assert.equal(answer.result.refused.code, "malformed");
});

for (const [method, params] of /** @type {[string, unknown][]} */ ([
  ["hello", {}],
  ["hello", []],
  ["request", { channel: "unknown", signatureSchemes: [1027] }],
  ["request", { channel: "__proto__", signatureSchemes: [1027] }],
  ["context", { request: "ABCD" }],
  ["context", { request: "abc" }],
  ["context", { request: 5 }],
  ["context", {}],
  ["open", { channel: "c", side: "neither", address: {}, cipherSuites: [], serverName: "", trust: [] }],
  ["open", { channel: "c", side: "client", address: { host: "127.0.0.1", port: 70_000 }, cipherSuites: [], serverName: "", trust: [] }],
])) {
  test(`${method} with ${JSON.stringify(params)} has wrong parameters`, async () => {
    const [answer] = await ask(line(method, params));
    assert.equal(answer.error.code, -32602);
  });
}

test("what is not served is named", async () => {
  const [answer] = await ask(line("hello", { protocol: 2 }));
  assert.equal(answer.error.code, -32001);
  assert.deepEqual(answer.error.data, { feature: "protocol 2" });
});

test("a port where nobody listens is a refusal", async () => {
  const params = {
    channel: "c",
    side: "client",
    address: { host: "127.0.0.1", port: 1 },
    cipherSuites: ["TLS_AES_128_GCM_SHA256"],
    serverName: "x",
    trust: [],
  };
  for (const side of ["client", "server"]) {
    const { certificate, key } = (await import("./published.mjs")).entity("handshake-p256");
    const identity = { chain: [certificate.toString("hex")], key: key.toString("hex") };
    const [answer] = await ask(line("open", { ...params, side, identity }));
    assert.equal(answer.result.refused.code, "other");
  }
});
