import { type ChildProcess, spawn } from "node:child_process";
import { killTree, track } from "./process.ts";

const TAIL = 8 << 10;
/** How long what a program wrote before it ended may take to arrive; a child that it left behind may hold its pipes open for ever. */
const DRAIN_MS = 500;

export interface ProgramOptions {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly stdin: "pipe" | "ignore";
}

/** A child process in a process group of its own, so that what it starts ends with it; the tail of its stderr is kept. */
export class Program {
  readonly child: ChildProcess;
  /** For messages. */
  readonly name: string;
  /** Resolves when it has ended, or could not be started, with the reason as a part of a sentence. */
  readonly ended: Promise<{ readonly started: boolean; readonly reason: string }>;
  /** True as soon as it has ended. */
  hasEnded = false;
  #stderr = "";

  constructor({ command, cwd, environment, stdin }: ProgramOptions) {
    const [program = "", ...args] = command;
    this.name = JSON.stringify(command.join(" "));
    this.child = spawn(program, args, { cwd, env: { ...process.env, ...environment }, stdio: [stdin, "pipe", "pipe"], detached: true });
    track(this.child);
    this.ended = new Promise((resolve) => {
      this.child.once("error", (error: NodeJS.ErrnoException) => {
        resolve({ started: false, reason: error.code === "ENOENT" ? "no such program" : error.message });
      });
      this.child.once("exit", (code, signal) => {
        const timer = setTimeout(() => {
          this.child.stdout?.destroy();
          this.child.stderr?.destroy();
        }, DRAIN_MS);
        this.child.once("close", () => {
          clearTimeout(timer);
          resolve({ started: true, reason: signal ? `ended by ${signal}` : `ended with exit code ${code}` });
        });
      });
    });
    void this.ended.then(() => {
      this.hasEnded = true;
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-TAIL);
    });
  }

  /** Kills it with all that it started. */
  kill(): void {
    killTree(this.child);
  }

  /** The tail of what it wrote to stderr. */
  diagnostics(): string {
    return this.#stderr.trim();
  }
}
