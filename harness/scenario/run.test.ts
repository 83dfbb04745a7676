import { describe, expect, it } from "vitest";
import { cmwPayload } from "../attestation/payload.ts";
import { defaultProfile, type Profile, profileSchema } from "../attestation/profile.ts";
import { greet } from "../iut/controlled.ts";
import { Reference } from "../reference/reference.ts";
import { loadLibrary } from "./load.ts";
import { plan } from "./plan.ts";
import type { CheckResult } from "./result.ts";
import { runInstances } from "./run.ts";
import type { Stimulus } from "./stimulus.ts";

async function run(profile: Profile, only?: (id: string) => boolean): Promise<CheckResult[]> {
  const { cases, ledger } = loadLibrary();
  const start = () => greet(new Reference(), profile);
  const first = await start();
  const results: CheckResult[] = [];
  const instances = plan(cases, first.hello, first.can).filter(({ id }) => only?.(id) ?? true);
  await first.stop();
  await runInstances(instances, {
    start,
    workers: 2,
    ledger,
    profile,
    payload: cmwPayload,
    seed: "test",
    report: (some) => results.push(...some),
  });
  return results;
}

const unexpected = (results: readonly CheckResult[]) =>
  results
    .filter(({ outcome }) => outcome !== "pass" && outcome !== "observed")
    .map(({ instance, outcome, detail }) => `${instance} ${outcome} ${detail}`);

/** What the record of a negative case leaves unproven: that something is wrong in it, what, and that it came. */
function problemsOf(stimulus: Stimulus | undefined): string[] {
  if (stimulus === undefined) return ["no record"];
  const { otherwise, messages, asked } = stimulus;
  const altered = messages.filter((message) => message.altered);
  const nothing = otherwise.length === 0 && altered.length === 0 ? ["nothing differs from the control"] : [];
  const unasked = asked.length === 0 ? ["nothing was asked"] : [];
  const unproven = altered.flatMap(({ altered: alteration, sha256 }) => {
    const { edits = [], named = [], differs = [], control } = alteration ?? {};
    const same = control?.sha256 === sha256 || differs.length === 0;
    return edits.length === 0 || named.length === 0 || same ? [`an alteration that shows nowhere: ${edits.join("; ")}`] : [];
  });
  const lost = messages
    .filter(({ delivered }) => delivered !== "received" && delivered !== "control-channel")
    .map(() => "a message that did not come");
  return [...nothing, ...unasked, ...unproven, ...lost];
}

describe("the suites against the unbroken reference", () => {
  it("find nothing, and leave nothing out", async () => {
    const results = await run(defaultProfile);
    expect(unexpected(results)).toEqual([]);
    expect(results.length).toBeGreaterThan(1300);
    const proven = results.filter(({ kind }) => kind === "negative");
    expect(proven.length).toBeGreaterThan(700);
    expect(proven.flatMap(({ instance, stimulus }) => problemsOf(stimulus).map((problem) => `${instance}: ${problem}`))).toEqual([]);
  });

  // Everything that the drafts leave open is a parameter: with other values both ends must still agree, and nothing else may change.
  it("find nothing under another profile either", async () => {
    const profile = profileSchema.parse({
      revision: "draft-fossati-seat-expat-02",
      cmwAttestation: 0xffff,
      exporterLabel: "Attestation Binding",
      exporterLength: 48,
      publicKey: "raw",
      evidenceNonce: { cwt: -70010, jwt: "n" },
      aikHashClaim: { cwt: "aik", jwt: "aik" },
    });
    const results = await run(profile, (id) => /^(expat|cmw)\//.test(id));
    // What only revision -03 says is asked of nobody who implements -02.
    const later = results.filter(({ outcome }) => outcome === "unsupported");
    expect([...new Set(later.map(({ check }) => check.split("#")[0]))].sort()).toEqual([
      "expat/7.2-connection/attester-does-not-resume",
      "expat/7.2-connection/attester-is-resumed",
      "expat/7.2-connection/no-ticket-once-required",
      "expat/7.2-connection/relying-party-does-not-resume",
      "expat/7.2-connection/relying-party-is-resumed",
      "expat/7.2-connection/ticket-before-it-is-required",
      "expat/7.2-connection/ticket-of-attester",
    ]);
    expect(later[0]?.detail).toMatch(/^not a statement of draft-fossati-seat-expat-02: expat-\S+ \(since -03\)/);
    expect(unexpected(results.filter((result) => !later.includes(result)))).toEqual([]);
  });
});
