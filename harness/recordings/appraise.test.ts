import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exporterLabels } from "../authenticator/secrets.ts";
import { packageRoot } from "../paths.ts";
import { connectionOf } from "../vectors/connection.ts";
import type { ConnectionJson } from "../vectors/kinds.ts";
import { fromHex, toHex } from "../wire/bytes.ts";
import { type Appraisal, appraise, hasFinding } from "./appraise.ts";
import { readRecordings } from "./read.ts";
import { appraisalSchema, inJson } from "./report.ts";

interface Json {
  kind?: string;
  inputs: Record<string, unknown>;
  output: { request: string; authenticator: string };
  claimed?: Record<string, string>;
}

const clock = new Date("2026-06-01T00:00:00Z");
const vectors = readFileSync(join(packageRoot, "vectors", "exchanges.json"), "utf8");
const { groups } = JSON.parse(vectors) as { groups: { inputs: Json["inputs"]; vectors: (Json & { id: string })[] }[] };
const group = groups[0];
const right = group?.vectors.find(({ id }) => id === "exchanges/background-check-server/right");
if (!group || !right) throw new Error("the right vector of an exchange is not there");
const connection = group.inputs["connection"] as ConnectionJson;
const exporter = connectionOf(connection, "server");
const handshakeContext = toHex(exporter.exportKeyingMaterial(exporterLabels.handshakeContext.server, fromHex(""), 32));
const finishedKey = toHex(exporter.exportKeyingMaterial(exporterLabels.finishedKey.server, fromHex(""), 32));

/** The right exchange as an authenticator that answers a request, with members of its inputs replaced, or left out where they are undefined. */
function recording(inputs: Record<string, unknown> = {}, more: Partial<Json> = {}): string {
  const { asked: _, ...given } = group?.inputs ?? {};
  const { request, authenticator } = right?.output ?? { request: "", authenticator: "" };
  return JSON.stringify({ kind: "authenticator", inputs: { ...given, request, ...inputs }, output: { authenticator }, ...more });
}

function appraised(text: string, id?: string): Appraisal {
  const { recordings, problems } = readRecordings(text, id);
  expect(problems).toEqual([]);
  const [only] = recordings;
  if (only === undefined) throw new Error("there is no recording");
  return appraise(only, clock);
}

function outcomes({ steps }: Appraisal): Record<string, string> {
  return Object.fromEntries(steps.map(({ step, outcome }) => [step, outcome]));
}

function flipped(hex: string, byte: number): string {
  const bytes = fromHex(hex);
  bytes[byte] = (bytes[byte] ?? 0) ^ 1;
  return toHex(bytes);
}

describe("every vector as a recording", () => {
  it.each(["exchanges", "bindings", "evidence-cwt", "exporter"])("of %s has findings where it is invalid, and nowhere else", (topic) => {
    const { recordings, problems } = readRecordings(readFileSync(join(packageRoot, "vectors", `${topic}.json`), "utf8"));
    expect(problems).toEqual([]);
    expect(recordings.length).toBeGreaterThan(5);
    for (const one of recordings) expect([one.id, hasFinding(appraise(one, clock))]).toEqual([one.id, one.result === "invalid"]);
  });

  it("says in JSON what the schema says", () => {
    const { recordings } = readRecordings(vectors);
    const appraisals = recordings.map((one) => appraise(one, clock));
    const json: unknown = JSON.parse(JSON.stringify(inJson([{ file: "exchanges.json", appraisals, problems: [] }])));
    expect(appraisalSchema.parse(json)).toEqual(json);
  });
});

