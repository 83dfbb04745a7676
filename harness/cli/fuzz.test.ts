import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CampaignReport } from "../campaign/records.ts";
import { readCampaignReport } from "../campaign/report-file.ts";
import { cli, fakeShim, manifest, program, type Run, startCli, temporaryFolder } from "../testing/cli.ts";

/** The reference with a fault of the catalogue, as a shim. */
const broken = (fault: string): string => manifest({ name: "broken", command: [process.execPath, program, "reference", "--fault", fault] });

/** A campaign in a folder of its own. */
async function fuzz(...args: readonly string[]): Promise<Run & { readonly folder: string; readonly report: CampaignReport }> {
  const folder = join(temporaryFolder(), "campaign");
  const run = await cli(["fuzz", "--out", folder, ...args]);
  return { ...run, folder, report: readCampaignReport(join(folder, "campaign.jsonl")) };
}

const cellsOf = ({ cells }: CampaignReport): string[] => cells.map((cell) => JSON.stringify(cell)).toSorted();

describe("fuzz", () => {
  it("finds nothing in the reference, and plays the same cases with one worker and with two, at once and in two parts", async () => {
    const [one, two, first] = await Promise.all([
      fuzz("--seed", "same", "--cases", "160", "--workers", "1"),
      fuzz("--seed", "same", "--cases", "160", "--workers", "2"),
      fuzz("--seed", "same", "--cases", "60"),
    ]);
    expect([one.code, two.code, first.code]).toEqual([0, 0, 0]);
    expect(one.report.footer).toMatchObject({ end: "cases", cases: 160, failures: 0, inconclusive: 0, harnessErrors: 0 });
    expect(cellsOf(two.report)).toEqual(cellsOf(one.report));
    const further = await cli(["fuzz", "--resume", first.folder, "--cases", "160"]);
    expect(further.code).toBe(0);
    expect(cellsOf(readCampaignReport(join(first.folder, "campaign.jsonl")))).toEqual(cellsOf(one.report));
  });

  it("plays in shards what it plays alone", async () => {
    const [whole, ...shards] = await Promise.all(
      [[], ["--shard", "1/2"], ["--shard", "2/2"]].map((shard) => fuzz("--seed", "shards", "--cases", "101", "--workers", "1", ...shard)),
    );
    expect(shards.map(({ report }) => report.footer.cases)).toEqual([51, 50]);
    const merged = join(temporaryFolder(), "merged.jsonl");
    const { code } = await cli(["report", "merge", ...shards.map(({ folder }) => join(folder, "campaign.jsonl")), "--out", merged]);
    expect(code).toBe(0);
    expect(cellsOf(readCampaignReport(merged))).toEqual(whole && cellsOf(whole.report));
  });

  it("finds a fault, shrinks it to one edit, counts it once, and leaves a bundle that shows it again", async () => {
    const iut = broken("relying-party/binding/left-out");
    const { code, stdout, report, folder } = await fuzz("--iut", iut, "--seed", "found", "--cases", "100", "--focus", "binding");
    expect(code).toBe(1);
    const causes = report.findings.map(({ cause }) => cause);
    expect(new Set(causes).size).toBe(causes.length);
    const finding = report.findings.find(({ cause }) => cause === "relying-party/binding/equal");
    expect(finding).toMatchObject({ kind: "failure", iut });
    expect(finding?.exercises).toHaveLength(1);
    expect(finding?.count).toBeGreaterThan(1);
    expect(finding?.connections).toBeLessThanOrEqual(200);
    expect(finding?.requirements.join(" ")).toMatch(/\bexpat-binding-/);
    expect(stdout).toContain(finding?.replay);
    const bundle = join(folder, finding?.bundle ?? "");
    expect(existsSync(join(bundle, "capture.pcapng"))).toBe(true);
    expect(await cli(["replay", bundle])).toMatchObject({ code: 1 });
    expect(await cli(["replay", bundle, "--iut", "reference"])).toMatchObject({ code: 0 });
  });

  it("says where two implementations part", async () => {
    const iut = broken("relying-party/binding/left-out");
    const { code, report } = await fuzz("--iut", "reference", "--iut", iut, "--seed", "two", "--cases", "80", "--focus", "binding");
    expect(code).toBe(1);
    expect(new Set(report.findings.map((finding) => finding.iut))).toEqual(new Set([iut]));
    expect(report.differences.filter(({ free }) => !free).map(({ did }) => did)).toContainEqual({
      reference: "refused",
      [iut]: "accepted",
    });
    // What one of several got wrong is shown for both.
    const { first = 0 } = report.differences[0] ?? {};
    const shown = await cli(["fuzz", "--iut", "reference", "--iut", iut, "--seed", "two", "--focus", "binding", "--show", String(first)]);
    expect(shown.stdout).toMatch(/^# reference: agrees \(refused\)/m);
    expect(shown.stdout).toMatch(/^# .*: wrong \(accepted\)/m);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s ends it with a whole report, and it goes on from there", async (signal, exitCode) => {
    const folder = join(temporaryFolder(), "campaign");
    const iut = fakeShim("none");
    const { child, ended } = await startCli([
      "fuzz",
      "--iut",
      iut,
      "--out",
      folder,
      "--seed",
      "stop",
      "--cases",
      "100000",
      "--workers",
      "1",
    ]);
    await new Promise<void>((resolve) => child.stdout?.once("data", () => resolve()));
    child.kill(signal);
    const { code, stderr } = await ended;
    expect(code).toBe(exitCode);
    expect(stderr).toContain(`--resume ${folder}`);
    const { footer } = readCampaignReport(join(folder, "campaign.jsonl"));
    expect(footer.end).toBe("stopped");
    const further = await cli(["fuzz", "--resume", folder, "--cases", String(footer.cases + 20)]);
    expect(further.code).toBe(0);
    expect(readCampaignReport(join(folder, "campaign.jsonl")).footer).toMatchObject({ end: "cases", cases: footer.cases + 20 });
  });

  it("gives up an implementation that ends in each case, and keeps what there is", async () => {
    const { code, stderr, report } = await fuzz(
      "--iut",
      fakeShim("exits-after-hello"),
      "--seed",
      "dies",
      "--cases",
      "500",
      "--workers",
      "1",
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(/in too many cases in a row/);
    expect(report.footer.end).toBe("given-up");
    expect(report.footer.cases).toBeLessThan(50);
    expect(report.findings.map(({ cause }) => cause)).toContainEqual(expect.stringMatching(/^(attester|relying-party)\/exit\//));
  });
});

describe("fuzz, asked for what makes no sense", () => {
  it.each([
    ["a focus that is none", ["--focus", "bindung"], /--focus bindung: .*did you mean binding\?/],
    ["a position that is none", ["--position", "attester/moon"], /--position attester\/moon: expected one of/],
    ["a budget of nothing", ["--cases", "0"], /whole number from 1/],
    ["a time that is none", ["--time", "soon"], /duration/],
    ["a shard of more than there are", ["--shard", "3/2"], /3\/2/],
    ["an implementation that is not there", ["--iut", "nowhere"], /nowhere: no such file or folder/],
    ["one implementation twice", ["--iut", "reference", "--iut", "reference"], /reference is there twice/],
    ["to go on with nothing", ["--resume", "nowhere"], /found no checkpoint\.json/],
    ["to go on with another seed", ["--resume", "nowhere", "--seed", "1"], /--seed with --resume/],
  ])("%s", async (_, args, message) => {
    const { code, stderr, stdout } = await cli(["fuzz", ...args], { cwd: temporaryFolder() });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  it("a checkpoint of another version, of another implementation, cut short, or none", async () => {
    const { folder } = await fuzz("--seed", "checkpoint", "--cases", "7", "--workers", "1");
    const file = join(folder, "checkpoint.json");
    const text = readFileSync(file, "utf8");
    const resumed = async (content: string): Promise<string> => {
      writeFileSync(file, content);
      const { code, stderr } = await cli(["fuzz", "--resume", folder]);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await resumed(text.replace(/"suite":"[^"]*"/, '"suite":"0.0.1"'))).toMatch(/written by version 0\.0\.1 of the suite/);
    expect(await resumed(text.replace(/"declares":"[^"]*"/, '"declares":"0"'))).toMatch(/declares something else now/);
    expect(await resumed(text.slice(0, 100))).toMatch(/found no JSON/);
    expect(await resumed("{}")).toMatch(/found something else/);
    expect(await resumed(text.replace('"elapsedMs"', '"elapsed"'))).toMatch(/elapsed/);
    writeFileSync(file, text);
    expect(await cli(["fuzz", "--out", folder])).toMatchObject({ code: 2, stderr: expect.stringContaining(`--resume ${folder}`) });
  });
});
