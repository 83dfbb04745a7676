import { describe, expect, it } from "vitest";
import { knownMistakes } from "../explain/explain.ts";
import { loadLibrary } from "../scenario/load.ts";
import { concat, fromHex } from "../wire/bytes.ts";
import { annotate, differences, UNNAMED } from "./annotate.ts";
import { caseExample } from "./case-example.ts";
import type { ShownExchange } from "./exchange.ts";
import { stepExample, stepsWithExample } from "./step-example.ts";

const { cases } = loadLibrary();
const bytesOf = ({ messages }: ShownExchange) =>
  messages.map(({ fields }) => Buffer.from(concat(...fields.map(({ bytes }) => bytes))).toString("hex"));

describe("the example of a step", () => {
  const steps = new Set(cases.flatMap(({ id, judged }) => judged.map((check) => check.id.slice(id.length + 1))));

  it("is there for every step that is judged", () => {
    expect([...steps].filter((step) => !stepsWithExample.includes(step))).toEqual([]);
    expect(stepExample("no-such-step")).toBeUndefined();
  });

  it.each(stepsWithExample)("%s: the wrong exchange is found by this step, and its mistake is named", (step) => {
    const example = stepExample(step);
    const [first] = example?.wrong?.finds ?? [];
    expect(first?.by).toBe(step);
    if ((knownMistakes.get(step) ?? []).length > 0) {
      expect(first?.mistakes).toHaveLength(1);
      expect(knownMistakes.get(step)?.map(({ id }) => id)).toContain(first?.mistakes[0]?.id);
      expect(example?.wrong?.title).toBe(first?.mistakes[0]?.title);
    }
  });

  it("is the same each time, and right and wrong differ", () => {
    for (const step of stepsWithExample) {
      const [one, other] = [stepExample(step), stepExample(step)];
      expect(one).toEqual(other);
      // What is wrong with a replay is not in its bytes.
      if (one?.wrong && step !== "freshness") expect(bytesOf(one.wrong.exchange), step).not.toEqual(bytesOf(one.right));
    }
  });
});

describe("the example of a case", () => {
  it.each(cases.map((script) => [script.id, script] as const))("%s", async (_, script) => {
    const { right, wrong } = await caseExample(script, cases);
    expect(right.messages.length).toBeGreaterThan(0);
    if (script.kind === "probe") return expect(wrong).toBeUndefined();
    // What goes wrong there is in the handshake and not in the messages of the exchange.
    if (wrong === undefined) return expect(script.id).toBe("expat/7.2-connection/attester-does-not-resume");
    expect(wrong?.made.length).toBeGreaterThan(0);
    expect(wrong?.finds.length).toBeGreaterThan(0);
    // The reference refuses what is wrong, or declines.
    if (script.kind === "negative") expect(wrong?.finds[0]?.found).toMatch(/^refused \(|empty authenticator/);
  });

  it("differs in what follows from the edit alone", async () => {
    const script = cases.find(({ id }) => id === "rfc9261/5.2.3-finished/mac-altered");
    if (script === undefined) throw new Error("no such case");
    const { right, wrong } = await caseExample(script, cases);
    const changes = right.messages.map(({ fields }, index) =>
      differences(fields, wrong?.exchange.messages[index]?.fields ?? []).filter(({ kind }) => kind !== "same"),
    );
    expect(changes.slice(0, -1).flat()).toEqual([]);
    expect(changes.at(-1)).toMatchObject([{ kind: "changed", right: { path: "verifyData" }, offset: 31 }]);
    expect(wrong?.altered).toMatchObject([{ path: "finished.verifyData" }]);
  });
});

describe("a message taken apart", () => {
  const spans = [
    { path: "type", start: 0, end: 1 },
    { path: "list.length", start: 1, end: 2 },
    { path: "list", start: 2, end: 4 },
    { path: "list.0.data", start: 2, end: 4 },
  ];

  it("is its innermost fields, with what stands behind them", () => {
    const { fields } = annotate("message", fromHex("0b02aabbcc"), spans, [], 0xff00);
    expect(fields.map(({ path, note }) => [path, note])).toEqual([
      ["type", "certificate"],
      ["list.length", "2"],
      ["list.0.data", undefined],
      [UNNAMED, undefined],
    ]);
  });

  it("loses no byte when it is parted at what is known in it", () => {
    const bytes = fromHex("000102030405060708090a0b0c0d");
    const landmarks = [{ name: "known", bytes: fromHex("030405060708") }];
    const { fields } = annotate("message", bytes, [{ path: "a.data", start: 0, end: 14 }], landmarks, 0xff00);
    expect(fields.map(({ path }) => path)).toEqual(["a.data: …", "a.data: known", "a.data: …"]);
    expect(Buffer.from(concat(...fields.map((field) => field.bytes)))).toEqual(Buffer.from(bytes));
  });

  it("is compared field by field, with the first byte that differs", () => {
    const field = (path: string, hex: string) => ({ path, bytes: fromHex(hex) });
    const changes = differences(
      [field("a", "00"), field("b", "0102"), field("c", "03")],
      [field("a", "00"), field("b", "0103"), field("d", "04")],
    );
    expect(changes.map(({ kind }) => kind)).toEqual(["same", "changed", "gone", "new"]);
    expect(changes[1]).toMatchObject({ offset: 1 });
  });
});
