import { describe, expect, it } from "vitest";
import type { CampaignReport } from "../campaign/records.ts";
import { cells, finding, type PlayedCase, reportOf } from "../campaign/testing/campaign-records.ts";
import { campaignSummary } from "./campaign-summary.ts";
import { campaignExitCodeOf } from "./expectation.ts";
import { colourPalette, plainPalette } from "./palette.ts";

const plain = { palette: plainPalette, width: undefined };
const text = (report: CampaignReport, look: Parameters<typeof campaignSummary>[1] = plain) => campaignSummary(report, look).join("\n");

const wrong = { outcome: "wrong", cause: "relying-party/binding/equal" } as const;
const agrees = { outcome: "agrees" } as const;
const observed = { outcome: "observed" } as const;
const binding = cells[3] ?? "";
const at = (cell: string | undefined, ...made: PlayedCase["made"]): PlayedCase => ({ cell: cell ?? "", made });

describe("the summary of a campaign", () => {
  it("is coloured as a whole: taken out, the colours leave what is printed without them", () => {
    const report = reportOf([at(cells[0], agrees), at(binding, wrong)]);
    const coloured = text(report, { palette: colourPalette, width: undefined });
    expect(coloured).toContain("\u001b[");
    expect(coloured.replace(/\u001b\[\d+m/g, "")).toBe(text(report));
  });

  it("says what of the language was played, what never was, and what was done at open points", () => {
    const lines = text(
      reportOf([
        at(cells[0], agrees),
        at(cells[1], observed),
        at(binding, wrong),
        at(binding, agrees),
        at(cells[4], { outcome: "discarded" }),
      ]),
    );
    expect(lines).toMatch(
      /^campaign of expat-conformance 0\.2\.0 on cocos 0\.10\.2 \(draft-fossati-seat-expat-03, seed s, attester\/server, relying-party\/client\)\n/,
    );
    expect(lines).toContain("\nCoverage: 3 of 6 cells (50 %)\n");
    expect(lines).toMatch(/\nposition +cells +cases +failed\n {2}attester\/server +2\/2 +2 +-\n {2}relying-party\/client +1\/4 +2 +1\n/);
    expect(lines).toMatch(/\n {2}eat-cwt +2\/3 +3 +1\n/);
    expect(lines).toMatch(/\nstage .*\n {2}binding +1\/1 +2 +1\n {2}certificate +0\/1 +0 +-\n {2}claims +1\/1 +1 +-\n/);
    expect(lines).toMatch(
      /\nother cases .*\n {2}checks of expat +0\/1 +0 +-\n {2}sequences +0\/1 +0 +-\n {2}valid exchanges +1\/1 +1 +-\n/,
    );
    expect(lines).toMatch(
      /\nNever played\n {2}relying-party\/client eat-cwt sequence\/replay\n {2}relying-party\/client expat\/5-binding\/binding-altered\n.*certificate\/flip\n\n/,
    );
    expect(lines).toContain("\nWhat was done at open points\n  cocos 0.10.2: accepted 1\n");
    expect(lines).toMatch(/\n5 cases in 1 s \(5 a second\), all cases were played: 1 failure in 1 case, 50 % of the cells$/);
  });

  it("says of a finding what it is and how to play it again, in one line that can be copied", () => {
    const lines = text(reportOf([at(binding, agrees), at(binding, wrong), at(binding, wrong)]), { ...plain, width: 64 });
    expect(lines).toContain(`
FAIL relying-party/binding/equal
    cases        2, the first is 1
    position     relying-party/client, TLS_AES_128_GCM_SHA256,
                 p256, eat-cwt
    shrunk to    binding/flip
    expected     a refusal
    found        acceptance
    requirements expat-binding-mismatch-refused
    replay       npx expat-conformance replay fuzz-s/bundles/relying-party-binding-equal
`);
  });

  it("says where implementations part, and whose finding it is", () => {
    const iuts = [
      { path: "a", name: "acme", version: "1" },
      { path: "b", name: "bcme", version: "2" },
    ];
    const report = reportOf([at(binding, wrong, agrees), at(binding, wrong, agrees)], undefined, { iuts });
    const lines = text({ ...report, differences: [...report.differences, { ...(report.differences[0] ?? finding), free: true } as never] });
    expect(lines).toContain("on acme 1 and bcme 2 (");
    expect(lines).toMatch(
      /\nWhere they part\n {2}one of them is wrong:\n {4}relying-party\/client eat-cwt binding\/flip: acme accepted, bcme refused \(2 cases, the first is 0\)\n {2}the texts leave it open:\n {4}relying/,
    );
    expect(lines).toContain("\nFAIL a: relying-party/binding/equal\n");
  });

  it("leaves out what there is nothing to say of", () => {
    const lines = text(reportOf(cells.map((cell) => at(cell, agrees))));
    expect(lines).not.toMatch(/Never played|Where they part|open points|failed|FAIL/);
    expect(lines).toMatch(/\n6 cases in 1 s \(6 a second\), all cases were played: no failures, 100 % of the cells$/);
  });

  it("names ten of many differences and cells, and says how many there are more", () => {
    const [difference] = reportOf([at(binding, wrong, agrees)], undefined, {
      iuts: [
        { path: "a", name: "a", version: "1" },
        { path: "b", name: "b", version: "1" },
      ],
    }).differences;
    if (!difference) throw new Error("no difference");
    const report = reportOf([]);
    const lines = text({
      ...report,
      cells: report.cells.flatMap((cell) => [0, 1].map((copy) => ({ ...cell, cell: `${cell.cell}${copy}` }))),
      differences: Array.from({ length: 13 }, (_, number) => ({ ...difference, first: number })),
    });
    expect(lines).toContain("\n    and 3 more\n");
    expect(lines).toContain("\n  and 2 more\n");
  });

  it("says how a campaign ended, which shard it was or of how many, and how long it took", () => {
    const of = (header: Partial<CampaignReport["header"]>, footer: Partial<CampaignReport["footer"]>) => {
      const report = reportOf([at(binding, agrees)]);
      return text({ ...report, header: { ...report.header, ...header }, footer: { ...report.footer, ...footer } });
    };
    expect(of({ shard: { index: 1, count: 4 } }, { end: "time", durationMs: 61_000 })).toMatch(
      /seed s, shard 2\/4, .*\n[^]*1 case in 1 min 1 s .*, the time was up: /,
    );
    expect(of({ merged: 4 }, { end: "stopped", durationMs: 7_320_000 })).toMatch(
      /seed s, merged of 4 shards, .*\n[^]*1 case in 2 h 2 min .*, it was stopped: /,
    );
    expect(of({ focus: ["cmw"] }, { end: "given-up" })).toMatch(/focus cmw\)\n[^]*given up: the implementation ended or hung/);
    const doubtful = reportOf([
      at(binding, { outcome: "broke", cause: "relying-party/hang/no-answer" }),
      at(binding, { outcome: "harness-error", cause: "harness/undefined-is-no-object" }),
    ]);
    expect(text(doubtful)).toMatch(
      /\nINCONCLUSIVE relying-party\/hang.*[^]*\nHARNESS ERROR harness\/.*[^]*: no failures, 1 inconclusive, 1 harness error in 1 case, /,
    );
  });

  it("has colours where they are wanted, and never those of an implementation", () => {
    const report = reportOf([at(binding, wrong)]);
    const hostile = { ...report, findings: report.findings.map((one) => ({ ...one, cause: "\u001b[2J", found: "\u001b[31mred" })) };
    expect(text(hostile)).not.toContain("\u001b");
    expect(text(hostile)).toContain("\\u001b[31mred");
    expect(text(hostile, { ...plain, palette: colourPalette })).toContain(`${colourPalette.bad("FAIL")} \\u001b[2J`);
  });
});

it.each([
  ["nothing", {}, 0],
  ["failures", { failures: 1 }, 1],
  ["what could not be confirmed", { inconclusive: 1 }, 1],
  ["errors of the harness", { failures: 1, harnessErrors: 1 }, 2],
  ["a campaign that was given up", { end: "given-up" as const, failures: 20 }, 2],
  ["a campaign that played nothing", { cases: 0 }, 3],
])("%s makes the exit code of a campaign", (_, change, code) => {
  const { footer } = reportOf([at(binding, agrees)]);
  expect(campaignExitCodeOf({ ...footer, ...change })).toBe(code);
});
