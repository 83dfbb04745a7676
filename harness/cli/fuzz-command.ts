import { writeFileSync } from "node:fs";
import { stringify } from "yaml";
import { cellName, type Generator } from "../campaign/generator.ts";
import { deedOf, idOf } from "../campaign/lane.ts";
import { Player } from "../campaign/player.ts";
import type { CampaignReport, FindingRecord } from "../campaign/records.ts";
import { caseFileOf } from "../campaign/sentence.ts";
import { generatorFor } from "../campaign/setup.ts";
import type { Driver } from "../iut/driver.ts";
import { killAll } from "../iut/process.ts";
import { counted, field } from "../report/layout.ts";
import { paletteFor } from "../report/palette.ts";
import { commandLine } from "../report/reproduce.ts";
import { loadLibrary } from "../scenario/load.ts";
import { playCampaign, reportFile } from "./fuzz-campaign.ts";
import { type CampaignPlan, type FuzzOptions, identityOf, planCampaign, prepareFolder, sameImplementations } from "./fuzz-plan.ts";
import { Progress } from "./fuzz-progress.ts";
import { EXIT_USAGE, reportProblem, UsageError } from "./problem.ts";
import { resolveSubject, type Subject, type SubjectOptions, startedBefore } from "./subject.ts";

/** `fuzz`: returns the exit code. Throws UsageError, InputError, or what keeps an implementation from being started. */
export async function fuzzCommand(options: FuzzOptions): Promise<number> {
  process.once("exit", killAll);
  const shard = shardOf(options.shard);
  const plan = planCampaign(options, shard);
  const subjectOptions = plan.iuts.map((iut): SubjectOptions => ({ iut, timeout: options.timeout, build: options.build }));
  const subjects = subjectOptions.map((each) => resolveSubject(each, plan.profile));
  if (options.show === undefined) prepareFolder(plan);
  for (const subject of subjects) await subject.build();
  const drivers: Driver[] = [];
  try {
    for (const subject of subjects) drivers.push(await subject.start());
    const identities = drivers.map((driver, index) => identityOf(plan.iuts[index] ?? "", driver));
    sameImplementations(plan, identities);
    const generator = generatorFor(plan, loadLibrary().cases, drivers);
    if (generator.cells.length === 0) throw new UsageError(nothingInCommon(plan, drivers));
    if (options.show !== undefined) return await show(options.show, plan, subjects, drivers, generator);
    return await campaign(options, plan, { subjectOptions, subjects, drivers, identities, generator });
  } finally {
    await Promise.all(drivers.map((driver) => driver.stop()));
  }
}

interface Ready {
  readonly subjectOptions: readonly SubjectOptions[];
  readonly subjects: readonly Subject[];
  readonly drivers: readonly Driver[];
  readonly identities: ReturnType<typeof identityOf>[];
  readonly generator: Generator;
}

async function campaign({ workers }: FuzzOptions, plan: CampaignPlan, ready: Ready): Promise<number> {
  const { generator } = ready;
  const progress = new Progress(process.stderr);
  const palette = paletteFor("auto", process.stdout, process.env);
  const width = process.stdout.columns;
  const who = ready.identities.map(({ name, version }) => `${name} ${version}`).join(" and ");
  process.stdout.write(`expat-conformance fuzzes ${who} (seed ${plan.seed}, ${counted(generator.cells.length, "cell")})\n`);
  const interrupt = interruptible(plan);
  const { report, problem } = await playCampaign({
    plan,
    options: ready.subjectOptions,
    subjects: ready.subjects,
    drivers: ready.drivers,
    identities: ready.identities,
    generator,
    workers,
    progress,
    stopped: () => interrupt.signal !== undefined,
    found: async (_reduced, record) => {
      const replay = commandLine([
        "npx",
        "expat-conformance",
        "fuzz",
        "--iut",
        record.iut,
        "--seed",
        plan.seed,
        "--show",
        String(record.first),
      ]);
      const finding: FindingRecord = { ...record, requirements: [], replay };
      progress.erase();
      const heading = {
        failure: palette.bad("FAIL"),
        inconclusive: palette.doubtful("INCONCLUSIVE"),
        "harness-error": palette.bad("HARNESS ERROR"),
      };
      process.stdout.write(
        `${[
          `${heading[finding.kind]} ${palette.strong(finding.cause)}  ${finding.position}`,
          field("case", `${finding.first}: ${finding.exercises.join(", ")}`, width),
          field("expected", finding.expected, width),
          field("actual", finding.found, width),
          field("again", finding.replay, undefined),
        ].join("\n")}\n`,
      );
      return finding;
    },
  });
  writeCampaignReport(reportFile(plan), report);
  process.stdout.write(`\n${campaignSummary(report, { palette, width })}\n`);
  process.stdout.write(`${reportFile(plan)}\n`);
  if (problem !== undefined) return reportProblem(problem);
  if (interrupt.signal !== undefined) return 128 + interrupt.signal;
  const { footer } = report;
  if (footer.end === "given-up") {
    process.stderr.write(
      `expat-conformance: ${plan.iuts.join(", ")} hung or ended in too many cases in a row; the campaign was given up with what it had\n`,
    );
    return EXIT_USAGE;
  }
  if (footer.harnessErrors > 0) return EXIT_USAGE;
  return footer.cases === 0 ? 3 : footer.failures > 0 ? 1 : 0;
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

/** Prints one case of a campaign as a scenario, and what the implementations make of it. Returns the exit code. */
async function show(
  number: number,
  { seed, profile, iuts }: CampaignPlan,
  subjects: readonly Subject[],
  drivers: readonly Driver[],
  generator: Generator,
): Promise<number> {
  const cell = generator.cellOf(number);
  const sentence = generator.generate(number).value.value;
  const id = idOf(seed, number);
  process.stdout.write(
    `# case ${number} of seed ${seed}: ${cellName(cell)}\n${stringify(caseFileOf(sentence, `fuzz/${id}`, cellName(cell), []))}`,
  );
  let failed = false;
  for (const [index, subject] of subjects.entries()) {
    const player = new Player(
      startedBefore(drivers[index], () => subject.start()),
      profile,
      subject.payload,
      seed,
    );
    const [played] = await player.play(sentence, id, true);
    if (played === undefined) continue;
    const { kind, ...more } = played.outcome;
    failed ||= kind === "wrong" || kind === "broke" || kind === "harness-error";
    process.stdout.write(`# ${iuts[index]}: ${kind} (${deedOf(played)}) ${JSON.stringify(more)}\n`);
  }
  return failed ? 1 : 0;
}

function shardOf(text: string | undefined): CampaignPlan["shard"] {
  if (text === undefined) return { index: 0, count: 1 };
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (index === undefined || Number(index) < 1 || Number(index) > Number(count)) throw new UsageError(`--shard ${text}: expected i/n`);
  return { index: Number(index) - 1, count: Number(count) };
}

function writeCampaignReport(file: string, { header, findings, differences, cells, footer }: CampaignReport): void {
  writeFileSync(file, [header, ...findings, ...differences, ...cells, footer].map((record) => `${JSON.stringify(record)}\n`).join(""));
}

function campaignSummary({ footer, findings }: CampaignReport, _look: unknown): string {
  return `${footer.cases} cases, ${footer.casesPerSecond}/s, ${findings.length} causes, ${footer.covered} of ${footer.cells} cells`;
}
