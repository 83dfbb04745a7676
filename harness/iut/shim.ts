import { z } from "zod";
import { CALL_TIMEOUT_MS, type IutControl, IutFailure } from "./control.ts";
import { Program } from "./program.ts";
import { type Method, methods, type Params, type Result } from "./protocol.ts";
import { RpcCode, RpcError } from "./rpc-error.ts";

const responseSchema = z.object({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.number(), z.string(), z.null()]),
  result: z.unknown().optional(),
  error: z
    .object({
      code: z.number(),
      message: z.string().default(""),
      data: z.object({ feature: z.string().optional() }).optional().catch(undefined),
    })
    .optional(),
});

/** How a shim is started. */
export interface ShimCommand {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Deadline for one answer; default 10 s. */
  readonly timeoutMs?: number | undefined;
}

const LINE_LIMIT = 4 << 20;
const STOP_TIMEOUT_MS = 2000;

/** A shim as a child process: JSON-RPC 2.0, one object a line, on its stdin and stdout (docs/iut-protocol.md). */
export class Shim implements IutControl {
  readonly #program: Program;
  /** For messages. */
  readonly #name: string;
  readonly #pending = new Map<number, { method: Method; resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  readonly #timeoutMs: number;
  #nextId = 1;
  #line = "";
  #failure: IutFailure | undefined;

  constructor({ command, cwd, environment, timeoutMs = CALL_TIMEOUT_MS }: ShimCommand) {
    this.#timeoutMs = timeoutMs;
    this.#program = new Program({ command, cwd, environment, stdin: "pipe" });
    this.#name = `the shim ${this.#program.name}`;
    void this.#program.ended.then(({ started, reason }) => {
      const failure = started ? `${this.#name} ${reason}` : `${this.#name} cannot be started in ${cwd}: ${reason}`;
      this.#fail(new IutFailure(started ? "exit" : "start", failure));
    });
    const { stdin, stdout } = this.#program.child;
    stdin?.on("error", () => undefined);
    stdout?.setEncoding("utf8").on("data", (text: string) => this.#read(text));
  }

  async call<M extends Method>(method: M, params: Params<M>, timeoutMs = this.#timeoutMs): Promise<Result<M>> {
    if (this.#failure) throw this.#failure;
    const encoded = z.encode(methods[method].params as z.ZodType, params);
    const id = this.#nextId++;
    const answer = new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => {
        // It is not asked again: what follows would only wait for the same, and a late answer must not be taken for another's.
        this.#fail(new IutFailure("hang", `${this.#name}: no answer to "${method}" within ${timeoutMs} ms`));
      }, timeoutMs);
      const settle =
        <A>(then: (value: A) => void) =>
        (value: A) => {
          clearTimeout(timer);
          this.#pending.delete(id);
          then(value);
        };
      this.#pending.set(id, { method, resolve: settle(resolve), reject: settle(reject) });
    });
    this.#program.child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params: encoded })}\n`);
    const result = methods[method].result.safeParse(await answer);
    if (!result.success) {
      throw new IutFailure(
        "protocol",
        `${this.#name}: the result of "${method}" does not fit the protocol: ${z.prettifyError(result.error)}`,
      );
    }
    return result.data as Result<M>;
  }

  async stop(): Promise<void> {
    if (!this.#failure) await this.call("bye", {}, STOP_TIMEOUT_MS).catch(() => undefined);
    this.#program.child.stdin?.end();
    // One that hangs would not hear of it.
    const timer = setTimeout(() => this.#program.kill(), this.#failure?.kind === "hang" ? 0 : STOP_TIMEOUT_MS);
    await this.#program.ended;
    clearTimeout(timer);
    this.#program.kill();
  }

  diagnostics(): string {
    return this.#program.diagnostics();
  }

  #read(text: string): void {
    this.#line += text;
    for (let end = this.#line.indexOf("\n"); end >= 0; end = this.#line.indexOf("\n")) {
      const line = this.#line.slice(0, end).trim();
      this.#line = this.#line.slice(end + 1);
      if (line !== "") this.#answer(line);
    }
    if (this.#line.length > LINE_LIMIT) this.#violation(`a line of more than ${LINE_LIMIT >> 20} MiB`, this.#line);
  }

  #answer(line: string): void {
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch {
      this.#violation("a line that is no JSON", line);
      return;
    }
    const response = responseSchema.safeParse(json);
    if (!response.success) {
      this.#violation("a line that is no JSON-RPC response", line);
      return;
    }
    const { id, result, error } = response.data;
    const pending = typeof id === "number" ? this.#pending.get(id) : undefined;
    if (pending === undefined) {
      // After a failure, an answer that comes too late is of no interest.
      if (!this.#failure) this.#violation(`an answer with the id ${JSON.stringify(id)}, which nothing waits for`, line);
      return;
    }
    if (error === undefined) {
      pending.resolve(result);
      return;
    }
    const feature = error.data?.feature ?? (error.code === RpcCode.methodNotFound ? pending.method : undefined);
    pending.reject(new RpcError(error.code, error.message, feature));
  }

  #violation(what: string, line: string): void {
    this.#fail(
      new IutFailure("protocol", `${this.#name}: expected a JSON-RPC response on a line of its own, found ${what}: ${line.slice(0, 120)}`),
    );
    this.#program.kill();
  }

  #fail(failure: IutFailure): void {
    this.#failure ??= failure;
    for (const pending of [...this.#pending.values()]) pending.reject(this.#failure);
  }
}
