import { describe, expect, it } from "vitest";
import { defaultProfile } from "../attestation/profile.ts";
import { emptyBaseline } from "../report/baseline.ts";
import type { FooterRecord, ResultRecord } from "../report/records.ts";
import { allChecks, loadLibrary } from "../scenario/load.ts";
import { cli, fakeShim } from "../testing/cli.ts";
import { conduct } from "./conduct.ts";
import { resolveSubject } from "./subject.ts";

const library = loadLibrary();
const NEWER = "rfc9261/5.2.3-finished/mac-altered";
const OLDER = "rfc9261/5.2.3-finished/mac-truncated";

async function run(fault: string, only: string[], newer: readonly string[] | undefined) {
  const options = { iut: fakeShim(fault), timeout: 10_000, build: true, workers: 1, only };
  const results: ResultRecord[] = [];
  let footer: FooterRecord | undefined;
  const reporter = {
    begin: () => undefined,
    result: (record: ResultRecord) => results.push(record),
    end: (record: FooterRecord) => (footer = record),
    abort: () => undefined,
  };
  const ids = allChecks(library).map(({ id }) => id);
  const code = await conduct({
    options,
    library,
    subject: resolveSubject(options, defaultProfile),
    profile: defaultProfile,
    baseline: emptyBaseline(),
    open: () => ({ reporter, advance: () => undefined }),
    begun: () => undefined,
    since: newer && { version: "0.0.1", checks: new Set(ids.filter((id) => !newer.includes(id))) },
  });
  return { code, footer, expectations: Object.fromEntries(results.map(({ check, expectation }) => [check, expectation])) };
}

describe("--since", () => {
  it("leaves a new check that fails at exit code 0, and calls it new", async () => {
    const { code, expectations, footer } = await run("accepts-everything", [NEWER], [NEWER]);
    expect({ code, expectations }).toEqual({ code: 0, expectations: { [NEWER]: "new" } });
    expect(footer?.expectations.new).toBeGreaterThan(0);
  });
  it("excuses no regression beside it, and nothing without --since", async () => {
    const both = await run("accepts-everything", [NEWER, OLDER], [NEWER]);
    expect({ code: both.code, expectations: both.expectations }).toEqual({
      code: 1,
      expectations: { [NEWER]: "new", [OLDER]: "unexpected" },
    });
    expect(await run("accepts-everything", [NEWER], undefined)).toMatchObject({ code: 1, expectations: { [NEWER]: "unexpected" } });
  });
  it("says nothing of a new check that passes", async () => {
    expect(await run("none", [NEWER], [NEWER])).toMatchObject({ code: 0, expectations: { [NEWER]: "expected" } });
  });
  it("knows the released versions alone", async () => {
    const { code, stderr, stdout } = await cli(["run", "--since", "0.0.9"]);
    expect(stderr).toMatch(/--since 0\.0\.9: expected a released version of the suite, one of 0\.1\.0/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });
});

describe("the scorecard of a run", () => {
  it("says of an implementation that accepts a wrong MAC that impersonation is possible, by these checks", async () => {
    const { footer } = await run("accepts-everything", [NEWER, OLDER], undefined);
    expect(footer?.goals.find(({ goal }) => goal === "impersonation")).toMatchObject({
      state: "possible",
      passed: 0,
      failed: [NEWER, OLDER],
    });
    expect(footer?.goals.find(({ goal }) => goal === "relay")).toMatchObject({ state: "not-tested", passed: 0, failed: [] });
  });
  it("says no more than in part of one that refuses it, where only that was asked", async () => {
    const { footer } = await run("none", [NEWER], undefined);
    expect(footer?.goals.find(({ goal }) => goal === "impersonation")).toMatchObject({ state: "withstood-in-part", passed: 1, failed: [] });
  });
});
