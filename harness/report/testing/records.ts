import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { defaultProfile } from "../../attestation/profile.ts";
import type { Ledger, Requirement } from "../../scenario/ledger.ts";
import { footerOf, headerOf } from "../recording.ts";
import type { FooterRecord, HeaderRecord, ResultRecord } from "../records.ts";

/** Records for tests of the reporters. */

export const header: HeaderRecord = headerOf({
  suiteVersion: "0.1.0",
  startedAt: new Date("2026-01-02T03:04:05Z"),
  revisions: ["RFC 9261, July 2022"],
  iut: {
    name: "cocos",
    version: "1.2",
    path: "iuts/cocos",
    hello: {
      protocol: 1,
      name: "cocos",
      version: "1.2",
      concurrency: 1,
      supports: {
        positions: ["attester/server"],
        cipherSuites: ["TLS_AES_128_GCM_SHA256"],
        signatureSchemes: [0x0403],
        models: [],
        evidence: [],
        results: [],
        features: [],
      },
    },
  },
  seed: "s",
  filtered: false,
  profile: defaultProfile,
});

export const INSTANCE = "expat/5-binding/binding-altered[server,sha256]";

/** A passing result, with what is given put in its place. */
export function result(change: Partial<ResultRecord> = {}): ResultRecord {
  const instance = change.instance ?? INSTANCE;
  return {
    type: "result",
    check: instance.replace(/\[.*$/, ""),
    instance,
    title: "Evidence whose nonce differs from the binding in one bit is refused",
    outcome: "pass",
    expectation: "expected",
    requirements: ["expat-binding-mismatch-refused"],
    position: "relying-party/server",
    parameters: { cipherSuite: "TLS_AES_128_GCM_SHA256", signatureScheme: "p256" },
    detail: "",
    reproduce: `npx expat-conformance run --iut iuts/cocos --only '${instance}'`,
    ...change,
  };
}

/** A failing result as a run makes it. */
export function failure(change: Partial<ResultRecord> = {}): ResultRecord {
  return result({
    outcome: "fail",
    expectation: "unexpected",
    detail: "expected a refusal, found acceptance",
    expected: "a refusal",
    found: "acceptance",
    why: "The binding is all that ties genuine Evidence to this connection.",
    diagnostics: "starting\n\nverifier: nonce not compared\n",
    ...change,
  });
}

export function footer(results: readonly ResultRecord[]): FooterRecord {
  return footerOf(results, 12, []);
}

const requirement: Requirement = {
  id: "expat-binding-mismatch-refused",
  section: "5.1",
  level: "MUST",
  binds: ["relying-party"],
  text: "Evidence whose nonce is not the binding of this connection is refused",
  implied: false,
  informative: false,
  spec: "expat",
  specTitle: "Remote Attestation with Exported Authenticators",
  revision: "draft-fossati-seat-expat-03 (with the statements that only -02 made, marked until)",
};

export const ledger: Ledger = new Map([[requirement.id, requirement]]);

/** A path in a folder that is removed when the test is over. */
export function scratch(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), "expat-report-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, name);
}

/** A report as lines of a file; `"cut"` leaves the footer out. */
export function reportText(results: readonly ResultRecord[], change: Partial<HeaderRecord> = {}, end: "whole" | "cut" = "whole"): string {
  const records = [{ ...header, ...change }, ...results, ...(end === "whole" ? [footer(results)] : [])];
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}
