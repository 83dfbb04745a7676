import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../paths.ts";
import type { Check } from "../scenario/case.ts";
import { allChecks, loadLibrary } from "../scenario/load.ts";
import { cli } from "../testing/cli.ts";

const library = loadLibrary();
const find = (wanted: (check: Check) => boolean) => allChecks(library).find(wanted);
const STEP = "rfc9261/5-authenticate/answers#certificate-verify";

describe("explain", () => {
  it("says of a step what is required, what can be named, and shows right beside wrong", async () => {
    const { code, stdout, stderr } = await cli(["explain", STEP]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^rfc9261\/5-authenticate\/answers#certificate-verify {2}attester, positive\n/);
    expect(stdout).toContain("https://www.rfc-editor.org/rfc/rfc9261#section-5.2.2");
    expect(stdout).toContain("rfc9261-transcript  RFC 9261, 5.2.2, MUST");
    expect(stdout).toMatch(/^ {8}0b +type = certificate$/m);
    expect(stdout).toMatch(/signature-input\.request\n {6}- 11[0-9a-f]+… .*\n {6}\+ \(no bytes\)/);
    expect(stdout).toMatch(/^ {6}- .*verifyData.*\n {6}\+ .*verifyData.*\n {8}\^\^/m);
    expect(stdout).toContain("looks like: signed, but the transcript leaves out the request (certificate-verify/request-left-out)");
    expect(stdout).not.toContain("\u001b[");
  });

  it("takes the id of an instance, as a failure prints it", async () => {
    const [instance, check] = await Promise.all([cli(["explain", `${STEP}[server,sha384]`]), cli(["explain", STEP])]);
    expect(instance).toEqual(check);
  });

  it.each([
    [
      "a relying party's negative case",
      find(({ id }) => id === "expat/5-binding/binding-altered"),
      /made so: claims\.nonce\.value is altered in one bit/,
    ],
    ["an attester's negative case", find(({ kind, iut }) => kind === "negative" && iut === "attester"), /refused \(/],
    ["a relying party's positive case", find(({ id }) => id === "rfc9261/5-validate/accepts-valid"), /A wrong exchange/],
    ["an attester's positive case", find(({ id }) => id === "expat/4-evidence/attests"), /looks like: /],
    ["a step of a request", find(({ id }) => id.endsWith("#request-structure")), /request-structure\/header-left-out/],
    ["a probe", find(({ kind }) => kind === "probe"), /No answer is wrong here/],
  ])("explains %s", async (_, wanted, says) => {
    const { code, stdout, stderr } = await cli(["explain", wanted?.id ?? "none"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(says);
  });

  it("writes one object with --json", async () => {
    const { code, stdout } = await cli(["explain", STEP, "--json"]);
    expect(code).toBe(0);
    const { id, statements, mistakes, right, wrong } = JSON.parse(stdout);
    expect(id).toBe(STEP);
    expect(statements[0]).toMatchObject({ id: "rfc9261-signature-input", level: "MUST", section: "5.2.2" });
    expect(mistakes.map((mistake: { id: string }) => mistake.id)).toContain("certificate-verify/separator-twice");
    expect(right.messages.map(({ name }: { name: string }) => name)).toEqual(["request", "certificate", "certificateVerify", "finished"]);
    expect(right.messages[1].fields[0]).toEqual({ path: "type", bytes: "0b", note: "certificate" });
    expect(wrong.finds[0].mistakes[0].id).toBe("certificate-verify/request-left-out");
  });

  it("lists all mistakes, each once, with its requirements", async () => {
    const [text, json] = await Promise.all([cli(["explain", "--mistakes"]), cli(["explain", "--mistakes", "--json"])]);
    const mistakes = JSON.parse(json.stdout) as { id: string; requirements: string[] }[];
    expect(new Set(mistakes.map(({ id }) => id)).size).toBe(mistakes.length);
    expect(mistakes.length).toBeGreaterThanOrEqual(40);
    expect(text.stdout).toContain(`\n${mistakes.length} known mistakes\n`);
    for (const { id } of mistakes) expect(text.stdout).toContain(`    ${id}  `);
    expect(mistakes.flatMap(({ requirements }) => requirements).filter((id) => !library.ledger.has(id))).toEqual([]);
    expect(mistakes.filter(({ requirements }) => requirements.length === 0)).toEqual([]);
  });

  it.each([
    [
      ["explain", "rfc9261/5-authenticate/answrs#certificate-verify"],
      /no such check; did you mean rfc9261\/5-authenticate\/answers#certificate-verify/,
    ],
    [["explain"], /expected the id of a check/],
    [["explain", STEP, "--mistakes"], /not both/],
  ])("wrong usage ends with exit code 2: %j", async (args, says) => {
    const { code, stdout, stderr } = await cli(args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(says);
  });

  it("does not mind a reader that has seen enough", () => {
    const program = join(packageRoot, "dist", "harness", "cli", "main.js");
    const { stdout, stderr } = spawnSync(
      "bash",
      ["-c", `set -o pipefail; "$0" "$1" explain "$2" | head -1`, process.execPath, program, STEP],
      {
        encoding: "utf8",
      },
    );
    expect([stdout, stderr]).toEqual([`${STEP}  attester, positive\n`, ""]);
  });
});
