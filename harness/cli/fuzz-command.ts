import { join } from "node:path";
import { bundleName, writeBundle } from "../bundle/write.ts";
import type { Generator } from "../campaign/generator.ts";
import type { FindingRecord } from "../campaign/records.ts";
import type { Reduced, recordOf } from "../campaign/reduce.ts";
import { writeCampaignReport } from "../campaign/report-file.ts";
import { generatorFor } from "../campaign/setup.ts";
import type { Driver } from "../iut/driver.ts";
import { killAll } from "../iut/process.ts";
import { positions } from "../iut/protocol.ts";
import { campaignSummary } from "../report/campaign-summary.ts";
import { campaignExitCodeOf } from "../report/expectation.ts";
import { counted } from "../report/layout.ts";
import { type Palette, paletteFor } from "../report/palette.ts";
import { oneLine } from "../report/printable.ts";
import { commandLine, replayCommand } from "../report/reproduce.ts";
import { type Library, loadLibrary } from "../scenario/load.ts";
import { version } from "../version.ts";
import { playCampaign, reportFile } from "./fuzz-campaign.ts";
import { type CampaignPlan, type FuzzOptions, identityOf, planCampaign, prepareFolder, sameImplementations } from "./fuzz-plan.ts";
import { Progress } from "./fuzz-progress.ts";
import { showCase } from "./fuzz-show.ts";
import { reportProblem, UsageError } from "./problem.ts";
import { resolveSubject, type Subject, type SubjectOptions } from "./subject.ts";

/** `fuzz`: returns the exit code. Throws UsageError, InputError, or what keeps an implementation from being started. */
export async function fuzzCommand(options: FuzzOptions): Promise<number> {
  process.once("exit", killAll);
  const plan = planCampaign(options);
  const library = loadLibrary();
  const subjectOptions = plan.iuts.map((iut): SubjectOptions => ({ iut, timeout: options.timeout, build: options.build }));
  const subjects = subjectOptions.map((each) => resolveSubject(each, plan.profile));
  if (options.show === undefined) prepareFolder(plan);
  for (const subject of subjects) await subject.build();
  const drivers: Driver[] = [];
  try {
    for (const subject of subjects) drivers.push(await subject.start());
    const identities = drivers.map((driver, index) => identityOf(plan.iuts[index] ?? "", driver));
    sameImplementations(plan, identities);
    const generator = generatorFor(plan, library, drivers);
    if (generator.cells.length === 0) throw new UsageError(nothingInCommon(plan, drivers));
    const ready = { options: subjectOptions, library, subjects, drivers, identities, generator };
    return await (options.show === undefined ? campaign(options, plan, ready) : showCase(options.show, plan, ready));
  } finally {
    await Promise.all(drivers.map((driver) => driver.stop()));
  }
}

interface Ready {
  readonly options: readonly SubjectOptions[];
  readonly library: Library;
  readonly subjects: readonly Subject[];
  readonly drivers: readonly Driver[];
  readonly identities: ReturnType<typeof identityOf>[];
  readonly generator: Generator;
}

async function campaign({ workers }: FuzzOptions, plan: CampaignPlan, ready: Ready): Promise<number> {
  const { generator, identities } = ready;
  const { stdout, stderr } = process;
  const progress = new Progress(stderr);
  const look = { palette: paletteFor("auto", stdout, process.env), width: stdout.isTTY ? stdout.columns : undefined };
  const interrupt = interruptible(plan);
  const who = identities.map(({ name, version }) => `${name} ${version}`).join(" and ");
  stdout.write(`expat-conformance fuzzes ${who} (seed ${plan.seed}, ${counted(generator.cells.length, "cell")}); to ${plan.folder}\n`);
  const { report, problem } = await playCampaign({
    ...ready,
    plan,
    workers,
    progress,
    stopped: () => interrupt.signal !== undefined,
    found: async (reduced, record) => {
      const finding = await written(reduced, record, plan, ready);
      progress.erase();
      stdout.write(`${findingLine(finding, plan, look.palette)}\n`);
      return finding;
    },
  });
  writeCampaignReport(reportFile(plan), report);
  stdout.write(`\n${campaignSummary(report, look).join("\n")}\n`);
  if (problem !== undefined) return reportProblem(problem);
  if (interrupt.signal !== undefined) return 128 + interrupt.signal;
  if (report.footer.end === "given-up") {
    stderr.write(
      `expat-conformance: ${plan.iuts.join(", ")}: no answer in too many cases in a row; the campaign was given up, and what it had is in ${plan.folder}\n`,
    );
  }
  return campaignExitCodeOf(report.footer);
}

