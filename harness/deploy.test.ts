import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Job } from "kubernetes-models/batch/v1/Job";
import { PersistentVolumeClaim } from "kubernetes-models/v1/PersistentVolumeClaim";
import ts from "typescript";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { readCampaignReport, writeCampaignReport } from "./campaign/report-file.ts";
import { parseShard } from "./campaign/shard.ts";
import { cells, reportOf } from "./campaign/testing/campaign-records.ts";
import { packageRoot } from "./paths.ts";
import { program } from "./testing/cli.ts";

/** deploy/ and the workflow in docs/campaigns.md: what a cluster or a CI system would refuse is to fail here. */

type Manifest = Record<string, unknown>;

const kinds = {
  Job: { model: Job, types: "kubernetes-models/batch/v1/Job", type: "IJob" },
  PersistentVolumeClaim: {
    model: PersistentVolumeClaim,
    types: "kubernetes-models/v1/PersistentVolumeClaim",
    type: "IPersistentVolumeClaim",
  },
} as const;

const fileOf = (name: string) => readFileSync(join(packageRoot, "deploy", "kubernetes", name), "utf8");
const text = fileOf("campaign-job.yaml");
const manifests = (source: string) => parseAllDocuments(source).map((document) => document.toJS() as Manifest);

/**
 * What is wrong with a manifest by the published OpenAPI schema of Kubernetes: kinds of values, names out of lists and what is required by the validators
 * made of it; members that it does not have, which validators let pass as a cluster does, by the types made of it.
 */
function problemsOf(manifest: Manifest): string[] {
  const kind = kinds[manifest["kind"] as keyof typeof kinds];
  if (kind === undefined) return [`no such kind: ${manifest["kind"]}`];
  const { apiVersion, ...rest } = manifest;
  const problems = apiVersion === kind.model.apiVersion ? [] : [`apiVersion: ${apiVersion}`];
  try {
    new kind.model(rest as ConstructorParameters<typeof Job>[0] & ConstructorParameters<typeof PersistentVolumeClaim>[0]).validate();
  } catch (error) {
    problems.push((error as Error).message);
  }
  return [...problems, ...unknownMembers(manifest, kind)];
}

// The types are the same for each manifest.
const parsed = new Map<string, ts.SourceFile | undefined>();

function unknownMembers(manifest: Manifest, { types, type }: { readonly types: string; readonly type: string }): string[] {
  const file = join(packageRoot, "harness", "deploy-manifest.ts");
  const source = `import type { ${type} } from "${types}";\nexport const manifest: ${type} = ${JSON.stringify(manifest)};\n`;
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    lib: ["lib.es2022.d.ts"],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, ...more) => {
    if (name === file) return ts.createSourceFile(name, source, ts.ScriptTarget.ES2022);
    if (!parsed.has(name)) parsed.set(name, getSourceFile(name, ...more));
    return parsed.get(name);
  };
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

