import { otherSide } from "../authenticator/secrets.ts";
import { supportedSchemes } from "../authenticator/signature.ts";
import type { BuildInput } from "../forge/authenticator-values.ts";
import { type BuiltAuthenticator, buildAuthenticator } from "../forge/build.ts";
import { MutationError } from "../forge/edit.ts";
import { isRefused, type Params, type Result } from "../iut/protocol.ts";
import type { Answering } from "../reference/attester.ts";
import type { Parts } from "../reference/parts.ts";
import { refuse } from "../reference/state.ts";
import { type Bytes, concat, equalBytes, toHex, utf8 } from "../wire/bytes.ts";
import { ExtensionType } from "../wire/code-points.ts";
import { encodeSignatureSchemes } from "../wire/extensions.ts";
import { encodeRequest, requestType } from "../wire/request.ts";
import type { Breaks, Call, Fault, FaultEdit, Needs } from "./fault.ts";

function fault(id: string, title: string, requirements: readonly string[], breaks: Breaks, needs?: Needs): Fault {
  return { id: `attester/${id}`, role: "attester", title, requirements, breaks, needs };
}

type Authenticate = Params<"authenticate">;
type Authenticated = Result<"authenticate">;

/** Builds otherwise from the second authenticator on; the first of the implementation, or of the connection, is right and remembered. */
function afterFirst(
  over: "all" | "connection",
  again: (first: BuiltAuthenticator & { input: BuildInput }, input: BuildInput) => { authenticator: Bytes },
) {
  return (): Partial<Parts> => {
    const firsts = new Map<unknown, BuiltAuthenticator & { input: BuildInput }>();
    return {
      buildAuthenticator(input) {
        const key = over === "all" ? "all" : input.connection;
        const first = firsts.get(key);
        // Without attestation there is nothing to keep, and nothing to give in its place.
        if (first !== undefined && (input.attestation === null) === (first.input.attestation === null)) return again(first, input);
        const built = buildAuthenticator(input);
        if (first === undefined) firsts.set(key, { ...built, input });
        return built;
      },
    };
  };
}

const edited =
  (edits: (first: BuiltAuthenticator & { input: BuildInput }) => FaultEdit[]) =>
  (first: BuiltAuthenticator & { input: BuildInput }, input: BuildInput) => {
    const isSame = input.attestation?.form === first.input.attestation?.form && input.attestation?.cmw === first.input.attestation?.cmw;
    if (!input.attestation || !isSame || equalBytes(first.input.certificateRequestContext, input.certificateRequestContext))
      return buildAuthenticator(input);
    try {
      return buildAuthenticator(
        input,
        edits(first).map((edit) => ({ reseal: true, ...edit })),
      );
    } catch (error) {
      // A result is the same in every exchange: to keep it is right.
      if (error instanceof MutationError) return buildAuthenticator(input);
      throw error;
    }
  };

