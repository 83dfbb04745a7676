import { createPrivateKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import { cmwPayload } from "../attestation/payload.ts";
import { defaultProfile } from "../attestation/profile.ts";
import { keyFits, schemeAlgorithm } from "../authenticator/signature.ts";
import type { IutControl } from "../iut/control.ts";
import { greet } from "../iut/controlled.ts";
import type { Hello, Method, Params, Result } from "../iut/protocol.ts";
import { RpcCode, RpcError } from "../iut/rpc-error.ts";
import { Reference } from "../reference/reference.ts";
import { encodeFinished } from "../wire/authenticator.ts";
import type { Bytes } from "../wire/bytes.ts";
import { loadLibrary } from "./load.ts";
import { plan } from "./plan.ts";
import type { CheckResult } from "./result.ts";
import { runInstances } from "./run.ts";

/** A conforming implementation that can do little, and says of everything else that it cannot. */
class Restricted implements IutControl {
  readonly #reference = new Reference();
  readonly #supports: Partial<Hello["supports"]>;

  constructor(supports: Partial<Hello["supports"]>) {
    this.#supports = supports;
  }

  async call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    this.#refuseUndeclared(method, params);
    const result = await this.#reference.call(method, params);
    if (method !== "hello") return result;
    const hello = result as Hello;
    return { ...hello, supports: { ...hello.supports, ...this.#supports } } as Result<M>;
  }

  stop(): Promise<void> {
    return this.#reference.stop();
  }

  diagnostics(): string {
    return "";
  }

  #refuseUndeclared(method: Method, params: object): void {
    const { signatureSchemes: schemes, models, features, cipherSuites } = this.#supports;
    const keys = ["identity", "attestation"].flatMap((name) => {
      const given = (params as Record<string, { key?: Bytes } | null>)[name];
      return given?.key ? [given.key] : [];
    });
    for (const pkcs8 of schemes ? keys : []) {
      const key = createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" });
      const fits = schemes?.some((scheme) => {
        const algorithm = schemeAlgorithm(scheme);
        return algorithm && keyFits(algorithm, key);
      });
      if (!fits) throw new RpcError(RpcCode.unsupported, "a key of a family that is not declared", `key ${key.asymmetricKeyType}`);
    }
    const asked = params as { signatureSchemes?: number[]; attestation?: unknown; cipherSuites?: string[]; request?: unknown };
    if (asked.signatureSchemes?.some((scheme) => schemes && !schemes.includes(scheme))) {
      throw new RpcError(RpcCode.unsupported, "a scheme that is not declared", "signatureSchemes");
    }
    if (asked.cipherSuites?.some((suite) => cipherSuites && !cipherSuites.includes(suite))) {
      throw new RpcError(RpcCode.unsupported, "a suite that is not declared", "cipherSuites");
    }
    if (models?.length === 0 && asked.attestation) throw new RpcError(RpcCode.unsupported, "no attestation", "models");
    if (features && !features.includes("get-context") && method === "context") throw new RpcError(RpcCode.methodNotFound, "no context");
  }
}

/** A conforming implementation with a habit of its own. */
class Habitual implements IutControl {
  readonly #reference = new Reference();
  readonly #habit: "declines" | "closes" | "short-contexts" | "empty-for-refused";
  #contexts = 0;

  constructor(habit: "declines" | "closes" | "short-contexts" | "empty-for-refused") {
    this.#habit = habit;
  }

  async call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    let asked: object = params;
    if (this.#habit === "declines" && method === "authenticate") asked = { ...params, attestation: null };
    if (this.#habit === "short-contexts" && method === "request" && !("context" in params)) {
      // The first is of length zero: unique on the connection, and nothing obliges it to be longer.
      asked = { ...params, context: Buffer.alloc(this.#contexts++ % 200, this.#contexts) };
    }
    const result = await this.#reference.call(method, asked as Params<M>);
    if (!("refused" in result)) return result;
    if (this.#habit === "closes" && method === "validate")
      await this.#reference.call("close", { channel: (params as { channel: string }).channel });
    const { request } = params as { request?: Bytes | null };
    if (this.#habit === "empty-for-refused" && method === "authenticate" && request) {
      // An authenticated refusal; of a malformed request too it has the right shape, whatever its MAC is worth.
      return { authenticator: encodeFinished(Buffer.alloc(32)).bytes } as Result<M>;
    }
    return result;
  }

  stop(): Promise<void> {
    return this.#reference.stop();
  }

  diagnostics(): string {
    return "";
  }
}

async function unexpected(make: () => IutControl): Promise<{ wrong: string[]; executed: number }> {
  const { cases, ledger } = loadLibrary();
  const start = () => greet(make(), defaultProfile);
  const first = await start();
  const results: CheckResult[] = [];
  const instances = plan(cases, first.hello, first.can);
  await first.stop();
  const common = { start, workers: 2, ledger, profile: defaultProfile, payload: cmwPayload, seed: "test" };
  await runInstances(instances, { ...common, report: (some) => results.push(...some) });
  const fine = new Set(["pass", "observed", "unsupported"]);
  const wrong = results
    .filter(({ outcome }) => !fine.has(outcome))
    .map(({ instance, outcome, detail }) => `${instance} ${outcome} ${detail}`);
  return { wrong, executed: results.filter(({ outcome }) => outcome === "pass").length };
}

// Each runs all suites; keys on P-384 and busy machines take their time.
const LIMIT = 120_000;

describe("an implementation that can do little is not blamed for it", () => {
  it.each<[string, Partial<Hello["supports"]>]>([
    ["only Ed25519", { signatureSchemes: [0x0807] }],
    ["only P-384 under SHA-384", { signatureSchemes: [0x0503], cipherSuites: ["TLS_AES_256_GCM_SHA384"] }],
    ["only RSA-PSS with SHA-512", { signatureSchemes: [0x0806] }],
    ["no attestation", { models: [], evidence: [] }],
    ["tokens in JWT alone", { evidence: ["application/eat+jwt"], results: ["application/eat+jwt"] }],
    ["no optional feature", { features: [] }],
    ["an attesting server alone", { positions: ["attester/server"] }],
    ["a server that attests and a client that relies on it", { positions: ["attester/server", "relying-party/client"] }],
    ["ChaCha20 alone", { cipherSuites: ["TLS_CHACHA20_POLY1305_SHA256"] }],
  ])(
    "%s",
    async (_, supports) => {
      const { wrong, executed } = await unexpected(() => new Restricted(supports));
      expect(wrong).toEqual([]);
      expect(executed).toBeGreaterThan(50);
    },
    LIMIT,
  );
});

describe("an implementation with a habit that nothing forbids is not blamed for it", () => {
  it.each(["declines", "closes", "short-contexts", "empty-for-refused"] as const)(
    "%s",
    async (habit) => {
      const { wrong, executed } = await unexpected(() => new Habitual(habit));
      expect(wrong).toEqual([]);
      expect(executed).toBeGreaterThan(500);
    },
    LIMIT,
  );
});
