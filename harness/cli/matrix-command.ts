import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Profile } from "../attestation/profile.ts";
import { Fleet, type Member } from "../interop/fleet.ts";
import { playMatrix } from "../interop/matrix.ts";
import { matrixText } from "../interop/text.ts";
import { ControlledDriver } from "../iut/controlled.ts";
import { differences } from "../matrix/compare.ts";
import {
  type Implementation,
  MATRIX_FORMAT,
  type Matrix,
  type MatrixHeader,
  type MatrixResult,
  matrixFooterOf,
  readMatrix,
} from "../matrix/records.ts";
import { globMatcher } from "../report/baseline.ts";
import { disclosureFor, readDisclosures } from "../report/disclosures.ts";
import { counted } from "../report/layout.ts";
import { type Output, openOutput } from "../report/output.ts";
import { paletteFor } from "../report/palette.ts";
import { commandLine, reproduceCommand } from "../report/reproduce.ts";
import type { Case } from "../scenario/case.ts";
import { loadExchanges, loadLibrary } from "../scenario/load.ts";
import { version } from "../version.ts";
import { killChildrenOnExit } from "./interrupt.ts";
import { UsageError } from "./problem.ts";
import { nearest, withoutParameters } from "./selection.ts";
import { readProfile, resolveSubject, type Subject } from "./subject.ts";

export interface MatrixCommandOptions {
  readonly iut?: string[];
  readonly attester?: string[];
  readonly relyingParty?: string[];
  readonly only?: string[];
  readonly out?: string;
  readonly published?: string;
  readonly profile?: string;
  readonly workers: number;
  readonly seed?: string;
  readonly timeout: number;
  readonly build: boolean;
}

/** What could be built and started, and why the rest could not. */
interface Roster {
  readonly implementations: Implementation[];
  readonly members: Map<string, Member>;
  readonly ready: Map<string, ControlledDriver>;
}

/** `matrix`: returns the exit code. Throws UsageError, InputError, or what keeps an implementation from being started again. */
export async function matrixCommand(options: MatrixCommandOptions): Promise<number> {
  killChildrenOnExit(undefined, "pairs that are done are in the matrix, which says by its missing end that it is not whole");
  const started = performance.now();
  const profile = readProfile(options.profile);
  const library = loadLibrary();
  const exchanges = loadExchanges(library);
  const selects = selectionOf(options.only, exchanges);
  const disclosures = readDisclosures();
  const published = options.published === undefined ? undefined : wholeMatrix(options.published);
  const subjects = subjectsOf(options, profile);
  const output = options.out === undefined ? undefined : openFolder(options.out);
  const roster = await muster([...subjects.values()]);
  if (roster.members.size === 0) {
    throw new UsageError(`none of ${[...subjects.keys()].join(", ")} could be built and started`);
  }
  const header: MatrixHeader = {
    type: "matrix-header",
    format: MATRIX_FORMAT,
    suite: { name: "expat-conformance", version },
    startedAt: new Date().toISOString(),
    seed: options.seed ?? randomBytes(4).toString("hex"),
    profile,
    implementations: roster.implementations,
    exchanges: exchanges.map(exchangeRecordOf),
  };
  const line = (record: object): void => output?.write(`${JSON.stringify(record)}\n`);
  line(header);
  const results: MatrixResult[] = [];
  const membersOf = (paths: readonly string[]): Member[] => paths.flatMap((path) => roster.members.get(path) ?? []);
  const { attesters, relyingParties } = rolesOf(options);
  let pairs = 0;
  await playMatrix({
    attesters: membersOf(attesters),
    relyingParties: membersOf(relyingParties),
    exchanges,
    library,
    profile,
    seed: header.seed,
    workers: options.workers,
    fleet: new Fleet(roster.ready),
    selects,
    reproduceAlone: ({ path }, instance) => reproduceCommand({ iut: path, profile: options.profile, instance }),
    reproducePair: (attester, relyingParty, instance) => reproducePair(attester, relyingParty, instance, options.profile),
    disclosure: ({ hello, name }, check) =>
      [name, hello.name]
        .map((implementation) => disclosureFor(disclosures, { implementation, version: hello.version, check }))
        .find((note) => note !== undefined),
    capture: options.out === undefined ? undefined : keepIn(join(options.out, "captures")),
    report: (made, done, all) => {
      pairs = done;
      results.push(...made);
      made.forEach(line);
      progress(
        `${done} of ${counted(all, "pair")}, ${counted(results.filter(isPlayed).length, "exchange")}, ${counted(results.filter(isRed).length, "failure")}`,
        done === all,
      );
    },
  });
  const footer = matrixFooterOf(results, pairs, Math.round(performance.now() - started));
  line(footer);
  output?.close();
  const matrix: Matrix = { header, results, footer };
  process.stdout.write(matrixText(matrix, paletteFor("auto", process.stdout, process.env), process.stdout.columns));
  const seconds = (footer.durationMs / 1000).toFixed(0);
  process.stdout.write(`\n${counted(pairs, "pair")}, ${counted(results.filter(isPlayed).length, "exchange")} in ${seconds} s\n`);
  return published ? compared(published, matrix) : exitCodeOf(results);
}

function exitCodeOf(results: readonly MatrixResult[]): number {
  if (results.some(({ outcome }) => outcome === "harness-error")) return 2;
  if (!results.some(isPlayed)) return 3;
  return results.some(isRed) ? 1 : 0;
}

function isRed({ outcome }: MatrixResult): boolean {
  return ["fail", "warn", "inconclusive", "harness-error"].includes(outcome);
}

function isPlayed({ outcome }: MatrixResult): boolean {
  return outcome !== "unsupported" && outcome !== "blocked";
}

