import type { Method, Params, Result } from "./protocol.ts";

/** An implementation under test behind the control protocol, however it is reached. */
export interface IutControl {
  /**
   * Calls one method. Throws RpcError where the answer is a JSON-RPC error, IutFailure where no valid answer comes within `timeoutMs`
   * (default 10 s, as docs/iut-protocol.md says).
   */
  call<M extends Method>(method: M, params: Params<M>, timeoutMs?: number): Promise<Result<M>>;
  /** Ends the implementation; resolves when nothing of it is left. Safe to call twice. */
  stop(): Promise<void>;
  /** The tail of what it wrote to stderr, to be shown beside a failure. */
  diagnostics(): string;
}

/** Adds to an error, for people, the last of what the implementation wrote to stderr; returns the error. */
export function withLastWords(error: unknown, diagnostics: string): unknown {
  if (diagnostics !== "" && error instanceof Error) {
    error.message += `; its last words on stderr: ${diagnostics.split("\n").slice(-3).join(" | ").slice(-400)}`;
  }
  return error;
}

export const CALL_TIMEOUT_MS = 10_000;

/**
 * How an implementation failed to answer: `hang`, no answer in time; `exit`, it ended or cannot be started; `protocol`, it answered with
 * what the control protocol does not know.
 */
export class IutFailure extends Error {
  override readonly name = "IutFailure";
  constructor(
    readonly kind: "hang" | "exit" | "protocol" | "start",
    message: string,
  ) {
    super(message);
  }
}
