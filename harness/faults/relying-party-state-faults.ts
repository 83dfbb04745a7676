import { isRefused } from "../iut/protocol.ts";
import { refuse } from "../reference/state.ts";
import { decodeCertificate, decodeFrame } from "../wire/authenticator.ts";
import { type Bytes, concat, toHex, utf8 } from "../wire/bytes.ts";
import { decodeRequest, encodeRequest } from "../wire/request.ts";
import type { Breaks, Fault, Needs } from "./fault.ts";

function fault(id: string, title: string, requirements: readonly string[], breaks: Breaks, needs?: Needs): Fault {
  return { id: `relying-party/${id}`, role: "relying-party", title, requirements, breaks, needs };
}

/** The contexts that it chooses by itself (RFC 9261 section 4). */
const choosing: readonly Fault[] = [
  fault("state/context-always-empty", "every context that it chooses is of length zero", ["rfc9261-context-unique"], {
    answers: () => ({
      async request(params, right) {
        const result = await right("request", params);
        if (params.context || isRefused(result)) return result;
        const { extensions, handshakeType } = decodeRequest(result.request);
        return { request: encodeRequest({ extensions, handshakeType, certificateRequestContext: new Uint8Array(0) }).bytes };
      },
    }),
  }),
  fault("state/context-counter", "the contexts that it chooses are a counter of the connection", ["rfc9261-context-unpredictable"], {
    answers: () => {
      const counts = new Map<string, number>();
      return {
        request(params, right) {
          if (params.context) return right("request", params);
          const count = (counts.get(params.channel) ?? 0) + 1;
          counts.set(params.channel, count);
          return right("request", { ...params, context: utf8(`${params.channel} ${100_000 + count}`) });
        },
      };
    },
  }),
  fault(
    "state/context-foreseen",
    "it counts its contexts up and does not look at what the peer has asked with",
    ["rfc9261-context-unique-across-types", "rfc9261-context-unpredictable"],
    {
      answers: () => {
        const counts = new Map<string, number>();
        return {
          async request(params, right) {
            const result = await right("request", params);
            if (params.context || isRefused(result)) return result;
            const count = (counts.get(params.channel) ?? 0) + 1;
            counts.set(params.channel, count);
            // Behind the four bytes of the header stands the length of the context.
            const [length = 0] = result.request.subarray(4);
            const context = new Uint8Array(length);
            context[length - 1] = count;
            return { request: concat(result.request.subarray(0, 5), context, result.request.subarray(5 + length)) };
          },
        };
      },
    },
  ),
  fault(
    "state/contexts-of-connection-before",
    "the contexts of each connection are those of the one before",
    ["rfc9261-context-unpredictable"],
    {
      answers: () => {
        const counts = new Map<string, number>();
        return {
          request(params, right) {
            if (params.context) return right("request", params);
            const count = (counts.get(params.channel) ?? 0) + 1;
            counts.set(params.channel, count);
            return right("request", { ...params, context: scattered(count) });
          },
        };
      },
    },
  ),
  fault(
    "state/contexts-of-peer-forgotten",
    "of the contexts on a connection it remembers only those of its own requests",
    ["rfc9261-context-unique-across-types"],
    {
      parts: ({ askingRules }) => {
        const own = new WeakMap<ReadonlySet<string>, Set<string>>();
        return {
          askingRules: askingRules.map((rule) => ({
            ...rule,
            refuses(state) {
              const asked = own.get(state.requestContexts) ?? new Set();
              own.set(state.requestContexts, asked);
              const refused = rule.refuses({ ...state, requestContexts: asked });
              if (rule.name === "context-new" && !refused) asked.add(toHex(state.context));
              return refused;
            },
          })),
        };
      },
    },
  ),
  fault(
    "state/contexts-of-all-connections",
    "a context that was used on one connection is refused on every other one",
    ["iut-request-context", "rfc9261-context-unique"],
    {
      parts() {
        const memory = { requestContexts: new Set<string>(), consumedContexts: new Set<string>() };
        return { remember: () => memory };
      },
    },
  ),
  fault(
    "state/one-request-a-connection",
    "it asks once on a connection and refuses to ask again",
    ["rfc9261-independent", "expat-reattestation-allowed"],
    {
      answers: () => {
        const asked = new Set<string>();
        return {
          async request(params, right) {
            if (asked.has(params.channel)) return refuse("other", "the connection has had its request");
            asked.add(params.channel);
            return right("request", params);
          },
        };
      },
    },
  ),
];

