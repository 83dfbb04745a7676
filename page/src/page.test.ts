import { describe, expect, it } from "vitest";
import { pageData } from "../../harness/page/pack.ts";
import { matrixOf } from "../../harness/page/testing/matrix-records.ts";
import { pageInput, report } from "../../harness/page/testing/page-input.ts";
import { failure, INSTANCE, result } from "../../harness/report/testing/records.ts";
import { bugReport } from "./bug-report.ts";
import { filtered } from "./filter.ts";
import { entryAt, modelOf } from "./model.ts";
import { hashOf, placeOf } from "./place.ts";

const model = modelOf(
  pageData(
    pageInput({
      reports: [report("alpha", [result({ instance: "a/b[client]", position: "attester/client" }), failure({ detail: "x `` <b>\n# y" })])],
      matrices: [{ file: "matrix.jsonl", content: matrixOf() }],
    }),
  ),
);

describe("a place", () => {
  it("comes back from its hash, whatever stands in it", () => {
    const place = { view: "results", text: "a b&c=d#é%", implementation: "x/y", page: "3" } as const;
    expect(placeOf(hashOf(place), "matrix")).toEqual(place);
  });
  it("is home where the hash names no view; what it does not know is left out", () => {
    expect(placeOf("#view=nowhere&outcome=fail&evil=1&text=", "matrix")).toEqual({ view: "matrix", outcome: "fail" });
  });
});

describe("the model", () => {
  it("knows that a report and a row of the matrix are of one implementation, by the path", () => {
    expect(model.subjects.map(({ label, report, inMatrix }) => [label, report !== undefined, inMatrix.length])).toEqual([
      ["alpha", true, 1],
      ["beta", false, 1],
      ["gamma", false, 1],
      ["delta", false, 1],
    ]);
  });
  it("lists what went wrong first, and nothing twice", () => {
    expect(model.byGravity[0]?.verdict.outcome).toBe("fail");
    expect(new Set(model.byGravity)).toEqual(new Set(model.entries));
  });
  it("finds every entry at its own place", () => {
    for (const entry of model.entries) expect(entryAt(model, placeOf(entry.href, "matrix"))).toBe(entry);
  });
});

describe("the filters", () => {
  const count = (filters: object): number => filtered(model.entries, { view: "results", ...filters }).length;
  it("hold together; the position is that of the implementation that is asked for", () => {
    const own = model.entries.filter(({ labels }) => labels.includes("beta"));
    expect(count({ implementation: "beta" })).toBe(own.length);
    expect(count({ implementation: "beta", position: "attester/server" })).toBe(
      own.filter(({ labels, exchange }) => labels[0] === "beta" && exchange?.direction === "attester/server").length,
    );
    expect(count({ implementation: "alpha", outcome: "unexpected" })).toBe(1);
    expect(count({ text: "NO such text" })).toBe(0);
    expect(count({ requirement: "expat-binding-mismatch-refused", text: "acceptance differs" })).toBe(1);
  });
});

describe("a bug report", () => {
  const text = bugReport(
    entryAt(model, placeOf(hashOf({ view: "result", implementation: "alpha", instance: INSTANCE }), "matrix")) ?? fail(),
    model.requirements,
    "0.3.0",
  );
  it("says what, why, and how to see it again", () => {
    expect(text).toMatch(
      /^## Evidence whose nonce differs .*: failed\n\n- Implementation: `alpha`\n- Check: `expat\/5-binding\/binding-altered\[server,sha256\]`/,
    );
    for (const part of [
      "### Why it matters",
      "### Expected\n\n```\na refusal\n```",
      "### Found\n\n```\nacceptance\n```",
      "### To reproduce\n\n```\nnpx expat-conformance run",
    ]) {
      expect(text).toContain(part);
    }
  });
  it("keeps what an implementation wrote in code", () => {
    expect(text).toContain("### Details\n\n```\nx `` <b>\n# y\n```");
  });
  it("names who is to blame of an exchange, and how each end is asked alone", () => {
    const entry = model.entries.find(({ verdict }) => verdict.blame !== undefined) ?? fail();
    const text = bugReport(entry, model.requirements, "0.3.0");
    expect(text).toContain("- Whose fault: gamma accepted invalid");
    expect(text).toMatch(/### Asked alone, against the reference\n\n- `gamma`: .*: fail; `npx expat-conformance run --iut iuts\/gamma/);
  });
});

function fail(): never {
  throw new Error("there is no such entry");
}
