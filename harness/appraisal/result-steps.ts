import type { OpenedResult, ResultStatus } from "../attestation/format.ts";
import { equalBytes, preview } from "../wire/bytes.ts";
import { compare, each, endEntity, readingModel, resultsIn } from "./attestation-reading.ts";
import { type Finding, finding, type Step } from "./finding.ts";
import { type AppraisalState, fact } from "./state.ts";
import { openMessages, tokenRules } from "./token-rules.ts";

/** The steps of the passport model: the Attestation Result, what it says, and of which key (expat section 4, EAR). */
export const resultSteps: readonly Step<AppraisalState>[] = [
  {
    name: "result",
    title: "The Attestation Result is signed by an issuer that is trusted, and is the one that the attester was given",
    why: "A result that anyone can issue, or alter on the way, says nothing of the machine behind it.",
    applies: readingModel("passport"),
    rules: [
      {
        name: "as-issued",
        title: "The result is the one that the attester was given, where that is known",
        requirements: ["expat-result-in-extension"],
        // What an attester was given is what it carries (docs/iut-protocol.md, authenticate).
        run(state) {
          readResults(state);
          const issued = state.input.asked?.result;
          const other = issued && resultsIn(state).find(({ leaf }) => !equalBytes(issued, leaf.value));
          return other && compare("other", issued, other.leaf.value);
        },
      },
      {
        name: "token",
        title: "The result is a token of its media type, with claims in it",
        requirements: ["ear-token"],
        run: readResults,
      },
      ...tokenRules({
        code: "result-signature",
        signer: "issuer",
        purpose: "result",
        tokens: ({ facts }) => facts.results ?? [],
        anchors: ({ input }) => input.trust.results,
        requirements: {
          chain: ["expat-result-signed", "eat-x5chain", "eat-jws-x5c"],
          algorithm: ["expat-result-signed"],
          signature: ["expat-result-signed"],
          path: ["expat-result-signed"],
        },
      }),
    ],
  },
  {
    name: "result-status",
    title: "The Attestation Result is of its format, counts now, and affirms",
    why: "A genuine result that says no, or that has expired, is a reason to refuse.",
    applies: readingModel("passport", "results"),
    rules: [
      {
        name: "format",
        title: "The result is an EAR: a submodule at least, each with an appraisal, and times that are integers",
        requirements: ["ear-expiry-float-refused", "eat-iat-float-refused", "ear-submods-nonempty"],
        run: (state) =>
          each(fact(state, "results"), ({ problem }) => (problem === undefined ? undefined : finding("malformed", "an EAR", problem))),
      },
      {
        name: "expiry",
        title: "The result has not expired",
        requirements: ["ear-expired-refused"],
        run: (state) =>
          each(fact(state, "results"), ({ expires }) =>
            expires !== undefined && expires <= seconds(state) ? untimely(state, `exp ${expires}`) : undefined,
          ),
      },
      {
        name: "not-before",
        title: "The result counts already",
        requirements: ["expat-result-policy"],
        run: (state) =>
          each(fact(state, "results"), ({ notBefore }) =>
            notBefore !== undefined && notBefore > seconds(state) ? untimely(state, `nbf ${notBefore}`) : undefined,
          ),
      },
      {
        name: "status",
        title: "Every status in the result affirms",
        requirements: ["expat-result-policy", "ear-status", "ear-status-values"],
        run: (state) => each(fact(state, "results"), statusProblem),
      },
    ],
  },
  {
    name: "result-key",
    title: "The Attestation Result speaks of the key of the end-entity certificate",
    why: "Without it an attacker shows the result of another, genuine machine beside a key of his own.",
    applies: readingModel("passport", "results", "chain"),
    rules: [
      {
        name: "present",
        title: "The result names the key that was attested",
        requirements: ["ear-key-attestation"],
        run: (state) =>
          each(fact(state, "results"), ({ publicKeys }) =>
            publicKeys.length === 0
              ? finding("aik-mismatch", `the attested key ${preview(endEntity(state).spki)}`, "no key attestation")
              : undefined,
          ),
      },
      {
        name: "equal",
        title: "Every key that the result names is that of the end-entity certificate",
        requirements: ["ear-key-attestation"],
        run(state) {
          const keys = fact(state, "results").flatMap(({ publicKeys, place }) => publicKeys.map((publicKey) => ({ publicKey, place })));
          return each(keys, ({ publicKey }) => compare("aik-mismatch", endEntity(state).spki, publicKey));
        },
      },
    ],
  },
];

function readResults(state: AppraisalState): Finding | undefined {
  const { opened, problem } = openMessages(resultsIn(state), "result-signature", ({ format, leaf }) => format.open(leaf.value));
  if (opened.length > 0) state.facts.results = opened;
  return problem;
}

function seconds({ input }: AppraisalState): number {
  return input.now.getTime() / 1000;
}

function untimely({ input }: AppraisalState, found: string): Finding {
  return finding("policy", `a result that counts at ${input.now.toISOString()}`, found);
}

// draft-ietf-rats-ear section 3: the worst status counts, whichever place it has. What `warning` grants is open (ear-warning).
function statusProblem({ statuses, overall }: OpenedResult): Finding | undefined {
  const all: (ResultStatus | "unknown")[] = [...statuses.map((status) => status ?? "unknown"), ...(overall === undefined ? [] : [overall])];
  const bad = all.find((status) => status !== "affirming");
  return bad && finding("policy", "a status of affirming", bad);
}