function wholeMatrix(file: string): Matrix {
  const matrix = readMatrix(file);
  if (matrix.footer === undefined)
    throw new UsageError(`--published ${file}: it has no footer, so it was cut short and says nothing of the rest`);
  return matrix;
}

function compared(published: Matrix, made: Matrix): number {
  const lines = differences(published, made);
  for (const each of lines.slice(0, 50)) process.stdout.write(`${each}\n`);
  process.stdout.write(lines.length === 0 ? "as published\n" : `${counted(lines.length, "difference")} from what is published\n`);
  return lines.length === 0 ? 0 : 1;
}

function exchangeRecordOf({ id, title, why, kind, model, requirements }: Case): MatrixHeader["exchanges"][number] {
  return {
    id,
    title,
    ...(why !== undefined && { why }),
    kind: kind === "negative" ? "negative" : "positive",
    ...(model && { model }),
    requirements: [...requirements],
  };
}

function selectionOf(globs: readonly string[] | undefined, exchanges: readonly Case[]): (exchange: string, instance: string) => boolean {
  if (globs === undefined) return () => true;
  const ids = exchanges.map(({ id }) => id);
  for (const glob of globs) {
    const plain = withoutParameters(glob);
    if (!ids.some(globMatcher(plain))) throw new UsageError(`--only ${glob}: no exchange matches; ${nearest(plain, ids, ids.join(", "))}`);
  }
  const matchers = globs.map(globMatcher);
  return (exchange, instance) => matchers.some((matches) => matches(exchange) || matches(instance));
}

/** Which paths play which role. Those of --iut play both. */
function rolesOf({ iut, attester = [], relyingParty = [] }: MatrixCommandOptions): { attesters: string[]; relyingParties: string[] } {
  const both = iut ?? (attester.length + relyingParty.length === 0 ? allImplementations() : []);
  return { attesters: [...new Set([...both, ...attester])], relyingParties: [...new Set([...both, ...relyingParty])] };
}

/** Every folder of iuts/ with a manifest, and the reference. */
function allImplementations(): string[] {
  const folders = existsSync("iuts") ? readdirSync("iuts").sort() : [];
  const found = folders.map((name) => `iuts/${name}`).filter((path) => existsSync(join(path, "iut.yaml")));
  return [...found, "reference"];
}

function subjectsOf(options: MatrixCommandOptions, profile: Profile): Map<string, Subject> {
  const { attesters, relyingParties } = rolesOf(options);
  if (attesters.length === 0 || relyingParties.length === 0) {
    throw new UsageError("a matrix needs an attester and a relying party: --iut for both roles, or --attester and --relying-party");
  }
  const subjects = new Map<string, Subject>();
  for (const path of new Set([...attesters, ...relyingParties])) {
    const subject = resolveSubject({ iut: path, timeout: options.timeout, build: options.build }, profile);
    if (subject.endpoint !== undefined) throw new UsageError(`${path}: a matrix needs a shim (\`command\`), and there is an endpoint only`);
    const same = [...subjects.values()].find(({ name }) => name === subject.name);
    if (same) throw new UsageError(`${path} and ${same.path} are both called "${subject.name}": names of a matrix are unique`);
    subjects.set(path, subject);
  }
  return subjects;
}

/** Builds and starts each. What cannot be built or started has its reason in place of results, and the others go on. */
async function muster(subjects: readonly Subject[]): Promise<Roster> {
  const roster: Roster = { implementations: [], members: new Map(), ready: new Map() };
  for (const subject of subjects) {
    const { name, path, payload } = subject;
    progress(`building ${name}`, false);
    try {
      await subject.build();
      const start = async (): Promise<ControlledDriver> => {
        const driver = await subject.start();
        if (!(driver instanceof ControlledDriver)) throw new UsageError(`${path}: a matrix needs a shim`);
        return driver;
      };
      const driver = await start();
      const { hello } = driver;
      roster.implementations.push({ name, path, version: hello.version, hello });
      roster.members.set(path, { name, path, payload, hello, start });
      roster.ready.set(name, driver);
    } catch (error) {
      const reason = (error as Error).message.split("\n", 1)[0] ?? "";
      roster.implementations.push({
        name,
        path,
        version: "unknown",
        notBuilt: `not built: ${/\bneeds (?!.*\bneeds ).*/.exec(reason)?.[0] ?? reason}`,
      });
    }
  }
  return roster;
}

function reproducePair(attester: Member, relyingParty: Member, instance: string, profile: string | undefined): string {
  const words = ["npx", "expat-conformance", "matrix", "--attester", attester.path, "--relying-party", relyingParty.path];
  if (profile !== undefined) words.push("--profile", profile);
  return commandLine([...words, "--only", instance]);
}

function openFolder(folder: string): Output {
  try {
    mkdirSync(join(folder, "captures"), { recursive: true });
  } catch (error) {
    throw new UsageError(`--out ${folder}: expected a folder that can be written: ${(error as Error).message}`);
  }
  return openOutput(join(folder, "matrix.jsonl"));
}

function keepIn(folder: string): (name: string, bytes: Uint8Array) => string {
  return (name, bytes) => {
    writeFileSync(join(folder, name), bytes);
    return name;
  };
}

let lastProgress = performance.now();

// A line that is renewed on a terminal, and one now and then elsewhere.
function progress(text: string, last: boolean): void {
  const { stderr } = process;
  if (stderr.isTTY) stderr.write(`\r\u001b[K${last ? "" : text}`);
  else if (last || performance.now() - lastProgress > 15_000) {
    stderr.write(`${text}\n`);
    lastProgress = performance.now();
  }
}
