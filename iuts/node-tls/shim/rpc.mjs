// @ts-check
// JSON-RPC 2.0, one object a line (docs/iut-protocol.md, Transport).
import { Refusal } from "../authenticator/refusal.mjs";

/** @typedef {(params: unknown) => unknown} Method takes the parameters, and returns or resolves to the result */

/** An error in the sense of JSON-RPC: the shim cannot serve what was asked. */
export class RpcError extends Error {
  /**
   * @param {number} code
   * @param {string} message
   * @param {object} [data]
   */
  constructor(code, message, data) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** An option that is not served. @param {string} feature */
export const unsupported = (feature) => new RpcError(-32001, `${feature} is not supported`, { feature });

/**
 * Answers each line of the input until it ends, or until `bye` is answered.
 * @param {AsyncIterable<Buffer>} input
 * @param {(line: string) => void} write
 * @param {ReadonlyMap<string, Method>} methods
 */
export async function serve(input, write, methods) {
  for await (const line of lines(input)) {
    if (line.length === 0) continue;
    const { answer, last } = await answerTo(line, methods);
    write(`${JSON.stringify({ jsonrpc: "2.0", ...answer })}\n`);
    if (last) return;
  }
}

/**
 * Lines of any length. readline is not used: it ends a line also at U+2028, which may stand in JSON.
 * @param {AsyncIterable<Buffer>} input
 */
async function* lines(input) {
  /** @type {Buffer[]} */
  let parts = [];
  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      yield Buffer.concat([...parts, chunk.subarray(start, end)]);
      parts = [];
      start = end + 1;
    }
    if (start < chunk.length) parts.push(chunk.subarray(start));
  }
}

/**
 * @param {Buffer} line
 * @param {ReadonlyMap<string, Method>} methods
 */
async function answerTo(line, methods) {
  let id = null;
  try {
    const request = parse(line);
    if (typeof request !== "object" || request === null || !("method" in request) || typeof request.method !== "string") {
      throw new RpcError(-32600, "no request of JSON-RPC");
    }
    if ("id" in request && (typeof request.id === "number" || typeof request.id === "string")) id = request.id;
    const method = methods.get(request.method);
    if (method === undefined) throw new RpcError(-32601, `no method "${request.method}"`);
    const result = await method("params" in request ? request.params : {});
    return { answer: { id, result }, last: request.method === "bye" };
  } catch (error) {
    if (error instanceof Refusal) return { answer: { id, result: { refused: { code: error.code, detail: error.message } } }, last: false };
    return { answer: { id, error: asRpcError(error) }, last: false };
  }
}

/** @param {Buffer} line @returns {unknown} */
function parse(line) {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(line));
  } catch {
    throw new RpcError(-32700, "the line is no JSON");
  }
}

/** @param {unknown} error */
function asRpcError(error) {
  if (error instanceof RpcError) return { code: error.code, message: error.message, ...(error.data && { data: error.data }) };
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  return { code: -32603, message: error instanceof Error ? error.message : String(error) };
}
