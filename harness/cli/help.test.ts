import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../paths.ts";
import { cli } from "../testing/cli.ts";

describe.concurrent("--help", () => {
  it.each([
    [[]],
    [["run"]],
    [["list"]],
    [["requirements"]],
    [["requirements", "drift"]],
    [["explain"]],
    [["fuzz"]],
    [["replay"]],
    [["doctor"]],
    [["reference"]],
    [["prove"]],
    [["baseline"]],
    [["baseline", "update"]],
    [["report"]],
    [["report", "merge"]],
    [["report", "show"]],
    [["report", "badge"]],
    [["report", "markdown"]],
    [["report", "diff"]],
    [["report", "sign"]],
    [["report", "verify"]],
    [["report", "html"]],
    [["ambiguities"]],
  ])("shows an example: %j", async (command) => {
    const { code, stdout, stderr } = await cli([...command, "--help"]);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/Usage: expat-conformance/);
    expect(stdout).toMatch(/Examples?[^\n]*:\n +\S/);
    expect(code).toBe(0);
  });

  it("of fuzz has the options that docs/campaigns.md and the Job for Kubernetes name, and no others are left out there", async () => {
    const { stdout } = await cli(["fuzz", "--help"]);
    const read = (path: string): string => readFileSync(join(packageRoot, path), "utf8");
    const [, table = ""] = /\n\| option \| \|\n(.*?)\n\n/s.exec(read("docs/campaigns.md")) ?? [];
    const optionsIn = (text: string): Set<string> => new Set(text.match(/--[a-z][a-z-]*/g));
    expect(optionsIn(table)).toEqual(new Set([...optionsIn(stdout)].filter((option) => option !== "--help")));
    const job = read("deploy/kubernetes/campaign-job.yaml");
    for (const option of optionsIn(job.match(/exec expat-conformance fuzz [^\n]*/g)?.join(" ") ?? "")) expect(stdout).toContain(option);
  });

  it("prints the version", async () => {
    const { code, stdout } = await cli(["--version"]);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(code).toBe(0);
  });
});

describe.concurrent("usage that is wrong ends with exit code 2 and says what is wrong", () => {
  it.each([
    [["frobnicate"], /unknown command 'frobnicate'/],
    [["run", "--frobnicate"], /unknown option '--frobnicate'/],
    [["list", "too", "much"], /too many arguments/],
    [["run", "--workers", "0"], /--workers.*whole number from 1/],
    [["run", "--timeout", "soon"], /--timeout.*whole number from 100/],
    // More than a timer can hold: it would fire at once, and everything would be a hang.
    [["run", "--timeout", "99999999999"], /--timeout.*to 3600000/],
    [["run", "--only"], /--only.*argument missing/],
    [["requirements", "drift"], /missing required argument 'file'/],
    [["requirements", "frobnicate"], /too many arguments/],
    [["requirements", "--json", "--markdown"], /'--markdown' cannot be used with option '--json'/],
    [["requirements", "--check", "--spec", "expat"], /'--check' cannot be used with option '--spec <name>'/],
    [["baseline", "update", "--report", "r.jsonl", "--only", "*"], /'--report <file>' cannot be used with option '--only <glob>'/],
    [["report", "badge", "r.jsonl", "--out", "-", "--shields", "-"], /both want standard output/],
    [["report", "markdown", "r.jsonl", "--rows", "0"], /--rows.*whole number from 1/],
    [["report", "diff", "r.jsonl"], /missing required argument 'new'/],
    [["report", "sign", "r.jsonl"], /required option '--key <file>' not specified/],
    [["report", "verify", "r.jsonl", "r.cmw"], /expected --key .* or --trust/],
    [["report", "verify", "r.jsonl", "r.cmw", "--key", "k", "--trust", "t"], /not both/],
    [["report", "verify", "r.jsonl", "r.cmw", "--key", "k", "--at", "soon"], /--at soon: expected a date/],
    [["replay"], /missing required argument 'bundle'/],
    [["replay", "b", "--save-as", "x.yaml", "--iut", "y"], /'--save-as <file>' cannot be used with option '--iut <path>'/],
    [["prove", "--workers", "0"], /--workers.*whole number from 1/],
    [["reference", "--faults", "--fault", "x"], /'--faults' cannot be used with option '--fault <name>'/],
    [[], /Usage:/],
  ])("%j", async (args, says) => {
    const { code, stdout, stderr } = await cli(args);
    expect(stderr).toMatch(says);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });
});
