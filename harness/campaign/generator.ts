import fc from "fast-check";
import { sealNames } from "../forge/mutation.ts";
import { type Position, splitPosition } from "../iut/protocol.ts";
import type { FormatName } from "../scenario/parameters.ts";
import { apart } from "./apart.ts";
import { editOf, operationsFor, sourcesFor } from "./edits.ts";
import { type Exchange, exchanges, type Repertoire } from "./exchange.ts";
import { randomOf, shuffled } from "./random.ts";
import { authenticatorTargets, requestTargets } from "./samples.ts";
import { editedExchange, type SealedEdit, type Sentence } from "./sentence.ts";
import { type Ending, endingsFor, sequences } from "./sequences.ts";
import type { Target } from "./targets.ts";
import { type Variation, variedCases } from "./variations.ts";

/** A part of the language that a case is generated in, in one position: what is edited how, or which case of the suites is varied. */
export type Cell =
  | {
      readonly kind: "valid" | "edited";
      readonly position: Position;
      /** undefined: nothing is attested. */
      readonly format: FormatName | undefined;
      readonly edit?: { readonly stage: string; readonly operation: string };
    }
  | { readonly kind: "sequence"; readonly position: Position; readonly format: FormatName | undefined; readonly ending: Ending }
  | { readonly kind: "varied"; readonly position: Position; readonly variation: Variation };

type CellEdit = NonNullable<Extract<Cell, { readonly kind: "valid" | "edited" }>["edit"]>;

/** The name of a cell, as the coverage of a campaign counts it. */
export function cellName(cell: Cell): string {
  if (cell.kind === "varied") return `${cell.position} ${cell.variation.script.id}`;
  if (cell.kind === "sequence") return `${cell.position} ${cell.format ?? "unattested"} sequence/${cell.ending}`;
  const { position, format, edit } = cell;
  return `${position} ${format ?? "unattested"} ${edit ? `${edit.stage}/${edit.operation}` : "valid"}`;
}

/**
 * The kinds of cells in turn: about as often as there are cells of each, so that one round of the rarest sees them all. Valid exchanges
 * also show that the connections of the others still live.
 */
const TURNS: readonly Cell["kind"][] = [
  "valid",
  "edited",
  "varied",
  "edited",
  "varied",
  "sequence",
  "edited",
  "varied",
  "edited",
  "varied",
];

/**
 * Sentences by number: the same seed and number give the same sentence for the same repertoire, whatever came before. Each run of
 * numbers as long as the list of cells visits every cell once, in an order of its own, so that rare cells come as often as others.
 */
export class Generator {
  readonly cells: readonly Cell[];
  readonly #lists: Readonly<Record<Cell["kind"], readonly Cell[]>>;
  readonly #targets = new Map<string, readonly Target[]>();
  readonly #exchanges = new Map<string, fc.Arbitrary<Exchange>>();
  readonly #orders = new Map<Cell["kind"], { readonly round: string; readonly order: readonly number[] }>();

  constructor(
    readonly seed: string,
    readonly repertoire: Repertoire,
    variations: readonly Variation[],
    readonly focus: (stage: string) => boolean = () => true,
  ) {
    const places = repertoire.positions.flatMap((position) => [undefined, ...repertoire.formats].map((format) => ({ position, format })));
    const valid = places.map((place): Cell => ({ kind: "valid", ...place }));
    const edited = places.flatMap((place) => this.#editsAt(place).map((edit): Cell => ({ kind: "edited", ...place, edit })));
    const sequence = places.flatMap((place) =>
      endingsFor(place, repertoire).map((ending): Cell => ({ kind: "sequence", ...place, ending })),
    );
    const varied = variations.map((variation): Cell => ({ kind: "varied", position: variation.position, variation }));
    this.#lists = {
      valid,
      edited: edited.length > 0 ? edited : valid,
      sequence: sequence.length > 0 ? sequence : valid,
      varied: varied.length > 0 ? varied : valid,
    };
    this.cells = [...valid, ...edited, ...sequence, ...varied];
  }

  /** The cell of case `number`. */
  cellOf(number: number): Cell {
    const turn = number % TURNS.length;
    const kind = TURNS[turn] ?? "valid";
    const before = TURNS.slice(0, turn).filter((each) => each === kind).length;
    const index = Math.floor(number / TURNS.length) * TURNS.filter((each) => each === kind).length + before;
    const list = this.#lists[kind];
    const round = `${this.seed} ${kind} ${Math.floor(index / list.length)}`;
    let known = this.#orders.get(kind);
    if (known?.round !== round) known = { round, order: shuffled(list.length, round) };
    this.#orders.set(kind, known);
    return list[known.order[index % list.length] ?? 0] as Cell;
  }

