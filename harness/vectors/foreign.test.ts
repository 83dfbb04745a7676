import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../paths.ts";
import { checkForeign, isForeign } from "./foreign.ts";
import type { ForeignFile } from "./foreign-format.ts";

const folder = join(packageRoot, "vectors", "foreign");
const names = readdirSync(folder);
const textOf = (name: string) => readFileSync(join(folder, name), "utf8");
const fileOf = (name: string) => JSON.parse(textOf(name)) as ForeignFile;

it("are those of RFC 8448, fizz, the CMW draft, COSE, JOSE, EAT and EAR", () => {
  expect(names.toSorted()).toEqual(["cmw.json", "cose.json", "ear.json", "eat.json", "fizz.json", "jws.json", "rfc8448.json"]);
});

describe.each(names)("what others published, %s,", (name) => {
  it("is what the suite gives", () => {
    const text = textOf(name);
    expect(isForeign(text)).toBe(true);
    const { vectors } = fileOf(name);
    const confirmed = vectors.filter(({ result }) => result === "confirmed").length;
    expect(checkForeign(name, text)).toEqual({ file: name, valid: confirmed, invalid: vectors.length - confirmed, problems: [] });
    expect(vectors.every(({ id }) => id.startsWith(`${name.replace(".json", "")}/`))).toBe(true);
  });

  it("is missed where one byte of it is another, in each vector", () => {
    for (const [index, { output }] of fileOf(name).vectors.entries()) {
      if (output === null) continue;
      const file = fileOf(name);
      const vector = file.vectors[index];
      const altered = JSON.stringify(output).replace(
        /"([0-9a-f]{2,})"/,
        (_, hex: string) => `"${hex.startsWith("0") ? "1" : "0"}${hex.slice(1)}"`,
      );
      Object.assign(vector ?? {}, { output: JSON.parse(altered) as unknown });
      const { problems } = checkForeign(name, JSON.stringify(file));
      expect(problems.map(({ kind, path }) => [kind, path])).toEqual([["vector", `vectors.${index}.output`]]);
      const [problem] = problems.map(({ expected, found }) => ({ computed: JSON.parse(expected), inFile: JSON.parse(found) }) as unknown);
      expect(problem).toEqual({ computed: output, inFile: JSON.parse(altered) as unknown });
    }
  });
});

describe("a file of foreign vectors that is wrong", () => {
  const altered = (change: (file: ForeignFile & { vectors: Record<string, unknown>[] }) => void): unknown => {
    const file = fileOf("eat.json");
    change(file as never);
    return checkForeign("eat.json", JSON.stringify(file)).problems;
  };

  it("is told so where what it says is refused is taken, or refused for another reason", () => {
    const refused = fileOf("eat.json").vectors.findIndex(({ result }) => result === "refused");
    expect(altered(({ vectors }) => Object.assign(vectors[refused] ?? {}, { inputs: vectors[refused - 1]?.inputs }))).toMatchObject([
      { kind: "vector", path: `vectors.${refused}`, expected: expect.stringContaining("a refusal") },
    ]);
    expect(altered(({ vectors }) => Object.assign(vectors[refused] ?? {}, { refusedFor: "the weather" }))).toMatchObject([
      { kind: "vector", path: `vectors.${refused}.refusedFor`, found: "the weather" },
    ]);
  });

  it("is told the place of an unknown member, odd hex, an id that is there twice and a wrong number", () => {
    expect(altered((file) => Object.assign(file, { titel: "" }))).toMatchObject([
      { kind: "input", path: "titel", expected: expect.stringContaining("did you mean title?") },
    ]);
    expect(altered(({ vectors }) => Object.assign(vectors[0]?.inputs ?? {}, { claims: "abc" }))).toMatchObject([
      { kind: "input", path: "vectors.0.inputs.claims", found: '"abc"' },
    ]);
    expect(altered(({ vectors }) => Object.assign(vectors[1] ?? {}, { id: vectors[0]?.id }))).toMatchObject([
      { kind: "input", path: "vectors.1.id" },
    ]);
    expect(altered((file) => Object.assign(file, { numberOfVectors: 1 }))).toMatchObject([{ path: "numberOfVectors", expected: "6" }]);
    expect(checkForeign("x.json", "{").problems).toMatchObject([{ kind: "input", path: "(the file)", expected: "JSON" }]);
  });

  it("still has its other vectors judged, and each is read as the kind that it says", () => {
    const judged = (change: (vectors: Record<string, unknown>[]) => void) => {
      const file = fileOf("cmw.json");
      change(file.vectors as never);
      const { valid, invalid, problems } = checkForeign("cmw.json", JSON.stringify(file));
      return { less: file.vectors.length - valid - invalid, problems };
    };
    expect(judged(([one]) => Object.assign(one ?? {}, { kind: "cwm" }))).toMatchObject({
      less: 1,
      problems: [{ kind: "input", path: "vectors.0.kind", expected: expect.stringContaining("cmw"), found: '"cwm"' }],
    });
    expect(judged(([one]) => Object.assign(one ?? {}, { inputs: { cmwData: "a" } }))).toMatchObject({
      less: 1,
      problems: [{ kind: "input", path: "vectors.0.inputs.cmwData", found: '"a"' }],
    });
    expect(judged(([one]) => Object.assign(one ?? {}, { cmwData: "00" }))).toMatchObject({
      less: 1,
      problems: [{ kind: "input", path: "vectors.0.cmwData", expected: "no such member" }],
    });
    expect(judged(([one]) => Object.assign(one ?? {}, { result: "yes" }))).toMatchObject({
      less: 1,
      problems: [{ kind: "input", path: "vectors.0.result", expected: "confirmed, or refused", found: '"yes"' }],
    });
    expect(judged((vectors) => vectors.splice(0, 1, null as never))).toMatchObject({ less: 1, problems: [{ path: "vectors.0.kind" }] });
  });

  it("whose signature does not verify with its key is found", () => {
    const file = fileOf("cose.json");
    const [vector] = file.vectors;
    const inputs = vector?.inputs as { token: string };
    inputs.token = `${inputs.token.slice(0, -2)}37`;
    expect(checkForeign("cose.json", JSON.stringify(file)).problems).toMatchObject([
      { kind: "vector", found: "the signature does not verify" },
    ]);
  });
});