describe("what is not given", () => {
  it("of a connection leaves what needs it unjudged, and all else judged", () => {
    const appraisal = appraised(recording({ connection: { cipherSuite: connection.cipherSuite } }));
    expect(outcomes(appraisal)).toMatchObject({
      context: "passed",
      "certificate-path": "passed",
      "certificate-verify": "not-judged",
      finished: "not-judged",
      "evidence-signature": "passed",
      binding: "not-judged",
      "aik-hash": "passed",
    });
    const finished = appraisal.steps.find(({ step }) => step === "finished");
    expect(finished?.needs).toEqual(["connection.exporterMasterSecret", "connection.handshakeContext"]);
    expect(hasFinding(appraisal)).toBe(false);
    expect(appraisal.values.find(({ name }) => name === "aikPubHash")?.value).toBeDefined();
    expect(appraisal.values.find(({ name }) => name === "binding")).toMatchObject({ value: undefined });
  });

  it("is not needed where the exported values are there", () => {
    const given = { cipherSuite: connection.cipherSuite, handshakeContext, finishedKey };
    expect(outcomes(appraised(recording({ connection: given })))).toMatchObject({
      "certificate-verify": "passed",
      finished: "passed",
      binding: "not-judged",
    });
    const wrong = { ...given, finishedKey: flipped(finishedKey, 3) };
    expect(outcomes(appraised(recording({ connection: wrong })))).toMatchObject({ "certificate-verify": "passed", finished: "finding" });
  });

  it("of the request, of trust and of the policy is said by name", () => {
    const appraisal = appraised(
      recording({ request: undefined, trust: { pkix: [] }, policy: undefined, now: undefined, profile: undefined }),
    );
    const needs = Object.fromEntries(appraisal.steps.flatMap(({ step, needs }) => (needs ? [[step, needs]] : [])));
    expect(needs).toEqual({
      context: ["request"],
      schemes: ["request"],
      extensions: ["request"],
      "certificate-verify": ["request"],
      finished: ["request"],
      "evidence-signature": ["trust.attestation"],
      policy: ["policy"],
    });
    expect(outcomes(appraisal)).toMatchObject({ "certificate-path": "finding", binding: "passed" });
    expect(appraisal.now).toEqual({ time: clock, recorded: false });
  });

  it("of a policy is said where it would decide: the measurement where there is Evidence", () => {
    const policyOf = (policy: object) => appraised(recording({ policy })).steps.find(({ step }) => step === "policy");
    const unjudged = { outcome: "not-judged", needs: ["policy.measurement"], reason: "that attestation is there" };
    expect(policyOf({})).toMatchObject(unjudged);
    expect(policyOf({ attestation: "required" })).toMatchObject(unjudged);
    expect(policyOf({ attestation: "required", measurement: null })).toMatchObject({ outcome: "passed" });
    expect(policyOf({ attestation: "required", measurement: "00" })).toMatchObject({ outcome: "finding" });
    expect(policyOf({ attestation: "none" })).toMatchObject({ outcome: "skipped" });
  });
});

it("a CMW that is itself signed needs the anchors of its signer, and no other does", () => {
  const text = readFileSync(join(packageRoot, "vectors", "cmw.json"), "utf8");
  const { recordings } = readRecordings(text);
  const outcomeOf = (id: string) => {
    const recording = recordings.find((one) => one.id === id);
    if (recording === undefined) throw new Error(`no vector ${id}`);
    const { trust: _, ...inputs } = recording.inputs as Json["inputs"];
    return outcomes(appraise({ ...recording, inputs } as typeof recording, clock))["cmw"];
  };
  expect(outcomeOf("cmw/signed-cbor/right")).toBe("not-judged");
  expect(outcomeOf("cmw/record-cbor/right")).toBe("passed");
});

