import type { z } from "zod";
import { InputError } from "../input/input-error.ts";
import { readText } from "../input/text-file.ts";
import { type Asked, askVectors, canBeAsked } from "../recordings/ask-iut.ts";
import { readRecordings } from "../recordings/read.ts";
import type { vectorsRunSchema } from "../recordings/report.ts";
import type { Recording } from "../recordings/schema.ts";
import { counted, field } from "../report/layout.ts";
import { type Palette, paletteFor } from "../report/palette.ts";
import { isForeign } from "../vectors/foreign.ts";
import { killChildrenOnExit } from "./interrupt.ts";
import { EXIT_USAGE } from "./problem.ts";
import { readProfile, resolveSubject } from "./subject.ts";
import { projectFiles } from "./vectors-command.ts";

export interface VectorsRunOptions {
  readonly iut: string;
  readonly profile?: string;
  readonly timeout: number;
  readonly build: boolean;
  readonly json?: boolean;
}

type Report = z.output<typeof vectorsRunSchema>;

const EXIT_NOTHING = 3;

/** `vectors run`: asks a shim about vectors and prints what it said; returns the exit code. Throws IutFailure where it hangs or ends. */
export async function vectorsRunCommand(files: readonly string[], options: VectorsRunOptions): Promise<number> {
  killChildrenOnExit();
  const profile = readProfile(options.profile);
  const { vectors, problems } = readAll(files.length > 0 ? files : projectFiles());
  const subject = resolveSubject(options, profile);
  await subject.build();
  const driver = await subject.start();
  const askable = vectors.filter(canBeAsked);
  let asked: Asked[];
  try {
    asked = await askVectors(driver, askable, profile);
  } finally {
    await driver.stop();
  }
  const { name, version } = driver.hello;
  const report: Report = {
    iut: `${name} ${version}`,
    vectors: vectors.length,
    needChannel: vectors.length - askable.length,
    asked,
    problems,
  };
  const { stdout } = process;
  if (options.json) stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else stdout.write(`${inWords(report, paletteFor("auto", stdout, process.env), stdout.columns).join("\n")}\n`);
  if (problems.length > 0) return EXIT_USAGE;
  if (asked.some(({ outcome }) => outcome === "fail")) return 1;
  return asked.some(({ outcome }) => outcome === "pass") ? 0 : EXIT_NOTHING;
}

function readAll(files: readonly string[]): { vectors: Recording[]; problems: Report["problems"] } {
  const vectors: Recording[] = [];
  const problems: Report["problems"] = [];
  for (const file of files) {
    try {
      const text = readText(file);
      // What others published is for libraries; no operation of a shim takes it.
      if (isForeign(text)) continue;
      const read = readRecordings(text);
      vectors.push(...read.recordings);
      problems.push(...read.problems.map((problem) => ({ file, ...problem })));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push({ file, path: "", expected: "a file of vectors", found: error.message });
    }
  }
  return { vectors, problems };
}

function inWords({ iut, vectors, needChannel: unasked, asked, problems }: Report, palette: Palette, width: number | undefined): string[] {
  const lines = problems.map(({ file, path, expected, found }) =>
    palette.bad(`${file}: ${path || "(the file)"}: expected ${expected}, found ${found}`),
  );
  for (const { id, operation, outcome, expected = "", found = "" } of asked) {
    if (outcome !== "fail") continue;
    lines.push(`${palette.bad("FAIL")} ${id}: ${operation}`, field("expected", expected, width), field("found", found, width));
  }
  lines.push(palette.strong(`${iut}: ${counted(vectors, "vector")}`));
  for (const operation of ["context", "appraise"] as const) {
    const about = asked.filter((one) => one.operation === operation);
    const count = (outcome: Asked["outcome"]) => about.filter((one) => one.outcome === outcome).length;
    lines.push(
      `  ${operation.padEnd(8)}  ${count("pass")} right, ${count("fail")} wrong, ${count("blocked")} blocked, ${count("not-supported")} not supported`,
    );
    const reasons = new Map<string, number>();
    for (const { outcome, reason = "" } of about)
      if (outcome !== "pass" && outcome !== "fail") reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    for (const [reason, times] of reasons) lines.push(palette.faint(`            ${times}: ${reason}`));
  }
  const parts = `${counted(unasked, "vector")} of parts of messages, which only a channel brings to a shim`;
  return [...lines, `  not run: ${parts} (\`run\` does)`];
}
