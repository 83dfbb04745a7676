import { describe, expect, it } from "vitest";
import type { IutControl } from "../iut/control.ts";
import type { Hello, Method, Params, Result } from "../iut/protocol.ts";
import { RpcCode, RpcError } from "../iut/rpc-error.ts";
import { Reference } from "../reference/reference.ts";
import { drive, runCases } from "../testing/run-cases.ts";

type Supports = Hello["supports"];
type Asked = Partial<
  Pick<Params<"request">, "signatureSchemes"> &
    Pick<Params<"authenticate">, "request" | "attestation" | "identity"> &
    Pick<Params<"validate">, "policy"> &
    Pick<Params<"open">, "channel" | "side" | "cipherSuites">
>;

/** The reference, which claims more than it can, and answers -32001 to what `lacks` names. */
class Boastful implements IutControl {
  readonly #reference = new Reference();
  readonly #sides = new Map<string, string>();

  constructor(
    readonly claims: (supports: Supports) => Partial<Supports>,
    readonly lacks: (method: Method, asked: Asked, side: string | undefined) => string | undefined = () => undefined,
  ) {}

  async call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    const asked = params as Asked;
    if (method === "open" && asked.channel && asked.side) this.#sides.set(asked.channel, asked.side);
    const feature = this.lacks(method, asked, this.#sides.get(asked.channel ?? ""));
    if (feature !== undefined) throw new RpcError(RpcCode.unsupported, "not here", feature);
    const result = await this.#reference.call(method, params);
    if (method !== "hello") return result;
    const hello = result as Hello;
    return { ...hello, supports: { ...hello.supports, ...this.claims(hello.supports) } } as Result<M>;
  }

  stop(): Promise<void> {
    return this.#reference.stop();
  }

  diagnostics(): string {
    return "";
  }
}

const isHello = (id: string) => /^iut\/hello\/.*-declares-what-can-be/.test(id);

describe("an implementation that declares what there is not", () => {
  it.each<[string, (supports: Supports) => Partial<Supports>, string]>([
    ["a feature", ({ features }) => ({ features: [...features, "quantum-proof"] }), 'feature "quantum-proof"'],
    ["a model", ({ models }) => ({ models: [...models, "astrology"] }), 'model "astrology"'],
    ["a scheme", ({ signatureSchemes }) => ({ signatureSchemes: [...signatureSchemes, 70_000] }), "signature scheme 70000"],
    ["a suite", ({ cipherSuites }) => ({ cipherSuites: [...cipherSuites, "ROT13"] }), 'cipher suite "ROT13"'],
    ["Evidence", ({ evidence }) => ({ evidence: [...evidence, "my word"] }), 'Evidence "my word"'],
    ["results", ({ results }) => ({ results: [...results, "moon/beam"] }), 'Attestation Results "moon/beam"'],
  ])("fails by name: %s", async (_, claims, name) => {
    const results = await runCases(isHello, () => drive(new Boastful(claims)));
    expect(results.map(({ outcome }) => outcome)).toEqual(["fail", "fail", "fail", "fail"]);
    expect(results[0]?.found).toBe(`hello declares what the protocol does not know: ${name}`);
  });

  it("is told what of it nobody asked for, where a registry may have it", async () => {
    const unknown = ({ cipherSuites, signatureSchemes, evidence }: Supports) => ({
      cipherSuites: [...cipherSuites, "TLS_AES_128_CCM_SHA256"],
      signatureSchemes: [...signatureSchemes, 0x0905],
      evidence: [...evidence, "application/vnd.acme.quote"],
    });
    const results = await runCases(isHello, () => drive(new Boastful(unknown)));
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(["observed"]));
    expect(results[0]?.detail).toBe(
      'declares what no check of this suite asks for: cipher suite "TLS_AES_128_CCM_SHA256", signature scheme 2309, Evidence "application/vnd.acme.quote"',
    );
  });
});

describe("an implementation that claims what it cannot serve fails by name", () => {
  const nothingMore = () => ({});
  it.each<[string, RegExp, (method: Method, asked: Asked, side: string | undefined) => boolean]>([
    [
      "a signature scheme",
      /^rfc9261\/5-validate\/accepts-scheme/,
      (_, { signatureSchemes }) => signatureSchemes?.includes(0x0806) === true,
    ],
    [
      "a cipher suite",
      /^rfc9261\/5-validate\/accepts-valid/,
      (_, { cipherSuites }) => cipherSuites?.includes("TLS_CHACHA20_POLY1305_SHA256") === true,
    ],
    [
      "a format of Evidence",
      /^expat\/4-evidence-jwt\/attests/,
      (method, { attestation }) => method === "authenticate" && attestation?.type === "application/eat+jwt",
    ],
    ["a model", /^expat\/4-passport\/attests/, (method, { attestation }) => method === "authenticate" && attestation?.model === "passport"],
    ["a position", /^rfc9261\/5-authenticate\/answers/, (method, _, side) => method === "authenticate" && side === "client"],
    ["spontaneous", /^rfc9261\/5-authenticate\/server-spontaneous/, (method, { request }) => method === "authenticate" && request === null],
    ["empty-authenticator", /^rfc9261\/6-empty\//, (method, { identity }) => method === "authenticate" && !identity],
    ["get-context", /^rfc9261\/7-api\/context-of-/, (method) => method === "context"],
    ["export", /^iut\/hello\/.*-export/, (method) => method === "export"],
    ["foreign-request", /^iut\/hello\/serves-foreign-request/, (method) => method === "validate"],
    ["cmw-tag", /^cmw\/3\.2-tag\//, (method, { attestation }) => method === "authenticate" && attestation?.form === "tag"],
    [
      "cmw-collection",
      /^cmw\/3\.3-collection\//,
      (method, { attestation }) => method === "authenticate" && attestation?.form === "collection",
    ],
    ["cmw-signed", /^cmw\/4-signed\//, (_, { policy }) => policy?.signedCmw !== undefined],
  ])("%s", async (name, cases, lacks) => {
    const boastful = () => drive(new Boastful(nothingMore, (...call) => (lacks(...call) ? name : undefined)));
    const results = await runCases((id) => cases.test(id), boastful);
    const failed = results.filter(({ outcome }) => outcome === "fail");
    expect(failed.map(({ found }) => found)).toContain(`"${name}" unsupported, though what hello declares needs it`);
  });

  it("replay-detection, which no call can be refused for", async () => {
    class Forgetful extends Boastful {
      readonly #request = new Map<string, Result<"validate">>();
      override async call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
        const result = await super.call(method, params);
        if (method !== "validate") return result;
        const key = Buffer.from((params as Params<"validate">).authenticator).toString("hex");
        const before = this.#request.get(key);
        this.#request.set(key, result as Result<"validate">);
        return (before ?? result) as Result<M>;
      }
    }
    const results = await runCases(
      (id) => /^iut\/hello\/serves-replay-detection/.test(id),
      () => drive(new Forgetful(nothingMore)),
    );
    expect(results.map(({ outcome }) => outcome)).toEqual(["fail", "fail"]);
  });
});
