import { describe, expect, it } from "vitest";
import { appraise } from "./appraise.ts";
import { readRecordings } from "./read.ts";

const connection = { cipherSuite: "TLS_AES_128_GCM_SHA256" };
const right = { kind: "authenticator", inputs: { connection, sender: "server", request: null }, output: { authenticator: "14000000" } };

describe("a recording that is wrong", () => {
  it.each<[string, unknown, string, RegExp, RegExp]>([
    ["is no object", [], "", /an object/, /\[\]/],
    ["has no kind", { ...right, kind: undefined }, "kind", /one of exporter, .*exchange/, /nothing/],
    ["has another kind", { ...right, kind: "authenticators" }, "kind", /one of/, /"authenticators"/],
    ["has odd hex", { ...right, output: { authenticator: "140" } }, "output.authenticator", /hexadecimal of even length/, /"140"/],
    ["has hex of capitals", { ...right, output: { authenticator: "1A" } }, "output.authenticator", /lower-case/, /"1A"/],
    ["lacks a member", { ...right, inputs: { connection, request: null } }, "inputs.sender", /client.*server/, /nothing/],
    [
      "has a member under another name",
      { ...right, inputs: { ...right.inputs, conection: connection } },
      "inputs.conection",
      /no such member \(did you mean connection\?\)/,
      /cipherSuite/,
    ],
    ["has a member that nobody knows", { ...right, zzzzzz: 1 }, "zzzzzz", /^no such member$/, /1/],
    ["has a wrong type", { ...right, inputs: { ...right.inputs, request: 5 } }, "inputs.request", /string/, /5/],
    [
      "has a secret and exported values",
      { ...right, inputs: { ...right.inputs, connection: { ...connection, exporterMasterSecret: "00", finishedKey: "00" } } },
      "inputs.connection",
      /exporterMasterSecret, or exported values/,
      /finishedKey/,
    ],
  ])("because it %s is told the place, what was expected and what was found", (_, json, path, expected, found) => {
    const { recordings, problems } = readRecordings(JSON.stringify(json));
    expect(recordings).toEqual([]);
    expect(problems).toMatchObject([{ path, expected: expect.stringMatching(expected), found: expect.stringMatching(found) }]);
  });

  it("because it is no JSON is told so", () => expect(readRecordings("{").problems).toMatchObject([{ path: "", expected: "JSON" }]));

  it("does not keep the other vectors of its file from being read", () => {
    const { inputs, output, kind } = right;
    const vectors = [{ id: "a", output }, { id: "b", output: { authenticator: 1 } }, 7, { id: "c", output }];
    const { recordings, problems } = readRecordings(JSON.stringify({ groups: [{ kind, inputs, vectors }, { kind }] }));
    expect(recordings.map(({ id }) => id)).toEqual(["a", "c"]);
    expect(problems.map(({ path }) => path)).toEqual(["groups.0.vectors.1.output.authenticator", "groups.0.vectors.2", "groups.1.vectors"]);
  });

  it("because the id is not in the file is told which are", () => {
    const { inputs, output, kind } = right;
    const text = JSON.stringify({ groups: [{ kind, inputs, vectors: [{ id: "a/b", output }] }] });
    expect(readRecordings(text, "a/c").problems).toEqual([{ path: "groups", expected: "a vector a/c", found: "a/b" }]);
    expect(readRecordings(text, "a/b").recordings).toHaveLength(1);
  });
});

it("an exported value of the wrong length is bad input, and the other steps are judged", () => {
  const inputs = { sender: "server", connection: { ...connection, handshakeContext: "00", finishedKey: "00" }, request: emptyRequest };
  const { recordings } = readRecordings(JSON.stringify({ kind: "empty", inputs, output: { authenticator: `14000020${"00".repeat(32)}` } }));
  const [recording] = recordings;
  if (recording === undefined) throw new Error("there is no recording");
  const { problems, steps } = appraise(recording, new Date(0));
  expect(problems).toMatchObject([{ found: expect.stringContaining("expected 32 bytes") }]);
  expect(steps.map(({ outcome }) => outcome)).toEqual(["passed", "blocked"]);
});

// ClientCertificateRequest with a context of one byte and signature_algorithms.
const emptyRequest = "1100000c01aa0008000d000400020403";
