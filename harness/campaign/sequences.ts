import fc from "fast-check";
import type { Position } from "../iut/protocol.ts";
import { formatsByName } from "../scenario/parameters.ts";
import type { Step } from "../scenario/schema.ts";
import { type Exchange, exchanges, type Repertoire } from "./exchange.ts";
import type { Expectation, Sentence } from "./sentence.ts";

/** What becomes of the last message of a sequence, after exchanges that are all right. */
export const endings = {
  none: "nothing: every exchange is right",
  replay: "an authenticator that was accepted comes once more",
  swap: "an authenticator is put before the request of another exchange",
  splice: "the attestation of another exchange stands in it, all else is its own",
  reflect: "the request is answered with an authenticator for another connection",
} as const;

export type Ending = keyof typeof endings;

/** Which endings make sense: only what is bound to an exchange can be out of place in another one. */
export function endingsFor(format: Exchange["format"]): Ending[] {
  const bound = format !== undefined && formatsByName[format].model === "background-check";
  return (Object.keys(endings) as Ending[]).filter((ending) => bound || ending !== "splice");
}

/**
 * Two to four exchanges of a relying party over one or two connections, their requests, authenticators and validations interleaved in any order
 * that keeps each exchange in its own, and an ending (expat section 5.1, RFC 9261 sections 4 and 7.4).
 */
export function sequences(position: Position, format: Exchange["format"], ending: Ending, repertoire: Repertoire): fc.Arbitrary<Sentence> {
  return fc
    .record({
      exchange: exchanges(position, format, repertoire),
      contexts: fc.uniqueArray(
        fc.uint8Array({ minLength: 8, maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString("hex")),
        { minLength: 4, maxLength: 4 },
      ),
      connections: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      count: fc.integer({ min: 2, max: 4 }),
      order: fc.array(fc.nat(3), { minLength: 12, maxLength: 12 }),
    })
    .map(({ exchange, contexts, connections, count, order }) => {
      const { suite, scheme, attestation, request } = exchange;
      const { signatureSchemes } = request;
      const attested = attestation !== undefined && { attestation };
      const on = (index: number) =>
        ending === "reflect" && index === 0 ? "other" : ending === "none" && connections[index] ? "other" : "main";
      const moves = Array.from({ length: count }, (_, index): Step[] => [
        {
          request: {
            by: "iut",
            expect: "made",
            on: on(index),
            as: `request-${index}`,
            context: { hex: contexts[index] ?? "" },
            ...(signatureSchemes && { signatureSchemes }),
          },
        },
        { authenticate: { by: "harness", expect: "made", as: `authenticator-${index}`, request: `request-${index}`, ...attested } },
        { validate: { by: "iut", expect: "accepted", authenticator: `authenticator-${index}` } },
      ]);
      // The exchange whose end is otherwise has not been validated by itself before.
      const last = count - 1;
      const plain = ending === "none" || ending === "replay" ? moves : [...moves.slice(0, last), (moves[last] ?? []).slice(0, 1)];
      const steps = [...interleaved(plain, order), ...finalSteps(ending, last, attestation)];
      const withOther = (all: readonly Step[]): readonly Step[] =>
        all.some((step) => "request" in step && step.request.on === "other") ? [{ connect: { as: "other" } }, ...all] : all;
      const expectation: Expectation = ending === "none" ? { kind: "accept" } : { kind: "refuse", by: [] };
      return {
        exchange: { position, suite, scheme, format },
        steps: withOther(steps),
        expectation,
        ...(ending !== "none" && { control: () => ({ steps: withOther(interleaved(moves, order)), format }) }),
        ownConnections: false,
        exercises: [`sequence/${ending}`],
      };
    });
}

function finalSteps(ending: Ending, last: number, attestation: Exchange["attestation"]): Step[] {
  const refused = (authenticator: string, request?: string): Step => ({
    validate: { by: "iut", expect: "refused", authenticator, ...(request !== undefined && { request }) },
  });
  switch (ending) {
    case "none":
      return [];
    case "replay":
      return [refused("authenticator-0")];
    case "swap":
    case "reflect":
      return [refused("authenticator-0", `request-${last}`)];
    case "splice":
      return [
        {
          authenticate: {
            by: "harness",
            expect: "made",
            as: "spliced",
            request: `request-${last}`,
            ...(attestation && { attestation }),
            mutate: [{ at: "extension.cmwData", op: "replace", value: { from: "authenticator-0.extension.cmwData" }, reseal: true }],
          },
        },
        refused("spliced"),
      ];
  }
}

// Takes the next step of one exchange after the other, as `order` says.
function interleaved(exchanges: readonly (readonly Step[])[], order: readonly number[]): Step[] {
  const left = exchanges.map((steps) => [...steps]);
  const steps: Step[] = [];
  for (const choice of [...order, ...order]) {
    const open = left.filter((rest) => rest.length > 0);
    const next = open[choice % Math.max(1, open.length)]?.shift();
    if (next) steps.push(next);
  }
  return [...steps, ...left.flat()];
}
