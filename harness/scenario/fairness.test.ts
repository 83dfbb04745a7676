import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
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
    const result = await this.#reference.call(method, this.#withoutUnknownRoots(method, params));
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

  /** It verifies nothing with a key of a family that it does not declare: a root of one leads nowhere. */
  #withoutUnknownRoots<M extends Method>(method: M, params: Params<M>): Params<M> {
    if (method !== "validate") return params;
    const { trust } = params as Params<"validate">;
    const known = (root: Bytes) => this.#fits(new X509Certificate(root).publicKey);
    const { pkix, attestation, results } = trust;
    return { ...params, trust: { pkix: pkix.filter(known), attestation: attestation.filter(known), results: results.filter(known) } };
  }

  #fits(key: KeyObject): boolean {
    const { signatureSchemes } = this.#supports;
    return (
      signatureSchemes === undefined ||
      signatureSchemes.some((scheme) => {
        const algorithm = schemeAlgorithm(scheme);
        return algorithm && keyFits(algorithm, key);
      })
    );
  }

  #refuseUndeclared(method: Method, params: object): void {
    const { signatureSchemes: schemes, models, features, cipherSuites } = this.#supports;
    const keys = ["identity", "attestation"].flatMap((name) => {
      const given = (params as Record<string, { key?: Bytes } | null>)[name];
      return given?.key ? [given.key] : [];
    });
    for (const pkcs8 of schemes ? keys : []) {
      const key = createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" });
      if (!this.#fits(key))
        throw new RpcError(RpcCode.unsupported, "a key of a family that is not declared", `key ${key.asymmetricKeyType}`);
    }
    const asked = params as { signatureSchemes?: number[]; attestation?: unknown; cipherSuites?: string[]; request?: unknown };
    if (asked.signatureSchemes?.some((scheme) => schemes && !schemes.includes(scheme))) {
      throw new RpcError(RpcCode.unsupported, "a scheme that is not declared", "signatureSchemes");
    }
    if (asked.cipherSuites?.some((suite) => cipherSuites && !cipherSuites.includes(suite))) {
      throw new RpcError(RpcCode.unsupported, "a suite that is not declared", "cipherSuites");
    }
    const { model } = (asked.attestation ?? {}) as { model?: string };
    if (model && models && !models.includes(model)) throw new RpcError(RpcCode.unsupported, "a model that is not declared", "models");
    if (models?.length === 0 && asked.attestation) throw new RpcError(RpcCode.unsupported, "no attestation", "models");
    if (features && !features.includes("get-context") && method === "context") throw new RpcError(RpcCode.methodNotFound, "no context");
  }
}

const habits = ["declines", "closes", "refuses-further", "short-contexts", "empty-for-refused"] as const;
type Habit = (typeof habits)[number];

/** A conforming implementation with a habit of its own. */
class Habitual implements IutControl {
  readonly #reference = new Reference();
  readonly #habit: Habit;
  readonly #ended = new Set<string>();
  #contexts = 0;

  constructor(habit: Habit) {
    this.#habit = habit;
  }

  async call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    let asked: object = params;
    if (this.#habit === "declines" && method === "authenticate") asked = { ...params, attestation: null };
    if (this.#habit === "short-contexts" && method === "request" && !("context" in params)) {
      // The first is of length zero: unique on the connection, and nothing obliges it to be longer.
      asked = { ...params, context: Buffer.alloc(this.#contexts++ % 200, this.#contexts) };
    }
    const { channel } = params as { channel: string };
    if (this.#ended.has(channel) && ["request", "authenticate", "validate"].includes(method)) {
      return { refused: { code: "other", detail: "no more exchanges on this connection" } } as Result<M>;
    }
    const result = await this.#reference.call(method, asked as Params<M>);
    if (!("refused" in result)) return result;
    const decides = method === "validate" || method === "authenticate";
    if (this.#habit === "closes" && decides) await this.#reference.call("close", { channel });
    // A failure is fatal to the channel (expat section 7), and the connection is left to the application.
    if (this.#habit === "refuses-further" && decides) this.#ended.add(channel);
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
    [
      "P-256 and passport alone, in CWT",
      { signatureSchemes: [0x0403], models: ["passport"], evidence: [], results: ["application/eat+cwt"] },
    ],
    [
      "RSA-PSS with SHA-256 and background check alone, in CWT, as client",
      {
        signatureSchemes: [0x0804],
        models: ["background-check"],
        evidence: ["application/eat+cwt"],
        results: [],
        positions: ["attester/client", "relying-party/client"],
      },
    ],
    [
      "RSA-PSS with SHA-384 and passport alone, in JWT, as a server that relies on it",
      {
        signatureSchemes: [0x0805],
        models: ["passport"],
        evidence: [],
        results: ["application/eat+jwt"],
        positions: ["relying-party/server"],
        features: [],
      },
    ],
    ["an attesting client alone", { positions: ["attester/client"], features: ["cmw-tag", "get-context"] }],
    ["a relying client alone", { positions: ["relying-party/client"], features: ["cmw-collection", "cmw-signed"] }],
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
  it.each(habits)(
    "%s",
    async (habit) => {
      const { wrong, executed } = await unexpected(() => new Habitual(habit));
      expect(wrong).toEqual([]);
      expect(executed).toBeGreaterThan(500);
    },
    LIMIT,
  );
});
