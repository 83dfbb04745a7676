import type { Mutation } from "../forge/mutation.ts";

/** What follows from an edit by the specifications: the message must be refused by one of these steps, it stays right, or it is not said. */
export type Effect = { readonly kind: "refuse"; readonly by: readonly string[] } | { readonly kind: "accept" } | { readonly kind: "free" };

/** Of the exchange in which an edit is made. */
export interface Surroundings {
  /** What carries the tokens: only COSE has headers that no signature covers, only JOSE has more than one text for the same bytes. */
  readonly serialisation: "cbor" | "json" | undefined;
}

/** What leaves a value gone from its place. */
const GONE: readonly Mutation["op"][] = ["drop", "add", "replace"];

/** What makes bytes other bytes. To put a certificate in twice alters none. */
const ALTERS: readonly Mutation["op"][] = ["drop", "flip", "truncate", "reverse", "insert", "overwrite", "replace"];

/** Evidence and results have one media type: where the claims cannot be read, nothing tells which of them it was to be. */
const RESULT: readonly string[] = ["cmw", "evidence-signature", "result"];

/** What makes bytes longer or shorter. */
const LENGTHENS: readonly Mutation["op"][] = ["drop", "extend", "truncate", "insert"];

type Seal = Exclude<Mutation["reseal"], boolean>[number];

interface Rule {
  /** What it does; default: it must be refused. */
  readonly kind?: "accept" | "free";
  /** Which places it speaks of. */
  readonly at: RegExp;
  /** Only where this seal is not computed again behind the edit. */
  readonly kept?: Seal;
  readonly only?: Surroundings["serialisation"];
  /** Only by these operations. */
  readonly ops?: readonly Mutation["op"][];
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
  // RFC 8446 section 4.4.2: the sender's certificate comes first; RFC 5280 section 6.1: a path of unaltered certificates, none left out.
  {
    at: /^certificate\.entries$/,
    ops: ["drop", "reverse"],
    by: ["parse", "certificate-path", "schemes", "placement", "certificate-verify"],
  },
  { at: /^certificate\.entries\.\d+$/, ops: ["drop"], by: ["certificate-path", "schemes", "placement", "certificate-verify"] },
  { at: /^certificate\..*certData$/, by: ["parse", "certificate-path", "schemes"] },
  { at: /^certificate(\..*)?\.length$/, by: [] },
  // RFC 8446 sections 3.4 and 4.2, RFC 9261 section 5.2.1: lengths agree, no extension comes twice, or that was not asked for.
  { at: /^certificate\.entries\.\d+\.extensions\.\d+$/, ops: ["duplicate"], by: ["extensions"] },
  { at: /^certificate\.entries\.\d+\.extensions$/, ops: ["insert"], by: ["extensions"] },
  { at: /^(certificate\.entries\.\d+\.extensions\.\d+\.data|extension\.bytes)$/, ops: LENGTHENS, by: ["placement", "policy"] },
  { at: /^extension(\.cmwData)?\.length$/, by: ["parse", "placement", "cmw"] },
  // What was required is not there (expat section 5): the extension is left out, or has become another one.
  { at: /^certificate\.entries\.0\.extensions$/, ops: ["drop", "truncate"], by: ["policy"] },
  { at: /^certificate\.entries\.0\.extensions\.0$/, ops: ["drop"], by: ["policy"] },
  { at: /^(certificate\.entries\.0\.extensions\.0|extension)\.type$/, by: ["extensions", "policy"] },
  // RFC 8949 section 5.1, RFC 8259 section 2: an item that is cut off is none. What stands behind one may be white space in JSON.
  { at: /^(extension\.cmwData|cmw\.bytes)$/, ops: ["drop", "truncate"], by: ["placement", "cmw"] },
  { at: /^(extension\.cmwData|cmw\.bytes)$/, ops: ["extend"], only: "cbor", by: ["cmw"] },
  // The signatures of the tokens cover their claims, and their protected headers.
  { at: /^evidence-signature\.signature$/, by: ["cmw", "evidence-signature"] },
  { at: /^second-evidence-signature\.signature$/, by: ["cmw", "evidence-signature"] },
  { at: /^result-signature\.signature$/, by: RESULT },
  { at: /^(claims|evidence\.(protectedHeader|payload))\b/, kept: "evidence-signature", by: ["cmw", "evidence-signature"] },
  {
    at: /^(second-claims|second-evidence\.(protectedHeader|payload))\b/,
    kept: "second-evidence-signature",
    by: ["cmw", "evidence-signature"],
  },
  { at: /^(result-claims|result\.(protectedHeader|payload))\b/, kept: "result-signature", by: RESULT },
  { at: /^cmw\.value$/, only: "cbor", by: [] },
  // What the binding is computed from, and the claims that hold it (expat sections 3.2 and 5.1).
  { at: /^(binding|secrets\.exportedValue)\b/, by: ["binding", "evidence-signature"] },
  { at: /^aik-hash\b/, by: ["aik-hash", "evidence-signature"] },
  { at: /^(second-)?claims\.nonce\.value$/, by: ["binding"] },
  { at: /^(second-)?claims\.aikPubHash\.value$/, by: ["aik-hash"] },
  { at: /^(second-)?claims\.measurement\.value$/, by: ["policy"] },
  { at: /^(second-)?claims\.nonce(\.label)?$/, ops: GONE, by: ["binding", "evidence-signature"] },
  { at: /^(second-)?claims\.aikPubHash(\.label)?$/, ops: GONE, by: ["aik-hash", "evidence-signature"] },
  { at: /^(second-)?claims\.measurement(\.label)?$/, ops: GONE, by: ["policy", "evidence-signature"] },
  { at: /^(second-)?claims$/, ops: ["drop", "truncate"], by: ["binding", "aik-hash", "policy"] },
  // RFC 9711 section 4 and EAR section 3: what a receiver does not know among claims it ignores.
  { at: /^(second-)?(result-)?claims$/, ops: ["extend"], kind: "accept" },
  // RFC 9052 section 3: no label comes twice. Names that come twice are an open point of JSON (jwt-duplicate-names).
  { at: /^(second-)?claims\.\w+$/, ops: ["duplicate"], only: "cbor", by: ["evidence-signature"] },
  { at: /^result-claims\.\w+$/, ops: ["duplicate"], only: "cbor", by: RESULT },
  { at: /^(second-)?evidence\.payload$/, ops: ["drop", "truncate"], by: ["evidence-signature"] },
  { at: /^result\.payload$/, ops: ["drop", "truncate"], by: RESULT },
  // The key that signs is that of the first certificate, and each has issued the one before it (RFC 9360 section 2, RFC 7515 section 4.1.6).
  // What is put before another than the first stands beside a whole chain: what comes of that is open (chain-item-unreadable).
  { at: /\.(x5chain|x5c)\.value\.[1-9]\d*$/, ops: ["insert"], kind: "free" },
  { at: /^(second-)?evidence\..*\.(x5chain|x5c)\.value\.\d+$/, ops: ALTERS, by: ["evidence-signature"] },
  { at: /^result\..*\.(x5chain|x5c)\.value\.\d+$/, ops: ALTERS, by: RESULT },
  // EAR section 3.2 and RFC 7519 section 4.1.4: any number that an edit can put there lies in the past.
  { at: /^result-claims\.expires\.value$/, ops: ["replace"], by: ["result", "result-status"] },
  // EAR section 3.3.1: a submodule that is there, a status in it, and the key that was attested, if one is named.
  { at: /^result-claims\.submods(\.value\.fields)?$/, ops: ["drop"], by: ["result-status"] },
  { at: /\.attester\.value\.fields\.status$/, ops: ["drop"], by: ["result-status"] },
  { at: /\.attester\.value\.fields\.status\.label$/, by: ["result-status"] },
  { at: /\.attester\.value\.fields\.status\.value$/, only: "json", by: ["result-status"] },
  { at: /\.keyAttestation\.value\.fields\.akpub\.value$/, by: ["result-key"] },
];

