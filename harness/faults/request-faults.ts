import { createHash } from "node:crypto";
import { otherSide } from "../authenticator/secrets.ts";
import { isRefused } from "../iut/protocol.ts";
import { type Bytes, concat } from "../wire/bytes.ts";
import { ExtensionType } from "../wire/code-points.ts";
import { requestType } from "../wire/request.ts";
import type { Fault, FaultEdit } from "./fault.ts";

/** Every request altered: what is wrong, the statements, and the edits in the language of the scenarios. */
const altered: readonly (Pick<Fault, "title" | "requirements" | "needs"> & {
  readonly name: string;
  readonly edits: readonly FaultEdit[];
})[] = [
  {
    name: "context-truncated",
    title: "it asks with the first 8 bytes of the context that it was given",
    requirements: ["rfc9261-request-context-length", "iut-request-context"],
    edits: [{ at: "context.certificateRequestContext", op: "truncate", by: 8 }],
  },
  {
    name: "no-signature-algorithms",
    title: "it asks without signature_algorithms",
    requirements: ["rfc9261-request-signature-algorithms", "rfc8446-request-signature-algorithms"],
    edits: [{ at: "extensions.list.signatureAlgorithms", op: "drop" }],
  },
  {
    name: "scheme-list-odd",
    title: "it writes a list of schemes that ends in half of one",
    requirements: ["rfc8446-scheme-list-structure", "rfc8446-vector-whole-elements"],
    edits: [{ at: "extensions.list.signatureAlgorithms.data", op: "replace", value: { hex: "0003040308" } }],
  },
  {
    name: "scheme-of-its-own",
    title: "it offers a scheme of its own choice, and not those that were asked for",
    requirements: ["rfc9261-request-signature-algorithms"],
    edits: [{ at: "extensions.list.signatureAlgorithms.data", op: "replace", value: { hex: "00020603" } }],
  },
  {
    name: "extension-twice",
    title: "it writes signature_algorithms twice",
    requirements: ["rfc8446-no-duplicate-extensions"],
    edits: [{ at: "extensions.list.signatureAlgorithms", op: "duplicate" }],
  },
  {
    name: "foreign-extension",
    title: "it writes an extension that is for other messages",
    requirements: ["rfc9261-request-extensions-registered"],
    edits: [{ at: "extensions.list", op: "extend", value: { name: "alpn", type: 16, data: { hex: "0003026832" } } }],
  },
  {
    name: "server-name",
    title: "it writes server_name in every request",
    requirements: ["rfc9261-server-name-client-request-only"],
    needs: { side: "server" },
    edits: [{ at: "extensions.list", op: "extend", value: { name: "serverName", type: ExtensionType.serverName, data: { hex: "" } } }],
  },
  {
    name: "no-offer",
    title: "it does not offer attestation",
    requirements: ["expat-request-offers-attestation"],
    edits: [{ at: "extensions.list.cmwAttestation", op: "drop" }],
  },
  {
    name: "offer-with-length",
    title: "it writes a length in its offer of attestation",
    requirements: ["expat-offer-empty"],
    edits: [{ at: "extensions.list.cmwAttestation.data", op: "replace", value: { hex: "0000" } }],
  },
  {
    name: "bytes-behind",
    title: "it writes a byte behind its request",
    requirements: ["rfc9261-request-structure", "rfc9261-request-api-output"],
    edits: [{ at: "frame.bytes", op: "extend", value: { hex: "00" } }],
  },
];

/** Contexts that it chooses badly, by their number and at random; a context that it was given has another length than `OWN_LENGTH`. */
const chosen: readonly (Pick<Fault, "title" | "requirements"> & { readonly name: string; choose(number: number, random: Bytes): Bytes })[] =
  [
    {
      name: "context-always-the-same",
      title: "it asks with the same context each time",
      requirements: ["rfc9261-context-unique"],
      choose: () => Buffer.alloc(OWN_LENGTH, 1),
    },
    {
      name: "context-seldom-again",
      title: "it asks now and then with a context of before",
      requirements: ["rfc9261-context-unique"],
      choose: (number, random) => (number % 20 === 0 ? Buffer.alloc(OWN_LENGTH, 1) : random),
    },
    {
      name: "context-counted",
      title: "its contexts are a counter",
      requirements: ["rfc9261-context-unpredictable"],
      choose: (number) => numbered(number),
    },
    {
      name: "context-of-few-bits",
      title: "its contexts are a counter in steps that vary a little",
      requirements: ["rfc9261-context-unpredictable"],
      choose: (number, random) => numbered(16 * number + ((random[0] ?? 0) & 15)),
    },
    {
      name: "context-of-a-fixed-seed",
      title: "its contexts come from a generator with a fixed seed, and so come again on the next connection",
      requirements: ["rfc9261-context-unpredictable"],
      choose: (number) =>
        createHash("sha256")
          .update(`context ${number % 64}`)
          .digest(),
    },
  ];

/** The reference chooses contexts of that length. */
const OWN_LENGTH = 32;

function numbered(number: number): Bytes {
  const context = Buffer.alloc(OWN_LENGTH);
  context.writeUInt32BE(number, OWN_LENGTH - 4);
  return context;
}

/** Faults of a relying party in what it asks. */
export const requestFaults: readonly Fault[] = [
  ...altered.map(({ name, title, requirements, needs, edits }): Fault => {
    return { id: `relying-party/request/${name}`, role: "relying-party", title, requirements, needs, breaks: { request: edits } };
  }),
  {
    id: "relying-party/request/type-of-other-role",
    role: "relying-party",
    title: "it asks with the type of the other end",
    requirements: ["rfc9261-request-type"],
    breaks: {
      request: ({ sender }) => [{ at: "message.handshakeType", op: "replace", value: requestType(otherSide(sender)) }],
    },
  },
  {
    id: "relying-party/api/context-of-empty-authenticator",
    role: "relying-party",
    title: "it gives out an empty context of an empty authenticator",
    requirements: ["rfc9261-get-context", "iut-get-context"],
    breaks: {
      answers: () => ({
        async context(params, right) {
          const answer = await right("context", params);
          return isRefused(answer) ? { context: new Uint8Array(0) } : answer;
        },
      }),
    },
  },
  {
    id: "relying-party/api/context-with-its-length",
    role: "relying-party",
    title: "it gives out a context with its length before it",
    requirements: ["rfc9261-get-context", "iut-get-context"],
    breaks: {
      answers: () => ({
        async context(params, right) {
          const answer = await right("context", params);
          return isRefused(answer) ? answer : { context: concat(Uint8Array.of(answer.context.length), answer.context) };
        },
      }),
    },
  },
  ...chosen.map(
    ({ name, title, requirements, choose }): Fault => ({
      id: `relying-party/request/${name}`,
      role: "relying-party",
      title,
      requirements,
      breaks: {
        parts(right) {
          let count = 0;
          return {
            buildRequest(input) {
              const { certificateRequestContext: given } = input;
              return right.buildRequest(
                given.length === OWN_LENGTH ? { ...input, certificateRequestContext: choose(count++, given) } : input,
              );
            },
          };
        },
      },
    }),
  ),
];