/** Writes the bundle of a finding, and returns its record. What did not fail again is recorded without one. */
async function written(
  { cause, shrunk }: Reduced,
  record: ReturnType<typeof recordOf>,
  plan: CampaignPlan,
  { subjects, library }: Ready,
): Promise<FindingRecord> {
  const { seed, iuts, profile, folder } = plan;
  const index = iuts.indexOf(cause.iut);
  const subject = subjects[index];
  if (shrunk === undefined || subject === undefined) {
    return { ...record, requirements: [], replay: showCommand(plan, cause.first) };
  }
  // Of one cause with several implementations there are several bundles.
  const bundle = join("bundles", ...(iuts.length > 1 ? [String(index + 1)] : []), bundleName(cause.cause));
  const { requirements } = await writeBundle(join(folder, bundle), {
    shrunk,
    cause: cause.cause,
    seed,
    number: cause.first,
    subject,
    start: subject.start,
    library,
    profile,
    payload: subject.payload,
    diagnostics: "",
    suiteVersion: version,
  });
  return { ...record, requirements: [...requirements], bundle, replay: replayCommand({ bundle: join(folder, bundle) }) };
}

/** The command that shows one case of a campaign: what decides which sentence has that number stands in it. */
function showCommand({ iuts, seed, positions: wanted, focus, profileFile }: CampaignPlan, number: number): string {
  const words = ["npx", "expat-conformance", "fuzz", ...iuts.flatMap((path) => ["--iut", path]), "--seed", seed];
  if (wanted.length < positions.length) words.push("--position", wanted.join(","));
  if (focus.length > 0) words.push("--focus", focus.join(","));
  if (profileFile !== undefined) words.push("--profile", profileFile);
  return commandLine([...words, "--show", String(number)]);
}

function findingLine({ kind, cause, iut, first, exercises, found }: FindingRecord, { iuts }: CampaignPlan, palette: Palette): string {
  const headings = {
    failure: palette.bad("FAIL"),
    inconclusive: palette.doubtful("INCONCLUSIVE"),
    "harness-error": palette.bad("HARNESS ERROR"),
  };
  const of = iuts.length > 1 ? `${iut}: ` : "";
  return oneLine(`${headings[kind]} ${of}${palette.strong(cause)} (case ${first}, ${exercises.join(", ")}): found ${found}`);
}

/** The first signal lets what is running come to its end; the second ends at once, and leaves the checkpoint. */
function interruptible({ folder }: CampaignPlan): { readonly signal: number | undefined } {
  const state: { signal: number | undefined } = { signal: undefined };
  for (const [signal, number] of [
    ["SIGINT", 2],
    ["SIGTERM", 15],
    ["SIGHUP", 1],
  ] as const) {
    process.on(signal, () => {
      if (state.signal !== undefined) process.exit(128 + number);
      state.signal = number;
      process.stderr.write(
        `\nexpat-conformance: ${signal}: the cases that are running come to their end, then the report is written; once more ends at once. To go on: --resume ${folder}\n`,
      );
    });
  }
  return state;
}

function nothingInCommon({ positions, iuts }: CampaignPlan, drivers: readonly Driver[]): string {
  const declared = drivers.map(({ hello }) => `${hello.name} declares ${hello.supports.positions.join(", ") || "no position"}`);
  return `--position ${positions.join(", ")}: ${iuts.length > 1 ? "no position that all of them have" : "nothing is left"}; ${declared.join("; ")}`;
}
