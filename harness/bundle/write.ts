import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { PayloadAdapter } from "../attestation/payload.ts";
import type { Profile } from "../attestation/profile.ts";
import type { Failure } from "../campaign/root-cause.ts";
import type { Shrunk } from "../campaign/shrink.ts";
import { captureOf } from "../capture/capture.ts";
import { InputError } from "../input/input-error.ts";
import { parseYaml } from "../input/yaml-file.ts";
import type { Driver } from "../iut/driver.ts";
import { printable } from "../report/printable.ts";
import { replayCommand } from "../report/reproduce.ts";
import type { Case } from "../scenario/case.ts";
import { type Library, link } from "../scenario/load.ts";
import { schemeOf, suiteOf } from "../scenario/parameters.ts";
import { suiteSchema } from "../scenario/schema.ts";
import { schemeName } from "../wire/code-points.ts";
import { CONTROL, suiteFileOf, yamlOf } from "./case-file.ts";
import { playRecorded } from "./playing.ts";
import { reportText } from "./report-text.ts";
import { BUNDLE_FORMAT, type BundleRecord, bundleFiles } from "./schema.ts";
import { brokenStatements } from "./statements.ts";
import { transcriptText } from "./transcript.ts";

/** A shrunk failure, and what it takes to play it once more. */
export interface BundleInput {
  readonly shrunk: Shrunk;
  /** What all cases of the failure have in common (campaign/root-cause.ts). */
  readonly cause: string;
  /** The case of the campaign that showed it. */
  readonly seed: string;
  readonly number: number;
  /** The implementation as the user named it, for the command that plays it again. */
  readonly subject: { readonly path: string; readonly endpoint?: string | true | undefined };
  /** A process of it, once for the case and once for its control; each is stopped afterwards. */
  readonly start: () => Promise<Driver>;
  readonly library: Library;
  readonly profile: Profile;
  readonly payload: PayloadAdapter;
  /** The tail of its stderr when it failed: kept where it says nothing when the case is played once more. */
  readonly diagnostics: string;
  /** Of this suite. */
  readonly suiteVersion: string;
}

/** A folder's name, and a case's id, for a cause: lower-case words joined by hyphens, and a few letters that tell long ones apart. */
export function bundleName(cause: string): string {
  const words = cause
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 60)
    .replace(/-$/, "");
  return `${words}-${createHash("sha256").update(cause).digest("hex").slice(0, 6)}`;
}

/**
 * Plays a shrunk failure once more, on recorded connections, and writes the failure bundle: all of it, or nothing under that name. A bundle
 * that stands at `path` is replaced. Returns what bundle.json says. Throws InputError where something else stands there, and what
 * `start` throws.
 */
export async function writeBundle(path: string, input: BundleInput): Promise<BundleRecord> {
  const folder = path.replace(/(?<=.)[\\/]+$/, "");
  if (existsSync(folder) && !existsSync(join(folder, bundleFiles.bundle)))
    throw new InputError(`${folder}: stands there already, and is no failure bundle; name another folder, or remove it`);
  const { shrunk, cause, library, profile, payload, seed, number, subject, suiteVersion } = input;
  const { sentence, failure } = shrunk;
  const { position, suite, scheme, format } = sentence.exchange;
  const id = bundleName(cause);
  const here = join(folder, bundleFiles.case);
  const options = { start: input.start, ledger: library.ledger, profile, payload, seed };
  const written = (controlled: boolean) => {
    const text = yamlOf(suiteFileOf(sentence, failure, { id, library, controlled }), COMMENT);
    return { text, cases: link([{ name: here, suite: parseYaml(text, here, suiteSchema) }], library) };
  };
  // What fails in its control already, a crash on a right message say, fails whatever is wrong further on.
  const whole = written(true);
  const control = caseNamed(CONTROL, whole.cases);
  const { text: caseText, cases } = control && !(await playRecorded(control, options)).passed ? written(false) : whole;
  const script = caseNamed(id, cases);
  if (script === undefined) throw new Error(`${here}: the case that was just written is not in it`);
  const playing = await playRecorded(script, options);
  const { expected, found } = expectation(failure);
  const { name, version } = playing.hello;
  const record: BundleRecord = {
    format: BUNDLE_FORMAT,
    suite: { name: "expat-conformance", version: suiteVersion },
    iut: { path: subject.path, ...(subject.endpoint !== undefined && { endpoint: subject.endpoint }), name, version },
    seed,
    number,
    cause,
    kind: failure.kind === "harness-error" ? "harness-error" : shrunk.confirmed ? "failure" : "inconclusive",
    ...(failure.kind === "broke" && { broke: failure.how }),
    ...(failure.kind === "wrong" && failure.step === "connection" && { broke: "connection" as const }),
    check: script.id,
    failing: playing.failed.map(({ check }) => check),
    position,
    parameters: { cipherSuite: suiteOf[suite], signatureScheme: schemeName(schemeOf[scheme]), ...(format !== undefined && { format }) },
    exercises: [...sentence.exercises],
    requirements: brokenStatements(sentence, failure, script.requirements, library),
    expected,
    found,
    profile,
    caseSha256: createHash("sha256").update(caseText).digest("hex"),
  };
  const stderr = playing.diagnostics || input.diagnostics;
  writeWhole(folder, {
    [bundleFiles.case]: caseText,
    [bundleFiles.transcript]: transcriptText(playing, script.title, profile),
    [bundleFiles.capture]: captureOf(playing.channels, `expat-conformance ${suiteVersion}`),
    [bundleFiles.stderr]: printable(stderr),
    [bundleFiles.report]: reportText(record, script, playing, library.ledger, replayCommand({ bundle: folder })),
    [bundleFiles.bundle]: `${JSON.stringify(record, null, 2)}\n`,
  });
  return record;
}

const COMMENT = [
  "A failure that a campaign has found, as small as it could be made.",
  "`expat-conformance replay` plays it again; `replay --save-as` makes a case of the suites of it.",
];

function caseNamed(name: string, cases: readonly Case[]): Case | undefined {
  return cases.find(({ id }) => id.endsWith(`/${name}`));
}

function expectation(failure: Failure): { readonly expected: string; readonly found: string } {
  switch (failure.kind) {
    case "wrong":
      return { expected: failure.expected, found: failure.found };
    case "broke":
      return { expected: "an answer", found: failure.detail };
    case "harness-error":
      return { expected: "no error of the harness", found: failure.detail };
  }
}

// In one go, which no signal interrupts, and under its name only when it is whole.
function writeWhole(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  mkdirSync(dirname(folder), { recursive: true });
  const [unfinished, former] = [`${folder}.unfinished`, `${folder}.former`];
  for (const left of [unfinished, former]) rmSync(left, { recursive: true, force: true });
  mkdirSync(unfinished);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(unfinished, name), content);
  if (existsSync(folder)) renameSync(folder, former);
  renameSync(unfinished, folder);
  rmSync(former, { recursive: true, force: true });
}
