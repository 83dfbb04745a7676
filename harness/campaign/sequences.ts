import fc from "fast-check";
import { splitPosition } from "../iut/protocol.ts";
import { formatsByName } from "../scenario/parameters.ts";
import type { AuthenticateStep, Step } from "../scenario/schema.ts";
import { type Exchange, exchanges, type Repertoire } from "./exchange.ts";
import { type Sentence, UNIQUE_CONTEXT } from "./sentence.ts";

/** What becomes of the last message of a sequence, after exchanges that are all right. */
const endings = {
  "relying-party": {
    none: "nothing: every exchange is right",
    replay: "an authenticator that was accepted comes once more",
    swap: "an authenticator is put before the request of another exchange",
    splice: "the attestation of another exchange stands in it, all else is its own",
    reflect: "the request is answered with an authenticator for another connection",
    retry: "a wrong authenticator is refused, and the right one for the same request comes behind it",
    "ask-again": "it is told to ask with a context that it has asked with before",
  },
  attester: {
    none: "nothing: every exchange is right",
    decline: "it is told to decline",
    "asked-again": "a request comes with a context that it has answered",
    spoilt: "a request that cannot be read is refused, and a right one comes behind it",
  },
} as const;

export type Ending = keyof (typeof endings)["relying-party"] | keyof (typeof endings)["attester"];

type Place = Pick<Exchange, "position" | "format">;

/** Who does not declare the feature replay-detection is not asked for it. */
const NEEDS_MEMORY: readonly Ending[] = ["replay", "asked-again"];

/** Which endings make sense: only what is bound to an exchange can be out of place in another one. */
export function endingsFor({ position, format }: Place, { features }: Pick<Repertoire, "features">): Ending[] {
  const isBound = format !== undefined && formatsByName[format].model === "background-check";
  const names = Object.keys(endings[splitPosition(position).role]) as Ending[];
  const remembers = features.includes("replay-detection");
  return names.filter((ending) => (isBound || ending !== "splice") && (remembers || !NEEDS_MEMORY.includes(ending)));
}

/**
 * Two to four exchanges over one or two connections, their requests, authenticators and validations interleaved in any order that keeps
 * each exchange in its own, and an ending (expat section 5.1, RFC 9261 sections 4, 6, 7.3 and 7.4).
 */