describe("the first divergence", () => {
  it("is the byte of the MAC that is wrong", () => {
    const authenticator = right.output.authenticator;
    const at = authenticator.length / 2 - 30;
    const { divergence, steps } = appraised(
      recording({}, { output: { request: "", authenticator: flipped(authenticator, at) } as never }).replace('"request":"",', ""),
    );
    expect(steps.filter(({ outcome }) => outcome === "finding").map(({ step }) => step)).toEqual(["finished"]);
    expect(divergence).toMatchObject({ field: "finished.verifyData", byte: at, byteOfField: 2 });
    expect(divergence?.expected?.[2]).toBe((divergence?.found?.[2] ?? 0) ^ 1);
  });

  it("is the nonce of the Evidence, where it stands in the message", () => {
    const { divergence } = appraised(vectors, "exchanges/background-check-server/relayed");
    expect(divergence?.field).toBe("certificate.entries.0.extensions: nonce");
    const relayed = readRecordings(vectors, "exchanges/background-check-server/relayed").recordings[0]?.output as Json["output"];
    const nonce = toHex(divergence?.found ?? fromHex(""));
    expect(relayed.authenticator.indexOf(nonce)).toBe(2 * ((divergence?.byte ?? 0) - (divergence?.byteOfField ?? 0)));
  });

  it("is the byte at which a message can be read no further", () => {
    const cut = right.output.authenticator.slice(0, -2);
    const { divergence } = appraised(recording().replace(right.output.authenticator, cut));
    expect(divergence?.field).toContain("authenticator");
  });

  it("is found in a request alone, and in an empty authenticator", () => {
    const request = { kind: "request", inputs: { sender: "client" }, output: { request: right.output.request } };
    expect(hasFinding(appraised(JSON.stringify(request)))).toBe(false);
    const ofServer = { ...request, inputs: { sender: "server" } };
    expect(appraised(JSON.stringify(ofServer)).divergence).toMatchObject({ field: "type", byte: 0, expected: Uint8Array.of(13) });
    const empty = {
      kind: "empty",
      inputs: { connection, sender: "server", request: right.output.request },
      output: { authenticator: `14000020${"00".repeat(32)}` },
    };
    const appraisal = appraised(JSON.stringify(empty));
    expect(outcomes(appraisal)).toEqual({ "empty-frame": "passed", "empty-finished": "finding" });
    const mac = toHex(appraisal.divergence?.expected ?? fromHex(""));
    expect(hasFinding(appraised(JSON.stringify({ ...empty, output: { authenticator: `14000020${mac}` } })))).toBe(false);
  });
});

describe("values that are claimed", () => {
  const rightValues = Object.fromEntries(appraised(recording()).values.map(({ name, value }) => [name, toHex(value ?? fromHex(""))]));

  it("agree where they are right, all of them", () => {
    const { claims, divergence } = appraised(recording({}, { claimed: rightValues }));
    expect(claims.map(({ agrees }) => agrees)).toEqual(Array.from({ length: 11 }, () => true));
    expect(divergence).toBeUndefined();
  });

  const context = fromHex(right.output.request).subarray(5, 5 + (fromHex(right.output.request)[4] ?? 0));
  const withoutContext = toHex(exporter.exportKeyingMaterial("Attestation", fromHex(""), 32));
  const ofOtherRole = toHex(
    connectionOf(connection, "client").exportKeyingMaterial(exporterLabels.handshakeContext.client, fromHex(""), 32),
  );
  it.each<[string, string, string, string]>([
    ["an exported value", "exportedValue", withoutContext, "binding/exported-without-context"],
    ["a binding", "binding", toHex(context), "binding/context-as-nonce"],
    ["a Handshake Context", "handshakeContext", ofOtherRole, "finished/handshake-context-of-other-role"],
    ["a Finished key", "finishedKey", handshakeContext, "finished/keyed-by-handshake-context"],
    ["signed content", "signatureContent", rightValues["signatureContent"]?.slice(128) ?? "", "certificate-verify/padding-left-out"],
    ["a MAC", "finishedMac", rightValues["finishedMac"]?.slice(0, 24) ?? "", "finished/truncated"],
    ["an AIK_pub_hash", "aikPubHash", rightValues["binding"] ?? "", "aik-hash/binding-in-its-place"],
  ])("that are wrong are named by the mistake that gives them: %s", (_, name, value, mistake) => {
    const appraisal = appraised(recording({}, { claimed: { [name]: value } }));
    expect(appraisal.claims).toMatchObject([{ name, agrees: false, mistakes: [{ id: mistake }] }]);
    expect(appraisal.divergence?.field).toBe(`claimed.${name}`);
    expect(hasFinding(appraisal)).toBe(true);
  });

  it("that nothing explains are wrong all the same, and those that cannot be computed are not judged", () => {
    expect(appraised(recording({}, { claimed: { binding: "00".repeat(32) } })).claims).toMatchObject([{ agrees: false, mistakes: [] }]);
    const partial = { connection: { cipherSuite: connection.cipherSuite } };
    const appraisal = appraised(recording(partial, { claimed: { binding: "00".repeat(32) } }));
    expect(appraisal.claims).toMatchObject([{ agrees: undefined, needs: ["connection.exporterMasterSecret", "connection.exportedValue"] }]);
    expect(hasFinding(appraisal)).toBe(false);
  });
});
