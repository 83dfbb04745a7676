import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../paths.ts";
import { checkFile, type VectorProblem } from "./check.ts";
import type { Group, Vector, VectorFile } from "./format.ts";
import { topics } from "./topics/index.ts";

function textOfFile(topic: string): string {
  return readFileSync(join(packageRoot, "vectors", `${topic}.json`), "utf8");
}

/** A file with a change in it, as text. */
function changed(topic: string, change: (file: VectorFile) => void): string {
  const file = JSON.parse(textOfFile(topic)) as VectorFile;
  change(file);
  return `${JSON.stringify(file, null, 1)}\n`;
}

function first<T>(list: readonly T[], fits: (element: T) => boolean = () => true): T {
  const found = list.find(fits);
  if (found === undefined) throw new Error("nothing there to change");
  return found;
}

/** The same kind of file by someone else: nothing is generated to compare with, so that the judge alone decides. */
function foreign(file: VectorFile): void {
  const { topic } = file;
  file.topic = "of-someone-else";
  for (const vector of file.groups.flatMap(({ vectors }) => vectors)) vector.id = vector.id.replace(topic, file.topic);
}

function places(problems: readonly VectorProblem[]): string[] {
  return problems.map(({ kind, path }) => `${kind} ${path}`);
}

describe("a file of vectors that is as generated", () => {
  it.each(topics.map(({ topic }) => topic))("%s.json has no problem, and every vector is judged", (topic) => {
    const { valid, invalid, problems } = checkFile("file", textOfFile(topic), topics);
    expect(problems).toEqual([]);
    expect(valid + invalid).toBe((JSON.parse(textOfFile(topic)) as VectorFile).numberOfVectors);
  });
});

describe("a vector that was tampered with is found, and where", () => {
  it.each(topics.map(({ topic }) => topic))("of %s: a bit of a right output", (topic) => {
    let place = "";
    const text = changed(topic, ({ groups }) => {
      const [group] = groups as [Group];
      const vector = first(group.vectors, ({ result }) => result === "valid");
      const [member] = Object.keys(vector.output) as [string];
      const output = vector.output as Record<string, string>;
      // The last byte: of a token, a request and an authenticator it belongs to what is signed, MACed or asked for.
      const hex = output[member] as string;
      output[member] = `${hex.slice(0, -1)}${hex.endsWith("0") ? "1" : "0"}`;
      place = `groups.0.vectors.${group.vectors.indexOf(vector)}`;
    });
    const { problems } = checkFile("file", text, topics);
    expect(problems.map(({ kind, file }) => ({ kind, file }))).toEqual(problems.map(() => ({ kind: "vector", file: "file" })));
    const found = problems.map(({ path }) => path);
    expect(found.filter((path) => !path.startsWith(place))).toEqual([]);
    // Once against what is generated, once by the judge.
    expect(found.some((path) => path.startsWith(`${place}.output.`))).toBe(true);
    expect(found).toContain(place);
  });

  it.each(topics.map(({ topic }) => topic))("of %s: a right message under the name of a wrong one, by the judge alone", (topic) => {
    let place = "";
    const text = changed(topic, (file) => {
      foreign(file);
      const [group] = file.groups as [Group];
      const vector = first(group.vectors, ({ result, inputs }) => result === "invalid" && inputs === undefined);
      Object.assign(vector, { output: first(group.vectors, ({ result }) => result === "valid").output });
      place = `groups.0.vectors.${group.vectors.indexOf(vector)}.flags.0`;
    });
    const { problems } = checkFile("file", text, topics);
    expect(problems).toMatchObject([{ kind: "vector", path: place, found: "nothing is wrong" }]);
  });

  it.each(topics.map(({ topic }) => topic))("of %s: a flag that promises another finding, by the judge alone", (topic) => {
    let flagged: string[] = [];
    const text = changed(topic, (file) => {
      foreign(file);
      const [name, flag] = first(Object.entries(file.flags));
      flag.finding.code = "other-than-found";
      flagged = placesOf(file, (vector) => vector.flags.includes(name));
    });
    const { problems } = checkFile("file", text, topics);
    expect(flagged.length).toBeGreaterThan(0);
    expect(places(problems)).toEqual(flagged.map((place) => `vector ${place}.flags.0`));
    for (const { expected } of problems) expect(expected).toMatch(/: other-than-found$/);
  });

  it("a second flag whose finding is not there", () => {
    const text = changed("bindings", (file) => {
      foreign(file);
      const vector = first(file.groups.flatMap(({ vectors }) => vectors) as Vector[], ({ flags }) => flags.includes("OtherHash"));
      vector.flags.push("AikOtherHash");
    });
    const { problems } = checkFile("file", text, topics);
    expect(problems).toMatchObject([{ kind: "vector", expected: "aik-hash: aik-mismatch", found: "binding: binding-mismatch" }]);
    expect(problems[0]?.path).toMatch(/\.flags\.1$/);
  });

  it("a file under the name of another topic, by its ids", () => {
    const relabelled = changed("bindings", (file) => {
      file.topic = "of-someone-else";
    });
    const { problems, notCompared } = checkFile("file", relabelled, topics);
    expect(problems).toHaveLength((JSON.parse(relabelled) as VectorFile).numberOfVectors);
    expect(problems[0]).toMatchObject({ kind: "vector", path: "groups.0.vectors.0.id", found: "bindings/sha256/key-p256" });
    expect(notCompared).toBe("stages not compared: not a topic of this suite");
    const renamed = checkFile("file", changed("bindings", foreign), topics);
    expect(renamed).toMatchObject({ problems: [], notCompared });
    expect(checkFile("file", textOfFile("bindings"), topics).notCompared).toBeUndefined();
  });

  it("an intermediate that another program has written, and other bytes for the same values", () => {
    const altered = changed("bindings", ({ groups }) => {
      const stages = groups[0]?.stages as Record<string, { intermediates: Record<string, string> }>;
      Object.assign(stages["binding"]?.intermediates ?? {}, { binding: "00".repeat(32) });
    });
    expect(checkFile("file", altered, topics).problems).toMatchObject([
      { kind: "vector", path: "groups.0.stages.binding.intermediates.binding", found: `"${"00".repeat(32)}"` },
    ]);
    const reformatted = JSON.stringify(JSON.parse(textOfFile("bindings")));
    expect(checkFile("file", reformatted, topics).problems).toMatchObject([{ kind: "vector", path: "(the file)" }]);
  });
});

