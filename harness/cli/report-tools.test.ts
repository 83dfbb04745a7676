import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { toPem } from "../authenticator/pem.ts";
import { pki } from "../pki/test-pki.ts";
import { type ResultRecord, readReport } from "../report/records.ts";
import { matrix, matrixResult, matrixText } from "../report/testing/matrix.ts";
import { failure, header, reportText, result } from "../report/testing/records.ts";
import { cli, temporaryFolder } from "../testing/cli.ts";

/** A folder with these files. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const right = reportText([result()]);
const wrong = reportText([failure()]);
const cut = reportText([result()], {}, "cut");
const campaign = '{"type":"campaign"}\n';

describe.concurrent("report badge", () => {
  it("writes SVG, JSON, or prints the SVG", async () => {
    const cwd = folderOf({ "r.jsonl": right, "m.jsonl": matrixText(matrix([matrixResult()])) });
    const both = await cli(["report", "badge", "r.jsonl", "--out", "b.svg", "--shields", "b.json", "--label", "acme"], { cwd });
    expect(both).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect(readFileSync(join(cwd, "b.svg"), "utf8")).toContain("acme: 1 passed");
    expect(JSON.parse(readFileSync(join(cwd, "b.json"), "utf8"))).toMatchObject({ label: "acme", color: "brightgreen" });
    const printed = await cli(["report", "badge", "m.jsonl"], { cwd });
    expect(printed.stdout).toMatch(/^<svg [^]*2 implementations, 1 of 1 exchanges right/);
  });
  it.each<[string, string, RegExp]>([
    ["cut short", cut, /r\.jsonl: no footer: the run was cut short/],
    ["cut in its last line", right.slice(0, -20), /no footer/],
    ["of a matrix cut short", matrixText({ ...matrix([matrixResult()]), footer: undefined }), /no footer: the matrix was cut short/],
    ["doubled", right.replace(/(.*\n)(.*\n)/, "$1$2$2"), /r\.jsonl:3: a second result of/],
    ["with unknown members", right.replace('"type":"result"', '"type":"result","more":1'), /r\.jsonl:2: .*more/],
    [
      "of another version",
      right.replace('"0.1.0"', '"9.0.0"').replace('"seed"', '"more":1,"seed"'),
      /more.*of version 9\.0\.0 of the suite, this is /,
    ],
    ["of a campaign", campaign, /found that of a campaign, which `report show` prints/],
    ["no report", "<html>\n", /r\.jsonl:1: expected one JSON object a line/],
  ])("writes none of a report %s", async (_, text, message) => {
    const cwd = folderOf({ "r.jsonl": text });
    const { code, stdout, stderr } = await cli(["report", "badge", "r.jsonl", "--out", "b.svg"], { cwd });
    expect([code, stdout, existsSync(join(cwd, "b.svg"))]).toEqual([2, "", false]);
    expect(stderr).toMatch(message);
  });
});

describe.concurrent("report markdown", () => {
  it("has all files, with the statements of the ledger, and one that was cut short", async () => {
    const cwd = folderOf({ "a.jsonl": wrong, "b.jsonl": cut, "m.jsonl": matrixText(matrix([matrixResult()])) });
    const { code, stdout } = await cli(["report", "markdown", "a.jsonl", "b.jsonl", "m.jsonl"], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/### cocos 1\.2: 1 failed\n[^]*\[expat [^]*### cocos 1\.2: cut short\n[^]*### Interop matrix: /);
    const written = await cli(["report", "markdown", "a.jsonl", "b.jsonl", "m.jsonl", "--out", "s.md"], { cwd });
    expect([written.stdout, readFileSync(join(cwd, "s.md"), "utf8")]).toEqual(["", stdout]);
  });
  it("is not written where a file is no report", async () => {
    const cwd = folderOf({ "a.jsonl": wrong, "c.jsonl": campaign });
    expect(await cli(["report", "markdown", "a.jsonl", "c.jsonl"], { cwd })).toMatchObject({ code: 2, stdout: "" });
  });
});

describe.concurrent("report diff", () => {
  const files = {
    "right.jsonl": right,
    "wrong.jsonl": wrong,
    "other.jsonl": reportText([result()], { iut: { ...header.iut, name: "other" } }),
    "broken.jsonl": reportText([failure({ outcome: "harness-error" })]),
    "cut.jsonl": cut,
    "m.jsonl": matrixText(matrix([matrixResult()])),
    "n.jsonl": matrixText(matrix([matrixResult({ outcome: "fail" })])),
  };
  it.each<[string[], number, RegExp]>([
    [["right.jsonl", "right.jsonl"], 0, /\n0 regressions, .* 1 as before\n$/],
    [
      ["right.jsonl", "wrong.jsonl"],
      1,
      /\nRegressions\n {2}expat\/5-binding\/.* {2}pass → fail\n {6}expected a refusal, found acceptance\n {6}npx /,
    ],
    [["wrong.jsonl", "right.jsonl"], 0, /\nFixed\n {2}.*fail → pass\n/],
    [["right.jsonl", "broken.jsonl"], 2, /\nChanged otherwise\n/],
    [["right.jsonl", "other.jsonl", "--force"], 0, /note: the implementations are different: cocos and other/],
    [["m.jsonl", "n.jsonl"], 1, /reference → cocos \(attester\/server\): interop\/attests.*pass → fail/],
  ])("%j ends with %i", async (args, code, says) => {
    const run = await cli(["report", "diff", ...args], { cwd: folderOf(files) });
    expect(run).toMatchObject({ code, stderr: "" });
    expect(run.stdout).toMatch(says);
  });
  it.each<[string[], RegExp]>([
    [["right.jsonl", "other.jsonl"], /implementations are different: cocos and other; --force compares them/],
    [["right.jsonl", "m.jsonl", "--force"], /right\.jsonl is a report of a run, m\.jsonl is a matrix\n/],
    [["right.jsonl", "cut.jsonl"], /cut\.jsonl: no footer/],
  ])("%j ends with 2 and says why", async (args, message) => {
    const run = await cli(["report", "diff", ...args], { cwd: folderOf(files) });
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toMatch(message);
  });
  it("prints an object", async () => {
    const { stdout } = await cli(["report", "diff", "right.jsonl", "wrong.jsonl", "--json"], { cwd: folderOf(files) });
    expect(JSON.parse(stdout)).toMatchObject({ kind: "run", regressions: [{ old: "pass", new: "fail" }], fixes: [], same: 0, notes: [] });
  });
});

describe.concurrent("report merge of parts of a run", () => {
  const part = (results: readonly ResultRecord[], position: "attester/server" | "relying-party/server", seed = "s"): string =>
    reportText(results, { filtered: true, part: { positions: [position] }, seed });
  const files = {
    "a.jsonl": part([result({ instance: "a/b[x]", position: "attester/server" })], "attester/server"),
    "b.jsonl": part([failure()], "relying-party/server"),
    "t.jsonl": part([failure()], "relying-party/server", "t"),
    "cut.jsonl": cut,
    "m.jsonl": matrixText(matrix([matrixResult()])),
  };
  it("writes one report, prints a summary, and ends as the whole run", async () => {
    const cwd = folderOf(files);
    const { code, stdout } = await cli(["report", "merge", "a.jsonl", "b.jsonl", "--out", "all.jsonl"], { cwd });
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^cocos 1\.2, .*: 2 parts, which leave a part of the checks out\n[^]*2 checks, 2 results: 1 passed, 1 failed\n$/,
    );
    expect(readReport(join(cwd, "all.jsonl"))).toMatchObject({ header: { filtered: true }, footer: { executed: 2 } });
    const lines = await cli(["report", "merge", "b.jsonl", "a.jsonl", "--out", "-"], { cwd });
    expect(lines.stdout).toBe(readFileSync(join(cwd, "all.jsonl"), "utf8"));
    const object = await cli(["report", "merge", "b.jsonl", "a.jsonl", "--json"], { cwd });
    expect(JSON.parse(object.stdout)).toEqual(readReport(join(cwd, "all.jsonl")));
  });
  it.each<[string[], RegExp]>([
    [["a.jsonl", "a.jsonl"], /1 result that a\.jsonl has as well/],
    [["a.jsonl", "t.jsonl"], /the seed: expected "s", found "t"/],
    [["a.jsonl", "cut.jsonl", "none.jsonl"], /cut\.jsonl: no footer.*\nnone\.jsonl: no such file\n/],
    [["a.jsonl", "m.jsonl"], /m\.jsonl: expected the report of one implementation .* found a matrix/],
  ])("refuses %j and writes nothing", async (args, message) => {
    const cwd = folderOf(files);
    const { code, stderr } = await cli(["report", "merge", ...args, "--out", "all.jsonl"], { cwd });
    expect(stderr).toMatch(message);
    expect([code, existsSync(join(cwd, "all.jsonl"))]).toEqual([2, false]);
  });
});

describe.concurrent("report sign and verify", () => {
  const pem = (name: string): string => toPem("CERTIFICATE", pki(name).certificate);
  const keyPem = (name: string): string => toPem("PRIVATE KEY", pki(name).pkcs8);
  const files = {
    "r.jsonl": right,
    "cut.jsonl": cut,
    "key.pem": keyPem("result-p256"),
    "chain.pem": pem("result-p256") + pem("result-intermediate-p256"),
    "root.pem": pem("result-root-p256"),
    "other.pem": pem("result-p384"),
  };
  it("sign a report that holds until a byte of it is another", async () => {
    const cwd = folderOf(files);
    const signed = await cli(["report", "sign", "r.jsonl", "--key", "key.pem", "--chain", "chain.pem", "--out", "r.cmw"], { cwd });
    expect(signed).toMatchObject({ code: 0, stdout: "", stderr: "" });
    const verify = (...args: string[]) => cli(["report", "verify", "r.jsonl", "r.cmw", ...args], { cwd });
    const byRoot = await verify("--trust", "root.pem", "--at", "2026-06-01");
    expect(byRoot).toMatchObject({ code: 0, stderr: "" });
    expect(byRoot.stdout).toMatch(/it holds: status affirming, signed by .*CN=/);
    expect((await verify("--key", "chain.pem")).code).toBe(0);
    expect((await verify("--key", "other.pem")).code).toBe(1);
    expect((await verify("--trust", "other.pem")).code).toBe(1);
    writeFileSync(join(cwd, "r.jsonl"), right.replace("1.2", "1.3"));
    const altered = await verify("--key", "chain.pem", "--json");
    expect([altered.code, JSON.parse(altered.stdout).holds]).toEqual([1, false]);
    expect((await verify("--key", "chain.pem")).stdout).toMatch(/\nFAILED {2}digest +expected SHA-256 [^]*it does not hold/);
  });
  it.each<[string[], RegExp]>([
    [["sign", "cut.jsonl", "--key", "key.pem"], /cut\.jsonl: no footer/],
    [["sign", "r.jsonl", "--key", "root.pem"], /root\.pem: expected a private key in PEM/],
    [["sign", "r.jsonl", "--key", "key.pem", "--chain", "other.pem"], /other\.pem: expected the certificate of the key in key\.pem first/],
    [["sign", "r.jsonl", "--key", "key.pem", "--chain", "key.pem"], /key\.pem: expected certificates in PEM, found none/],
    [["verify", "r.jsonl", "none.cmw", "--key", "chain.pem"], /none\.cmw: no such file/],
    [["verify", "r.jsonl", "r.jsonl", "--key", "r.jsonl"], /r\.jsonl: expected a public key/],
  ])("say what is wrong with what they are given: %j", async (args, message) => {
    const { code, stdout, stderr } = await cli(["report", ...args], { cwd: folderOf(files) });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
  });
});
