import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cmwPayload } from "../attestation/payload.ts";
import { defaultProfile } from "../attestation/profile.ts";
import { readYaml } from "../input/yaml-file.ts";
import { link } from "../scenario/load.ts";
import { suiteSchema } from "../scenario/schema.ts";
import { acceptance, crash, fileOf, library, withFault, wrongAnswer } from "../testing/bundles.ts";
import { temporaryFolder } from "../testing/cli.ts";
import { readBundle } from "./read.ts";
import { bundleFiles } from "./schema.ts";
import { statementsOf, validExchanges } from "./statements.ts";
import { bundleName, writeBundle } from "./write.ts";

describe("a bundle", () => {
  it.each([
    ["of an authenticator that is accepted wrongly", acceptance, "negative", /^expat-binding/],
    ["of an attester's wrong answer", wrongAnswer, "positive", /^rfc9261-/],
    ["of a crash", crash, "positive", /^(rfc9261|expat)-/],
  ] as const)("%s holds all files, and its case is one of the scenario language", async (_, make, kind, statement) => {
    const { folder, record } = await make();
    expect(readdirSync(folder).sort()).toEqual(Object.values(bundleFiles).sort());
    expect(readdirSync(join(folder, ".."))).toEqual([bundleName(record.cause)]);
    const suite = readYaml(join(folder, bundleFiles.case), suiteSchema);
    const script = link([{ name: "case.yaml", suite }], library).find(({ id }) => id === record.check);
    expect(script).toMatchObject({ kind, cipherSuites: [expect.any(String)], schemes: [expect.any(String)], sides: [expect.any(String)] });
    expect(script?.control?.kind).toBe(kind === "negative" ? "positive" : undefined);
    expect(record.kind).toBe("failure");
    expect(record.failing.length).toBeGreaterThan(0);
    expect(record.requirements.some((id) => statement.test(id))).toBe(true);
    for (const id of record.requirements) expect(library.ledger.has(id)).toBe(true);
    expect(readBundle(folder)).toMatchObject({ intact: true, record: JSON.parse(JSON.stringify(record)) });
  });

  it("says in its report what is required, what was expected and found, why it matters, and how to see it again", async () => {
    const { folder, record } = await acceptance();
    const report = fileOf(folder, "report");
    const [statement = ""] = record.requirements;
    const { section, sentence, text = "" } = library.ledger.get(statement) ?? {};
    for (const part of [statement, section, sentence, text.slice(0, 20), "expected: a refusal", "found: acceptance", "Why it matters"])
      expect(report).toContain(part);
    expect(report).toContain(`npx expat-conformance replay ${folder}`);
    expect(report).toContain("The statement");
  });

  it("has a transcript with every byte of each message, its fields and its edits", async () => {
    const { folder } = await acceptance();
    const transcript = fileOf(folder, "transcript");
    expect(transcript).toMatch(/^harness, connection 1: asks it for a request that offers /m);
    expect(transcript).toMatch(/^implementation, connection 1 sends message 1: a request of \d+ bytes$/m);
    expect(transcript).toMatch(/^harness, connection 1 sends message 2: an authenticator of \d+ bytes$/m);
    expect(transcript).toMatch(/^ {4}edit: /m);
    expect(transcript).toMatch(/^implementation, connection 1: accepted: attested /m);
    const size = Number(/message 2: an authenticator of (\d+) bytes/.exec(transcript)?.[1]);
    const authenticator = transcript.slice(transcript.indexOf("message 2:"));
    const pairs = [...authenticator.matchAll(/^ {8}((?:[0-9a-f]{2} ?)+)/gm)].flatMap(([, hex = ""]) => hex.trim().split(" "));
    expect(pairs.length).toBe(size);
    expect(transcript).not.toContain("(outside of every field)");
  });

  it("has a capture with the secrets of its connection", async () => {
    const { folder } = await acceptance();
    const capture = readFileSync(join(folder, bundleFiles.capture));
    expect(capture.readUInt32LE(0)).toBe(0x0a0d0d0a);
    expect(capture.toString("latin1")).toMatch(/SERVER_TRAFFIC_SECRET_0 [0-9a-f]{64} [0-9a-f]{64}/);
  });

  it("of a crash keeps the last words of the implementation, and is made as small as it can be", async () => {
    const { folder, record } = await crash();
    expect(fileOf(folder, "stderr")).toContain("segmentation fault, nearly");
    expect(record).toMatchObject({ broke: "exit", expected: "an answer" });
    expect(fileOf(folder, "transcript")).toMatch(/^implementation, connection 1: gives no answer: /m);
  });

  it("is replaced by a later one of the same cause, and what is no bundle is left alone", async () => {
    const { start } = withFault("relying-party/binding/left-out");
    const { folder } = await acceptance();
    const other = join(temporaryFolder(), "notes");
    mkdirSync(other);
    writeFileSync(join(other, "mine.txt"), "mine");
    const nothing = { start, library, profile: defaultProfile, payload: cmwPayload } as unknown as Parameters<typeof writeBundle>[1];
    await expect(writeBundle(other, nothing)).rejects.toThrow(/notes: stands there already, and is no failure bundle/);
    expect(readdirSync(other)).toEqual(["mine.txt"]);
    expect(existsSync(`${folder}.unfinished`)).toBe(false);
  });

  it("names its folder by the cause, and tells causes apart whose words are the same", () => {
    expect(bundleName("relying-party/binding/equal")).toMatch(/^relying-party-binding-equal-[0-9a-f]{6}$/);
    expect(bundleName("a/b-c")).not.toBe(bundleName("a-b/c"));
    expect(bundleName("../..//x")).toMatch(/^x-[0-9a-f]{6}$/);
  });
});

it("the checks that stand for valid exchanges are positive ones of their role", () => {
  for (const [role, checks] of Object.entries(validExchanges)) {
    for (const check of Object.values(checks)) {
      expect(library.cases.find(({ id }) => id === check)).toMatchObject({ iut: role, kind: "positive" });
    }
  }
});

it.each(["binding/equal", "finished", "request-structure", "answering/malformed", "answering/wrong-role", "relying/wrong-role"])(
  "the statements of %s are of the ledger",
  (place) => {
    const ids = statementsOf(place);
    expect(ids.length).toBeGreaterThan(0);
    for (const id of ids) expect(library.ledger.has(id)).toBe(true);
  },
);
