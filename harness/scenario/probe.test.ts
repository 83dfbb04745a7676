import { describe, expect, it } from "vitest";
import { cmwPayload } from "../attestation/payload.ts";
import { defaultProfile } from "../attestation/profile.ts";
import type { IutControl } from "../iut/control.ts";
import { greet } from "../iut/controlled.ts";
import type { Method, Params, Result } from "../iut/protocol.ts";
import { Reference } from "../reference/reference.ts";
import { encodeFinished } from "../wire/authenticator.ts";
import { loadLibrary } from "./load.ts";
import { plan } from "./plan.ts";
import { runInstances } from "./run.ts";

type Alter = <M extends Method>(method: M, params: Params<M>, reference: Reference) => Promise<object | undefined>;

/** The reference, but for what `alter` answers in its place. */
function altered(alter: Alter): IutControl {
  const reference = new Reference();
  return {
    call: async <M extends Method>(method: M, params: Params<M>) =>
      ((await alter(method, params, reference)) as Result<M> | undefined) ?? reference.call(method, params),
    stop: () => reference.stop(),
    diagnostics: () => "",
  };
}

const library = loadLibrary();

/** What a probe shows of an implementation, by position. */
async function shown(id: string, alter: Alter = async () => undefined): Promise<Record<string, string>> {
  const start = () => greet(altered(alter), defaultProfile);
  const first = await start();
  const instances = plan(
    library.cases.filter((script) => script.id === id),
    first.hello,
    first.can,
  );
  await first.stop();
  const found: Record<string, string> = {};
  const { ledger } = library;
  const common = { start, workers: 1, ledger, profile: defaultProfile, payload: cmwPayload, seed: "test" };
  await runInstances(instances, {
    ...common,
    report: (results) => {
      for (const { position, behaviour, outcome } of results) found[position] = behaviour?.id ?? `no behaviour, ${outcome}`;
    },
  });
  return found;
}

const attesters = (behaviour: string) => ({ "attester/server": behaviour, "attester/client": behaviour });
const relyingParties = (behaviour: string) => ({ "relying-party/server": behaviour, "relying-party/client": behaviour });

describe("a probe records which behaviour it sees", () => {
  const OFFER = "expat/3-extension/offer-answered";
  it("of an attester that attests, does not, declines, or refuses", async () => {
    expect(await shown(OFFER)).toEqual(attesters("attests"));
    const silent: Alter = async (method, params, reference) =>
      method === "authenticate" ? reference.call("authenticate", { ...(params as Params<"authenticate">), attestation: null }) : undefined;
    expect(await shown(OFFER, silent)).toEqual(attesters("unattested"));
    const empty: Alter = async (method) =>
      method === "authenticate" ? { authenticator: encodeFinished(Buffer.alloc(32)).bytes } : undefined;
    expect(await shown(OFFER, empty)).toEqual(attesters("declines"));
    const refuses: Alter = async (method) => (method === "authenticate" ? { refused: { code: "other" } } : undefined);
    expect(await shown(OFFER, refuses)).toEqual(attesters("declines"));
  });

  const AFTERWARDS = "expat/3-extension/request-after-refusal";
  it("of a relying party whose connection goes on after a refusal, asks no more, or is ended", async () => {
    expect(await shown(AFTERWARDS)).toEqual(relyingParties("stays-open"));
    let refusals = 0;
    const silent: Alter = async (method, params, reference) => {
      if (method === "open") refusals = 0;
      if (method === "request" && refusals > 0) return { refused: { code: "other" } };
      if (method !== "validate") return undefined;
      const result = await reference.call(method, params);
      if ("refused" in result) refusals++;
      return result;
    };
    expect(await shown(AFTERWARDS, silent)).toEqual(relyingParties("refuses-further"));
    const closes: Alter = async (method, params, reference) => {
      if (method !== "validate") return undefined;
      const result = await reference.call(method, params);
      if ("refused" in result) await reference.call("close", { channel: (params as Params<"validate">).channel });
      return result;
    };
    expect(await shown(AFTERWARDS, closes)).toEqual(relyingParties("ended"));
  });

  it("and none where its control did not succeed", async () => {
    const refuses: Alter = async (method) => (method === "validate" ? { refused: { code: "other" } } : undefined);
    expect(await shown("expat/4-evidence/untagged")).toEqual(relyingParties("refused"));
    expect(await shown("expat/4-evidence/untagged", refuses)).toEqual(relyingParties("no behaviour, blocked"));
  });
});