/** What an edit of an authenticator does that asks for attestation, where nothing else is wrong with it. */
export function effectOf({ at, reseal, op }: Pick<Mutation, "at" | "reseal" | "op">, { serialisation }: Surroundings): Effect {
  const keeps = (seal: Seal) => (typeof reseal === "boolean" ? !reseal : !reseal.includes(seal));
  const rule = rules.find(
    (each) =>
      each.at.test(at) &&
      (each.ops?.includes(op) ?? true) &&
      (each.kept === undefined || keeps(each.kept)) &&
      (each.only ?? serialisation) === serialisation,
  );
  if (rule?.kind !== undefined) return { kind: rule.kind };
  return rule?.by === undefined ? { kind: "free" } : { kind: "refuse", by: rule.by };
}

interface RequestRule {
  readonly at: RegExp;
  readonly ops?: readonly Mutation["op"][];
  readonly kind: "refuse" | "accept";
}

/** What an edit of a request does, the first rule that fits: nothing seals it. */
const requestRules: readonly RequestRule[] = [
  // RFC 8446 section 4: one message, of a type that this end asks with, as long as it says. A length inside may still add up by chance.
  { at: /^message\.(extensions\.)?length$|^message\.certificateRequestContext\.length$|^message\.handshakeType$/, kind: "refuse" },
  { at: /^frame\.messages$/, kind: "refuse" },
  { at: /^frame\.messages\./, ops: ["drop", "duplicate"], kind: "refuse" },
  { at: /\.bytes$|^frame\.messages\.\d+$/, ops: ["truncate", "extend", "drop"], kind: "refuse" },
  // RFC 9261 section 4: signature_algorithms is there; RFC 8446 section 4.2: no extension is there twice.
  { at: /^(extensions\.list|message\.extensions)$/, ops: ["drop"], kind: "refuse" },
  { at: /\.signatureAlgorithms$/, ops: ["drop"], kind: "refuse" },
  { at: /\.signatureAlgorithms\.type$/, kind: "refuse" },
  { at: /\.signatureAlgorithms\.data$/, ops: ["drop", "truncate", "extend"], kind: "refuse" },
  { at: /^(extensions\.list|message\.extensions)\.\w+$/, ops: ["duplicate"], kind: "refuse" },
  // Another context, another order, no offer: other requests, and right ones. A context is of any length up to 255 bytes.
  { at: /\.certificateRequestContext$/, kind: "accept" },
  { at: /^(extensions\.list|message\.extensions)$/, ops: ["reverse"], kind: "accept" },
  { at: /\.cmwAttestation$/, ops: ["drop"], kind: "accept" },
];

/** The same for an edit of a request, which nothing seals: what cannot be read, or is of no request, must be refused. */
export function effectOfRequestEdit({ at, op }: Pick<Mutation, "at" | "op">): Effect {
  const rule = requestRules.find((each) => each.at.test(at) && (each.ops?.includes(op) ?? true));
  if (rule === undefined) return { kind: "free" };
  return rule.kind === "accept" ? { kind: "accept" } : { kind: "refuse", by: [] };
}
