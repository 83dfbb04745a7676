import { describe, expect, it } from "vitest";
import { cmwPayload } from "../attestation/payload.ts";
import { defaultProfile } from "../attestation/profile.ts";
import { faults } from "../faults/catalogue.ts";
import { faulty } from "../faults/faulty.ts";
import type { IutControl } from "../iut/control.ts";
import { greet } from "../iut/controlled.ts";
import type { Method, Params, Result } from "../iut/protocol.ts";
import { Reference } from "../reference/reference.ts";
import type { Exchange } from "./exchange.ts";
import { Player } from "./player.ts";
import { editedExchange } from "./sentence.ts";

const unbound = faults.find(({ id }) => id === "relying-party/binding/left-out");

/** Refuses all further on a connection behind its first refusal, as it may (expat section 7). */
function givingUp(control: IutControl): IutControl {
  const given = new Set<string>();
  return {
    async call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
      const { channel } = params as { channel: string };
      if (method === "validate" && given.has(channel)) return { refused: { code: "other", detail: "given up" } } as Result<M>;
      const result = await control.call(method, params);
      if (method === "validate" && "refused" in result) given.add(channel);
      return result;
    },
    stop: () => control.stop(),
    diagnostics: () => "",
  };
}

function sentence(at: string, number: number) {
  const exchange: Exchange = {
    position: "relying-party/client",
    suite: "sha256",
    scheme: "p256",
    format: "eat-cwt",
    request: { context: { hex: Buffer.alloc(32, number).toString("hex") } },
    attestation: { cmw: "cbor" },
  };
  return editedExchange(exchange, [{ at, op: "flip", index: 0, reseal: true }]);
}

async function playThree(control: IutControl) {
  const player = new Player(() => greet(control, defaultProfile), defaultProfile, cmwPayload, "pool");
  const outcomes = [];
  for (const [number, at] of ["finished.verifyData", "finished.verifyData", "binding.exportedValue"].entries()) {
    const [played] = await player.play(sentence(at, number), `pool-${number}`);
    outcomes.push(played?.outcome.kind);
  }
  const before = player.connections;
  const settled = await player.settle();
  const opened = player.connections - before;
  await player.stop();
  return { outcomes, settled: settled.map(({ id, outcome }) => [id, outcome.kind]), opened };
}

describe("refusals on a connection that has seen one before", () => {
  it("are settled by a valid exchange, with no other connection, where the implementation goes on", async () => {
    expect(await playThree(new Reference())).toEqual({ outcomes: ["agrees", "agrees", "agrees"], settled: [], opened: 0 });
  });

  it("are played again on connections of their own where it has given the connection up, so that no defect hides there", async () => {
    const { settled, opened } = await playThree(givingUp(faulty(unbound)));
    expect(settled).toEqual([
      ["pool-1", "agrees"],
      ["pool-2", "wrong"],
    ]);
    expect(opened).toBe(2);
  });
});
