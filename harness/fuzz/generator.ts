import fc from "fast-check";
import { sealNames } from "../forge/mutation.ts";
import { type Position, splitPosition } from "../iut/protocol.ts";
import type { FormatName } from "../scenario/parameters.ts";
import { editOf, operationsFor } from "./edits.ts";
import { type Exchange, exchanges, type Repertoire } from "./exchange.ts";
import { randomOf, shuffled } from "./random.ts";
import { authenticatorTargets, requestTargets } from "./samples.ts";
import { editedExchange, type SealedEdit, type Sentence } from "./sentence.ts";
import type { Target } from "./targets.ts";

/** A part of the language that a case is generated in: what is edited how, in which position and format. */
export interface Cell {
  readonly position: Position;
  /** undefined: nothing is attested. */
  readonly format: FormatName | undefined;
  /** undefined: a valid exchange. */
  readonly edit: { readonly stage: string; readonly operation: string } | undefined;
}

/** The name of a cell, as the coverage of a campaign counts it. */
export function cellName({ position, format, edit }: Cell): string {
  return `${position} ${format ?? "unattested"} ${edit ? `${edit.stage}/${edit.operation}` : "valid"}`;
}

/** Of so many cases one is a valid exchange: it also shows that the connections of the others still live. */
const VALID_EVERY = 6;

/**
 * Sentences by number: the same seed and number give the same sentence for the same repertoire, whatever came before. Each run of
 * numbers as long as the list of cells visits every cell once, in an order of its own, so that rare cells come as often as others.
 */
export class Generator {
  readonly cells: readonly Cell[];
  readonly #edited: readonly Cell[];
  readonly #valid: readonly Cell[];
  readonly #targets = new Map<string, readonly Target[]>();
  readonly #orders = new Map<string, number[]>();

  constructor(
    readonly seed: string,
    readonly repertoire: Repertoire,
    readonly focus: (stage: string) => boolean = () => true,
  ) {
    const formats = [undefined, ...repertoire.formats];
    const places = repertoire.positions.flatMap((position) => formats.map((format) => ({ position, format })));
    this.#valid = places.map((place) => ({ ...place, edit: undefined }));
    this.#edited = places.flatMap((place) => this.#editsAt(place).map((edit) => ({ ...place, edit })));
    this.cells = [...this.#valid, ...this.#edited];
  }

  /** The cell of case `number`. */
  cellOf(number: number): Cell {
    const isValid = number % VALID_EVERY === 0 || this.#edited.length === 0;
    const list = isValid ? this.#valid : this.#edited;
    const index = isValid ? Math.floor(number / VALID_EVERY) : number - 1 - Math.floor(number / VALID_EVERY);
    const round = `${this.seed} ${isValid} ${Math.floor(index / list.length)}`;
    const order = this.#orders.get(round) ?? shuffled(list.length, round);
    this.#orders.clear();
    this.#orders.set(round, order);
    return list[order[index % list.length] ?? 0] as Cell;
  }

  /** Case `number` with the arbitrary that made it, for shrinking. */
  generate(number: number): { readonly cell: Cell; readonly arbitrary: fc.Arbitrary<Sentence>; readonly value: fc.Value<Sentence> } {
    const cell = this.cellOf(number);
    const arbitrary = this.arbitraryOf(cell);
    return { cell, arbitrary, value: arbitrary.generate(randomOf(this.seed, number), undefined) };
  }

  /** All sentences of a cell. */
  arbitraryOf({ position, format, edit }: Cell): fc.Arbitrary<Sentence> {
    const exchange = exchanges(position, format, this.repertoire);
    if (edit === undefined) return exchange.map((valid) => editedExchange(valid, []));
    return exchange.chain((valid) => this.#editsOf(valid, edit).map((edits) => editedExchange(valid, edits)));
  }

  #editsOf(exchange: Exchange, { stage, operation }: NonNullable<Cell["edit"]>): fc.Arbitrary<readonly SealedEdit[]> {
    const targets = this.#targetsOf(exchange);
    const aimed = targets.filter((target) => target.stage === stage && operationsFor(target).includes(operation));
    // The wrapper that was drawn may have no such stage: then any edit of the message stands for it, and its own cell is counted.
    const first = aimed.length > 0 ? aimed : targets;
    const one = (list: readonly Target[]) =>
      fc.constantFrom(...list).chain((target) => {
        const names = operationsFor(target);
        const name = fc.constantFrom(...(names.includes(operation) ? [operation] : names));
        return fc
          .tuple(
            name.chain((each) => editOf(target, each)),
            resealFor(target.stage),
          )
          .map(([made, reseal]) => ({ ...made, reseal }));
      });
    const isRequest = splitPosition(exchange.position).role === "attester";
    const further = isRequest ? fc.constant([]) : fc.array(one(targets), { maxLength: 2, size: "max" });
    return fc
      .tuple(one(first), fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: further }))
      .map(([made, others]) => apart([made, ...others]));
  }

  #targetsOf({ position, format, scheme, attestation }: Exchange): readonly Target[] {
    const asksItself = splitPosition(position).role === "attester";
    const key = asksItself ? `request ${format !== undefined}` : `${format} ${scheme} ${JSON.stringify(attestation)}`;
    const known =
      this.#targets.get(key) ?? (asksItself ? requestTargets(format !== undefined) : authenticatorTargets(format, scheme, attestation));
    this.#targets.set(key, known);
    return known.filter(({ stage }) => this.focus(stage));
  }

  #editsAt({ position, format }: Pick<Cell, "position" | "format">): NonNullable<Cell["edit"]>[] {
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
  const choices: SealedEdit["reseal"][] = [true, false, ["finished"], ["certificate-verify", "finished"]];
  return fc.constantFrom(
    ...choices.filter((choice) => needed.every((seal) => choice === true || (choice !== false && choice.includes(seal)))),
  );
}

// Edits of the same place, or of one inside of another, would undo one another.
function apart(edits: readonly SealedEdit[]): SealedEdit[] {
  const kept: SealedEdit[] = [];
  for (const edit of edits) {
    const touches = kept.some(({ at }) => at === edit.at || at.startsWith(`${edit.at}.`) || edit.at.startsWith(`${at}.`));
    if (!touches) kept.push(edit);
  }
  return kept;
}