describe("what is no file of vectors is said to be so, and all else in it is still judged", () => {
  const bindings = JSON.parse(textOfFile("bindings")) as VectorFile;
  const all = bindings.numberOfVectors;
  const inGroup = bindings.groups.map(({ vectors }) => vectors.length) as [number, number];

  it.each<[string, (file: VectorFile) => void, Partial<VectorProblem>, number]>([
    [
      "a number in place of bytes",
      ({ groups }) => void Object.assign(groups[0]?.vectors[0]?.output ?? {}, { binding: 5 }),
      { path: "groups.0.vectors.0.output.binding", expected: "string", found: "5" },
      all - 1,
    ],
    [
      "an odd number of digits",
      ({ groups }) => void Object.assign(groups[0]?.vectors[1]?.output ?? {}, { binding: "abc" }),
      { path: "groups.0.vectors.1.output.binding", expected: "bytes as lower-case hexadecimal of even length", found: '"abc"' },
      all - 1,
    ],
    [
      "digits in capital letters",
      ({ groups }) => void Object.assign(groups[0]?.vectors[1]?.output ?? {}, { binding: "AB" }),
      { path: "groups.0.vectors.1.output.binding", found: '"AB"' },
      all - 1,
    ],
    [
      "a member that nobody knows",
      ({ groups }) => void Object.assign(groups[0]?.vectors[2] ?? {}, { remark: "new" }),
      { path: "groups.0.vectors.2.remark", expected: "no such member", found: '"new"' },
      all - 1,
    ],
    [
      "a member that nobody knows, deep in a stage",
      ({ groups }) => void Object.assign((groups[0]?.stages["binding"]?.value as object) ?? {}, { salt: "00" }),
      { path: "groups.0.stages.binding.value.salt", expected: "no such member", found: '"00"' },
      all - inGroup[0],
    ],
    [
      "a missing intermediate",
      ({ groups }) => void Object.assign(groups[1]?.stages["binding"] ?? {}, { intermediates: { hashInput: "00" } }),
      { path: "groups.1.stages.binding.intermediates.binding", expected: "string", found: "nothing" },
      all - inGroup[1],
    ],
    [
      "an invalid vector without its mutation",
      ({ groups }) =>
        void Object.assign(
          first(groups[0]?.vectors ?? [], ({ result }) => result === "invalid"),
          { mutation: undefined },
        ),
      { expected: "object", found: "nothing" },
      all - 1,
    ],
    [
      "a count with a fraction",
      (file) => {
        file.numberOfVectors = 1.5;
      },
      { path: "numberOfVectors", expected: "int", found: "1.5" },
      all,
    ],
  ])("%s", (_, change, problem, judged) => {
    const { valid, invalid, problems } = checkFile("file", changed("bindings", change), topics);
    expect(problems).toMatchObject([{ kind: "input", file: "file", ...problem }]);
    expect(valid + invalid).toBe(judged);
  });

  it.each([
    ["", "(the file)"],
    ["{", "(the file)"],
    ["[]", "(the file)"],
    ["null", "(the file)"],
    ['{"groups":[null]}', "groups.0"],
    ['{"groups":[{"vectors":5}],"flags":{}}', "groups.0"],
  ])("%j", (text, place) => {
    const { valid, invalid, problems } = checkFile("file", text, topics);
    expect(valid + invalid).toBe(0);
    expect(problems.map(({ kind }) => kind)).toContain("input");
    expect(problems.some(({ path }) => path.startsWith(place))).toBe(true);
  });

  it.each<[string, string, (file: VectorFile) => void, RegExp]>([
    [
      "a root that is no certificate",
      "evidence-cwt",
      (file) => rootsOf(file).push("00"),
      /inputs\.trust\.attestation\.1: expected an X\.509/,
    ],
    [
      "an end entity that is no certificate",
      "bindings",
      ({ groups }) => void Object.assign(groups[0]?.inputs ?? {}, { endEntityCertificate: "00" }),
      /inputs\.endEntityCertificate: expected an X\.509 certificate/,
    ],
    [
      "a request that is none",
      "authenticators",
      ({ groups }) => void Object.assign(groups[0]?.inputs ?? {}, { request: "0d00" }),
      /inputs\.request: expected a request/,
    ],
  ])("an input that the judge cannot begin with: %s", (_, topic, change, says) => {
    const text = changed(topic, (file) => {
      foreign(file);
      change(file);
    });
    const { problems } = checkFile("file", text, topics);
    expect(problems.length).toBeGreaterThan(0);
    expect(new Set(problems.map(({ kind }) => kind))).toEqual(new Set(["input"]));
    expect(problems[0]?.found).toMatch(says);
  });

  it("a flag that the file does not explain, an id that stands twice, a wrong count", () => {
    const text = changed("bindings", (file) => {
      foreign(file);
      file.numberOfVectors++;
      const [group] = file.groups as [Group];
      Object.assign(group.vectors[1] ?? {}, { id: group.vectors[0]?.id });
      Object.assign(
        first(group.vectors, ({ result }) => result === "invalid"),
        { flags: ["Unheard"] },
      );
    });
    const { problems } = checkFile("file", text, topics);
    expect(problems.map(({ kind, found }) => [kind, found])).toEqual([
      ["input", "of-someone-else/sha256/key-p256"],
      ["input", "Unheard"],
      ["input", String(all + 1)],
    ]);
  });
});

function rootsOf({ groups }: VectorFile): string[] {
  const { trust } = first(groups).inputs as { trust: { attestation: string[] } };
  return trust.attestation;
}

function placesOf({ groups }: VectorFile, fits: (vector: Vector) => boolean): string[] {
  return groups.flatMap(({ vectors }, group) =>
    vectors.flatMap((vector, index) => (fits(vector) ? [`groups.${group}.vectors.${index}`] : [])),
  );
}