/** What it keeps from one validation to the next. */
const validating: readonly Fault[] = [
  fault("state/consumed-when-refused", "a context is consumed by a refused validation too", ["rfc9261-validate-context-reuse"], {
    answers: () => {
      const consumed = new Set<string>();
      return {
        async validate(params, right) {
          const context = contextOf(params.authenticator);
          if (context !== undefined && consumed.has(`${params.channel} ${context}`)) return refuse("context-reused", "used already");
          const result = await right("validate", params);
          if (context !== undefined) consumed.add(`${params.channel} ${context}`);
          return result;
        },
      };
    },
  }),
  fault(
    "state/last-accepted-alone-remembered",
    "only the authenticator that was accepted last counts as used",
    ["rfc9261-validate-context-reuse"],
    {
      answers: () => {
        const last = new Map<string, string>();
        const known = new Map<string, { accepted: { context: Bytes; chain: Bytes[]; attested: boolean } }>();
        return {
          async validate(params, right) {
            const result = await right("validate", params);
            const key = `${params.channel} ${toHex(params.authenticator)}`;
            if (!isRefused(result)) {
              last.set(params.channel, key);
              known.set(key, result);
              return result;
            }
            return last.get(params.channel) === key ? result : (known.get(key) ?? result);
          },
        };
      },
    },
  ),
  fault(
    "state/accepted-after-acceptance",
    "what comes after an accepted authenticator on the same connection is accepted unseen",
    ["rfc9261-independent", "expat-authenticator-validated"],
    {
      answers: () => {
        const trusted = new Set<string>();
        return {
          async validate(params, right) {
            const result = await right("validate", params);
            if (!isRefused(result)) trusted.add(params.channel);
            return isRefused(result) && trusted.has(params.channel) ? accepting(params.authenticator) : result;
          },
        };
      },
    },
  ),
  fault("state/verdict-of-connection", "the first verdict on a connection is that of all further ones", ["rfc9261-independent"], {
    answers: () => {
      const refused = new Map<string, ReturnType<typeof refuse>>();
      return {
        async validate(params, right) {
          const before = refused.get(params.channel);
          if (before) return before;
          const result = await right("validate", params);
          if (isRefused(result)) refused.set(params.channel, refuse("other", "the connection has failed"));
          return result;
        },
      };
    },
  }),
  fault(
    "state/newest-request-alone",
    "an authenticator that answers an older request than the newest is refused",
    ["rfc9261-independent"],
    {
      answers: () => {
        const newest = new Map<string, Bytes>();
        return {
          async request(params, right) {
            const result = await right("request", params);
            if (!isRefused(result)) newest.set(params.channel, result.request);
            return result;
          },
          async validate(params, right) {
            const latest = newest.get(params.channel);
            const isOlder = params.request !== null && latest !== undefined && toHex(latest) !== toHex(params.request);
            return isOlder ? refuse("context-mismatch", "another request is open") : right("validate", params);
          },
        };
      },
    },
  ),
  fault(
    "state/one-direction",
    "an end that has authenticated itself refuses to validate on the same connection, and vice versa",
    ["rfc9261-independent", "expat-client-and-server"],
    {
      answers: () => {
        const roles = new Map<string, string>();
        const isOther = (channel: string, role: string): boolean => {
          const first = roles.get(channel) ?? role;
          roles.set(channel, first);
          return first !== role;
        };
        return {
          authenticate: async (params, right) =>
            isOther(params.channel, "attester") ? refuse("wrong-role", "one direction is enough") : right("authenticate", params),
          validate: async (params, right) =>
            isOther(params.channel, "relying-party") ? refuse("wrong-role", "one direction is enough") : right("validate", params),
        };
      },
    },
  ),
  fault(
    "state/own-taken-for-peers",
    "an authenticator that it made itself is accepted when it comes back",
    ["rfc9261-exporter-labels", "rfc9261-transcript"],
    {
      answers: () => {
        const own = new Set<string>();
        return {
          async authenticate(params, right) {
            const result = await right("authenticate", params);
            if (!isRefused(result)) own.add(toHex(result.authenticator));
            return result;
          },
          async validate(params, right) {
            return own.has(toHex(params.authenticator)) ? accepting(params.authenticator) : right("validate", params);
          },
        };
      },
    },
  ),
  fault(
    "state/data-disturbed",
    "application data that are sent behind an accepted authenticator are altered",
    ["rfc9261-no-tls-state-change", "rfc9261-independent"],
    {
      answers: () => {
        const accepted = new Set<string>();
        return {
          async validate(params, right) {
            const result = await right("validate", params);
            if (!isRefused(result)) accepted.add(params.channel);
            return result;
          },
          send: (params, right) =>
            right("send", accepted.has(params.channel) ? { ...params, data: params.data.map((octet) => octet ^ 1) } : params),
        };
      },
    },
  ),
  fault(
    "state/data-lost-while-request-is-open",
    "application data that arrive between a request and its authenticator are taken for the authenticator",
    ["rfc9261-independent"],
    {
      answers: () => {
        const open = new Set<string>();
        return {
          async request(params, right) {
            open.add(params.channel);
            return right("request", params);
          },
          async validate(params, right) {
            open.delete(params.channel);
            return right("validate", params);
          },
          send: (params, right) =>
            right(
              "send",
              open.has(params.channel) && !isHandshake(params.data) ? { ...params, data: new Uint8Array(params.data.length) } : params,
            ),
        };
      },
    },
  ),
];

