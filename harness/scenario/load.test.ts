import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../input/input-error.ts";
import { packageRoot } from "../paths.ts";
import { temporaryFolder } from "../testing/cli.ts";
import { loadLibrary } from "./load.ts";

// The ledger as it is, and one suite of our own.
const suites = temporaryFolder();
const file = join(suites, "mine", "suite.yaml");
beforeAll(() => {
  cpSync(join(packageRoot, "suites", "requirements"), join(suites, "requirements"), { recursive: true });
  mkdirSync(join(suites, "mine"));
});

const POSITIVE = `
suite: mine
title: A suite for this test
cases:
  - id: accepts
    title: A valid authenticator is accepted
    iut: relying-party
    requirements: [rfc9261-authenticator-valid]
    steps:
      - request: { by: iut }
      - authenticate: { by: harness }
      - validate: { by: iut, expect: accepted }
`.trimStart();

const another = (text: string): string => `${POSITIVE}\n${text.replace(/^\n/, "")}`;
const negative = (change: string): string => `
  - id: altered
    title: An authenticator that is altered is refused
    iut: relying-party
    requirements: [rfc9261-authenticator-valid]
${change}
    mutate: [{ at: finished.verifyData, op: flip }]
`;

function load(text: string) {
  writeFileSync(file, text);
  return loadLibrary(suites);
}

function problemOf(text: string): string {
  try {
    load(text);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    const { message } = error as Error;
    return message.replaceAll(/\S*(?=mine\/suite\.yaml)/g, "");
  }
  throw new Error("the suite was taken");
}

describe("a suite", () => {
  it("with a positive case and its negative twin is taken", () => {
    const { cases } = load(another(negative("    control: accepts")));
    expect(cases.map(({ id, kind, control }) => [id, kind, control?.id])).toEqual([
      ["mine/accepts", "positive", undefined],
      ["mine/altered", "negative", "mine/accepts"],
    ]);
  });

  it.each([
    ["a syntax error", POSITIVE.replace("[rfc9261-authenticator-valid]", "[rfc9261-authenticator-valid"), /^mine\/suite\.yaml:\d+:\d+: /],
    ["an unknown field", POSITIVE.replace("    iut:", "    uit:"), /suite\.yaml:6:\d+: cases\.0\.uit: no such field/],
    ["an unknown verb", POSITIVE.replace("- request:", "- ask:"), /mine\/suite\.yaml:9:\d+: cases\.0\.steps\.0\.ask: no such field/],
    [
      "an unknown field of a step",
      POSITIVE.replace("expect: accepted", "expects: accepted"),
      /^mine\/suite\.yaml:11:\d+: cases\.0\.steps\.2\.validate\.expects: no such field/,
    ],
    [
      "a value that is none",
      POSITIVE.replace("expect: accepted", "expect: taken"),
      /^mine\/suite\.yaml:11:\d+: cases\.0\.steps\.2\.validate\.expect: /,
    ],
    ["a role that is none", POSITIVE.replace("iut: relying-party", "iut: verifier"), /^mine\/suite\.yaml:6:10: cases\.0\.iut: /],
    [
      "neither steps nor control",
      POSITIVE.slice(0, POSITIVE.indexOf("    steps:")),
      /^mine\/suite\.yaml:4:\d+: cases\.0: .*`steps`, or a `control`/,
    ],
    [
      "an unknown requirement",
      POSITIVE.replace("authenticator-valid", "authenticator-vaild"),
      /^mine\/suite\.yaml: mine\/accepts: no requirement "rfc9261-authenticator-vaild" in the ledger/,
    ],
    ["a case twice", another(POSITIVE.slice(POSITIVE.indexOf("  - id:"))), /^mine\/suite\.yaml: the case mine\/accepts stands twice/],
    ["a control that is missing", another(negative("    control: acepts")), /^mine\/suite\.yaml: mine\/altered: no control "mine\/acepts"/],
    [
      "a negative case without control",
      another(negative("    steps: [{ request: { by: iut, expect: refused } }]").replace(/ +mutate.*\n/, "")),
      /^mine\/suite\.yaml: mine\/altered: a negative case needs a control/,
    ],
    [
      "a control for the other role",
      another(negative("    control: accepts").replace("iut: relying-party", "iut: attester")),
      /^mine\/suite\.yaml: mine\/altered: its control mine\/accepts is for another role/,
    ],
    [
      "a control that is negative",
      another(negative("    control: accepts") + negative("    control: altered").replace("id: altered", "id: twice")),
      /^mine\/suite\.yaml: mine\/twice: its control mine\/altered is not positive/,
    ],
    [
      "a control that is itself",
      another(negative("    control: altered")),
      /^mine\/suite\.yaml: mine\/altered: its control leads back to itself/,
    ],
  ])("with %s is refused, and the place is named", (_, text, says) => {
    expect(problemOf(text)).toMatch(says);
  });
});

it("a requirement that stands twice in the ledger is bad input, not an error of the harness", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "requirements"));
  const ledger = readFileSync(join(packageRoot, "suites", "requirements", "cmw.yaml"), "utf8");
  for (const name of ["a.yaml", "b.yaml"]) writeFileSync(join(folder, "requirements", name), ledger);
  expect(() => loadLibrary(folder)).toThrow(InputError);
  expect(() => loadLibrary(folder)).toThrow(/requirements\/b\.yaml: \S+ stands twice in the ledger/);
});
