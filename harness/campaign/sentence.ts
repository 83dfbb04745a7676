import type { Mutation } from "../forge/mutation.ts";
import { splitPosition } from "../iut/protocol.ts";
import { formatsByName } from "../scenario/parameters.ts";
import type { Step } from "../scenario/schema.ts";
import type { Edit } from "./edits.ts";
import { type Effect, effectOf, effectOfRequestEdit } from "./effects.ts";
import type { Exchange } from "./exchange.ts";

/** What an implementation must do with the last message of a sentence. */
export type Expectation =
  | { readonly kind: "accept" }
  /** One of these steps must find something (empty: any); `requirements` where the sentence says itself what is broken. */
  | { readonly kind: "refuse"; readonly by: readonly string[]; readonly requirements?: readonly string[] }
  | { readonly kind: "free" };

/** A generated case: a scenario like those in suites/, what it is played with, and what must come of it. */
export interface Sentence {
  readonly exchange: Pick<Exchange, "position" | "suite" | "scheme" | "format">;
  readonly steps: readonly Step[];
  readonly expectation: Expectation;
  /** What of the language it exercises: `stage/operation`, the id of a case, or the kind of a sequence. */
  readonly exercises: readonly string[];
  /** Where it varies a case of the suites: its id. */
  readonly variesCase?: string | undefined;
  /** Where it must be refused: what must be accepted on the same kind of connection, so that the refusal says something. */
  readonly control?: (() => Control) | undefined;
  /** It has contexts that may come again in another sentence: no connection must see both (RFC 9261 section 4). */
  readonly ownConnections: boolean;
  /** The same with fewer edits, the simplest first; undefined where there is nothing to leave out. */
  readonly simpler?: (() => Sentence[]) | undefined;
}

/** The positive twin of a sentence. */
export interface Control {
  readonly steps: readonly Step[];
  /** undefined: nothing is attested. */
  readonly format: Exchange["format"];
  readonly requirements?: readonly string[];
}

/** Shorter contexts come again by chance on a connection that serves many sentences. */
export const UNIQUE_CONTEXT = 8;

// An edit may leave a short one.
const CONTEXT_OF_REQUEST = /^(context|message)\.certificateRequestContext$/;

function isShort(context: Exchange["request"]["context"]): boolean {
  return ((context as { readonly hex: string } | undefined)?.hex.length ?? 0) < 2 * UNIQUE_CONTEXT;
}

/** An edit with the seals that are renewed behind it. */
export type SealedEdit = Edit & Pick<Mutation, "reseal">;

/** An exchange with edits of the message that the harness makes in it; none: a valid exchange. */
export function editedExchange(exchange: Exchange, edits: readonly SealedEdit[]): Sentence {
  const { position, request, attestation, format, identity } = exchange;
  const { role } = splitPosition(position);
  const expectation = expectationOf(exchange, edits);
  const attested = { ...(attestation && { attestation }), ...(identity && { identity }) };
  const mutate = edits.length > 0 && { mutate: edits.map((edit) => ({ ...edit })) };
  const steps: Step[] =
    role === "relying-party"
      ? [
          { request: { by: "iut", expect: "made", ...request } },
          { authenticate: { by: "harness", expect: "made", ...attested, ...mutate } },
          { validate: { by: "iut", expect: expects(expectation, "accepted", "refused") } },
        ]
      : [
          {
            request: {
              by: "harness",
              expect: "made",
              ...request,
              ...(mutate && { mutate: [...(request.mutate ?? []), ...mutate.mutate] }),
            },
          },
          // What is made in answer to a request is judged, also where the texts leave it open whether there is to be an answer.
          {
            authenticate: {
              by: "iut",
              expect: expectation.kind === "free" ? "made-or-declined" : expects(expectation, "made", "refused-or-empty"),
              ...attested,
            },
          },
          ...(expectation.kind === "refuse" ? [] : [{ validate: { by: "harness" as const, expect: "accepted" as const } }]),
        ];
  const { suite, scheme } = exchange;
  return {
    exchange: { position, suite, scheme, format },
    steps,
    expectation,
    ownConnections: isShort(request.context) || edits.some(({ at }) => CONTEXT_OF_REQUEST.test(at)),
    ...(expectation.kind === "refuse" && { control: () => ({ steps: editedExchange(exchange, []).steps, format }) }),
    ...(edits.length > 1 && { simpler: () => edits.map((edit) => editedExchange(exchange, [edit])) }),
    exercises: edits.length === 0 ? ["valid"] : edits.map(({ at, op }) => `${at.split(".", 1)[0]}/${op}`),
  };
}

function expects<Accept extends string, Refuse extends string>(
  { kind }: Expectation,
  accept: Accept,
  refuse: Refuse,
): Accept | Refuse | "observed" {
  return kind === "accept" ? accept : kind === "refuse" ? refuse : "observed";
}

function expectationOf({ position, format }: Exchange, edits: readonly SealedEdit[]): Expectation {
  if (edits.length === 0) return { kind: "accept" };
  const serialisation = format && formatsByName[format].serialisation === "cwt" ? "cbor" : format ? "json" : undefined;
  const effects = edits.map(
    (edit): Effect => (position.startsWith("attester") ? effectOfRequestEdit(edit) : effectOf(edit, { serialisation })),
  );
  // What one edit makes wrong, another does not mend (apart.ts).
  const refusals = effects.filter((effect) => effect.kind === "refuse");
  if (refusals.length === 0) return { kind: effects.every(({ kind }) => kind === "accept") ? "accept" : "free" };
  // Beside other edits it may be found first what those have done.
  return { kind: "refuse", by: edits.length === 1 ? (refusals[0]?.by ?? []) : [] };
}
