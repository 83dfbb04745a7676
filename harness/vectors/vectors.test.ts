import { createHash, createHmac, verify, X509Certificate } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../paths.ts";
import { loadLedger } from "../scenario/ledger.ts";
import { fromHex } from "../wire/bytes.ts";
import type { Group, Vector, VectorFile } from "./format.ts";
import { generate, textOf } from "./topic.ts";
import { topics } from "./topics/index.ts";

const folder = join(packageRoot, "vectors");
const texts = new Map(topics.map(({ topic }) => [topic, readFileSync(join(folder, `${topic}.json`), "utf8")]));
const files = [...texts.values()].map((text) => JSON.parse(text) as VectorFile);
const all = files.flatMap((file) => file.groups.flatMap((group) => group.vectors.map((vector) => ({ file, group, vector }))));

/** A stage of a vector: its own, or that of its group. */
function stage(group: Group, vector: Vector, name: string): { value: never; bytes?: string; intermediates?: never } | undefined {
  return { ...group.stages, ...vector.stages }[name] as never;
}

function hash(name: string, ...parts: string[]): string {
  return createHash(name)
    .update(fromHex(parts.join("")))
    .digest("hex");
}

describe("the files of vectors", () => {
  it.each(topics.map((topic) => [topic.topic, topic] as const))(
    "%s.json is what is generated, each time (else: vectors generate)",
    (name, topic) => {
      const text = textOf(generate(topic));
      expect(text === textOf(generate(topic))).toBe(true);
      expect(text === texts.get(name)).toBe(true);
    },
  );

  it("are those of the topics, and no others", () => {
    expect(
      readdirSync(folder)
        .filter((name) => name.endsWith(".json"))
        .sort(),
    ).toEqual(topics.map(({ topic }) => `${topic}.json`).sort());
  });

  it("hold at least 400 vectors, more than half of them invalid", () => {
    const invalid = all.filter(({ vector }) => vector.result === "invalid");
    expect(all.length).toBeGreaterThanOrEqual(400);
    expect(invalid.length).toBeGreaterThan(all.length / 2);
  });

  it("name each vector once, under its group and topic", () => {
    const ids = all.map(({ vector }) => vector.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { file, group, vector } of all) {
      expect(group.id.startsWith(`${file.topic}/`)).toBe(true);
      expect(vector.id.startsWith(`${group.id}/`)).toBe(true);
    }
  });

  it("hold in each group the right message, from which each invalid one differs by its one mutation", () => {
    for (const group of files.flatMap(({ groups }) => groups)) {
      const control = group.vectors.find(({ result, mutation, inputs, source }) => result === "valid" && !mutation && !inputs && !source);
      expect(control, group.id).toMatchObject({ flags: [] });
      expect(control?.stages, group.id).toBeUndefined();
      for (const { id, result, mutation, inputs, source, output } of group.vectors) {
        if (result === "valid") continue;
        expect(mutation, id).toBeDefined();
        expect({ inputs, source, output }, id).not.toEqual({ inputs: undefined, source: undefined, output: control?.output });
      }
    }
  });

  it("promise findings under statements of the ledger that are not open", () => {
    const ledger = loadLedger();
    for (const { flags, topic } of files) {
      for (const [name, { requirements }] of Object.entries(flags)) {
        for (const id of requirements) {
          expect(ledger.has(id), `${topic}: ${name}: ${id}`).toBe(true);
          expect(ledger.get(id)?.open, `${topic}: ${name}: ${id}`).toBeUndefined();
        }
      }
    }
  });

  it("use every flag that their topic defines, but for those that are shared", () => {
    const used = new Set(all.flatMap(({ vector }) => vector.flags));
    const unused = topics.flatMap(({ flags }) => Object.keys(flags)).filter((name) => !used.has(name));
    expect(unused).toEqual([]);
  });

  it("hold every signature scheme under every suite", () => {
    const combinations = files
      .filter(({ topic }) => topic === "authenticators")
      .flatMap(({ groups }) => groups.map(({ inputs, source }) => JSON.stringify([inputs, source])))
      .map((text) => `${/TLS_\w+/.exec(text)?.[0]} ${/"scheme":(\d+)/.exec(text)?.[1]}`);
    expect(new Set(combinations).size).toBe(18);
  });
});

