import type { Mutation } from "../forge/mutation.ts";

/** What follows from an edit by the specifications: the message must be refused by one of these steps, or it is not said. */
export type Effect = { readonly kind: "refuse"; readonly by: readonly string[] } | { readonly kind: "free" };

/** Of the exchange in which an edit is made. */
export interface Surroundings {
  /** What carries the tokens: only COSE has headers that no signature covers, only JOSE has more than one text for the same bytes. */
  readonly serialisation: "cbor" | "json" | undefined;
}

type Seal = Exclude<Mutation["reseal"], boolean>[number];

interface Rule {
  /** Which places it speaks of. */
  readonly at: RegExp;
  /** Only where this seal is not computed again behind the edit. */
  readonly kept?: Seal;
  readonly only?: Surroundings["serialisation"];
  /** The steps of the appraisal that must find it. */
  readonly by?: readonly string[];
}

/**
 * What an edit of an authenticator does, the first rule that fits. It is written from what each seal covers (RFC 9261 section 5.2, RFC
 * 9052 section 4.4, RFC 7515 section 5.1) and what each step compares, and it is held against the appraisal in every case that is
 * generated. What no rule settles is free: the texts may still settle it, but nobody is judged by it.
 */
const rules: readonly Rule[] = [
  // RFC 9261 section 5.2.3: the MAC covers all that stands before it, and is itself compared whole.
  { at: /^frame\b/, by: [] },
  { at: /./, kept: "finished", by: [] },
  { at: /^(finished|mac-input|secrets\.finishedKey)\b/, by: ["frame", "parse", "finished"] },
  // Section 5.2.2: the signature covers the transcript up to Certificate.
  { at: /^certificate-verify\.(handshakeType|length|signature\.length)$/, by: ["frame", "parse", "finished"] },
  { at: /^certificate-verify\.(algorithm|signature)$/, by: ["schemes", "certificate-verify"] },
  { at: /^certificate-verify\b/, by: ["frame", "parse", "schemes", "certificate-verify", "finished"] },
  { at: /./, kept: "certificate-verify", by: [] },
  { at: /^(signature-input|secrets\.handshakeContext)\b/, by: ["certificate-verify", "finished"] },
  { at: /^certificate\.handshakeType$/, by: ["frame"] },
  { at: /^certificate\.certificateRequestContext$/, by: ["context"] },
  { at: /^certificate\..*certData$/, by: ["parse", "certificate-path", "schemes"] },
  { at: /^certificate(\..*)?\.length$/, by: [] },
  { at: /^extension\.length$/, by: ["parse", "placement", "cmw"] },
  // The signatures of the tokens cover their claims, and their protected headers.
  { at: /^evidence-signature\.signature$/, by: ["cmw", "evidence-signature"] },
  { at: /^second-evidence-signature\.signature$/, by: ["cmw", "evidence-signature"] },
  { at: /^result-signature\.signature$/, by: ["cmw", "result"] },
  { at: /^(claims|evidence\.(protectedHeader|payload))\b/, kept: "evidence-signature", by: ["cmw", "evidence-signature"] },
  {
    at: /^(second-claims|second-evidence\.(protectedHeader|payload))\b/,
    kept: "second-evidence-signature",
    by: ["cmw", "evidence-signature"],
  },
  { at: /^(result-claims|result\.(protectedHeader|payload))\b/, kept: "result-signature", by: ["cmw", "result"] },
  { at: /^cmw\.value$/, only: "cbor", by: [] },
  // What the binding is computed from, and the claims that hold it (expat sections 3.2 and 5.1).
  { at: /^(binding|secrets\.exportedValue)\b/, by: ["binding", "evidence-signature"] },
  { at: /^aik-hash\b/, by: ["aik-hash", "evidence-signature"] },
  { at: /^(second-)?claims\.nonce\.value$/, by: ["binding"] },
  { at: /^(second-)?claims\.aikPubHash\.value$/, by: ["aik-hash"] },
  { at: /^(second-)?claims\.measurement\.value$/, by: ["policy"] },
  { at: /^(second-)?claims\.nonce$/, by: ["binding", "evidence-signature"] },
];

/** What an edit of an authenticator does that asks for attestation, where nothing else is wrong with it. */
export function effectOf({ at, reseal, op }: Pick<Mutation, "at" | "reseal" | "op">, { serialisation }: Surroundings): Effect {
  const keeps = (seal: Seal) => (typeof reseal === "boolean" ? !reseal : !reseal.includes(seal));
  const rule = rules.find(
    (each) => each.at.test(at) && (each.kept === undefined || keeps(each.kept)) && (each.only ?? serialisation) === serialisation,
  );
  // Two claims of one name are one question, a missing one is another.
  return rule?.by === undefined || (op === "duplicate" && at === "claims.nonce") ? { kind: "free" } : { kind: "refuse", by: rule.by };
}

/** The same for an edit of a request, which nothing seals: what cannot be read, or is of no request, must be refused. */
export function effectOfRequestEdit({ at, op }: Pick<Mutation, "at" | "op">): Effect {
  if (/\.length$/.test(at) || at === "message.handshakeType") return { kind: "refuse", by: [] };
  if (at === "frame.messages" || (/^frame\.messages\./.test(at) && (op === "drop" || op === "duplicate")))
    return { kind: "refuse", by: [] };
  if (/\.bytes$/.test(at) && op === "truncate") return { kind: "refuse", by: [] };
  return { kind: "free" };
}
