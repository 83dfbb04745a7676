import { type Bytes, preview, toHex } from "../wire/bytes.ts";
import { finding, type NotApplicable, type Step } from "./finding.ts";

/** The contexts that one end chose freely, connection by connection, in the order in which they came. */
export interface ContextSample {
  readonly connections: readonly { readonly name: string; readonly contexts: readonly Bytes[] }[];
}

/**
 * Contexts as a sample: RFC 9261 section 4 (of requests) and section 5.2.1 (of authenticators without a request).
 *
 * No test can show that something is unpredictable. These show where it is predictable by the plainest means, and spare every context that
 * holds at least 32 random bits, at any place and in any encoding (a fixed prefix, a UUID, a time before the random part are no fault), or
 * that is shorter and random throughout. Such a generator fails a step with a probability of less than 2^-40:
 *
 * - `contexts-repeated`, n contexts of at least 16 random bits on each connection: that half of the second come from among the first has
 *   at most C(n, n/2) (n / 2^16)^(n/2) < 2^n (n / 2^16)^(n/2), for n = 64 less than 2^-250. A single coincidence is no finding.
 * - `contexts-increment`, n differences: the next context is the one that continues the last difference with at most 2^-8, so half of
 *   them are with at most 2^n 2^(-8 n/2) = 2^(-3n), twice that for the two byte orders. From 20 differences on: 2^-59.
 * - `contexts-change`: whether a random bit differs from that of the context before is a fair coin, and these coins are independent. Of m of
 *   them fewer than m/2 - t come out different with at most exp(-2 t^2 / m) (Hoeffding), which is 2^-41 at t = sqrt(41 m ln 2 / 2). This
 *   is a test of runs at each bit, and one of frequency too: bits that lean to one value seldom change.
 */
export const contextSteps: readonly Step<ContextSample>[] = [
  {
    name: "contexts-unique",
    title: "Of many contexts chosen on one connection none comes twice",
    why: "A context that comes twice lets an answer to the first request pass for an answer to the second.",
    rules: [
      {
        name: "once",
        title: "No context comes twice on a connection",
        requirements: ["rfc9261-context-unique", "rfc9261-spontaneous-context-unique"],
        run({ connections }) {
          for (const { name, contexts } of connections) {
            const seen = contexts.map(toHex);
            const twice = seen.findIndex((context, index) => seen.indexOf(context) !== index);
            if (twice < 0) continue;
            const before = seen.indexOf(seen[twice] ?? "");
            return finding(
              "context-reused",
              "each context once on a connection",
              `${brief(contexts[twice])} as ${before + 1} and ${twice + 1} on ${name}`,
            );
          }
          return undefined;
        },
      },
    ],
  },
  {
    name: "contexts-repeated",
    title: "The contexts of one connection are not those of another one",
    why: "Who has seen one connection knows the contexts of the next, and can prepare answers with a key that is only lent.",
    applies: ({ connections }) =>
      connections.length > 1 && connections.every(({ contexts }) => contexts.every(({ length }) => length >= 2))
        ? undefined
        : skipped("contexts of less than two octets come again by chance"),
    rules: [
      {
        name: "of-other-connections",
        title: "Fewer than half of the contexts of a connection come again on the next",
        requirements: ["rfc9261-context-unpredictable", "rfc9261-spontaneous-context-unpredictable"],
        run({ connections: [first, ...others] }) {
          const known = new Set(first?.contexts.map(toHex));
          for (const { name, contexts } of others) {
            const again = contexts.filter((context) => known.has(toHex(context)));
            if (again.length * 2 >= contexts.length) {
              return finding(
                "other",
                `contexts on ${name} that were not on ${first?.name}`,
                `${again.length} of ${contexts.length} came again: ${brief(again[0])}, …`,
              );
            }
          }
          return undefined;
        },
      },
    ],
  },
  {
    name: "contexts-increment",
    title: "Contexts do not grow by the same amount each time",
    why: "The next value of a counter is known before it is used.",
    applies: ({ connections }) =>
      connections.some(({ contexts }) => contexts.length >= 22) ? undefined : skipped("too few contexts to tell"),
    rules: [
      {
        name: "differences",
        title: "Fewer than half of the differences continue the one before",
        requirements: ["rfc9261-context-unpredictable", "rfc9261-spontaneous-context-unpredictable"],
        run({ connections }) {
          for (const { name, contexts } of connections) {
            for (const order of ["big-endian", "little-endian"] as const) {
              const steps = differences(contexts, order);
              const continued = steps.filter((step, index) => step !== undefined && step === steps[index - 1]).length;
              if (steps.length > 20 && continued * 2 >= steps.length - 1) {
                const found = `${continued} of ${steps.length - 1} continue the last difference (${order}, on ${name}): ${contexts.slice(0, 3).map(brief).join(", ")}, …`;
                return finding("other", "contexts with no constant difference", found);
              }
            }
          }
          return undefined;
        },
      },
    ],
  },
  {
    name: "contexts-change",
    title: "From one context to the next as many bits change as 32 random ones would",
    why: "A time, a counter, or a few bits that vary can be tried out beforehand.",
    applies: (sample) => (changes(sample).leastChanged > 0 ? undefined : skipped("too few contexts, or too short ones, to tell")),
    rules: [
      {
        name: "changed-bits",
        title: "As many bits change as the bound above allows",
        requirements: ["rfc9261-context-unpredictable", "rfc9261-spontaneous-context-unpredictable"],
        run(sample) {
          const { pairs, changed, leastChanged } = changes(sample);
          if (changed >= leastChanged) return undefined;
          const mean = (bits: number) => (bits / pairs).toFixed(1);
          return finding(
            "other",
            `at least ${mean(leastChanged)} bits that change, on average over ${pairs} pairs`,
            `${mean(changed)} bits`,
          );
        },
      },
    ],
  },
];