describe("deploy/kubernetes", () => {
  it("is what the schema of Kubernetes asks for", () => {
    expect(manifests(text).map(({ kind }) => kind)).toEqual(["PersistentVolumeClaim", "Job"]);
    expect(manifests(fileOf("merge-job.yaml")).map(({ kind }) => kind)).toEqual(["Job"]);
    for (const manifest of [text, fileOf("merge-job.yaml")].flatMap(manifests)) expect(problemsOf(manifest)).toEqual([]);
  });

  it.each([
    [
      "a misspelt member",
      "backoffLimitPerIndex:",
      "backoffLimitPerIndexes:",
      /"backoffLimitPerIndexes"' does not exist in type 'IJobSpec'/,
    ],
    ["a misspelt member of a container", "volumeMounts:", "volumesMounts:", /"volumesMounts"' does not exist in type 'IContainer'/],
    ["a member at a wrong place", "parallelism: 4", "restartPolicy: Never", /"restartPolicy"' does not exist in type 'IJobSpec'/],
    ["a word for a number", "completions: 4", "completions: four", /completions must be integer/],
    [
      "a name out of no list",
      "completionMode: Indexed",
      "completionMode: indexed",
      /completionMode must be equal to one of the allowed values/,
    ],
    ["a container without a name", "- name: campaign\n          image", "- image", /must have required property name/],
    ["a number for a text", '{ name: SEED, value: "1" }', "{ name: SEED, value: 1 }", /value must be string/],
    ["another version", "apiVersion: batch/v1", "apiVersion: batch/v1beta1", /apiVersion: batch\/v1beta1/],
    ["another kind", "kind: Job", "kind: Jobs", /no such kind: Jobs/],
  ])("would be found to be wrong with %s", (_, right, wrong, problem) => {
    expect(text).toContain(right);
    expect(manifests(text.replace(right, wrong)).flatMap(problemsOf).join("\n")).toMatch(problem);
  });

  const jobIn = (source: string) => {
    const { spec } = manifests(source).at(-1) as unknown as Job & { readonly spec: NonNullable<Job["spec"]> };
    const pod = spec.template.spec;
    const container = pod?.containers[0];
    const environment = Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]));
    const mount = container?.volumeMounts?.find(({ mountPath }) => mountPath === environment["REPORTS"]);
    const claim = pod?.volumes?.find(({ name }) => name === mount?.name)?.persistentVolumeClaim?.claimName;
    return { spec, pod, container, environment, claim };
  };
  const campaign = jobIn(text);
  const merge = jobIn(fileOf("merge-job.yaml"));

  /** Does what the container of a Job does, with another volume, and `expat-conformance` as that script. */
  const start = ({ container, environment }: typeof campaign, script: string, more: Record<string, string>) => {
    const folder = mkdtempSync(join(tmpdir(), "expat-deploy-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, "expat-conformance"), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, "expat-conformance"), 0o755);
    const [program = "", option = ""] = container?.command ?? [];
    const env = { ...environment, ...more, PATH: `${folder}:${process.env["PATH"]}` };
    return spawnSync(program, [option, ...(container?.args ?? [])], { encoding: "utf8", env });
  };
  const volume = () => {
    const folder = mkdtempSync(join(tmpdir(), "expat reports-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  };

  it("gives each pod a shard, and each shard a pod", () => {
    const { spec, environment } = campaign;
    expect(spec.parallelism).toBe(spec.completions);
    const indexes = Array.from({ length: spec.completions ?? 0 }, (_, index) => index);
    const shards = indexes.map((index) => parseShard("auto", { ...environment, JOB_COMPLETION_INDEX: String(index) }));
    expect(shards).toEqual(indexes.map((index) => ({ index, count: spec.completions })));
    expect(shards.length).toBeGreaterThan(1);
  });

  it("mounts what it writes to, and tries nothing again that would end in the same way", () => {
    expect(manifests(text)[0]).toMatchObject({ kind: "PersistentVolumeClaim", metadata: { name: campaign.claim } });
    expect(merge.claim).toBe(campaign.claim);
    expect(merge.environment).toEqual({ SEED: campaign.environment["SEED"], REPORTS: campaign.environment["REPORTS"] });
    expect(merge.container?.image).toBe(campaign.container?.image);
    expect([campaign.pod?.restartPolicy, merge.pod?.restartPolicy]).toEqual(["Never", "Never"]);
    // The first rule that fits counts.
    const rules = campaign.spec.podFailurePolicy?.rules ?? [];
    expect(rules.map(({ action }) => action)).toEqual(["Ignore", "FailIndex"]);
    expect(rules[1]?.onExitCodes).toEqual({ containerName: campaign.container?.name, operator: "In", values: [1, 2, 3] });
  });

  it("begins a shard in a folder of its own, and goes on where there is a checkpoint", () => {
    const reports = volume();
    const said = () => start(campaign, 'printf "%s\\n" "$@"', { REPORTS: reports, JOB_COMPLETION_INDEX: "3" }).stdout.trimEnd().split("\n");
    const shard = join(reports, "1", "shard-4");
    const extent = ["--seed", "1", "--cases", "1000000", "--shard", "auto", "--workers", "2"];
    expect(said()).toEqual(["fuzz", "--iut", "reference", "--no-build", ...extent, "--out", shard]);
    expect(existsSync(join(reports, "1"))).toBe(true);
    mkdirSync(shard);
    writeFileSync(join(shard, "checkpoint.json"), "{}");
    expect(said()).toEqual(["fuzz", "--resume", shard]);
  });

  it("merges what the shards wrote, and refuses to where one has written nothing", () => {
    const reports = volume();
    const played = Array.from({ length: 9 }, () => ({ cell: cells[0] ?? "", made: [{ outcome: "agrees" as const }] }));
    const write = (index: number) => {
      mkdirSync(join(reports, "1", `shard-${index}`), { recursive: true });
      writeCampaignReport(join(reports, "1", `shard-${index}`, "campaign.jsonl"), reportOf(played, { index, count: 3 }));
    };
    const merged = () => start(merge, `exec '${process.execPath}' '${program}' "$@"`, { REPORTS: reports });
    write(0);
    write(2);
    expect(merged()).toMatchObject({ status: 2, stderr: "expat-conformance: shard 2 of 3 is missing\n" });
    expect(existsSync(join(reports, "1", "campaign.jsonl"))).toBe(false);
    write(1);
    expect(merged()).toMatchObject({ status: 0, stderr: "" });
    expect(readCampaignReport(join(reports, "1", "campaign.jsonl")).footer.cases).toBe(9);
  });
});

describe("docs/campaigns.md", () => {
  const page = readFileSync(join(packageRoot, "docs", "campaigns.md"), "utf8");

  it("names every variable that --shard auto looks for, and the schema of the report", () => {
    const message = said(() => parseShard("auto", {}));
    const names = [...message.matchAll(/\b[A-Z]+_[A-Z_]+\b/g)].map(([name]) => name);
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) expect(page).toContain(`\`${name}\``);
    const links = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, link = ""]) => link);
    expect(links).toContain("../schemas/campaign-report.schema.json");
    for (const link of links) expect(existsSync(join(packageRoot, "docs", link))).toBe(true);
  });

  it("has a workflow whose jobs are the shards of one campaign", () => {
    const [, workflow = ""] = /```yaml\n([^]*?)```/.exec(page) ?? [];
    const { jobs } = parse(workflow) as { jobs: Record<"shard" | "merge", WorkflowJob> };
    const parts = jobs.shard.strategy?.matrix["part"] ?? [];
    // What the contexts are in each job of the matrix.
    const inJob = (index: number) =>
      Object.fromEntries(
        Object.entries(jobs.shard.env ?? {}).map(([name, value]) => [
          name,
          value
            .replace(/^\$\{\{ strategy\.job-index \}\}$/, String(index))
            .replace(/^\$\{\{ strategy\.job-total \}\}$/, String(parts.length)),
        ]),
      );
    expect(parts.map((_, index) => parseShard("auto", inJob(index)))).toEqual(parts.map((_, index) => ({ index, count: 4 })));
    const commands = (job: WorkflowJob) => job.steps.flatMap(({ run }) => run ?? []).filter((run) => run.includes("expat-conformance"));
    expect(commands(jobs.shard)).toEqual([expect.stringMatching(/--seed "\$GITHUB_RUN_ID" .*--shard auto --out shard$/)]);
    expect(commands(jobs.merge)).toEqual([
      expect.stringMatching(/report merge shards\/\*\/campaign\.jsonl --out shards\/campaign\.jsonl$/),
    ]);
    expect([jobs.merge.needs, jobs.merge.if]).toEqual(["shard", "always()"]);
  });
});

interface WorkflowJob {
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly number[]>> };
  readonly env?: Readonly<Record<string, string>>;
  readonly needs?: string;
  readonly if?: string;
  readonly steps: readonly { readonly run?: string }[];
}

function said(ask: () => unknown): string {
  try {
    ask();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("it was not refused");
}
