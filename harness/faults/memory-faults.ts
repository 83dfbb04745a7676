import type { AppraisalInput } from "../appraisal/state.ts";
import type { Parts } from "../reference/parts.ts";
import { freshMemory } from "../reference/state.ts";
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
    name: "last-context-only",
    title: "of the contexts that it has accepted it remembers the last only",
    requirements: ["rfc9261-validate-context-reuse"],
    parts: (right) => ({
      appraise: (input) => right.appraise({ ...input, consumedContexts: new Set([...input.consumedContexts].slice(-1)) }),
    }),
  },
  {
    name: "contexts-of-all-connections",
    title: "it remembers contexts for all connections together",
    requirements: ["rfc9261-context-unique"],
    parts() {
      const memory = freshMemory();
      return { remember: () => memory };
    },
  },
  {
    name: "consumed-when-refused",
    title: "a context is used up also where its authenticator was refused",
    requirements: ["rfc9261-validate-context-reuse"],
    parts(right) {
      const used = new WeakMap<AppraisalInput["connection"], Set<string>>();
      return {
        appraise(input) {
          const own = used.get(input.connection) ?? new Set<string>();
          used.set(input.connection, own);
          const verdict = right.appraise({ ...input, consumedContexts: new Set([...input.consumedContexts, ...own]) });
          const context = readable(() => getContext(input.authenticator));
          if (context) own.add(toHex(context));
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
    name: "last-request-alone",
    title: "it remembers its last request only, and takes every authenticator for the answer to that",
    requirements: ["rfc9261-independent"],
    parts(right) {
      let last: Bytes | undefined;
      return {
        buildRequest(input) {
          const made = right.buildRequest(input);
          last = made.request;
          return made;
        },
        appraise: (input) =>
          right.appraise(input.request && last ? { ...input, request: { bytes: last, decoded: decodeRequest(last) } } : input),
      };
    },
  },
  {
    name: "own-authenticators-known-good",
    title: "it takes an authenticator that it has made itself for one that needs no judging",
    requirements: ["rfc9261-exporter-labels", "rfc9261-transcript"],
    parts(right) {
      const own = new Set<string>();
      return {
        buildAuthenticator(input) {
          const built = right.buildAuthenticator(input);
          own.add(toHex(built.authenticator));
          return built;
        },
        appraise: (input) =>
          own.has(toHex(input.authenticator))
            ? { accepted: { context: getContext(input.authenticator), chain: [], attestation: undefined } }
            : right.appraise(input),
      };
    },
  },
  {
    name: "refuses-after-refusal",
    title: "it refuses everything on a connection on which it has refused something",
    requirements: ["rfc9261-independent"],
    parts(right) {
      const spoiled = new WeakMap<AppraisalInput["connection"], ReturnType<Parts["appraise"]>>();
      return {
        appraise(input) {
          const verdict = spoiled.get(input.connection) ?? right.appraise(input);
          if ("refused" in verdict) spoiled.set(input.connection, verdict);
          return verdict;
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

/** Faults of a relying party in what it remembers. */
export const memoryFaults: readonly Fault[] = kept.map(({ name, title, requirements, parts }): Fault => {
  return { id: `relying-party/memory/${name}`, role: "relying-party", title, requirements, breaks: { parts } };
});
