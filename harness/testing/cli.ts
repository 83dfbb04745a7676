import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { packageRoot } from "../paths.ts";
import { parseReport, type Report } from "../report/records.ts";

/** For tests of the program: it is started as people start it, and what it leaves is looked at. */

/** The built program. */
export const program = join(packageRoot, "dist", "harness", "cli", "main.js");
if (!existsSync(program)) throw new Error("dist/ is missing: `npm run build` first (`npm test` does)");

const fakes = join(packageRoot, "harness", "testing", "fakes");
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** What the program came to. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** How many processes of fakes there were; none is left. */
  readonly processes: number;
}

/** The program while it runs. */
export interface Running {
  readonly child: ChildProcess;
  /** Resolves when a fake has told the witness a line that starts so. */
  readonly said: (start: string) => Promise<void>;
  /** Rejects where a process of a fake is left. */
  readonly ended: Promise<Run>;
}

export interface StartOptions {
  /** For node, before the program. */
  readonly nodeOptions?: readonly string[];
  readonly cwd?: string;
}

/** Runs the program to its end. */
export async function cli(args: readonly string[], options: StartOptions = {}): Promise<Run> {
  return (await startCli(args, options)).ended;
}

/** Starts the program. */
export async function startCli(args: readonly string[], { nodeOptions = [], cwd }: StartOptions = {}): Promise<Running> {
  const witness = await Witness.start();
  const child = spawn(process.execPath, [...nodeOptions, program, ...args], {
    env: { ...process.env, EXPAT_WITNESS: String(witness.port), NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    ...(cwd !== undefined && { cwd }),
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = once(child, "close").then(async ([code]: (number | null)[]): Promise<Run> => {
    const processes = await witness.close();
    return { code: code ?? null, stdout, stderr, processes };
  });
  return { child, said: (start) => witness.said(start), ended };
}

const GONE_WITHIN_MS = 5000;

/** Sees the processes of the fakes come and go (fakes/witness.mjs). */
class Witness {
  readonly #alive = new Map<Socket, string>();
  readonly #lines: string[] = [];
  #seen = 0;
  #changed: () => void = () => undefined;

  private constructor(readonly server: Server) {
    server.on("connection", (socket) => {
      this.#seen++;
      this.#alive.set(socket, "a process that did not say its id");
      socket.setEncoding("utf8").on("data", (text: string) => {
        for (const line of text.trim().split("\n")) {
          if (line.startsWith("I am ")) this.#alive.set(socket, line.slice(5));
          this.#lines.push(line);
        }
        this.#changed();
      });
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.#alive.delete(socket);
        this.#changed();
      });
    });
  }

  static async start(): Promise<Witness> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Witness(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  said(start: string): Promise<void> {
    return this.#until(() => this.#lines.some((line) => line.startsWith(start)));
  }

  /** Waits for the end of all that were seen; returns how many they were. */
  async close(): Promise<number> {
    const late = setTimeout(() => this.#changed(), GONE_WITHIN_MS);
    const deadline = performance.now() + GONE_WITHIN_MS - 1;
    await this.#until(() => this.#alive.size === 0 || performance.now() > deadline);
    clearTimeout(late);
    this.server.close();
    const left = [...this.#alive.values()];
    for (const socket of this.#alive.keys()) socket.destroy();
    if (left.length > 0) throw new Error(`left running: ${left.join(", ")}`);
    return this.#seen;
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => (this.#changed = resolve));
  }
}

/** A folder that is removed behind the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "expat-test-"));
  folders.push(folder);
  return folder;
}

/** A folder with an iut.yaml of this text, or of these fields. */
export function manifest(content: string | object): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "iut.yaml"), typeof content === "string" ? content : JSON.stringify(content));
  return folder;
}

/** The command line that starts a program of fakes/. */
export function fakeCommand(file: string, ...args: string[]): string[] {
  return [process.execPath, join(fakes, file), ...args];
}

/** A manifest whose shim is the reference with a fault (fakes/faults.mjs). */
export function fakeShim(fault: string, environment: Record<string, string> = {}): string {
  return manifest({ name: "fake", command: fakeCommand("shim.mjs", fault), environment });
}

/** A run that is reported in JSON Lines. */
export interface ReportedRun extends Run {
  readonly report: Report;
}

/** `run` with these arguments by one worker; the report is read whether or not it is whole. */
export async function runReported(args: readonly string[], options: StartOptions = {}): Promise<ReportedRun> {
  const file = join(temporaryFolder(), "report.jsonl");
  const run = await cli(["run", "--workers", "1", "--report", `jsonl=${file}`, ...args], options);
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (text === "") throw new Error(`no report was written; exit code ${run.code}: ${run.stderr}`);
  return { ...run, report: parseReport(text, file) };
}

/** Instances with their outcomes. */
export function outcomes({ results }: Report): Record<string, string> {
  return Object.fromEntries(results.map(({ instance, outcome }) => [instance, outcome]));
}
