import fc from "fast-check";
import type { Mutation } from "../forge/mutation.ts";
import type { Target } from "./targets.ts";

/** An edit as a scenario writes it; which seals are renewed is chosen apart. */
export type Edit = Omit<Mutation, "reseal">;

const hex = (bytes: Uint8Array): { readonly hex: string } => ({ hex: Buffer.from(bytes).toString("hex") });
/** Where a value for `target` can be taken from: places of the same kind that come before it in the build. */
export function sourcesFor(target: Target, targets: readonly Target[]): string[] {
  const before = targets.slice(0, targets.indexOf(target));
  return before.filter(({ kind, stage }) => kind === target.kind && stage !== "frame").map(({ at }) => at);
}

/** A value of `own` making, or what stands at another place of the same message. */
function orFrom<T>(own: fc.Arbitrary<T>, sources: readonly string[]): fc.Arbitrary<T | { readonly self: string }> {
  return sources.length === 0 ? own : fc.oneof(own, fc.constantFrom(...sources.map((self) => ({ self }))));
}

const someBytes = (maxLength: number) => fc.uint8Array({ minLength: 1, maxLength }).map(hex);
/** A place in `size` bytes or elements; places near the ends come more often, as in fast-check everywhere. */
const place = (size: number) => fc.integer({ min: 0, max: Math.max(0, size - 1) });

type Operation = (target: Target, sources: readonly string[]) => fc.Arbitrary<Edit>;

/** Numbers that mean something somewhere, and any others. */
const numbers = fc.oneof(fc.constantFrom(0, 1, 2, 8, 255, 256, 0xffff), fc.integer({ min: 0, max: 0xffff }));

const listOperations: Readonly<Record<string, Operation>> = {
  drop: ({ at }) => fc.constant<Edit>({ at, op: "drop" }),
  reverse: ({ at }) => fc.constant<Edit>({ at, op: "reverse" }),
  truncate: ({ at, size }) => fc.integer({ min: 1, max: Math.max(1, size) }).map((by) => ({ at, op: "truncate", by })),
};

// A claim that nobody knows.
const moreClaims = <Label>(labels: fc.Arbitrary<Label>) =>
  fc.record({ name: fc.constant("more"), label: labels, value: fc.oneof(fc.nat(), fc.string({ maxLength: 20 })) });

/** The operations that a kind of target knows, each as an arbitrary edit of that target. */
const operations: Readonly<Record<Target["kind"], Readonly<Record<string, Operation>>>> = {
  bytes: {
    flip: ({ at, size }) =>
      fc.tuple(place(size), fc.integer({ min: 0, max: 7 })).map(([byte, bit]) => ({ at, op: "flip", index: 8 * byte + bit })),
    truncate: ({ at, size }) => fc.integer({ min: 1, max: Math.max(1, size) }).map((by) => ({ at, op: "truncate", by })),
    extend: ({ at }) => someBytes(40).map((value) => ({ at, op: "extend", value })),
    drop: ({ at }) => fc.constant<Edit>({ at, op: "drop" }),
    reverse: ({ at }) => fc.constant<Edit>({ at, op: "reverse" }),
    insert: ({ at, size }) => fc.tuple(place(size), someBytes(8)).map(([index, value]) => ({ at, op: "insert", index, value })),
    overwrite: ({ at, size }) => fc.tuple(place(size), someBytes(8)).map(([index, value]) => ({ at, op: "overwrite", index, value })),
    replace: ({ at, size }, sources) =>
      orFrom(fc.oneof(fc.uint8Array({ maxLength: 64 }), fc.uint8Array({ minLength: size, maxLength: size })).map(hex), sources).map(
        (value) => ({ at, op: "replace", value }),
      ),
  },
  list: listOperations,
  extensions: {
    ...listOperations,
    insert: ({ at, size }) =>
      fc
        .tuple(fc.integer({ min: 0, max: size }), fc.uint8Array({ maxLength: 12 }))
        .map(([index, data]) => ({ at, op: "insert", index, value: { type: { unrequested: "request" }, data: hex(data) } })),
  },
  numbered: {
    ...listOperations,
    // No claim is registered there (RFC 8392 section 9.1: for private use).
    extend: ({ at }) => moreClaims(fc.integer({ min: -80_000, max: -75_000 })).map((value) => ({ at, op: "extend", value })),
  },
  labelled: {
    ...listOperations,
    extend: ({ at }) => moreClaims(fc.nat(9999).map((number) => `more-${number}`)).map((value) => ({ at, op: "extend", value })),
  },
  element: {
    drop: ({ at }) => fc.constant<Edit>({ at, op: "drop" }),
    duplicate: ({ at }) => fc.constant<Edit>({ at, op: "duplicate" }),
  },
  number: {
    add: ({ at }) =>
      fc
        .integer({ min: -300, max: 300 })
        .filter((by) => by !== 0)
        .map((by) => ({ at, op: "add", by })),
    replace: ({ at }, sources) => orFrom(numbers, sources).map((value) => ({ at, op: "replace", value })),
  },
  text: {
    replace: ({ at }, sources) => orFrom(fc.string({ maxLength: 40 }), sources).map((value) => ({ at, op: "replace", value })),
  },
  length: {
    add: ({ at }) =>
      fc
        .integer({ min: -300, max: 300 })
        .filter((by) => by !== 0)
        .map((by) => ({ at, op: "add", by })),
    replace: ({ at }) => fc.integer({ min: 0, max: 0xff }).map((value) => ({ at, op: "replace", value })),
  },
};

/** The names of what can be done with a target. */
export function operationsFor({ kind }: Pick<Target, "kind">): string[] {
  return Object.keys(operations[kind]);
}

/** An arbitrary edit of `target` by the operation of that name, with values of its own or of `sources`. Throws RangeError where it has none of that name. */
export function editOf(target: Target, operation: string, sources: readonly string[]): fc.Arbitrary<Edit> {
  const make = operations[target.kind][operation];
  if (make === undefined) throw new RangeError(`${target.at}: no operation "${operation}" on ${target.kind}`);
  return make(target, sources);
}
