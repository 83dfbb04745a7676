import type { OpenedResult, ResultStatus } from "../attestation/format.ts";
import { preview } from "../wire/bytes.ts";
import { compare, each, endEntity, readingModel, resultsIn, verifyMessages } from "./attestation-reading.ts";
import { finding } from "./authenticator-steps.ts";
import type { Finding, Step } from "./finding.ts";
import { type AppraisalState, fact, type ResultMessage } from "./state.ts";

/** The steps of the passport model: the Attestation Result, what it says, and of which key (expat section 4, EAR). */
export const resultSteps: readonly Step<AppraisalState>[] = [
  {
    name: "result",
    title: "The Attestation Result is signed by an issuer that is trusted, and is the one that the attester was given",
    why: "A result that anyone can issue, or alter on the way, says nothing of the machine behind it.",
    requirements: ["expat-result-signed", "expat-result-in-extension", "ear-token"],
    applies: readingModel("passport"),
    run(state) {
      const { trust, now, pathRules } = state.input;
      const messages = resultsIn(state);
      const open = ({ format, leaf }: ResultMessage) => format.open(leaf.value);
      const verification = { code: "result-signature", now, purpose: "result", signer: "issuer", pathRules } as const;
      const { opened, findings } = verifyMessages(messages, open, trust.results, verification);
      if (opened.length > 0) state.facts.results = opened;
      const wrong = messages.map(({ leaf }) => wrongResult(state, leaf.value));
      return [...wrong, ...findings].find((found) => found !== undefined);
    },
  },
  {
    name: "result-status",
    title: "The Attestation Result is of its format, counts now, and affirms",
    why: "A genuine result that says no, or that has expired, is a reason to refuse.",
    requirements: [
      "expat-result-policy",
      "ear-status",
      "ear-status-values",
      "ear-expired-refused",
      "ear-expiry-float-refused",
      "ear-submods-nonempty",
    ],
    applies: readingModel("passport", "results"),
    run: (state) => each(fact(state, "results"), (result) => statusProblem(result, state.input.now)),
  },
  {
    name: "result-key",
    title: "The Attestation Result speaks of the key of the end-entity certificate",
    why: "Without it an attacker shows the result of another, genuine machine beside a key of his own.",
    requirements: ["ear-key-attestation"],
    applies: readingModel("passport", "results", "chain"),
    run(state) {
      const { spki } = endEntity(state);
      return each(fact(state, "results"), ({ publicKeys, place }) => {
        if (publicKeys.length === 0) return finding("aik-mismatch", `the attested key ${preview(spki)}`, "no key attestation");
        return each(
          publicKeys.map((publicKey) => ({ publicKey, place })),
          ({ publicKey }) => compare("aik-mismatch", spki, publicKey, "none"),
        );
      });
    },
  },
];

// What an attester was given is what it carries (docs/iut-protocol.md, authenticate).
function wrongResult({ input }: AppraisalState, value: Uint8Array): Finding | undefined {
  const issued = input.asked?.result;
  return issued && compare("other", issued, value, "no result");
}

// draft-ietf-rats-ear section 3: the worst status counts, whichever place it has. What `warning` grants is open (ear-warning).
function statusProblem({ problem, statuses, overall, notBefore, expires }: OpenedResult, now: Date): Finding | undefined {
  if (problem !== undefined) return finding("malformed", "an EAR", problem);
  const seconds = now.getTime() / 1000;
  if (expires !== undefined && expires <= seconds)
    return finding("policy", `a result that counts at ${now.toISOString()}`, `exp ${expires}`);
  if (notBefore !== undefined && notBefore > seconds) {
    return finding("policy", `a result that counts at ${now.toISOString()}`, `nbf ${notBefore}`);
  }
  const all: (ResultStatus | "unknown")[] = [...statuses.map((status) => status ?? "unknown"), ...(overall === undefined ? [] : [overall])];
  const bad = all.find((status) => status !== "affirming");
  return bad && finding("policy", "a status of affirming", bad);
}
