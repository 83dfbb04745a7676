import { describe, expect, it } from "vitest";
import { cmwPayload } from "../attestation/payload.ts";
import { defaultProfile } from "../attestation/profile.ts";
import { finishedMac } from "../authenticator/transcript.ts";
import type { IutControl } from "../iut/control.ts";
import { greet } from "../iut/controlled.ts";
import type { Method, Params, Result } from "../iut/protocol.ts";
import { Reference } from "../reference/reference.ts";
import { decodeFrame, encodeFinished, getContext } from "../wire/authenticator.ts";
import { concat } from "../wire/bytes.ts";
import { loadLibrary } from "./load.ts";
import { plan } from "./plan.ts";
import type { CheckResult } from "./result.ts";
import { runInstances } from "./run.ts";

type Answers = (result: Result<Method>, method: Method, params: Params<Method>, reference: Reference) => Promise<unknown>;

/** The reference, whose answers somebody has got wrong. */
class Mistaken implements IutControl {
  readonly #reference = new Reference();
  constructor(readonly answer: Answers) {}

  async call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    const result = await this.#reference.call(method, params);
    return (await this.answer(result, method, params, this.#reference)) as Result<M>;
  }

  stop(): Promise<void> {
    return this.#reference.stop();
  }

  diagnostics(): string {
    return "";
  }
}

async function run(only: string, answer: Answers): Promise<CheckResult[]> {
  const { cases, ledger } = loadLibrary();
  const start = () => greet(new Mistaken(answer), defaultProfile);
  const first = await start();
  const results: CheckResult[] = [];
  await runInstances(
    plan(
      cases.filter(({ id }) => id === only),
      first.hello,
      first.can,
    ),
    {
      start,
      workers: 1,
      ledger,
      profile: defaultProfile,
      payload: cmwPayload,
      seed: "mistakes",
      report: (more) => results.push(...more),
    },
  );
  await first.stop();
  return results;
}

const failed = (results: readonly CheckResult[]) => results.filter(({ outcome }) => outcome === "fail");

describe("a failure over real connections says what it looks like", () => {
  it("an attester that keys the MAC with the other end's key, on each side and suite", async () => {
    const results = await run("rfc9261/5-authenticate/answers", async (result, method, params, reference) => {
      if (method !== "authenticate" || !("authenticator" in result)) return result;
      const { channel, request } = params as Params<"authenticate">;
      const frame = decodeFrame(result.authenticator);
      if (frame.kind === "empty" || request === null) return result;
      const sender = request[0] === 17 ? "server" : "client";
      const other = sender === "server" ? "client" : "server";
      // The whole Finished is 4 bytes longer than the hash.
      const length = frame.finished.length - 4;
      const exported = async (label: string) => {
        const answer = await reference.call("export", { channel, label, context: new Uint8Array(0), length });
        return "value" in answer ? answer.value : new Uint8Array(0);
      };
      const verifyData = finishedMac({
        hash: length === 48 ? "sha384" : "sha256",
        key: await exported(`EXPORTER-${other} authenticator finished key`),
        handshakeContext: await exported(`EXPORTER-${sender} authenticator handshake context`),
        request,
        certificate: frame.certificate,
        certificateVerify: frame.certificateVerify,
      });
      return { authenticator: concat(frame.certificate, frame.certificateVerify, encodeFinished(verifyData).bytes) };
    });
    const finished = failed(results);
    expect(finished.map(({ check }) => check)).toEqual(new Array(6).fill("rfc9261/5-authenticate/answers#finished"));
    for (const { mistakes } of finished) expect(mistakes?.map(({ id }) => id)).toEqual(["finished/key-of-other-role"]);
  });

  it("a relying party that accepts what it must refuse: the mistake of the case is what it does not notice", async () => {
    const accepts: Answers = async (result, method, params) => {
      if (method !== "validate" || "accepted" in result) return result;
      const { authenticator } = params as Params<"validate">;
      return { accepted: { context: getContext(authenticator), chain: [], attested: false } };
    };
    const [first, ...others] = failed(await run("rfc9261/5.2.3-finished/mac-altered", accepts));
    expect(others.length).toBeGreaterThan(0);
    expect(first?.mistakes).toMatchObject([{ id: "rfc9261/5.2.3-finished/mac-altered" }]);
    expect(first?.mistakes?.[0]?.title).toContain("finished.verifyData is altered in one bit");
    expect(first?.mistakes?.[0]?.requirements).toEqual(first?.requirements);
  });

  it("a relying party that refuses what is right: what was sent is shown", async () => {
    const results = await run("expat/4-evidence/accepts-attested", async (result, method) =>
      method === "validate" ? { refused: { code: "other", detail: "no" } } : result,
    );
    const [first] = failed(results);
    expect(first?.sent).toMatch(
      /^Certificate \(context of 32 bytes, 2 certificates, cmw_attestation in entry 0 \(CMW in cbor: application\/eat\+cwt\)\), /,
    );
    expect(first?.mistakes).toBeUndefined();
  });

  it("one that is right has nothing named", async () => {
    const results = await run("expat/4-evidence/attests", async (result) => result);
    expect(results.length).toBeGreaterThan(0);
    expect(results.filter(({ mistakes, sent }) => mistakes !== undefined || sent !== undefined)).toEqual([]);
  });
});