/** What it says of what it accepts (docs/iut-protocol.md, validate; RFC 9261 section 7.4). */
const reporting: readonly Fault[] = [
  fault(
    "report/not-attested",
    "what it has accepted is never reported as attested",
    ["expat-authenticator-validated", "iut-policy-required"],
    {
      reports: (accepted) => ({ ...accepted, attestation: undefined }),
    },
  ),
  fault("report/other-context", "it reports the context without its last byte", ["rfc9261-validate-identity"], {
    reports: (accepted) => ({ ...accepted, context: accepted.context.subarray(0, -1) }),
  }),
  fault("report/leaf-alone", "of the chain it reports only the end-entity certificate", ["rfc9261-validate-chain"], {
    reports: (accepted) => ({ ...accepted, chain: accepted.chain.slice(0, 1) }),
  }),
  fault("report/chain-reversed", "it reports the chain from the issuer down", ["rfc9261-validate-chain"], {
    reports: (accepted) => ({ ...accepted, chain: accepted.chain.toReversed() }),
  }),
  fault("report/other-model", "Evidence is reported as an Attestation Result, and vice versa", ["expat-authenticator-validated"], {
    reports: ({ attestation, ...accepted }) => ({
      ...accepted,
      attestation: attestation && { ...attestation, model: attestation.model === "passport" ? "background-check" : "passport" },
    }),
  }),
  fault("report/other-type", "the media type that it reports is always that of a CWT", ["expat-authenticator-validated"], {
    reports: ({ attestation, ...accepted }) => ({
      ...accepted,
      attestation: attestation && { ...attestation, mediaType: "application/eat+cwt" },
    }),
  }),
  fault(
    "get-context/of-authenticator-cut",
    "the context of an authenticator is reported without its last byte",
    ["rfc9261-get-context", "iut-get-context"],
    {
      answers: () => ({
        async context(params, right) {
          const result = await right("context", params);
          return "context" in result && "authenticator" in params ? { context: result.context.subarray(0, -1) } : result;
        },
      }),
    },
  ),
  fault(
    "get-context/of-empty-authenticator",
    "an empty authenticator is said to have a context of length zero",
    ["rfc9261-get-context", "iut-get-context"],
    {
      answers: () => ({
        async context(params, right) {
          const result = await right("context", params);
          return isRefused(result) ? { context: new Uint8Array(0) } : result;
        },
      }),
    },
  ),
];

/** Faults of a relying party in what it remembers and in what it says. */
export const relyingPartyStateFaults: readonly Fault[] = [...choosing, ...validating, ...reporting];

// 32 bytes without any order, the same ones for the same number.
function scattered(count: number): Bytes {
  return Uint8Array.from({ length: 32 }, (_, index) => (Math.imul(count * 32 + index + 1, 2654435761) >>> 13) & 0xff);
}

function contextOf(authenticator: Bytes): string | undefined {
  try {
    const frame = decodeFrame(authenticator);
    return frame.kind === "empty" ? undefined : toHex(decodeCertificate(frame.certificate).certificateRequestContext);
  } catch {
    return undefined;
  }
}

function accepting(authenticator: Bytes): { accepted: { context: Bytes; chain: Bytes[]; attested: boolean } } | ReturnType<typeof refuse> {
  try {
    const frame = decodeFrame(authenticator);
    if (frame.kind === "empty") return refuse("empty-authenticator", "it declines");
    const { certificateRequestContext: context, entries } = decodeCertificate(frame.certificate);
    return { accepted: { context, chain: entries.map(({ certData }) => certData), attested: false } };
  } catch {
    return refuse("malformed", "it cannot be read");
  }
}

function isHandshake(data: Bytes): boolean {
  return [11, 13, 17, 20].includes(data[0] ?? 0);
}
