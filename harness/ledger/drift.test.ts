import { describe, expect, it } from "vitest";
import { compare, indexOf } from "./drift.ts";
import { distance, fingerprint, fingerprints, normalise, sentenceHash, sketch } from "./normalise.ts";
import { splitSentences } from "./sentences.ts";
import { loadTextIndexes, parseTextIndex, type TextIndex } from "./text-index.ts";

const source = `---
title: Tea over TCP
---

--- middle

# Introduction

Tea is brewed by the server (e.g. Assam) and drunk
by the client. The two MUST agree on the amount of \`milk\` {{!RFC9999}} before the kettle boils.

## Cups {#cups}

* A cup MUST be warm.
* A saucer is *optional* and _rarely_ seen under a tea_cup_name:

~~~
   tea = leaves || water. Stir
~~~
{: #fig-tea title="Tea"}

| sugar | lumps | OPTIONAL |

The client SHOULD say thank you once the cup is empty.
`;

/** An index as scripts/index-text.mjs makes it; which entries rest on a sentence is told by words in it. */
function indexed(text: string, entries: Readonly<Record<string, string>>): TextIndex {
  const sentences = splitSentences(text).map(({ text: sentence }) => ({
    fingerprint: fingerprint(sentence),
    sketch: sketch(sentence),
    requirements: Object.keys(entries).filter((id) => sentence.includes(entries[id] ?? "")),
  }));
  return { spec: "tea", text: "Tea-00", sentences };
}

const index = indexed(source, { "tea-milk": "amount of", "tea-warm": "warm", "tea-thanks": "thank you", "tea-saucer": "saucer" });

const rendered = `
Teapot                       Standards Track                    [Page 1]
\fRFC 9999                     Tea over TCP                 January 2026


Table of Contents

   1.  Introduction . . . . . . . . . . . . . . . . . . . . . . .   2

1.  Introduction

   Tea is brewed by the server (e.g. Assam) and drunk by the client.
   The two MUST agree on the amount of

Teapot                       Standards Track                    [Page 2]
\fRFC 9999                     Tea over TCP                 January 2026

   milk [RFC9999] before the kettle boils.

1.1.  Cups

   *  A cup MUST be warm.

   *  A saucer is optional and rarely seen under a tea_cup_name:

2.  Thanks

   The client SHOULD say thank you once the cup is empty.
`;

describe("splitting", () => {
  it("gives sentences, headings, elements of lists, rows and blocks of code, with line and section", () => {
    expect(splitSentences(source).map(({ line, section, text }) => [line, section, text.replace(/\s+/g, " ")])).toEqual([
      [7, "Introduction", "Introduction"],
      [9, "Introduction", "Tea is brewed by the server (e.g. Assam) and drunk by the client."],
      [10, "Introduction", "The two MUST agree on the amount of `milk` {{!RFC9999}} before the kettle boils."],
      [12, "Cups", "Cups"],
      [14, "Cups", "A cup MUST be warm."],
      [15, "Cups", "A saucer is *optional* and _rarely_ seen under a tea_cup_name:"],
      [18, "Cups", " tea = leaves || water. Stir"],
      [22, "Cups", "| sugar | lumps | OPTIONAL |"],
      [24, "Cups", "The client SHOULD say thank you once the cup is empty."],
    ]);
  });

  it("leaves page headers, page footers and the table of contents of a rendered text out", () => {
    expect(splitSentences(rendered).map(({ section, text }) => `${section}: ${text.replace(/\s+/g, " ").trim()}`)).toEqual([
      ": Table of Contents",
      "1. Introduction: 1. Introduction",
      "1. Introduction: Tea is brewed by the server (e.g. Assam) and drunk by the client.",
      "1. Introduction: The two MUST agree on the amount of milk [RFC9999] before the kettle boils.",
      "1.1. Cups: 1.1. Cups",
      "1.1. Cups: A cup MUST be warm.",
      "1.1. Cups: A saucer is optional and rarely seen under a tea_cup_name:",
      "2. Thanks: 2. Thanks",
      "2. Thanks: The client SHOULD say thank you once the cup is empty.",
    ]);
  });
});

it.each([
  ["dots in a rendered text", `1.  One\n2.  Two\n3.  Three\n   ${". ".repeat(900_000)}x\n`],
  ["abbreviations", "A. ".repeat(600_000)],
  ["an endless heading", `# ${"{ ".repeat(900_000)}\n`],
  ["references that do not end", "{{".repeat(900_000)],
  ["emphasis that does not end", "_a ".repeat(600_000)],
])("is done within seconds with 1.8 million bytes of %s", (_, text) => {
  const started = performance.now();
  for (const { text: sentence } of splitSentences(text).slice(0, 1000)) normalise(sentence);
  expect(performance.now() - started).toBeLessThan(5000);
});

