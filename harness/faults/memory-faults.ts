import type { Parts } from "../reference/parts.ts";
import { getContext } from "../wire/authenticator.ts";
import { type Bytes, toHex } from "../wire/bytes.ts";
import { decodeRequest } from "../wire/request.ts";
import type { Fault } from "./fault.ts";
import { readable } from "./judging.ts";

/** A state that is kept wrongly: an entry is what is wrong, the statements, and the parts that keep it, made for each implementation. */
const kept: readonly (Pick<Fault, "title" | "requirements"> & { readonly name: string; parts(right: Parts): Partial<Parts> })[] = [
  {
    name: "by-authenticator",
    title: "it refuses an authenticator that it has accepted before by its bytes, and not by its context",
    requirements: ["rfc9261-validate-context-reuse"],
    parts(right) {
      const seen = new Set<string>();
      return {
        appraise(input) {
          const bytes = toHex(input.authenticator);
          const verdict = right.appraise({ ...input, consumedContexts: new Set(seen.has(bytes) ? input.consumedContexts : []) });
          if ("accepted" in verdict) seen.add(bytes);
          return verdict;
        },
      };
    },
  },
  {
    name: "any-open-request",
    title: "it takes an authenticator for the answer to whichever of its requests fits",
    requirements: ["rfc9261-certificate-context", "rfc9261-transcript"],
    parts(right) {
      const asked: Bytes[] = [];
      return {
        buildRequest(input) {
          const made = right.buildRequest(input);
          asked.push(made.request);
          return made;
        },
        appraise(input) {
          const verdict = right.appraise(input);
          if ("accepted" in verdict || !input.request) return verdict;
          const others = asked.map((bytes) => right.appraise({ ...input, request: { bytes, decoded: decodeRequest(bytes) } }));
          return others.find((other) => "accepted" in other) ?? verdict;
        },
      };
    },
  },
  {
    name: "verdict-of-the-context",
    title: "it keeps its verdict on an authenticator by the context, and gives it again for another one",
    requirements: ["rfc9261-validate-context-reuse"],
    parts(right) {
      const verdicts = new Map<string, ReturnType<Parts["appraise"]>>();
      return {
        appraise(input) {
          const context = readable(() => getContext(input.authenticator));
          const key = context && toHex(context);
          const verdict = (key !== undefined && verdicts.get(key)) || right.appraise(input);
          if (key !== undefined) verdicts.set(key, verdict);
          return verdict;
        },
      };
    },
  },
];

/** Faults of a relying party that goes by something that it remembers, and not by what it is shown. */
export const memoryFaults: readonly Fault[] = kept.map(({ name, title, requirements, parts }): Fault => {
  return { id: `relying-party/memory/${name}`, role: "relying-party", title, requirements, breaks: { parts } };
});
