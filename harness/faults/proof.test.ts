import { describe, expect, it } from "vitest";
import type { Check } from "../scenario/case.ts";
import { loadLibrary } from "../scenario/load.ts";
import { faults } from "./catalogue.ts";
import type { Fault } from "./fault.ts";
import { type Proof, proofExitCode, prove, type Run } from "./proof.ts";
import { proofJson, proofMarkdown, proofSummary } from "./proof-report.ts";
import { type Job, type Trial, tryFault } from "./trial.ts";

const library = loadLibrary();
const about = (pattern: RegExp) => ({ library, selects: (id: string) => pattern.test(id) });

function named(id: string): Fault {
  const fault = faults.find((each) => each.id === id);
  if (fault === undefined) throw new Error(`no fault ${id}`);
  return fault;
}

describe("a trial", () => {
  it.each([
    ["attester/finished/key-of-other-role", /^rfc9261\/5-authenticate\/answers(#|$)/, ["rfc9261/5-authenticate/answers#finished"]],
    ["attester/binding/sha256-for-every-suite", /^expat\/4-evidence\/attests(#|$)/, ["expat/4-evidence/attests#binding"]],
    ["attester/answering/context-new-not-asked", /context-used-twice/, ["rfc9261/5-authenticate/context-used-twice"]],
    ["attester/state/evidence-kept", /attests-again/, ["expat/4-evidence/attests-again#binding"]],
    ["attester/tls/client-resumes", /attester-does-not-resume/, ["expat/7.2-connection/attester-does-not-resume"]],
    ["relying-party/path/ca-left-out", /issuer-not-ca/, ["rfc5280/6.1-path/issuer-not-ca"]],
  ])("of %s names the checks that see it", async (id, checks, seen) => {
    const { failed, errors } = await tryFault(named(id), about(checks));
    expect(failed).toEqual(seen);
    expect(errors).toEqual([]);
  });

  it("comes to the same over real sockets", async () => {
    const fault = named("relying-party/path/validity-left-out");
    const options = about(/^rfc5280\/|5\.2\.1-path/);
    const [memory, sockets] = [await tryFault(fault, options), await tryFault(fault, { ...options, sockets: true })];
    expect(sockets).toEqual(memory);
    expect(memory.failed.length).toBeGreaterThan(3);
  });

  it("of one that breaks down says so", async () => {
    const broken: Fault = {
      ...named("attester/finished/key-of-other-role"),
      breaks: {
        parts: () => ({
          buildAuthenticator: () => {
            throw new Error("out of luck");
          },
        }),
      },
    };
    const { errors } = await tryFault(broken, about(/5-authenticate\/answers$/));
    expect(errors.join("\n")).toContain('"authenticate" was answered with an error: out of luck');
  });
});

const fault = (id: string, equivalent?: string): Fault => ({
  id,
  role: "attester",
  title: id,
  requirements: ["rfc9261-finished-mac"],
  breaks: { answers: () => ({}) },
  equivalent,
});

const check = (id: string, kind: Check["kind"]): Check => ({
  id,
  title: id,
  why: undefined,
  requirements: [],
  iut: "attester",
  kind,
  goal: undefined,
});

/** Trials that come to what is written here; without a fault nothing fails. */
function trials(failed: Readonly<Record<string, readonly string[]>>, errors: Readonly<Record<string, readonly string[]>> = {}): Run {
  const of = (job: Job): string => ("fault" in job ? job.fault : job.unbroken);
  return async (job): Promise<Trial> => ({ failed: failed[of(job)] ?? [], errors: errors[of(job)] ?? [], executed: 10 });
}

const checks = [check("a", "negative"), check("b", "negative"), check("c", "positive")];

describe("a proof", () => {
  const proved = (run: Run, whole = true): Promise<Proof> => prove([fault("one"), fault("two")], checks, run, whole);

  it("holds where every fault is seen and nothing fails without one", async () => {
    const proof = await proved(trials({ one: ["a"], two: ["b", "c"] }));
    expect(proofSummary(proof)).toEqual({
      ...{ faults: 2, killed: 2, equivalent: 0, survivors: [], falseAlarms: [] },
      ...{ caughtEquivalents: [], unfailedChecks: [], errors: [] },
    });
    expect(proofExitCode(proof)).toBe(0);
  });

  it("begins its summary with the members that others read, in this order", async () => {
    const summary = JSON.stringify(proofSummary(await proved(trials({ one: ["a"], two: ["b"] }))));
    expect(summary).toMatch(/^\{"faults":2,"killed":2,"equivalent":0,"survivors":\[\],"falseAlarms":\[\]/);
  });

  it("names a survivor, a false alarm and a negative check that no fault makes fail", async () => {
    const proof = await proved(trials({ one: ["a"], "in full": ["c"], selection: ["c"] }));
    expect(proof).toMatchObject({ survivors: ["two"], falseAlarms: ["c"], unfailedChecks: ["b"] });
    expect(proofExitCode(proof)).toBe(1);
  });

  it("asks of a part nothing about the checks as a whole", async () => {
    expect((await proved(trials({ one: ["a"], two: ["c"] }), false)).unfailedChecks).toBeUndefined();
  });

  it("knows an equivalent fault that is seen from one that is not", async () => {
    const both = [fault("one", "nothing is wrong"), fault("two", "nothing is wrong here either")];
    const proof = await prove(both, checks, trials({ one: ["a"] }), false);
    expect(proof).toMatchObject({ survivors: [], caughtEquivalents: ["one"] });
    expect(proofExitCode(proof)).toBe(1);
    expect(proofSummary(proof)).toMatchObject({ faults: 2, killed: 0, equivalent: 2 });
  });

  it("takes no break-down for a kill", async () => {
    const proof = await proved(trials({ one: ["a"], two: ["b"] }, { two: ["it fell over", "it fell over"] }));
    expect(proof).toMatchObject({ errors: ["two: it fell over"], unfailedChecks: ["b"] });
    expect(proofSummary(proof).killed).toBe(1);
    expect(proofExitCode(proof)).toBe(2);
    const rejected = await proved(() => Promise.reject(new Error("no end within 120 s (a hang)")));
    expect(rejected.errors).toContain("one: no end within 120 s (a hang)");
    expect(proofExitCode(rejected)).toBe(2);
  });

  it("is published with every fault, and every check that sees one", async () => {
    const proof = await proved(trials({ one: ["a"], two: ["a", "b"] }));
    expect(JSON.parse(proofJson(proof)).matrix).toEqual([
      { id: "one", role: "attester", title: "one", requirements: ["rfc9261-finished-mac"], seenBy: ["a"] },
      { id: "two", role: "attester", title: "two", requirements: ["rfc9261-finished-mac"], seenBy: ["a", "b"] },
    ]);
    const page = proofMarkdown(proof, checks);
    expect(page).toContain("2 faults: 2 killed, 0 equivalent, 0 survivors. Score: 100.0 %");
    expect(page).toContain("| `one`<br>one | rfc9261-finished-mac | `a` |");
    expect(page).toContain("| `a` | 2 |\n| `b` | 1 |");
  });
});