  /** Case `number` with the arbitrary that made it, for shrinking. */
  generate(number: number): { readonly cell: Cell; readonly arbitrary: fc.Arbitrary<Sentence>; readonly value: fc.Value<Sentence> } {
    const cell = this.cellOf(number);
    const arbitrary = this.arbitraryOf(cell);
    return { cell, arbitrary, value: arbitrary.generate(randomOf(this.seed, number), undefined) };
  }

  /** All sentences of a cell. */
  arbitraryOf(cell: Cell): fc.Arbitrary<Sentence> {
    if (cell.kind === "varied") return variedCases(cell.variation);
    if (cell.kind === "sequence") return sequences(cell, cell.ending, this.repertoire);
    const { position, format, edit } = cell;
    const exchange = this.#exchangesOf(position, format);
    if (edit === undefined) return exchange.map((valid) => editedExchange(valid, []));
    return exchange.chain((valid) => this.#editsOf(valid, edit).map((edits) => editedExchange(valid, edits)));
  }

  #editsOf(exchange: Exchange, { stage, operation }: CellEdit): fc.Arbitrary<readonly SealedEdit[]> {
    const targets = this.#targetsOf(exchange);
    const aimed = targets.filter((target) => target.stage === stage && operationsFor(target).includes(operation));
    // The wrapper that was drawn may have no such stage: then any edit of the message stands for it, and its own cell is counted.
    const first = aimed.length > 0 ? aimed : targets;
    // Nothing seals a request.
    const isRequest = splitPosition(exchange.position).role === "attester";
    const one = (list: readonly Target[]) =>
      fc.constantFrom(...list).chain((target) => {
        const names = operationsFor(target);
        const name = fc.constantFrom(...(names.includes(operation) ? [operation] : names));
        return fc
          .tuple(
            name.chain((each) => editOf(target, each, sourcesFor(target, targets))),
            isRequest ? fc.constant(true) : resealFor(target.stage),
          )
          .map(([made, reseal]) => ({ ...made, reseal }));
      });
    const further = fc.array(one(targets), { maxLength: 2, size: "max" });
    return fc
      .tuple(one(first), fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: further }))
      .map(([made, others]) => apart([made, ...others]));
  }

  #targetsOf({ position, format, scheme, attestation, identity }: Exchange): readonly Target[] {
    const asksItself = splitPosition(position).role === "attester";
    const key = asksItself ? `request ${format !== undefined}` : `${format} ${scheme} ${identity} ${JSON.stringify(attestation)}`;
    const known = this.#targets.get(key);
    if (known) return known;
    const targets = asksItself ? requestTargets(format !== undefined) : authenticatorTargets(format, scheme, attestation, identity);
    const inFocus = targets.filter(({ stage }) => this.focus(stage));
    this.#targets.set(key, inFocus);
    return inFocus;
  }

  #exchangesOf(position: Position, format: FormatName | undefined): fc.Arbitrary<Exchange> {
    const key = `${position} ${format}`;
    const known = this.#exchanges.get(key) ?? exchanges(position, format, this.repertoire);
    this.#exchanges.set(key, known);
    return known;
  }

  #editsAt({ position, format }: { readonly position: Position; readonly format: FormatName | undefined }): CellEdit[] {
    const wrapper = format === undefined ? undefined : ({ cmw: "cbor" } as const);
    const targets = this.#targetsOf({
      position,
      format,
      scheme: this.repertoire.schemes[0] ?? "p256",
      attestation: wrapper,
      suite: "sha256",
      request: {},
    });
    const names = targets.flatMap((target) => operationsFor(target).map((operation) => `${target.stage}/${operation}`));
    return [...new Set(names)].map((name) => {
      const [stage = "", operation = ""] = name.split("/");
      return { stage, operation };
    });
  }
}

// An edit of the input of a seal that is not computed again would go nowhere.
const MUST_RENEW: Readonly<Record<string, readonly (typeof sealNames)[number][]>> = {
  "signature-input": ["certificate-verify"],
  "mac-input": ["finished"],
  secrets: [...sealNames],
};

function resealFor(stage: string): fc.Arbitrary<SealedEdit["reseal"]> {
  const needed = MUST_RENEW[stage] ?? [];
  // Where all seals are renewed, only what was edited is wrong: that says most.
  const choices: SealedEdit["reseal"][] = [true, true, true, false, ["finished"], ["certificate-verify", "finished"]];
  return fc.constantFrom(
    ...choices.filter((choice) => needed.every((seal) => choice === true || (choice !== false && choice.includes(seal)))),
  );
}
