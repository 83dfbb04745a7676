import { describe, expect, it } from "vitest";
import { cli, manifest, outcomes, program, runReported } from "../testing/cli.ts";

const FAULT = "relying-party/path/ca-left-out";
const CHECK = "rfc5280/6.1-path/issuer-not-ca";

describe.concurrent("prove", () => {
  it("prints which checks see a fault", async () => {
    const { code, stdout, stderr } = await cli(["prove", "--fault", FAULT, "--checks", "rfc5280/6.1-path/*"]);
    expect(stderr).toBe("");
    expect(stdout).toMatch(new RegExp(`^${FAULT} +3 +${CHECK.replaceAll(".", "\\.")}, .*, …$`, "m"));
    expect(stdout).toMatch(/^1 fault: 1 killed, 0 equivalent, 0 survivors\n$/m);
    expect(code).toBe(0);
  });

  it("names a survivor", async () => {
    const { code, stdout } = await cli(["prove", "--json", "--fault", FAULT, "--checks", "rfc5280/6.1-path/two-issuers", "--workers", "1"]);
    expect(stdout).toBe(
      `${JSON.stringify({
        ...{ faults: 1, killed: 0, equivalent: 0, survivors: [FAULT], falseAlarms: [] },
        ...{ caughtEquivalents: [], errors: [] },
      })}\n`,
    );
    expect(code).toBe(1);
  });

  it("takes no report of a part, and no fault that there is not", async () => {
    const part = await cli(["prove", "--fault", FAULT, "--report", "nowhere"]);
    expect(part).toMatchObject({ code: 2, stderr: expect.stringContaining("a proof of a part is none") });
    const unknown = await cli(["prove", "--fault", "relying-party/path/ca-left-in"]);
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining(`did you mean ${FAULT}`) });
    const checks = await cli(["prove", "--checks", "nonsense"]);
    expect(checks).toMatchObject({ code: 2, stderr: expect.stringContaining("--checks nonsense: no check matches") });
  });
});

describe.concurrent("prove --campaign", () => {
  const found = "relying-party/finished/mac-left-out";

  it("names the first case that shows a fault, which can be verified", async () => {
    const { code, stdout, stderr } = await cli(["prove", "--campaign", "--fault", found, "--cases", "150", "--workers", "1"]);
    expect(stderr).toBe("");
    expect(stdout).toMatch(new RegExp(`^${found} +\\d+  relying-party/`, "m"));
    expect(stdout).toContain("1 of 1 found, 0 cannot be shown, 0 missed; 150 cases without a fault, 0 false alarms\n");
    expect(code).toBe(0);
  });

  it("--published asks for what is published, and says where that is not so", async () => {
    const published = ["prove", "--campaign", "--published", "reports/campaign-proof.json", "--cases", "10", "--workers", "1"];
    expect(await cli([...published, "--fault", found])).toMatchObject({ code: 0, stdout: expect.stringContaining("1 of 1 found") });
    const bad = await cli(["prove", "--campaign", "--published", "package.json"]);
    expect(bad).toMatchObject({ code: 2, stderr: expect.stringContaining("expected what `prove --campaign --report` writes") });
  });

  it("takes no options that make no sense", async () => {
    const cases = await cli(["prove", "--cases", "10"]);
    expect(cases).toMatchObject({ code: 2, stderr: expect.stringContaining("they belong to --campaign") });
    const checks = await cli(["prove", "--campaign", "--checks", "rfc5280/*"]);
    expect(checks).toMatchObject({ code: 2, stderr: expect.stringContaining("leave out --checks") });
    const part = await cli(["prove", "--campaign", "--fault", found, "--report", "nowhere"]);
    expect(part).toMatchObject({ code: 2, stderr: expect.stringContaining("a proof of a part is none") });
  });
});

describe.concurrent("reference --fault", () => {
  it("is an implementation under test like any other, and is found out", async () => {
    const iut = manifest({ name: "faulty", command: [process.execPath, program, "reference", "--fault", FAULT] });
    const { code, report } = await runReported(["--iut", iut, "--only", CHECK, "--only", "rfc9261/5-validate/accepts-valid"]);
    const found = outcomes(report);
    expect(found[`${CHECK}[client]`]).toBe("fail");
    expect(found["rfc9261/5-validate/accepts-valid[client,sha256]"]).toBe("pass");
    expect(code).toBe(1);
  });

  it("names the nearest fault where there is none of that name", async () => {
    const { code, stdout, stderr } = await cli(["reference", "--fault", "attester/finished/key-of-other-roll"]);
    expect(stderr).toContain("did you mean attester/finished/key-of-other-role");
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  it("--faults lists them, with the reasons of those that are equivalent", async () => {
    const [text, json] = await Promise.all([cli(["reference", "--faults"]), cli(["reference", "--faults", "--json"])]);
    const listed = JSON.parse(json.stdout) as { id: string; role: string; title: string; requirements: string[]; equivalent?: string }[];
    expect(listed.length).toBeGreaterThanOrEqual(120);
    for (const { id, title, equivalent } of listed) {
      expect(text.stdout).toContain(`${id}\n    ${title}\n${equivalent === undefined ? "" : `    equivalent: ${equivalent}\n`}`);
    }
    expect(listed.some(({ equivalent }) => equivalent !== undefined)).toBe(true);
    expect([text.code, json.code]).toEqual([0, 0]);
  });

  it("--json alone is a mistake", async () => {
    expect(await cli(["reference", "--json"])).toMatchObject({ code: 2, stderr: expect.stringContaining("--faults") });
  });
});
