import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { orderFaults } from "./order-faults.mjs";

/**
 * The faults of shim.mjs. `begin` comes before everything; `swallows` decides that a request is never answered; `asked` sees a request
 * before it is served; `answers` gives another answer in place of the right one; `answered` comes behind it.
 */

const MEBIBYTE = 1 << 20;

// Of the checks that the tests select, only rfc9261/5-validate/accepts-empty-context asks with a context of length zero.
const isMarked = ({ method, params }) => method === "request" && params.context === "";

const onHello =
  (alter) =>
  (answer, { method }) =>
    method === "hello" ? { ...answer, result: alter(answer.result) } : answer;
const declaring = (supports) => onHello((hello) => ({ ...hello, supports: { ...hello.supports, ...supports } }));
const error = ({ id }, code, message, data) => ({ jsonrpc: "2.0", id, error: { code, message, data } });
const end = (code, words) => {
  process.stderr.write(`${words}\n`, () => process.exit(code));
};

function flip(hex) {
  const last = Number.parseInt(hex.slice(-1), 16) ^ 1;
  return hex.slice(0, -1) + last.toString(16);
}

// What it was handed last on a channel, to be handed back.
const handed = new Map();

export const faults = {
  none: {},
  ...orderFaults,

  // Ends.
  "exits-after-hello": { answered: ({ method }) => method === "hello" && end(4, "out of luck") },
  "exits-when-marked": {
    swallows(request) {
      if (isMarked(request)) end(7, "segmentation fault, nearly");
      return isMarked(request);
    },
  },

  "accepts-every-recording": {
    answers: (answer, { method }) =>
      method === "appraise" ? { ...answer, result: { accepted: { context: "", chain: [], attested: false } } } : answer,
  },

  // Says what is no answer.
  "no-json-when-marked": {
    asked(request, print) {
      if (isMarked(request)) print("DEBUG: a request\n");
    },
    begin: () => process.stderr.write("debugging is on\n"),
  },
  "wrong-id-when-marked": { answers: (answer, request) => (isMarked(request) ? { ...answer, id: answer.id + 1000 } : answer) },
  "no-result-when-marked": { answers: (answer, request) => (isMarked(request) ? { ...answer, result: { request: "0G" } } : answer) },
  "line-of-1-mib": { answers: (answer) => ({ ...answer, padding: "x".repeat(MEBIBYTE - 20_000) }) },
  "line-of-5-mib": {
    asked(request, print) {
      if (isMarked(request)) print("x".repeat(5 * MEBIBYTE));
    },
  },
  "floods-stderr": {
    async begin() {
      const words = "all work and no play\n".repeat(MEBIBYTE / 21);
      for (let written = 0; written < 50; written++) {
        if (!process.stderr.write(words)) await once(process.stderr, "drain");
      }
    },
  },

  // Says nothing.
  "hangs-when-marked": { swallows: isMarked },
  "hangs-in-validate": { swallows: ({ method }) => method === "validate" },
  "hangs-and-stays": { swallows: (request) => isMarked(request) || request.method === "bye", stays: true, begin: keepAlive },
  "leaves-a-child": {
    async begin() {
      const grandchild = spawn(process.execPath, [fileURLToPath(new URL("grandchild.mjs", import.meta.url))], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(grandchild.stdout, "data");
    },
  },

  // Declares what is not so.
  "positions-nonsense": { answers: declaring({ positions: ["attester/moon"] }) },
  "no-positions": { answers: declaring({ positions: [] }) },
  "protocol-2": { answers: onHello((hello) => ({ ...hello, protocol: 2 })) },
  "profile-unsupported": {
    answers: (answer, { method }) => (method === "hello" ? error(answer, -32001, "no such profile", { feature: "exporterLabel" }) : answer),
  },
  "spontaneous-unsupported": {
    answers(answer, { method, params }) {
      return method === "authenticate" && params.request === null ? error(answer, -32001, "not here", { feature: "spontaneous" }) : answer;
    },
  },
  "validate-unknown": { answers: (answer, { method }) => (method === "validate" ? error(answer, -32601, "what?") : answer) },

  // Decides wrongly, or not at all.
  "error-for-refusal": {
    answers(answer, { method }) {
      return method === "validate" && answer.result.refused ? error(answer, -32603, "index out of range") : answer;
    },
  },
  "accepts-everything": {
    answers(answer, { method }) {
      const accepted = { context: "", chain: [], attested: false };
      return method === "validate" && answer.result.refused ? { ...answer, result: { accepted } } : answer;
    },
  },
  "refuses-everything": {
    answers(answer, { method }) {
      return ["validate", "authenticate", "request", "context"].includes(method)
        ? { ...answer, result: { refused: { code: "other" } } }
        : answer;
    },
  },
  "echoes-the-request": {
    answers(answer, { method, params }) {
      return method === "authenticate" && params.request ? { ...answer, result: { authenticator: params.request } } : answer;
    },
  },
  "echoes-the-authenticator": {
    answers(answer, { method, params }) {
      if (method === "validate") handed.set(params.channel, params.authenticator);
      const echo = handed.get(params.channel);
      return method === "authenticate" && echo ? { ...answer, result: { authenticator: echo } } : answer;
    },
  },
  // Sends back what it received, in place of what it is told to send.
  "echoes-the-channel": {
    asked(request) {
      const { method, params } = request;
      if (method === "send" && handed.has(params.channel)) params.data = handed.get(params.channel);
    },
    answers(answer, { method, params }) {
      if (method === "receive" && answer.result.data) handed.set(params.channel, answer.result.data);
      return answer;
    },
  },
  "wrong-export": {
    answers: (answer, { method }) => (method === "export" ? { ...answer, result: { value: flip(answer.result.value) } } : answer),
  },
};

function keepAlive() {
  process.on("SIGTERM", () => undefined);
  setInterval(() => undefined, 1 << 30);
}
