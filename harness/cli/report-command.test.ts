import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readCampaignReport, writeCampaignReport } from "../campaign/report-file.ts";
import { cells, type PlayedCase, reportOf } from "../campaign/testing/campaign-records.ts";
import { cli, temporaryFolder } from "../testing/cli.ts";

const cell = cells[3] ?? "";
const right = { cell, made: [{ outcome: "agrees" as const }] };
const failed = { cell, made: [{ outcome: "wrong" as const, cause: "relying-party/binding/equal" }] };

/** A folder with the reports of the shards of a campaign in which `cases` were played. */
function campaign(cases: readonly PlayedCase[], count: number): string {
  const folder = temporaryFolder();
  for (let index = 0; index < count; index++) {
    mkdirSync(join(folder, `shard-${index + 1}`));
    writeCampaignReport(join(folder, `shard-${index + 1}`, "campaign.jsonl"), reportOf(cases, { index, count }));
  }
  return folder;
}

const shard = (number: number) => `shard-${number}/campaign.jsonl`;

describe.concurrent("report merge", () => {
  it("writes the report of the campaign, with bundles that are found from there, and prints its summary", async () => {
    const cwd = campaign([right, failed, failed], 2);
    mkdirSync(join(cwd, "all"));
    const { code, stdout, stderr } = await cli(["report", "merge", shard(2), shard(1), "--out", "all/campaign.jsonl"], { cwd });
    expect(stderr).toBe("");
    expect(stdout).toMatch(/merged of 2 shards[^]*3 cases in .*: 1 failure in 2 cases, /);
    const merged = readCampaignReport(join(cwd, "all/campaign.jsonl"));
    expect(merged.footer).toMatchObject({ cases: 3, failures: 2 });
    const [finding] = merged.findings;
    const bundle = "bundles/relying-party-binding-equal";
    expect(finding).toMatchObject({
      count: 2,
      first: 1,
      bundle: `../shard-2/${bundle}`,
      replay: `npx expat-conformance replay shard-2/${bundle}`,
    });
    expect(stdout).toContain(`replay       ${finding?.replay}\n`);
    expect(code).toBe(1);
  });
  it("ends with 0 where nothing was found", async () => {
    expect((await cli(["report", "merge", shard(1)], { cwd: campaign([right], 1) })).code).toBe(0);
  });
  it("prints the report, and nothing else, for --out - and --json", async () => {
    const cwd = campaign([right, right, failed], 2);
    const lines = await cli(["report", "merge", shard(1), shard(2), "--out", "-"], { cwd });
    writeFileSync(join(cwd, "merged.jsonl"), lines.stdout);
    const object = await cli(["report", "merge", shard(1), shard(2), "--json"], { cwd });
    expect(JSON.parse(object.stdout)).toEqual(readCampaignReport(join(cwd, "merged.jsonl")));
    expect([lines.code, object.code]).toEqual([1, 1]);
    const both = await cli(["report", "merge", shard(1), shard(2), "--json", "--out", "-"], { cwd });
    expect(both.stderr).toMatch(/--json and --out - both want standard output/);
    expect(both.code).toBe(2);
  });
  it("says each file's problem, and writes nothing", async () => {
    const cwd = campaign([right, right, right], 3);
    const whole = readFileSync(join(cwd, shard(2)), "utf8");
    writeFileSync(join(cwd, shard(2)), whole.slice(0, -20));
    const broken = await cli(["report", "merge", shard(1), shard(2), "none.jsonl", "--out", "all.jsonl"], { cwd });
    expect(broken.stderr).toMatch(/^expat-conformance: shard-2\/campaign\.jsonl: no footer: .*\nnone\.jsonl: no such file\n$/);
    const gap = await cli(["report", "merge", shard(1), shard(3), shard(3), "--out", "all.jsonl"], { cwd });
    expect(gap.stderr).toBe(`expat-conformance: shard 2 of 3 is missing\nshard 3 of 3 is there twice: ${shard(3)}, ${shard(3)}\n`);
    for (const { code, stdout } of [broken, gap]) expect([code, stdout]).toEqual([2, ""]);
    expect(existsSync(join(cwd, "all.jsonl"))).toBe(false);
  });
});

describe.concurrent("report show", () => {
  it("prints the report for people, and ends as the campaign did", async () => {
    const cwd = campaign([right, failed], 2);
    const [first, second] = await Promise.all([1, 2].map((number) => cli(["report", "show", shard(number)], { cwd })));
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(second).toMatchObject({ code: 1, stderr: "" });
    expect(second?.stdout).toMatch(/shard 2\/2[^]*\nFAIL relying-party\/binding\/equal\n/);
  });
  it("says what is no report", async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "run.jsonl"), '{"type":"header"}\n');
    const { code, stdout, stderr } = await cli(["report", "show", "run.jsonl"], { cwd });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^expat-conformance: run\.jsonl:1: expected /);
  });
});
