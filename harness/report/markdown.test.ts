import { describe, expect, it } from "vitest";
import { markdownOfMatrix } from "./markdown-matrix.ts";
import { markdownOfRun } from "./markdown-run.ts";
import { code, command, prose } from "./markdown-text.ts";
import type { Report } from "./records.ts";
import { matrix, matrixHeader, matrixResult } from "./testing/matrix.ts";
import { failure, footer, header, ledger, result } from "./testing/records.ts";

const look = { ledger, rows: 50 };
const HOSTILE =
  "| a `b` <script>alert(1)</script> <!-- **x** _y_ ~~z~~ [l](http://e.org) ![i](http://e.org) www.e.org\n\n# h\n| @octocat #1 \\| \\\\| &lt; $x$ \u202e\u0007";
const run = (results: Report["results"], change: Partial<Report> = {}): string =>
  markdownOfRun({ header, results, footer: footer(results), ...change }, look).join("\n");

// What stands outside of the tags and characters that this program writes itself is what a text of others could have brought in.
function structureIn(markdown: string): { tags: Set<string>; cells: Set<number> } {
  const tags = new Set(markdown.match(/<[^>]*>?/g));
  const rows = markdown.split("\n").filter((line) => line.startsWith("|"));
  return { tags, cells: new Set(rows.map((row) => row.split("|").length)) };
}