/** What is kept from one exchange to the next. */
const kept: readonly Fault[] = [
  fault(
    "state/evidence-kept",
    "Evidence is made once for a connection and sent again in later exchanges",
    ["expat-evidence-not-reused", "expat-bound-to-context"],
    {
      parts: afterFirst(
        "connection",
        edited((first) => [{ at: "extension.cmwData", op: "replace", value: first.values.extension?.cmwData }]),
      ),
    },
  ),
  fault(
    "state/binding-kept",
    "the binding is computed once for a connection",
    ["expat-bound-to-context", "expat-reattestation-new-context"],
    {
      parts: afterFirst(
        "connection",
        edited((first) => [{ at: "binding.exportedValue", op: "replace", value: first.values.binding?.exportedValue }]),
      ),
    },
  ),
  fault(
    "state/secrets-of-first-connection",
    "Handshake Context and Finished key are exported once, and used on every connection",
    ["rfc9261-exporter-function", "rfc9261-other-connection-refused"],
    {
      parts: afterFirst("all", (first, input) =>
        input.connection.hash === first.input.connection.hash && input.sender === first.input.sender
          ? buildAuthenticator({ ...input, connection: first.input.connection })
          : buildAuthenticator(input),
      ),
    },
  ),
  fault(
    "state/transcript-goes-on",
    "the transcript of an exchange begins with the request of the one before",
    ["rfc9261-independent", "rfc9261-transcript"],
    {
      parts: afterFirst("connection", (first, input) => {
        const value = concat(first.input.request, input.request);
        // Who declines signs nothing.
        const at = input.identity ? ["signature-input.request", "mac-input.request"] : ["mac-input.request"];
        return buildAuthenticator(
          input,
          at.filter(() => first.input.request.length > 0).map((place) => ({ at: place, op: "replace", value, reseal: true })),
        );
      }),
    },
  ),
  fault(
    "state/certificate-kept",
    "Certificate is built once for a connection, with the first context in it",
    ["rfc9261-certificate-context", "rfc9261-independent"],
    {
      parts: afterFirst("connection", (first, input) => {
        const { certificateRequestContext: value } = first.input;
        if (equalBytes(value, input.certificateRequestContext)) return buildAuthenticator(input);
        return buildAuthenticator(input, [{ at: "certificate.certificateRequestContext", op: "replace", value, reseal: true }]);
      }),
    },
  ),
  fault(
    "state/one-authenticator-a-connection",
    "it makes one authenticator on a connection and refuses further requests",
    ["rfc9261-independent"],
    {
      answers: () => ({ authenticate: once() }),
    },
  ),
  {
    ...fault(
      "state/refuses-after-refusing",
      "a malformed request makes it refuse the right ones behind it, though it leaves the connection open and goes on with it",
      ["rfc9261-independent"],
      {
        answers() {
          const spoiled = new Set<string>();
          return {
            async authenticate(params, right) {
              if (spoiled.has(params.channel)) return refuse("other", "this connection has failed");
              const result = await right("authenticate", params);
              if (isRefused(result)) spoiled.add(params.channel);
              return result;
            },
          };
        },
      },
    ),
    equivalent: "a failure should be fatal to the connection (expat section 7): whoever refuses all further on it makes use of a right",
  },

  fault(
    "state/result-spent",
    "an Attestation Result serves one exchange and is then refused",
    ["expat-result-obtained-beforehand", "expat-reattestation-allowed"],
    {
      answers() {
        const spent = new Set<string>();
        return {
          async authenticate(params, right) {
            const { attestation } = params;
            if (attestation?.model !== "passport") return right("authenticate", params);
            if (spent.has(toHex(attestation.result))) return refuse("other", "this result was used already");
            spent.add(toHex(attestation.result));
            return right("authenticate", params);
          },
        };
      },
    },
  ),
  fault(
    "state/contexts-of-all-connections",
    "a context that was answered on one connection is refused on every other one",
    ["rfc9261-context-unique", "rfc9261-certificate-context"],
    {
      parts() {
        const memory = { requestContexts: new Set<string>(), consumedContexts: new Set<string>() };
        return { remember: () => memory };
      },
    },
  ),
  fault(
    "state/contexts-forgotten",
    "it remembers no context for which it has made an authenticator or accepted one",
    ["rfc9261-no-authenticator-for-used-context"],
    {
      parts: () => ({ remember: () => ({ requestContexts: new Set(), consumedContexts: new ForgetfulSet(0) }) }),
    },
  ),
  fault(
    "state/last-authenticator-again",
    "a request that it must refuse is answered with the authenticator that it made last",
    ["rfc9261-authenticator-valid"],
    {
      answers() {
        let last: Authenticated | undefined;
        return {
          async authenticate(params, right) {
            const result = await right("authenticate", params);
            if (!isRefused(result)) last = result;
            return isRefused(result) ? (last ?? result) : result;
          },
        };
      },
    },
  ),
  fault(
    "state/data-disturbed",
    "application data that are sent behind an authenticator are altered",
    ["rfc9261-no-tls-state-change", "rfc9261-independent"],
    {
      answers() {
        const made = new Set<string>();
        return {
          async authenticate(params, right) {
            const result = await right("authenticate", params);
            if (!isRefused(result)) made.add(`${params.channel} ${toHex(result.authenticator)}`);
            return result;
          },
          send(params, right) {
            const isOwn = made.has(`${params.channel} ${toHex(params.data)}`);
            const isSpoiled = !isOwn && [...made].some((key) => key.startsWith(`${params.channel} `));
            return right("send", isSpoiled ? { ...params, data: params.data.map((octet) => octet ^ 1) } : params);
          },
        };
      },
    },
  ),
];

/** The contexts of authenticators that nobody asked for (RFC 9261 section 5.2.1). */
const spontaneous: readonly Fault[] = [
  fault(
    "spontaneous/context-constant",
    "every authenticator without a request has the same context",
    ["rfc9261-spontaneous-context-unique"],
    {
      parts: () => ({ buildAuthenticator: withContext(() => utf8("always this one")) }),
    },
  ),
  fault(
    "spontaneous/context-empty",
    "an authenticator without a request has a context of length zero",
    ["rfc9261-spontaneous-context-unique"],
    {
      parts: () => ({ buildAuthenticator: withContext(() => new Uint8Array(0)) }),
    },
  ),
  fault(
    "spontaneous/context-counter",
    "the contexts of authenticators without a request are a counter",
    ["rfc9261-spontaneous-context-unpredictable"],
    {
      parts() {
        let count = 0;
        return { buildAuthenticator: withContext(() => utf8(`context ${100_000 + count++}`)) };
      },
    },
  ),
  fault(
    "spontaneous/context-of-one-byte",
    "the context of an authenticator without a request is one byte",
    ["rfc9261-spontaneous-context-unique"],
    {
      parts() {
        let count = 0;
        return { buildAuthenticator: withContext(() => Uint8Array.of((count++ * 37) % 50)) };
      },
    },
  ),
  fault(
    "spontaneous/request-of-before",
    "an authenticator without a request covers the request that was answered last",
    ["rfc9261-transcript-no-request"],
    {
      parts() {
        let last: Bytes = utf8("no request was seen yet");
        return {
          buildAuthenticator(input) {
            if (input.request.length > 0) last = input.request;
            if (input.request.length > 0) return buildAuthenticator(input);
            const edits = ["signature-input.request", "mac-input.request"];
            return buildAuthenticator(
              input,
              edits.map((at) => ({ at, op: "replace", value: last, reseal: true })),
            );
          },
        };
      },
    },
  ),
];