describe("normalising", () => {
  it("drops marks, references and emphasis, and keeps names", () => {
    expect(normalise("A `cup_name` **must**\n _really_ hold {{Section 5 of RFC9261}} tea_x_y ")).toBe(
      "a cup_name must really hold tea_x_y",
    );
  });

  it("is hashed as the ledger hashes: SHA-256 over UTF-8", () => {
    expect(sentenceHash("  ABC ")).toBe("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });

  it("finds a sentence of the source in a rendered text, where references are written out", () => {
    const plain = fingerprint("It follows {{Section 5.1 of RFC9261}} and {{!RFC8446}}.");
    expect(fingerprints("It follows Section 5.1 of [RFC9261] and [RFC8446].")).toContain(plain);
  });

  it("tells sentences that share words from those that do not", () => {
    const one = sketch("The client SHOULD say thank you once the cup is empty.");
    expect(distance(one, sketch("The client MUST say thank you once the cup is empty."))).toBeLessThan(12);
    expect(distance(one, sketch("Kettles of copper are heated with gas or wood in winter."))).toBeGreaterThan(22);
  });
});

describe("a later revision", () => {
  it("that is the same has changed nothing, also when lines, marks and references differ", () => {
    const same = source.replace("drunk\nby", "drunk by\n").replace("{{!RFC9999}}", "{{?RFC1}}").replace("`milk`", "milk");
    expect(compare(same, index)).toMatchObject({ kept: 9, of: 9, changes: [] });
    expect(compare(source.replaceAll("\n", "\r\n"), index).changes).toEqual([]);
  });

  it("that is the rendered text has changed none of the sentences of the ledger", () => {
    const ledgerOnly = indexed(source, { "tea-milk": "amount of", "tea-warm": "warm", "tea-thanks": "thank you" });
    expect(compare(rendered, ledgerOnly).changes).toEqual([]);
  });

  it("changed a sentence: the nearest one is named, with its line", () => {
    const { changes } = compare(source.replace("SHOULD say thank you", "MUST say thank you"), index);
    expect(changes).toEqual([
      {
        kind: "changed",
        requirements: ["tea-thanks"],
        now: { line: 24, section: "Cups", text: "The client MUST say thank you once the cup is empty." },
      },
    ]);
  });

  it("moved a sentence: nothing has changed", () => {
    const line = "The client SHOULD say thank you once the cup is empty.\n";
    expect(compare(source.replace(line, "").replace("## Cups", `${line}\n## Cups`), index).changes).toEqual([]);
  });

  it("dropped a sentence", () => {
    expect(compare(source.replace("* A cup MUST be warm.\n", ""), index).changes).toEqual([
      { kind: "vanished", requirements: ["tea-warm"] },
    ]);
  });

  it("has a new sentence: it counts where it holds a key word", () => {
    const added = `${source}\nNobody cares about spoons. Spoons MUST NOT be licked.\n`;
    expect(compare(added, index).changes).toEqual([
      { kind: "new", requirements: [], now: { line: 26, section: "Cups", text: "Spoons MUST NOT be licked." } },
    ]);
  });

  it("changed a normative sentence that the ledger does not hold: it is new to the ledger", () => {
    const bare = indexed(source, { "tea-milk": "amount of" });
    const { changes } = compare(source.replace("A cup MUST be warm", "A cup MUST be hot"), bare);
    expect(changes).toMatchObject([{ kind: "new", now: { text: "A cup MUST be hot." } }]);
  });
});

describe("which text it is", () => {
  const other = { ...indexed("# Coffee\n\nCoffee is roasted. Beans MUST be ground.\n", {}), spec: "coffee" };

  it("is found out by the sentences that it shares", () => {
    expect(indexOf(source.replace("warm", "cold"), [other, index])?.spec).toBe("tea");
    expect(indexOf("# Cocoa\n\nCocoa comes from far away.\n", [other, index])).toBeUndefined();
  });
});

describe("the indexes of the ledger", () => {
  it("name the place of an entry that does not fit", () => {
    const head = "# spec: tea\n# text: Tea-00\n";
    expect(() => parseTextIndex(`${head}0123\n`, "tea.txt")).toThrow(/tea\.txt:3: expected a fingerprint/);
    expect(() => parseTextIndex("tea\n", "tea.txt")).toThrow(/tea\.txt: expected "# spec: NAME"/);
    expect(parseTextIndex(`${head}${"0".repeat(16)} ${"1".repeat(16)} tea-a tea-b\n`, "tea.txt").sentences[0]?.requirements).toEqual([
      "tea-a",
      "tea-b",
    ]);
  });

  it("are there for each specification that the ledger hashes", () => {
    expect(new Set(loadTextIndexes().map(({ spec }) => spec))).toEqual(new Set(["cmw", "ear", "eat", "expat", "rfc8446", "rfc9261"]));
  });
});