// By node:crypto and the files alone: what an implementer would do with them.
describe("intermediates are what leads to the values behind them", () => {
  it("of an exporter: two expansions of one block", () => {
    let seen = 0;
    for (const { group, vector } of all) {
      const secrets = stage(group, vector, "secrets") as unknown as SecretsStage | undefined;
      const { connection } = { ...group.inputs, ...vector.inputs } as { connection?: { exporterMasterSecret: string } };
      if (!secrets?.intermediates || !connection || vector.result === "invalid") continue;
      const name = secrets.value.hash;
      for (const [member, step] of Object.entries(secrets.intermediates)) {
        const expand = (key: string, info: string) =>
          createHmac(name, fromHex(key))
            .update(fromHex(`${info}01`))
            .digest("hex");
        expect(expand(connection.exporterMasterSecret, step.derivedSecretInfo)).toBe(step.derivedSecret);
        expect(hash(name, step.context)).toBe(step.contextHash);
        expect(expand(step.derivedSecret, step.exportedValueInfo).slice(0, 2 * step.length)).toBe(secrets.value[member as "finishedKey"]);
        seen++;
      }
    }
    expect(seen).toBeGreaterThan(200);
  });

  it("of a binding and an AIK hash", () => {
    let seen = 0;
    for (const { group, vector } of all) {
      const binding = stage(group, vector, "binding") as unknown as BindingStage | undefined;
      const aik = stage(group, vector, "aik-hash") as unknown as BindingStage | undefined;
      if (!binding?.intermediates || !aik?.intermediates) continue;
      expect(binding.intermediates.hashInput).toBe(binding.value.publicKey + binding.value.exportedValue);
      expect(hash(binding.value.hash, binding.intermediates.hashInput)).toBe(binding.intermediates.binding);
      expect(hash(aik.value.hash, aik.value.publicKey)).toBe(aik.intermediates.aikPubHash);
      seen++;
    }
    expect(seen).toBeGreaterThan(200);
  });

  it("of CertificateVerify and Finished", () => {
    let seen = 0;
    for (const { group, vector } of all) {
      const input = stage(group, vector, "signature-input") as unknown as SignatureStage | undefined;
      const mac = stage(group, vector, "mac-input") as unknown as MacStage | undefined;
      const finished = stage(group, vector, "finished") as unknown as { value: { verifyData: string } } | undefined;
      if (!input?.intermediates || !mac?.intermediates || !finished || vector.result === "invalid") continue;
      const { value, intermediates } = input;
      expect(hash(value.hash, value.handshakeContext, value.request, value.certificate)).toBe(intermediates.transcriptHash);
      expect(value.padding + value.contextString + value.separator + intermediates.transcriptHash).toBe(intermediates.content);
      expect(hash(mac.value.hash, mac.value.handshakeContext, mac.value.request, mac.value.certificate, mac.value.certificateVerify)).toBe(
        mac.intermediates.transcriptHash,
      );
      const verifyData = createHmac(mac.value.hash, fromHex(mac.value.key)).update(fromHex(mac.intermediates.transcriptHash)).digest("hex");
      expect(verifyData).toBe(finished.value.verifyData);
      seen++;
    }
    expect(seen).toBeGreaterThan(30);
  });

  it("of tokens: the signed content verifies under the first key of the chain", () => {
    let seen = 0;
    for (const { file, group, vector } of all) {
      if (vector.result === "invalid") continue;
      for (const name of ["evidence", "second-evidence", "result", "signed-cmw"]) {
        const token = stage(group, vector, name) as unknown as TokenStage | undefined;
        const sealed = stage(group, vector, name === "signed-cmw" ? "cmw-signature" : `${name}-signature`) as unknown as SealStage;
        const [leaf] = token?.value ? (file.keys[token.value.key]?.chain ?? []) : [];
        // Ed25519 says most: nothing but key and content goes in.
        if (!token?.intermediates || leaf === undefined || !token.value?.key.includes("ed25519")) continue;
        const { publicKey } = new X509Certificate(fromHex(leaf));
        expect(verify(null, fromHex(token.intermediates.signedContent), publicKey, fromHex(sealed.value.signature)), vector.id).toBe(true);
        seen++;
      }
    }
    expect(seen).toBeGreaterThan(30);
  });
});

interface SecretsStage {
  readonly value: { readonly hash: string; readonly finishedKey: string };
  readonly intermediates?: Record<string, ExporterStep>;
}
interface ExporterStep {
  readonly context: string;
  readonly length: number;
  readonly derivedSecretInfo: string;
  readonly derivedSecret: string;
  readonly contextHash: string;
  readonly exportedValueInfo: string;
}
interface BindingStage {
  readonly value: { readonly hash: string; readonly publicKey: string; readonly exportedValue: string };
  readonly intermediates?: { readonly hashInput: string; readonly binding: string; readonly aikPubHash: string };
}
interface SignatureStage {
  readonly value: Record<"hash" | "handshakeContext" | "request" | "certificate" | "padding" | "contextString" | "separator", string>;
  readonly intermediates?: { readonly transcriptHash: string; readonly content: string };
}
interface MacStage {
  readonly value: Record<"hash" | "key" | "handshakeContext" | "request" | "certificate" | "certificateVerify", string>;
  readonly intermediates?: { readonly transcriptHash: string };
}
interface TokenStage {
  readonly value: { readonly key: string } | null;
  readonly intermediates?: { readonly signedContent: string };
}
interface SealStage {
  readonly value: { readonly signature: string };
}