/** What it answers, and what it refuses. */
const deciding: readonly Fault[] = [
  fault("answering/declines-always", "it answers every request with an empty authenticator", ["rfc9261-authenticator-valid"], {
    answers: () => ({ authenticate: (params, right) => right("authenticate", { ...params, identity: null }) }),
  }),
  fault(
    "answering/declines-never",
    "told to decline, it answers with a certificate of its own",
    ["rfc9261-empty-when-declining", "rfc9261-empty-authenticator"],
    {
      answers() {
        let own: Authenticate["identity"] = null;
        return {
          authenticate(params, right) {
            own ??= params.identity;
            return right("authenticate", { ...params, identity: params.identity ?? own });
          },
        };
      },
    },
  ),
  fault("answering/declines-without-mac", "told to decline, it sends an empty Certificate message", ["rfc9261-empty-authenticator"], {
    answers: () => ({
      async authenticate(params, right) {
        if (params.identity !== null || params.request === null) return right("authenticate", params);
        return { authenticator: Uint8Array.of(11, 0, 0, 4, 0, 0, 0, 0) };
      },
    }),
  }),
  refusing(
    "unknown-extension",
    "a request with an extension that it does not know is refused",
    ["rfc9261-unknown-request-extensions-ignored"],
    ({ request, profile }) =>
      (request?.extensions ?? []).some(
        ({ type }) => ![ExtensionType.signatureAlgorithms, ExtensionType.serverName, profile.cmwAttestation].includes(type),
      ),
  ),
  refusing(
    "unknown-scheme",
    "a request with a signature scheme that it does not know is refused",
    ["rfc8446-request-unknown-ignored"],
    ({ offered = [] }) => offered.some((scheme) => !supportedSchemes.includes(scheme)),
  ),
  refusing(
    "server-name",
    "a ClientCertificateRequest with server_name is refused",
    ["rfc9261-server-name-in-client-request"],
    ({ request }) => (request?.extensions ?? []).some(({ type }) => type === ExtensionType.serverName),
  ),
  refusing(
    "empty-context",
    "a request with a context of length zero is refused",
    ["rfc9261-request-structure"],
    ({ request, context }) => request !== undefined && context.length === 0,
  ),
  refusing(
    "long-context",
    "a request with a context of more than 64 bytes is refused",
    ["rfc9261-request-structure"],
    ({ context }) => context.length > 64,
  ),
  refusing("offer-first", "a request whose offer does not stand last is refused", ["rfc8446-extension-order"], ({ request, profile }) => {
    const types = (request?.extensions ?? []).map(({ type }) => type);
    return types.includes(profile.cmwAttestation) && types.at(-1) !== profile.cmwAttestation;
  }),
  refusing(
    "offer-without-attestation",
    "an offer is refused by an attester that has nothing to attest",
    ["expat-unknown-ignored"],
    ({ request, profile }) => (request?.extensions ?? []).some(({ type }) => type === profile.cmwAttestation),
  ),
  refusing(
    "spontaneous",
    "a server that says that it makes authenticators without a request refuses to",
    ["rfc9261-spontaneous-server"],
    ({ request }) => request === undefined,
  ),
];