export function sequences({ position, format }: Place, ending: Ending, repertoire: Repertoire): fc.Arbitrary<Sentence> {
  const { role } = splitPosition(position);
  return fc
    .record({
      exchange: exchanges(position, format, repertoire),
      contexts: fc.uniqueArray(
        fc.uint8Array({ minLength: UNIQUE_CONTEXT, maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString("hex")),
        { minLength: 5, maxLength: 5 },
      ),
      connections: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      count: fc.integer({ min: 2, max: 4 }),
      order: fc.array(fc.nat(3), { minLength: 12, maxLength: 12 }),
    })
    .map(({ exchange, contexts, connections, count, order }) => {
      const on = (index: number) =>
        ending === "reflect" && index === 0 ? "other" : ending === "none" && connections[index] ? "other" : "main";
      const make = role === "attester" ? answered : relied;
      const moves = Array.from({ length: count }, (_, index) => make(exchange, index, on(index), contexts[index] ?? ""));
      // The exchange whose end is otherwise has not been validated by itself before.
      const last = count - 1;
      const isWhole = role === "attester" || !["swap", "splice", "reflect", "retry"].includes(ending);
      const plain = isWhole ? moves : [...moves.slice(0, last), (moves[last] ?? []).slice(0, 1)];
      const steps = [...interleaved(plain, order), ...finalSteps(ending, last, exchange, contexts, repertoire)];
      const withOther = (all: readonly Step[]): readonly Step[] =>
        all.some((step) => "request" in step && step.request.on === "other") ? [{ connect: { as: "other" } }, ...all] : all;
      const isRight = ["none", "retry", "decline", "spoilt"].includes(ending);
      const { suite, scheme } = exchange;
      return {
        exchange: { position, suite, scheme, format },
        steps: withOther(steps),
        expectation: isRight ? { kind: "accept" } : { kind: "refuse", by: [] },
        ...(!isRight && { control: () => ({ steps: withOther(interleaved(moves, order)), format }) }),
        ownConnections: false,
        exercises: [`sequence/${ending}`],
      };
    });
}

// One exchange of a relying party.
function relied({ attestation, identity, request: { signatureSchemes } }: Exchange, index: number, on: string, hex: string): Step[] {
  const asked = { ...(signatureSchemes && { signatureSchemes }) };
  const made = { ...(attestation && { attestation }), ...(identity && { identity }) };
  return [
    { request: { by: "iut", expect: "made", on, as: `request-${index}`, context: { hex }, ...asked } },
    { authenticate: { by: "harness", expect: "made", as: `authenticator-${index}`, request: `request-${index}`, ...made } },
    { validate: { by: "iut", expect: "accepted", authenticator: `authenticator-${index}` } },
  ];
}

// One exchange of an attester.
function answered({ attestation, identity, request }: Exchange, index: number, on: string, hex: string): Step[] {
  const made = { ...(attestation && { attestation }), ...(identity && { identity }) };
  return [
    { request: { ...request, by: "harness", expect: "made", on, as: `request-${index}`, context: { hex } } },
    { authenticate: { by: "iut", expect: "made", as: `authenticator-${index}`, request: `request-${index}`, ...made } },
    { validate: { by: "harness", expect: "accepted", authenticator: `authenticator-${index}` } },
  ];
}

function finalSteps(ending: Ending, last: number, exchange: Exchange, contexts: readonly string[], { features }: Repertoire): Step[] {
  const { attestation, request } = exchange;
  const made = attestation && { attestation };
  const refused = (authenticator: string, of?: string): Step => ({
    validate: { by: "iut", expect: "refused", authenticator, ...(of !== undefined && { request: of }) },
  });
  const asks = (as: string, hex: string): Step => ({ request: { ...request, by: "harness", expect: "made", as, context: { hex } } });
  const forged = (as: string, mutate?: AuthenticateStep["mutate"]): Step => ({
    authenticate: { by: "harness", expect: "made", as, request: `request-${last}`, ...made, ...(mutate && { mutate }) },
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
        forged("spliced", [{ at: "extension.cmwData", op: "replace", value: { from: "authenticator-0.extension.cmwData" }, reseal: true }]),
        refused("spliced"),
      ];
    case "retry":
      // RFC 9261 section 7.4: only what was accepted has used its context up.
      return [
        forged("wrong", [{ at: "finished.verifyData", op: "flip", reseal: true }]),
        refused("wrong"),
        forged("right"),
        { validate: { by: "iut", expect: "accepted", authenticator: "right" } },
      ];
    case "ask-again":
      return [{ request: { by: "iut", expect: "refused", context: { hex: contexts[0] ?? "" } } }];
    case "decline":
      return [
        asks("declined", contexts.at(-1) ?? ""),
        {
          authenticate: {
            by: "iut",
            request: "declined",
            identity: null,
            attestation: null,
            expect: features.includes("empty-authenticator") ? "empty" : "refused-or-empty",
          },
        },
      ];
    case "asked-again":
      return [asks("again", contexts[0] ?? ""), { authenticate: { by: "iut", request: "again", expect: "refused-or-empty", ...made } }];
    case "spoilt": {
      const [spoilt, right] = [contexts.at(-1) ?? "", `${contexts.at(-1)}00`];
      return [
        {
          request: {
            by: "harness",
            expect: "made",
            as: "spoilt",
            context: { hex: spoilt },
            mutate: [{ at: "message.bytes", op: "truncate", by: 1, reseal: true }],
          },
        },
        { authenticate: { by: "iut", request: "spoilt", expect: "refused-or-empty", ...made } },
        asks("behind", right),
        { authenticate: { by: "iut", request: "behind", expect: "made", ...made } },
        { validate: { by: "harness", expect: "accepted" } },
      ];
    }
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
