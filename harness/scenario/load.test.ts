import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../input/input-error.ts";
import { packageRoot } from "../paths.ts";
import { temporaryFolder } from "../testing/cli.ts";
import { loadAmbiguities } from "./ambiguities.ts";
import { loadLibrary } from "./load.ts";

// The ledger and the goals as they are, and one suite of our own; the register as it is, with no probe asked of any point but `asked`.
const register = loadAmbiguities();
const REGISTER = JSON.stringify({
  ambiguities: [...register.values()].map((ambiguity) => ({ ...ambiguity, notProbed: "not in this test" })),
});
const suites = temporaryFolder();
const file = join(suites, "mine", "suite.yaml");
beforeAll(() => {
  for (const name of ["requirements", "goals.yaml"]) cpSync(join(packageRoot, "suites", name), join(suites, name), { recursive: true });
  writeFileSync(join(suites, "ambiguities.yaml"), REGISTER);
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

const probe = (change: string): string => `
  - id: asked
    title: A record without an indicator is accepted or refused
    iut: relying-party
    kind: probe
    requirements: [rfc9261-authenticator-valid]
    control: accepts
    mutate: [{ at: finished.verifyData, op: flip }]
${change}
`;
const BEHAVIOURS = "    behaviours: { accepted: accepted, refused: refused }";

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

  it("with a probe knows what each answer shows", () => {
    writeFileSync(join(suites, "ambiguities.yaml"), withoutReason("cose-tag"));
    const { cases } = load(another(probe(`    ambiguity: cose-tag\n${BEHAVIOURS}`)));
    writeFileSync(join(suites, "ambiguities.yaml"), REGISTER);
    expect([...(cases.at(-1)?.behaviours ?? [])]).toEqual([
      ["accepted", { ambiguity: "cose-tag", id: "accepted", title: "Evidence without the COSE_Sign1 tag is accepted" }],
      ["refused", { ambiguity: "cose-tag", id: "refused", title: "Evidence without the COSE_Sign1 tag is refused" }],
    ]);
  });

  it.each([
    ["a probe of no open point", another(probe("")), /^mine\/suite\.yaml: mine\/asked: a probe names the open point/],
    [
      "a probe of an open point that is none",
      another(probe(`    ambiguity: cose-tga\n${BEHAVIOURS}`)),
      /asked: no open point "cose-tga" in ambiguities\.yaml; there are code-point, /,
    ],
    [
      "a probe that maps to a behaviour that is none",
      another(probe("    ambiguity: cose-tag\n    behaviours: { accepted: accepts, refused: refused }")),
      /asked: cose-tag has no behaviour "accepts"; it has accepted, refused/,
    ],
    [
      "a probe that has no word for an answer",
      another(probe("    ambiguity: cose-tag\n    behaviours: { accepted: accepted }")),
      /asked: says not what it shows where the IUT comes to "refused"/,
    ],
    [
      "a probe that has a word for what cannot come",
      another(probe("    ambiguity: cose-tag\n    behaviours: { accepted: accepted, refused: refused, empty: refused }")),
      /asked: its observed step never comes to "empty"; it comes to accepted, refused/,
    ],
    [
      "behaviours of a case that is no probe",
      another(negative("    control: accepts\n    ambiguity: cose-tag")),
      /altered: `ambiguity` and `behaviours` are of probes alone, and it is negative/,
    ],
    [
      "a goal that is none",
      another(negative("    control: accepts\n    goal: rely")),
      /altered: no goal "rely" in goals\.yaml; there are relay, /,
    ],
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

function withoutReason(id: string): string {
  const { ambiguities } = JSON.parse(REGISTER) as { ambiguities: { id: string; notProbed?: string }[] };
  return JSON.stringify({ ambiguities: ambiguities.map(({ notProbed, ...rest }) => (rest.id === id ? rest : { ...rest, notProbed })) });
}

describe("the ambiguity register", () => {
  const problem = (register: string, suite = POSITIVE): string => {
    writeFileSync(join(suites, "ambiguities.yaml"), register);
    try {
      return problemOf(suite);
    } finally {
      writeFileSync(join(suites, "ambiguities.yaml"), REGISTER);
    }
  };
  it("has a probe or a reason why not for each open point, and not both", () => {
    expect(problem(withoutReason("cose-tag"))).toMatch(/^ambiguities\.yaml: cose-tag: has neither a probe .* nor a reason why not/);
    expect(problem(REGISTER, another(probe(`    ambiguity: cose-tag\n${BEHAVIOURS}`)))).toMatch(
      /cose-tag: says why it has no probe, and has one/,
    );
  });
  it("has each open point that the ledger names", () => {
    const { ambiguities } = JSON.parse(REGISTER) as { ambiguities: { id: string }[] };
    const without = JSON.stringify({ ambiguities: ambiguities.filter(({ id }) => id !== "hash-of-psk") });
    expect(problem(without)).toMatch(/^requirement expat-fresh-key-exchange: no open point "hash-of-psk" in ambiguities\.yaml; there are /);
  });
  it("has each open point, and each behaviour of one, once", () => {
    const { ambiguities } = JSON.parse(REGISTER) as { ambiguities: { behaviours: object[] }[] };
    const [first] = ambiguities;
    expect(problem(JSON.stringify({ ambiguities: [...ambiguities, first] }))).toMatch(
      /ambiguities\.yaml:1:\d+: .*"code-point" stands twice/,
    );
    const twice = { ...first, behaviours: [first?.behaviours[0], first?.behaviours[0]] };
    expect(problem(JSON.stringify({ ambiguities: [twice] }))).toMatch(/the behaviour "ff00" stands twice/);
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
