import { createInterface } from "node:readline";
import { z } from "zod";
import type { IutControl } from "../iut/control.ts";
import { type Method, methods, type Params } from "../iut/protocol.ts";
import { RpcCode, RpcError } from "../iut/rpc-error.ts";

const requestSchema = z.object({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.number(), z.string()]),
  method: z.string(),
  params: z.unknown(),
});

/**
 * Serves `iut` as a shim: JSON-RPC lines from `input`, answers on `output`, until `bye` or the end of input.
 * This is how the reference is started as a program, and an example of what a shim has to do.
 */
export async function serve(iut: IutControl, input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Promise<void> {
  const reply = (message: object) => output.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  for await (const line of createInterface({ input })) {
    if (line.trim() === "") continue;
    const request = parse(line);
    if (request === undefined) {
      reply({ id: null, error: { code: RpcCode.parseError, message: "expected one JSON-RPC request on a line" } });
      continue;
    }
    // Not awaited: up to `concurrency` requests are answered side by side, in any order.
    const answered = answer(iut, request.method, request.params).then(
      (result) => reply({ id: request.id, result }),
      (error: Error) => reply({ id: request.id, error: rpcError(error) }),
    );
    if (request.method === "bye") {
      await answered;
      break;
    }
  }
  await iut.stop();
}

async function answer(iut: IutControl, name: string, json: unknown): Promise<unknown> {
  if (!Object.hasOwn(methods, name)) throw new RpcError(RpcCode.methodNotFound, `no method "${name}"`);
  const method = name as Method;
  const params = methods[method].params.safeParse(json ?? {});
  if (!params.success) throw new RpcError(RpcCode.invalidParams, z.prettifyError(params.error));
  const result = await iut.call(method, params.data as Params<Method>);
  return z.encode(methods[method].result as z.ZodType, result);
}

function rpcError(error: Error): object {
  if (!(error instanceof RpcError)) return { code: RpcCode.internal, message: error.message };
  return { code: error.code, message: error.message, ...(error.feature !== undefined && { data: { feature: error.feature } }) };
}

function parse(line: string): z.infer<typeof requestSchema> | undefined {
  try {
    const request = requestSchema.safeParse(JSON.parse(line));
    return request.success ? request.data : undefined;
  } catch {
    return undefined;
  }
}
