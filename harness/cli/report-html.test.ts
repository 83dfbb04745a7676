import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Matrix } from "../matrix/records.ts";
import type { PageData } from "../page/data.ts";
import { matrixOf } from "../page/testing/matrix-records.ts";
import { report } from "../page/testing/page-input.ts";
import type { Report } from "../report/records.ts";
import { failure, result } from "../report/testing/records.ts";
import { cli, temporaryFolder } from "../testing/cli.ts";

const lines = ({ header, results, footer }: Report | Matrix): string =>
  [header, ...results, ...(footer ? [footer] : [])].map((record) => `${JSON.stringify(record)}\n`).join("");
const whole = lines(report("cocos", [result(), failure({ instance: "a/b[client]" })]).content);
const matrix = lines(matrixOf());

/** Runs `report html` over files of these texts. */
async function html(files: Record<string, string>) {
  const cwd = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  const run = await cli(["report", "html", "--out", "page.html", ...Object.keys(files)], { cwd });
  const page = join(cwd, "page.html");
  const [, data] = existsSync(page) ? (/<script type="application\/json" id="data">([^<]*)</.exec(readFileSync(page, "utf8")) ?? []) : [];
  return { ...run, data: data === undefined ? undefined : (JSON.parse(data) as PageData) };
}

describe.concurrent("report html", () => {
  it("tells reports and matrices apart, in any mix", async () => {
    const { code, stderr, stdout, data } = await html({ "a.jsonl": matrix, "b.jsonl": whole });
    expect({ code, stderr, stdout }).toEqual({ code: 0, stderr: "", stdout: "" });
    expect(data?.reports.map(({ file, label }) => ({ file, label }))).toEqual([{ file: "b.jsonl", label: "cocos" }]);
    expect(data?.matrices.map(({ file }) => file)).toEqual(["a.jsonl"]);
    expect(data?.requirements.length).toBeGreaterThan(400);
  });

  it("takes of several reports of an implementation the one that was started last, and says so", async () => {
    const later = whole.replace('"startedAt":"2026-01-02', '"startedAt":"2026-02-02');
    const { code, stderr, data } = await html({ "later.jsonl": later, "earlier.jsonl": whole });
    expect(code).toBe(0);
    expect(stderr).toMatch(/2 reports of the same: later.jsonl, earlier.jsonl; later.jsonl counts/);
    expect(data?.reports.map(({ file }) => file)).toEqual(["later.jsonl"]);
    const otherProfile = whole.replace('"cmwAttestation":65280', '"cmwAttestation":65281');
    expect((await html({ "a.jsonl": whole, "b.jsonl": otherProfile })).data?.reports).toHaveLength(2);
  });

  it("shows what was cut short as cut short", async () => {
    const cut = whole.slice(0, whole.lastIndexOf("\n", whole.length - 2) + 1);
    const { code, stderr, data } = await html({ "cut.jsonl": cut, "matrix.jsonl": lines(matrixOf({ whole: false })) });
    expect(code).toBe(0);
    expect(stderr).toMatch(/cut.jsonl: it has no footer[^]*matrix.jsonl: it has no footer/);
    expect([data?.reports[0]?.cut, data?.matrices[0]?.cut]).toEqual([true, true]);
  });

  it.each([
    ["of another version", () => matrix.replace('"format":1', '"format":2'), /bad.jsonl:1: format: /],
    ["with an unknown member", () => whole.replace('"seed":', '"sneed":1,"seed":'), /bad.jsonl:1: .*sneed/],
    ["doubled", () => whole + whole, /bad.jsonl:5: a header after the footer/],
    ["with a result twice", () => matrix.replace(/(\{"type":"matrix-result".*\n)/, "$1$1"), /bad.jsonl:3: a second result of /],
    ["of a campaign", () => '{"type":"campaign"}\n', /bad.jsonl:1: .*found that of a campaign: `report show`/],
    ["that is empty", () => "", /bad.jsonl:1: expected the header of a report, found an empty file/],
    ["that is no JSON", () => "<html>\n", /bad.jsonl:1: expected one JSON object a line/],
    ["that lost a line", () => whole.replace(/\n[^]*?\n/, "\n"), /bad.jsonl: the footer does not fit|bad.jsonl:3: the footer does not fit/],
  ])("refuses a file %s, and writes nothing", async (_, text, says) => {
    const { code, stderr, data } = await html({ "good.jsonl": whole, "bad.jsonl": text() });
    expect(stderr).toMatch(says);
    expect(code).toBe(2);
    expect(data).toBeUndefined();
  });

  it("says that a file is missing", async () => {
    const { code, stderr } = await cli(["report", "html", "--out", "-", "no-such.jsonl"]);
    expect(stderr).toMatch(/no-such.jsonl/);
    expect(code).toBe(2);
  });
});