describe("a text of others in Markdown", () => {
  it.each([
    ["prose", prose],
    ["code", code],
    ["command", command],
  ] as const)("has no character that means something: %s", (_, write) => {
    const written = write(HOSTILE).replace(/^<code>|<\/code>$/g, "");
    expect(written.replace(/&#\d+;/g, "")).toMatch(/^[A-Za-z0-9 ,()'"/=+;.?-]*$/);
    expect(written).not.toMatch(/www\.e|\.[A-Za-z]/);
  });
  it("is itself when its references are read", () => {
    const read = (text: string): string => text.replace(/&#(\d+);/g, (_, number: string) => String.fromCodePoint(Number(number)));
    expect(read(command("a | `b`\n <c> é 漢 😀"))).toBe("<code>a | `b` <c> é 漢 😀</code>");
    expect(read(prose("@a #1"))).toBe("@\u200ba #\u200b1");
    expect(read(prose("\u202e\u200b"))).toBe("\\u{202e}\\u{200b}");
  });
  it("is cut where it is long, and says so", () => {
    expect(prose("x".repeat(500))).toMatch(/^x{400}&#8230; \(500 characters\)$/);
    expect(command("x".repeat(500))).toContain("x".repeat(500));
  });
});

describe("a run in Markdown", () => {
  it("has totals, failures with statement and command, and what is known apart", () => {
    const text = run([
      result(),
      failure({ instance: "a/b[client]" }),
      failure({ instance: "a/b[server]" }),
      failure({ instance: "a/k[server]", expectation: "expected", baseline: "it has never been compared" }),
    ]);
    expect(text).toContain("### cocos 1.2: 2 failed\n");
    expect(text).toContain(
      "| results | passed | failed | all |\n| --- | --- | --- | --- |\n| expected | 1 | 1 | 2 |\n| unexpected | 0 | 2 | 2 |\n| all | 1 | 3 | 4 |\n",
    );
    expect(text).toMatch(
      /\| fail \(2 times\) \| <code>a\/b<\/code><br>Evidence .* expected <code>a refusal<\/code>, found <code>acceptance<\/code> \| \[expat 5.1\]\(https:[^)]*\), MUST: Evidence whose .* \| <code>npx expat-conformance run .*a\/b&#91;client/,
    );
    const [before, details] = text.split("<details>");
    expect(before).not.toContain("a/k");
    expect(details).toContain("| <code>a/k</code> | fail | 1 | it has never been compared |");
  });
  it("says of one that was cut short that it is", () => {
    const text = run([result()], { footer: undefined });
    expect(text).toMatch(/^### cocos 1.2: cut short\n\n> \[!CAUTION\]/);
    expect(text).not.toContain("1 passed\n");
  });
  it("names what passes against the baseline", () => {
    expect(run([result({ expectation: "stale", baseline: "used to fail" })])).toMatch(/#### Passes, though[^]*\| used to fail \|/);
  });
  it("stays a summary", () => {
    const results = Array.from({ length: 60 }, (_, index) => failure({ instance: `a/${index}[client]` }));
    expect(run(results)).toContain("and 10 more: the report has them all.");
  });
  it("keeps its form whatever names and details hold", () => {
    const hostile = failure({
      instance: `${HOSTILE}[x]`,
      title: HOSTILE,
      detail: HOSTILE,
      expected: HOSTILE,
      found: HOSTILE,
      requirements: [HOSTILE],
      reproduce: HOSTILE,
      mistakes: [{ id: HOSTILE, title: HOSTILE, hint: HOSTILE, requirements: [] }],
    });
    const known = failure({ check: HOSTILE, expectation: "expected", baseline: HOSTILE });
    const iut = { ...header.iut, name: HOSTILE, version: HOSTILE };
    const text = run([hostile, known], { header: { ...header, seed: HOSTILE, iut } });
    const plain = run([failure(), failure({ expectation: "expected", baseline: "x" })]);
    expect(structureIn(text).tags).toEqual(new Set([...structureIn(plain).tags, "<br>"]));
    expect(structureIn(text).cells).toEqual(structureIn(plain).cells);
    expect(text).not.toContain("@");
    expect(text.split("\n").filter((line) => line.startsWith("#")).length).toBe(
      plain.split("\n").filter((line) => line.startsWith("#")).length,
    );
  });
});

describe("a matrix in Markdown", () => {
  const blame = { verdict: "relying-party-refused-valid", text: "cocos refused what is valid (expat 4)", evidence: [] } as const;
  const failed = matrixResult({ outcome: "fail", blame: { ...blame, evidence: [] }, disclosure: "to be reported to the maintainers" });
  const results = [
    matrixResult({ instance: "interop/attests[server,sha384]" }),
    failed,
    matrixResult({ attester: "cocos", outcome: "unsupported", direction: "attester/client" }),
  ];
  it("has a row for each attester, and whose fault each failure is", () => {
    const text = markdownOfMatrix(matrix(results), look).join("\n");
    expect(text).toContain("### Interop matrix: 2 implementations, 1 of 2 exchanges right\n");
    expect(text).toContain("| **reference** 0.2.0 | **server: 1 of 2 right, 1 failed** | not played |");
    expect(text).toContain("| **cocos** 0.10.2 | client: nothing in common | not played |");
    expect(text).toContain("- **gnutls**: not built&#58; needs gcc");
    expect(text).toContain("| cocos refused what is valid (expat 4)<br>*to be reported to the maintainers* |");
  });
  it("keeps its form whatever names and details hold", () => {
    const names = new Map([["cocos", HOSTILE]]);
    const other = {
      ...matrixHeader,
      implementations: matrixHeader.implementations.map((one) => ({ ...one, name: names.get(one.name) ?? one.name, version: HOSTILE })),
    };
    const hostile = matrixResult({
      relyingParty: HOSTILE,
      outcome: "fail",
      detail: HOSTILE,
      instance: HOSTILE,
      exchange: HOSTILE,
      reproduce: HOSTILE,
      disclosure: HOSTILE,
    });
    const text = markdownOfMatrix(matrix([hostile], other), look).join("\n");
    const plain = markdownOfMatrix(matrix([failed]), look).join("\n");
    expect(structureIn(text).tags).toEqual(structureIn(plain).tags);
    expect(structureIn(text).cells).toEqual(structureIn(plain).cells);
    expect(text).not.toContain("@");
  });
  it("says of one that was cut short that it is", () => {
    expect(markdownOfMatrix({ ...matrix(results), footer: undefined }, look)[0]).toBe("### Interop matrix: cut short");
  });
});