/** Random bits that are asked of a context, where it is long enough. */
const RANDOM_BITS = 32;

/** How many bits changed between neighbours, and how many must have, by the bound above. Contexts are aligned at their ends. */
function changes({ connections }: ContextSample): { pairs: number; changed: number; leastChanged: number } {
  let pairs = 0;
  let coins = 0;
  let changed = 0;
  for (const { contexts } of connections) {
    for (const [index, context] of contexts.entries()) {
      const before = contexts[index - 1];
      if (before === undefined) continue;
      pairs++;
      coins += Math.min(RANDOM_BITS, 8 * before.length, 8 * context.length);
      changed += distance(before, context);
    }
  }
  return { pairs, changed, leastChanged: Math.ceil(coins / 2 - Math.sqrt((41 * coins * Math.LN2) / 2)) };
}

function distance(one: Bytes, other: Bytes): number {
  let bits = 0;
  for (let fromEnd = 1; fromEnd <= Math.max(one.length, other.length); fromEnd++) {
    for (let left = (one.at(-fromEnd) ?? 0) ^ (other.at(-fromEnd) ?? 0); left > 0; left >>= 1) bits += left & 1;
  }
  return bits;
}

/** From each context to the next, modulo the length; undefined where the length changes, which no counter of bytes does. */
function differences(contexts: readonly Bytes[], order: "big-endian" | "little-endian"): (bigint | undefined)[] {
  const number = (context: Bytes) => BigInt(`0x0${toHex(order === "big-endian" ? context : Uint8Array.from(context).reverse())}`);
  return contexts.slice(1).map((context, index) => {
    const before = contexts[index];
    if (before === undefined || before.length !== context.length || context.length === 0) return undefined;
    return BigInt.asUintN(8 * context.length, number(context) - number(before));
  });
}

function skipped(reason: string): NotApplicable {
  return { kind: "skipped", reason };
}

function brief(context = new Uint8Array(0) as Bytes): string {
  return preview(context, 16);
}
