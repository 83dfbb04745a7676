import { readLeaf } from "../appraisal/cmw-reading.ts";
import type { AppraisalState } from "../appraisal/state.ts";
import { aikHash, attestationExport, bindingValue, publicKeyBytes } from "../attestation/binding.ts";
import type { EvidenceClaims } from "../attestation/format.ts";
import { type Bytes, equalBytes, utf8, view } from "../wire/bytes.ts";
import type { Fault, Judging } from "./fault.ts";
import {
  keeping,
  NO_BYTES,
  orWith,
  over,
  rootsIn,
  trusting,
  underSha256,
  type WeakenedRules,
  WRONG,
  weakened,
  without,
} from "./judging.ts";

const weakenedRules: readonly WeakenedRules[] = [
  // The binding.
  {
    name: "evidence/unbound",
    title: "it compares neither the binding nor AIK_pub_hash",
    requirements: ["expat-binding-verified", "expat-aik-hash-verified"],
    rules: without("binding/present", "binding/equal", "aik-hash/present", "aik-hash/equal"),
  },
  {
    name: "evidence/unbound-and-replayed",
    title: "it compares neither the binding nor AIK_pub_hash, and takes a context a second time",
    requirements: ["expat-binding-verified", "expat-aik-hash-verified", "rfc9261-validate-context-reuse"],
    rules: without("binding/present", "binding/equal", "aik-hash/present", "aik-hash/equal", "freshness/context-new"),
  },
  {
    name: "evidence/bound-to-any-certificate",
    title: "it takes Evidence that is bound to any key of the chain",
    requirements: ["expat-binding-end-entity-key", "expat-aik-hash-verified"],
    rules: {
      "binding/equal": boundToAny("nonce", bindingOf),
      "aik-hash/equal": boundToAny("aikPubHash", ({ input }, publicKey) => aikHash({ hash: input.connection.hash, publicKey })),
    },
  },
  {
    name: "binding/of-empty-context",
    title: "it takes Evidence that is bound to no context, too",
    requirements: ["expat-exporter-context", "expat-bound-to-context"],
    rules: { "binding/equal": boundToAny("nonce", (state, key) => bindingOf(state, key, NO_BYTES)) },
  },
  {
    name: "binding/sha256-always",
    title: "it computes the binding under SHA-256, whatever the suite",
    requirements: ["expat-binding-hash"],
    needs: { suite: "sha384" },
    rules: { "binding/equal": over(underSha256) },
  },
  {
    name: "aik-hash/sha256-always",
    title: "it computes AIK_pub_hash under SHA-256, whatever the suite",
    requirements: ["expat-aik-hash-algorithm"],
    needs: { suite: "sha384" },
    rules: { "aik-hash/equal": over(underSha256) },
  },
  {
    name: "evidence/sha256-too",
    title: "it takes binding and AIK_pub_hash under SHA-256, too, whatever the suite",
    requirements: ["expat-binding-hash", "expat-aik-hash-algorithm"],
    needs: { suite: "sha384" },
    rules: { "binding/equal": orWith(underSha256), "aik-hash/equal": orWith(underSha256) },
  },
  // Messages in a CMW.
  {
    name: "cmw/first-message-only",
    title: "of several messages in a CMW it judges the first only",
    requirements: ["iut-cmw-collection"],
    rules: {
      "cmw/structure": keeping(({ read }) => {
        read.leaves = read.leaves?.slice(0, 1) ?? [];
      }),
    },
  },
  {
    name: "cmw/last-message-only",
    title: "of several messages in a CMW it judges the last only",
    requirements: ["iut-cmw-collection"],
    rules: {
      "cmw/structure": keeping(({ read }) => {
        read.leaves = read.leaves?.slice(-1) ?? [];
      }),
    },
  },
  {
    name: "cmw/unknown-messages-skipped",
    title: "it skips messages of a media type that it does not know",
    requirements: ["iut-cmw-collection"],
    rules: {
      "cmw/structure": keeping(({ read }) => {
        const known = read.leaves?.filter(({ asEvidence, asResult }) => asEvidence || asResult) ?? [];
        if (known.length > 0) read.leaves = known;
      }),
    },
  },
  {
    name: "cmw/token-verbatim",
    title: "in JSON it takes a token that is text as it stands, and not as base64url",
    requirements: ["cmw-json-base64url-text-too"],
    needs: { format: "eat-jwt" },
    rules: {
      "cmw/base64url": () => (state) => {
        const { read, facts } = state;
        if (!read.cmwDefects.has("base64url")) return undefined;
        const [, text] = JSON.parse(view(facts.cmwData ?? NO_BYTES).toString("utf8")) as [unknown, string];
        read.leaves = read.leaves?.map(({ leaf }) => readLeaf({ ...leaf, value: utf8(text) }, state)) ?? [];
        return undefined;
      },
    },
  },
  {
    name: "cmw/indicator-not-read",
    title: "it does not read the indicator",
    requirements: ["cmw-ind-kind"],
    rules: without("cmw/indicator", "cmw/indicator-of-other-kinds"),
  },
  // Tokens.
  {
    name: "evidence-signature/root-sent-along",
    title: "it trusts a root of attestation keys that is sent along",
    requirements: ["expat-evidence-anchor"],
    rules: {
      "evidence-signature/path": trusting("attestation", ({ facts }) => (facts.evidence ?? []).flatMap(({ chain }) => rootsIn(chain))),
    },
  },
  {
    name: "result/root-sent-along",
    title: "it trusts a root of issuers of results that is sent along",
    requirements: ["expat-result-signed"],
    rules: {
      "result/path": trusting("results", ({ facts }) => (facts.results ?? []).flatMap(({ chain }) => rootsIn(chain))),
    },
  },
  {
    name: "evidence-signature/end-entity-key",
    title: "it takes Evidence that the end-entity key has signed",
    requirements: ["expat-evidence-anchor"],
    rules: {
      "evidence-signature/path": trusting("attestation", ({ facts }) => (facts.chain ?? []).slice(0, 1).map(({ der }) => der)),
    },
  },
  // Results.
  {
    name: "result/empty-taken",
    title: "it takes a result with no appraisal in it",
    requirements: ["ear-submods-nonempty"],
    rules: without("result-status/format", "result-key/present"),
  },
  {
    name: "result-status/first-submodule-only",
    title: "of several submodules it reads the status of the first only",
    requirements: ["ear-status"],
    rules: {
      "result-status/status": () => (state) =>
        state.facts.results?.every(({ statuses }) => statuses[0] === "affirming") ? undefined : WRONG,
    },
  },
  {
    name: "result-status/overall-only",
    title: "it reads the status of the whole, and no submodule where there is one",
    requirements: ["ear-status"],
    rules: {
      "result-status/status": (right) => (state) =>
        state.facts.results?.every(({ overall }) => overall === "affirming") ? undefined : right.run(state),
    },
  },
  {
    name: "result-status/none-taken",
    title: "it takes a status of none for an affirming one",
    requirements: ["ear-status", "expat-result-policy"],
    rules: taking("none"),
  },
  {
    name: "result-status/contraindicated-taken",
    title: "it takes a status of contraindicated for an affirming one",
    requirements: ["ear-status", "expat-result-policy"],
    rules: taking("contraindicated"),
  },
  {
    name: "result-status/missing-taken",
    title: "it takes a status that is missing, or no tier, for an affirming one",
    requirements: ["ear-status", "ear-status-values"],
    rules: taking(undefined),
  },
  {
    name: "result-status/expiry-in-milliseconds",
    title: "it takes exp for milliseconds since 1970",
    requirements: ["ear-expired-refused"],
    rules: { "result-status/expiry": over((input) => ({ ...input, now: new Date(input.now.getTime() / 1000) })) },
  },
  {
    name: "result-key/any",
    title: "of several attested keys it asks that one is that of the end-entity certificate",
    requirements: ["ear-key-attestation"],
    rules: {
      "result-key/equal": () => (state) => {
        const spki = state.facts.chain?.[0]?.spki ?? NO_BYTES;
        return state.facts.results?.every(({ publicKeys }) => publicKeys.some((key) => equalBytes(key, spki))) ? undefined : WRONG;
      },
    },
  },
];

