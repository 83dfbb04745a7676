import { describe, expect, it } from "vitest";
import { fakeCommand, manifest, outcomes, type ReportedRun, runReported } from "../testing/cli.ts";
import type { Position } from "./protocol.ts";

/** A product made of the reference's parts (fakes/endpoint.mjs), as its manifest describes it. */
function product(fault: string, position: Position, models: string[] = []): string {
  const command = fakeCommand("endpoint.mjs", fault, position, "{host}", "{port}");
  const supports = { cipherSuites: ["TLS_AES_128_GCM_SHA256"], signatureSchemes: [1027], models, evidence: ["application/eat+cwt"] };
  return manifest({ name: "product", endpoint: { position, command, ready: "listening", accepts: "application-data", supports } });
}

function executed({ report }: ReportedRun): string[] {
  return [...new Set(Object.values(outcomes(report)).filter((outcome) => outcome !== "unsupported"))].sort();
}

describe.concurrent("an attester in the field", () => {
  it("passes where it is right, in all that can be seen of it", async () => {
    const run = await runReported(["--iut", product("none", "attester/server", ["background-check"])]);
    expect(executed(run)).toEqual(["observed", "pass"]);
    expect(run.report.footer?.counts.pass).toBeGreaterThan(100);
    expect({ code: run.code, processes: run.processes }).toEqual({ code: 0, processes: 1 });
  });

  it("fails one step where its MAC has one bit flipped, and no other", async () => {
    const run = await runReported([
      "--iut",
      product("flips-a-bit", "attester/server"),
      "--only",
      "rfc9261/5-authenticate/unknown-extension*",
    ]);
    const failed = run.report.results.filter(({ outcome }) => outcome === "fail").map(({ check }) => check);
    expect(failed).toEqual(["rfc9261/5-authenticate/unknown-extension#finished"]);
    expect(run.code).toBe(1);
  });

  it("that sends no authenticator at all is judged by its first step", async () => {
    const run = await runReported([
      "--iut",
      product("sends-text", "attester/server"),
      "--only",
      "rfc9261/5-authenticate/unknown-extension*",
    ]);
    expect(outcomes(run.report)["rfc9261/5-authenticate/unknown-extension#frame[server]"]).toBe("fail");
    expect(run.code).toBe(1);
  });

  it("that dials passes as well, by a process for each connection", async () => {
    const run = await runReported(["--iut", product("none", "attester/client"), "--only", "rfc9261/5-authenticate/unknown-*"]);
    expect(executed(run)).toEqual(["pass"]);
    expect({ code: run.code, processes: run.processes }).toEqual({ code: 0, processes: 2 });
  });
});

describe.concurrent("a relying party in the field", () => {
  const only = ["--only", "rfc9261/5-validate/accepts-scheme", "--only", "rfc9261/5.2.3-finished/mac-*", "--only", "rfc9261/5-validate/*"];

  it("passes where it is right; where the carrier does not show the end of a message nothing is judged", async () => {
    const run = await runReported(["--iut", product("none", "relying-party/server"), ...only]);
    expect(executed(run)).toEqual(["pass"]);
    expect(run.report.results.find(({ instance }) => instance === "rfc9261/5-validate/trailing-bytes[server]")).toMatchObject({
      outcome: "unsupported",
      detail: "not observable at an endpoint: where a message ends, with the carrier bare",
    });
    expect(run.code).toBe(0);
  });

  it("that dials and stays is ended with its connection", async () => {
    const run = await runReported([
      "--iut",
      product("stays", "relying-party/client"),
      "--only",
      "rfc9261/5.2.3-finished/mac-altered",
      "--seed",
      "a",
    ]);
    expect(executed(run)).toEqual(["pass"]);
    // The control, the case, and the control again; the seed decides that the case does not come again too.
    expect({ code: run.code, processes: run.processes }).toEqual({ code: 0, processes: 3 });
  });

  it("fails where it accepts everything", async () => {
    const run = await runReported(["--iut", product("accepts-everything", "relying-party/server"), "--only", "rfc9261/5.2.3-finished/*"]);
    expect(executed(run)).toEqual(["fail"]);
    expect(run.code).toBe(1);
  });

  it("that refuses everything fails its control, and gets no credit for refusals", async () => {
    const run = await runReported([
      "--iut",
      product("refuses-everything", "relying-party/server"),
      "--only",
      "rfc9261/5.2.3-finished/mac-*",
    ]);
    expect(executed(run)).toEqual(["blocked"]);
    expect(run.code).toBe(3);
  });
});
