import { createHash, createHmac, generateKeyPairSync, sign } from "node:crypto";
import type { NamedMistake } from "../appraisal/finding.ts";
import type { AppraisalState } from "../appraisal/state.ts";
import { aikHash, bindingValue } from "../attestation/binding.ts";
import { schemeAlgorithm } from "../authenticator/signature.ts";
import { finishedMac } from "../authenticator/transcript.ts";
import {
  emptyFinishedGiven,
  emptyFinishedMistakes,
  type FinishedGiven,
  finishedGiven,
  finishedMistakes,
} from "../explain/finished-mistakes.ts";
import { aikHashStepMistakes, bindingStepMistakes, hashGiven } from "../explain/hash-mistakes.ts";
import { attempt, fitting } from "../explain/mistake.ts";
import { signatureGiven, signatureMistakes } from "../explain/signature-mistakes.ts";
import type { Begun } from "../vectors/judge.ts";
import { type Bytes, concat, equalBytes, fromHex } from "../wire/bytes.ts";
import { SignatureScheme } from "../wire/code-points.ts";
import type { ClaimName, Recording } from "./schema.ts";
import type { ComputedValue } from "./values.ts";

/** A value that the code under test has computed, beside the right one. */
export interface ComparedClaim {
  readonly name: ClaimName;
  readonly title: string;
  readonly claimed: Bytes;
  /** Undefined: it cannot be computed here, so that nothing is said of the claim. */
  readonly expected: Bytes | undefined;
  readonly needs: readonly string[];
  readonly agrees: boolean | undefined;
  /** The known mistakes that give exactly the claimed value. */
  readonly mistakes: readonly NamedMistake[];
}

/** Compares what the recording claims with what was computed; a claim that the kind has no value for cannot be compared. */
export function compareClaims(
  claimed: Recording["claimed"],
  computed: readonly ComputedValue[],
  begun: Begun | undefined,
): ComparedClaim[] {
  return Object.entries(claimed ?? {}).flatMap(([claim, hex]): ComparedClaim[] => {
    if (hex === undefined) return [];
    const name = claim as ClaimName;
    const own = computed.find((value) => value.name === name);
    const [claimedValue, expected] = [fromHex(hex), own?.value];
    const agrees = expected && equalBytes(expected, claimedValue);
    const mistakes = agrees === false && begun ? (attempt(() => looksLike(name, claimedValue, begun)) ?? []) : [];
    return [{ name, title: own?.title ?? name, claimed: claimedValue, expected, needs: own?.needs ?? [], agrees, mistakes }];
  });
}

// The tables of the explainer say what a mistake makes of a message: so the claimed value is put where it would have gone, with all else right.
function looksLike(name: ClaimName, claimed: Bytes, begun: Begun): NamedMistake[] {
  switch (name) {
    case "handshakeContext":
      return asFinished(begun, ({ right }) => finishedMac({ ...right, handshakeContext: claimed }));
    case "finishedKey":
      return asFinished(begun, ({ right }) => finishedMac({ ...right, key: claimed }));
    case "macTranscriptHash":
      return asFinished(begun, ({ right }) => createHmac(right.hash, right.key).update(claimed).digest());
    case "finishedMac":
      return asFinished(begun, () => claimed);
    case "exportedValue":
      return asEvidence(begun, ({ binding }) => ({ nonce: bindingValue({ ...binding, exportedValue: claimed }) }));
    case "bindingHashInput":
      return asEvidence(begun, ({ hash }) => ({ nonce: createHash(hash).update(claimed).digest() }));
    case "binding":
      return asEvidence(begun, () => ({ nonce: claimed }));
    case "publicKey":
      return asEvidence(begun, ({ hash }) => ({ aikPubHash: aikHash({ hash, publicKey: claimed }) }));
    case "aikPubHash":
      return asEvidence(begun, () => ({ aikPubHash: claimed }));
    case "transcriptHash":
      return asSigned(begun, ({ padding, contextString, separator }) => concat(padding, contextString, separator, claimed));
    case "signatureContent":
      return asSigned(begun, () => claimed);
  }
}

function asFinished(begun: Begun, received: (given: FinishedGiven) => Bytes): NamedMistake[] {
  if (begun.about === "empty") {
    const given = emptyFinishedGiven(begun.state);
    return fitting(emptyFinishedMistakes, { ...given, received: received(given) });
  }
  const given = begun.about === "authenticator" ? finishedGiven(begun.state) : undefined;
  return given ? fitting(finishedMistakes, { ...given, received: received(given) }) : [];
}

type Given = NonNullable<ReturnType<typeof hashGiven>>;

function asEvidence(begun: Begun, claims: (given: Given) => { readonly nonce: Bytes } | { readonly aikPubHash: Bytes }): NamedMistake[] {
  if (begun.about !== "authenticator") return [];
  const given = hashGiven(withEvidence(begun.state, {}));
  if (given === undefined) return [];
  const made = claims(given);
  const received = { nonce: undefined, aikPubHash: undefined, ueid: undefined, measurement: undefined, ...made };
  return fitting("nonce" in made ? bindingStepMistakes : aikHashStepMistakes, { ...given, received });
}

function withEvidence(
  { input, facts, read }: AppraisalState,
  { nonce, aikPubHash }: { nonce?: Bytes; aikPubHash?: Bytes },
): AppraisalState {
  const NO_BYTES: Bytes = new Uint8Array(0);
  const token = { algorithmName: "", algorithm: undefined, signedContent: NO_BYTES, signature: NO_BYTES, payload: NO_BYTES };
  const chain = facts.evidence?.[0]?.chain ?? [];
  const claims = { nonce, aikPubHash, ueid: undefined, measurement: undefined };
  const evidence = [{ ...token, chain, contentType: undefined, eatProfile: undefined, issuedAt: undefined, claims, place: "" }];
  return { input, read, facts: { ...facts, evidence } };
}

// A key of our own signs what was claimed: whichever mistake verifies then has signed the same content.
function asSigned(begun: Begun, content: (right: NonNullable<ReturnType<typeof signatureGiven>>["right"]) => Bytes): NamedMistake[] {
  const given = begun.about === "authenticator" ? signatureGiven(begun.state) : undefined;
  const algorithm = schemeAlgorithm(SignatureScheme.ed25519);
  if (given === undefined || algorithm === undefined) return [];
  const { publicKey: key, privateKey } = generateKeyPairSync("ed25519");
  const signature = sign(null, content(given.right), privateKey);
  return fitting(signatureMistakes, { ...given, key, algorithm, signature, issuers: [], attesters: [] });
}