/** How requests are read that cannot be read as they should. */
const lenient: readonly Fault[] = [
  reading("trailing-bytes", "bytes behind a request are not looked at", ["rfc8446-decode-error", "rfc9261-request-structure"], (request) =>
    request.subarray(0, 4 + length24(request)),
  ),
  reading(
    "header-length-ignored",
    "the length in the handshake header is not looked at",
    ["rfc8446-decode-error", "rfc9261-request-structure"],
    (request) => {
      const end = bodyEnd(request);
      return concat(request.subarray(0, 1), Uint8Array.of(0, (end - 4) >> 8, (end - 4) & 0xff), request.subarray(4, end));
    },
  ),
  reading("record-header-skipped", "a TLS record header in front of a request is skipped", ["rfc9261-request-no-record-layer"], (request) =>
    request.subarray(request[0] === 22 ? 5 : 0),
  ),
  reading(
    "own-list-for-unreadable",
    "a request whose extensions cannot be read is answered by the schemes that it knows",
    ["rfc8446-decode-error", "rfc8446-vector-length", "rfc8446-scheme-list-structure"],
    (request, side) =>
      encodeRequest({
        handshakeType: requestType(otherSide(side)),
        certificateRequestContext: request.subarray(5, 5 + (request[4] ?? 0)),
        extensions: [{ type: ExtensionType.signatureAlgorithms, data: encodeSignatureSchemes(supportedSchemes) }],
      }).bytes,
  ),
  fault("reading/any-message", "whatever handshake message it is handed is taken for a request", ["rfc9261-request-type-accepted"], {
    answers() {
      const sides = new Map<string, "client" | "server">();
      return {
        open(params, right) {
          sides.set(params.channel, params.side);
          return right("open", params);
        },
        async authenticate(params, right) {
          const { request } = params;
          if (request === null) return right("authenticate", params);
          const type = requestType(otherSide(sides.get(params.channel) ?? "server"));
          return right("authenticate", { ...params, request: concat(Uint8Array.of(type), request.subarray(1)) });
        },
      };
    },
  }),
];

/** "get context" (RFC 9261 section 7.3). */
const contexts: readonly Fault[] = [
  fault(
    "get-context/of-request-with-length",
    "the context of a request comes with its length byte",
    ["rfc9261-get-context", "iut-get-context"],
    {
      answers: () => ({
        async context(params, right) {
          const result = await right("context", params);
          return "context" in result && "request" in params
            ? { context: concat(Uint8Array.of(result.context.length), result.context) }
            : result;
        },
      }),
    },
  ),
  fault("get-context/of-empty-context-refused", "a context of length zero passes for none", ["rfc9261-get-context", "iut-get-context"], {
    answers: () => ({
      async context(params, right) {
        const result = await right("context", params);
        return "context" in result && result.context.length === 0 ? refuse("other", "no context") : result;
      },
    }),
  }),
];

/** Faults of an attester in what it remembers, answers and refuses. */
export const attesterStateFaults: readonly Fault[] = [...kept, ...spontaneous, ...deciding, ...lenient, ...contexts];

/** A set that keeps only what came last. */
class ForgetfulSet extends Set<string> {
  constructor(readonly keeps: number) {
    super();
  }

  override add(value: string): this {
    super.add(value);
    for (const old of this) if (this.size > this.keeps) this.delete(old);
    return this;
  }
}

function refusing(name: string, title: string, requirements: readonly string[], refuses: (state: Answering) => boolean): Fault {
  return fault(`answering/${name}-refused`, title, requirements, {
    parts: ({ answerRules }) => ({
      answerRules: [
        ...answerRules,
        { name, title, requirements, refuses: (state) => (refuses(state) ? refuse("other", title) : undefined) },
      ],
    }),
  });
}

/** What cannot be read as it should is read once more as the fault reads it, and answered. */
function reading(
  name: string,
  title: string,
  requirements: readonly string[],
  repaired: (request: Bytes, side: "client" | "server") => Bytes,
): Fault {
  return fault(`reading/${name}`, title, requirements, {
    answers() {
      const sides = new Map<string, "client" | "server">();
      return {
        open(params, right) {
          sides.set(params.channel, params.side);
          return right("open", params);
        },
        async authenticate(params, right) {
          const result = await right("authenticate", params);
          if (!isRefused(result) || params.request === null || result.refused.code !== "malformed") return result;
          return right("authenticate", { ...params, request: repaired(params.request, sides.get(params.channel) ?? "server") });
        },
      };
    },
  });
}

function once(): (params: Authenticate, right: Call) => Promise<Authenticated> {
  const used = new Set<string>();
  return async (params, right) => {
    if (used.has(params.channel)) return refuse("other", "the connection has had its authenticator");
    used.add(params.channel);
    return right("authenticate", params);
  };
}

function withContext(choose: () => Bytes): Parts["buildAuthenticator"] {
  return (input) => buildAuthenticator(input.request.length > 0 ? input : { ...input, certificateRequestContext: choose() });
}

function length24(request: Bytes): number {
  return ((request[1] ?? 0) << 16) | ((request[2] ?? 0) << 8) | (request[3] ?? 0);
}

// Where the extensions end by their own length.
function bodyEnd(request: Bytes): number {
  const at = 5 + (request[4] ?? 0);
  return Math.min(request.length, at + 2 + (((request[at] ?? 0) << 8) | (request[at + 1] ?? 0)));
}
