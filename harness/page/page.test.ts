import { describe, expect, it } from "vitest";
import { failure, INSTANCE, result } from "../report/testing/records.ts";
import type { PageData } from "./data.ts";
import { filled } from "./html.ts";
import { labelsOf } from "./labels.ts";
import { pageData } from "./pack.ts";
import { Texts } from "./tables.ts";
import { matrixOf } from "./testing/matrix-records.ts";
import { manyResults, pageInput, report } from "./testing/page-input.ts";
import { exchangesOf, pattern, restored, resultsOf, suffixOf } from "./unpack.ts";

/** As it comes out of the page. */
const through = (data: PageData): PageData => {
  const html = filled('<script>"PAGE_DATA_STANDS_HERE"</script>', data);
  return JSON.parse(html.slice("<script>".length, -"</script>".length));
};

describe("the data of a page", () => {
  it("gives the results of a run again, with everything that a failure says", () => {
    const failed = failure({ mistakes: [{ id: "m", title: "t", hint: "h", requirements: [] }], goal: "relay", baseline: "known" });
    const { reports, tables } = through(pageData(pageInput({ reports: [report("cocos", [result({ instance: "a/b[client]" }), failed])] })));
    const [packed] = reports;
    if (packed === undefined) throw new Error("no report came out");
    const [passed, other] = resultsOf(packed, tables);
    expect(passed).toMatchObject({ instance: "a/b[client]", verdict: { outcome: "pass" } });
    expect(other).toMatchObject({
      instance: INSTANCE,
      check: { id: failed.check, title: failed.title, goal: "relay", why: failed.why, requirements: failed.requirements },
      place: { position: failed.position, cipherSuite: "TLS_AES_128_GCM_SHA256", signatureScheme: "p256" },
      verdict: {
        outcome: "fail",
        expectation: "unexpected",
        detail: failed.detail,
        expected: "a refusal",
        found: "acceptance",
        baseline: "known",
      },
      diagnostics: ["starting", "", "verifier: nonce not compared"],
      reproduce: failed.reproduce,
    });
    expect(other?.verdict.mistakes).toEqual([{ id: "m", title: "t", hint: "h" }]);
  });

  it("gives each result of a matrix again", () => {
    const matrix = matrixOf();
    const { matrices, tables } = through(pageData(pageInput({ matrices: [{ file: "reports/matrix.jsonl", content: matrix }] })));
    const [packed] = matrices;
    if (packed === undefined) throw new Error("no matrix came out");
    expect(packed.file).toBe("matrix.jsonl");
    const again = exchangesOf(packed, tables);
    expect(again).toHaveLength(matrix.results.length);
    for (const [index, one] of matrix.results.entries()) {
      expect(again[index]).toMatchObject({
        attester: { name: one.attester },
        relyingParty: { name: one.relyingParty },
        direction: one.direction,
        exchange: { id: one.exchange },
        instance: one.instance,
        capture: one.capture,
        reproduce: one.reproduce,
        transcript: one.transcript?.trimEnd().split("\n"),
        place: { ...one.parameters, position: one.direction },
      });
      expect(again[index]?.verdict.blame).toEqual(one.blame);
    }
  });

  it("says that a report is cut short, or filtered", () => {
    const cut = report("cocos", [result()], { whole: false });
    const { reports } = pageData(pageInput({ reports: [cut, report("other", [])] }));
    expect(reports.map(({ label, cut, filtered }) => ({ label, cut, filtered }))).toEqual([
      { label: "cocos", cut: true, filtered: false },
      { label: "other", cut: false, filtered: false },
    ]);
  });

  it("cannot end its script element, nor begin a comment", () => {
    const evil = "</script><!--<script>\u2028\u2029";
    const data = pageData(pageInput({ reports: [report("cocos", [failure({ detail: evil })])] }));
    const html = filled('"PAGE_DATA_STANDS_HERE"', data);
    expect(html).not.toMatch(/[<\u2028\u2029]/);
    expect(through(data).tables.verdicts[0]?.detail).toBe(evil);
  });

  it("wants one place in the template", () => {
    const data = pageData(pageInput());
    expect(() => filled("nothing", data)).toThrow(/0 places/);
    expect(() => filled('"PAGE_DATA_STANDS_HERE" "PAGE_DATA_STANDS_HERE"', data)).toThrow(/2 places/);
  });

  it("takes 20,000 results in less than 2.9 MB", () => {
    const reports = Array.from({ length: 7 }, (_, index) => report(`iut-${index}`, manyResults(2858, `iut-${index}`)));
    expect(JSON.stringify(pageData(pageInput({ reports }))).length).toBeLessThan(2_900_000);
  });
});

describe("long texts", () => {
  it("are taken by importance while there is room, and equal ones once", () => {
    const texts = new Texts(60);
    const taken: string[] = [];
    texts.offer("passed and long enough to fill what room there is", "pass", () => taken.push("pass"));
    texts.offer("one\ntwo\n", "fail", (number) => taken.push(`fail ${number}`));
    texts.offer("one\ntwo\n", "observed", (number) => taken.push(`observed ${number}`));
    texts.offer("another that has no room any more", "unsupported", () => taken.push("unsupported"));
    expect(texts.chosen()).toMatchObject({ texts: [[0, 1], [2]], lines: ["one", "two", expect.stringMatching(/^passed/)] });
    expect(taken).toEqual(["fail 0", "observed 0", "pass"]);
  });
});

describe("names in commands", () => {
  it("are taken out and put in again, also where one is in another", () => {
    const names = ["a/b[x]", "a-b", "", "b"];
    const text = "run a/b[x] b a-b.pcapng $& $1 \\";
    expect(pattern(text, names)).not.toContain("a-b");
    expect(restored(pattern(text, names), names)).toBe(text);
  });
  it("do not make a name of what an implementation wrote as one", () => {
    expect(restored(pattern("\ue000 x", ["secret"]), ["secret"])).toBe("\ufffd x");
  });
  it("keep the name of an instance that does not begin with that of its check", () => {
    expect(suffixOf("a/b", "a/b[c]")).toBe("[c]");
    expect(suffixOf("a/b", "x")).toBe("=x");
  });
});

describe("labels", () => {
  const [{ content }] = [report("cocos", [])];
  const { header } = content;
  it("are the names, and say what differs where two have the same", () => {
    const iut = { ...header.iut, version: "2" };
    expect(labelsOf([header])).toEqual(["cocos"]);
    expect(labelsOf([header, { ...header, iut }])).toEqual(["cocos (1.2)", "cocos (2)"]);
    expect(labelsOf([header, { ...header, iut: { ...header.iut, path: "x" } }])).toEqual(["cocos (iuts/cocos)", "cocos (x)"]);
    expect(labelsOf([header, header])).toEqual(["cocos (1)", "cocos (2)"]);
  });
});
