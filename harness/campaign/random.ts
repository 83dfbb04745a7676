import { createHash } from "node:crypto";
import fc from "fast-check";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** The source of all choices of one case: the same for the same seed and number, whatever was generated before it. */
export function randomOf(seed: string, number: number): fc.Random {
  return new fc.Random(xoroshiro128plus(numberFrom(`${seed} ${number}`)));
}

/** The numbers from 0 to `count` − 1 in an order that depends on `name` alone. */
export function shuffled(count: number, name: string): number[] {
  const random = new fc.Random(xoroshiro128plus(numberFrom(name)));
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = random.nextInt(0, last);
    [order[last], order[other]] = [order[other] ?? 0, order[last] ?? 0];
  }
  return order;
}

function numberFrom(text: string): number {
  return createHash("sha256").update(text).digest().readInt32BE();
}