/** Faults of a relying party that judges an attestation, and not all of it, or not by what it should. */
export const weakenedAttestationFaults: readonly Fault[] = weakenedRules.map(weakened);

/** Evidence that is bound to any key of the chain. */
function boundToAny(pick: keyof EvidenceClaims, expected: (state: AppraisalState, key: Bytes) => Bytes): Judging {
  return () => (state) => {
    const { chain = [], evidence = [] } = state.facts;
    const keys = chain.map((certificate) => expected(state, publicKeyBytes(certificate, state.input.profile.publicKey)));
    return evidence.every(({ claims }) => keys.some((key) => equalBytes(key, claims[pick] ?? NO_BYTES))) ? undefined : WRONG;
  };
}

function bindingOf({ input, facts }: AppraisalState, publicKey: Bytes, context = facts.certificate?.certificateRequestContext): Bytes {
  const { connection, profile } = input;
  const exportedValue = attestationExport(connection, context ?? NO_BYTES, profile);
  return bindingValue({ hash: connection.hash, publicKey, exportedValue });
}

/** A status that counts as affirming, in each place. */
function taking(status: string | undefined): Readonly<Record<string, Judging>> {
  const fine = (each: string | undefined) => each === "affirming" || each === status;
  return {
    "result-status/status": () => (state) =>
      state.facts.results?.every(({ statuses, overall }) => statuses.every(fine) && (overall === undefined || fine(overall)))
        ? undefined
        : WRONG,
  };
}
