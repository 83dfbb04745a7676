/** Codes of JSON-RPC errors. */
export const RpcCode = {
  parseError: -32700,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  unsupported: -32001,
} as const;

/** An error in the sense of JSON-RPC: not a decision of the implementation. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  constructor(
    readonly code: number,
    message: string,
    readonly feature?: string,
  ) {
    super(message);
  }

  /** All of it, for people. */
  describe(): string {
    return `the shim answered with error ${this.code}${this.feature === undefined ? "" : ` (${this.feature})`}: ${this.message}`;
  }
}
