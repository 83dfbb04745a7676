import { createHash } from "node:crypto";

/** The order of a run: it comes from the seed, so that no implementation can know it, and a run can be made again. */

/** A number from 0 to below 1 that the seed and the words decide. */
export function chance(seed: string, ...words: readonly (string | number)[]): number {
  return (
    createHash("sha256")
      .update([seed, ...words].join(" "))
      .digest()
      .readUInt32BE(0) /
    2 ** 32
  );
}

/** The elements in the order that the seed gives them by their names; a part of them keeps it. */
export function shuffled<T>(list: readonly T[], seed: string, nameOf: (element: T) => string): T[] {
  return list
    .map((element) => ({ element, place: chance(seed, "order", nameOf(element)) }))
    .sort((a, b) => a.place - b.place)
    .map(({ element }) => element);
}
