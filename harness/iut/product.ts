import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toPem } from "../authenticator/pem.ts";
import { CLAIMS } from "../pki/claims.ts";
import { pki, roots } from "../pki/test-pki.ts";
import type { Address } from "../tls/node-channel.ts";
import { type Bytes, toHex } from "../wire/bytes.ts";
import { IutFailure } from "./control.ts";
import { Program } from "./program.ts";

/** An endpoint's program: started, watched for the line that says that it is ready, ended with all that it started. */
export class Product {
  readonly #program: Program;
  #awaited: string | undefined;
  #stdout = "";
  #seen: (() => void) | undefined;

  constructor(command: readonly string[], cwd: string, environment: Readonly<Record<string, string>> = {}) {
    this.#program = new Program({ command, cwd, environment, stdin: "ignore" });
    this.#program.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      // All of it is kept until it is ready, for it may say much before the word that is waited for; nothing is kept afterwards.
      if (this.#awaited === undefined) return;
      this.#stdout += text;
      this.#seen?.();
    });
  }

  /** Resolves when `text` was printed. Throws IutFailure of kind `start` where the program ends before, or after `timeoutMs`. */
  async ready(text: string | undefined, timeoutMs: number): Promise<void> {
    if (text === undefined)
      throw this.#failure("the manifest has a command for a server and no `ready`, the text that says that it listens");
    let timer: NodeJS.Timeout | undefined;
    const seen = new Promise<void>((resolve) => {
      this.#awaited = text;
      this.#seen = () => this.#stdout.includes(text) && resolve();
      this.#seen();
    });
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#failure(`it did not print ${JSON.stringify(text)} within ${timeoutMs} ms`)), timeoutMs);
    });
    const ended = this.ended();
    try {
      await Promise.race([seen, late, ended]);
    } finally {
      clearTimeout(timer);
      this.#awaited = undefined;
      this.#stdout = "";
      ended.catch(() => undefined);
    }
  }

  /** Throws IutFailure of kind `start` when the program has ended. */
  async ended(): Promise<never> {
    const { started, reason } = await this.#program.ended;
    throw this.#failure(started ? `it ${reason}` : reason);
  }

  async stop(): Promise<void> {
    this.#program.kill();
    await this.#program.ended;
  }

  /** Throws IutFailure of kind `exit` where it has ended, or does within `timeoutMs`: for a connection that was just lost. */
  async stillRuns(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), timeoutMs);
    });
    const end = await Promise.race([this.#program.ended, deadline]);
    clearTimeout(timer);
    if (end) throw this.#failure(`it ${end.reason}`, "exit");
  }

  diagnostics(): string {
    return this.#program.diagnostics();
  }

  #failure(reason: string, kind: IutFailure["kind"] = "start"): IutFailure {
    // What a program says when it falls over may be followed by other lines.
    const words = this.diagnostics()
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "")
      .slice(-10)
      .join(" | ")
      .slice(-600);
    return new IutFailure(kind, `${this.#program.name}: ${reason}${words ? `; its last words: ${words}` : ""}`);
  }
}

/** The command with its placeholders filled in: address, files of the test PKI, claims. */
export function fillIn(command: readonly string[], address: Address): string[] {
  const values: Record<string, () => string> = { host: () => address.host, port: () => String(address.port), ...inputs };
  return command.map((word) => word.replace(/\{(\w+)\}/g, (whole, name: string) => values[name]?.() ?? whole));
}

const inputs: Record<string, () => string> = {
  identityCert: () => pemFile("identity-cert", "CERTIFICATE", pki("identity-p256").chain),
  identityKey: () => pemFile("identity-key", "PRIVATE KEY", [pki("identity-p256").pkcs8]),
  identityRoot: () => pemFile("identity-root-p256", "CERTIFICATE", roots("identity")),
  handshakeRoot: () => pemFile("handshake-root-p256", "CERTIFICATE", [pki("handshake-root-p256").certificate]),
  attestationChain: () => pemFile("attestation-chain", "CERTIFICATE", pki("attestation-p256").chain),
  attestationKey: () => pemFile("attestation-key", "PRIVATE KEY", [pki("attestation-p256").pkcs8]),
  attestationRoot: () => pemFile("attestation-root-p256", "CERTIFICATE", roots("attestation")),
  ueid: () => toHex(CLAIMS.ueid),
  measurement: () => toHex(CLAIMS.measurement),
};

let folder: string | undefined;

function pemFile(name: string, label: Parameters<typeof toPem>[0], ders: readonly Bytes[]): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), "expat-conformance-"));
    process.once("exit", () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  const file = join(folder, `${name}.pem`);
  writeFileSync(file, ders.map((der) => toPem(label, der)).join(""), { mode: 0o600 });
  return file;
}
