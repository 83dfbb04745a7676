import { createHash } from "node:crypto";
import type { AppraisalState } from "../appraisal/state.ts";
import { type AikHashInput, aikHash, attestationExport, type BindingInput, bindingValue, publicKeyBytes } from "../attestation/binding.ts";
import type { OpenedEvidence } from "../attestation/format.ts";
import type { Profile } from "../attestation/profile.ts";
import { type ParsedCertificate, parseCertificate } from "../authenticator/certificate.ts";
import { authenticatorKeys, type ExporterSource, type Side } from "../authenticator/secrets.ts";
import { type Bytes, concat, fromHex, toHex, utf8, view } from "../wire/bytes.ts";
import { type AuthenticatorHash, hashLength } from "../wire/code-points.ts";
import { isOneOf, type Mistake } from "./mistake.ts";

/** What the steps `binding` and `aik-hash` had before them. */
export interface HashGiven {
  readonly connection: ExporterSource;
  readonly sender: Side;
  readonly profile: Profile;
  readonly hash: AuthenticatorHash;
  /** Of the Certificate; the request may have another one. */
  readonly context: Bytes;
  readonly request: { readonly bytes: Bytes; readonly context: Bytes } | undefined;
  /** As hexadecimal. */
  readonly earlierContexts: ReadonlySet<string>;
  readonly chain: readonly ParsedCertificate[];
  readonly leaf: ParsedCertificate;
  /** The certificates of the attestation key, leaf first. */
  readonly attesters: readonly ParsedCertificate[];
  readonly binding: BindingInput;
  readonly aik: AikHashInput;
}

/** The same with what was received. */
export interface HashReceived extends HashGiven {
  readonly received: OpenedEvidence["claims"] | undefined;
}

/** One way to make a claim wrongly. */
export interface HashMistake {
  readonly name: string;
  readonly title: string;
  readonly hint: string;
  readonly requirements: readonly string[];
  /** The claim as the mistake gives it; more than one where it can be made in several ways. */
  gives(given: HashGiven): readonly (Bytes | undefined)[];
}

const NO_BYTES: Bytes = new Uint8Array(0);

/** The labels that the texts use in one place or another (open point exporter-label). */
const LABELS = ["Attestation", "Attestation Binding", "EXPORTER-Attestation"];

/** Public keys that stand in for the right one, for both hashes (expat sections 5.1 and 5.2). */
const keyMistakes: readonly (Omit<HashMistake, "gives" | "requirements"> & { keys(given: HashGiven): readonly (Bytes | undefined)[] })[] = [
  {
    name: "key-encoding",
    title:
      "it hashes the public key in another encoding than the profile says (the bare point in place of SubjectPublicKeyInfo, or vice versa)",
    hint: "Hash the bytes that the profile's publicKey names: the whole SubjectPublicKeyInfo as it stands in the certificate, or its bits alone.",
    keys: ({ leaf, profile }) => [publicKeyBytes(leaf, profile.publicKey === "raw" ? "spki-der" : "raw")],
  },
  {
    name: "key-as-pem",
    title: "it hashes the public key as PEM text",
    hint: "Hash the DER bytes, not their PEM text.",
    keys: ({ leaf }) => {
      const pem = leaf.publicKey.export({ type: "spki", format: "pem" }).toString();
      return [utf8(pem), utf8(pem.trimEnd())];
    },
  },
  {
    name: "whole-certificate",
    title: "it hashes the whole end-entity certificate in place of its public key",
    hint: "Hash the public key of the end-entity certificate, not the certificate.",
    keys: ({ leaf }) => [leaf.der],
  },
  {
    name: "issuer-key",
    title: "it hashes the public key of an issuer's certificate",
    hint: "The key is that of the end-entity certificate, the first of the chain.",
    keys: ({ chain, profile }) => chain.slice(1).map((issuer) => publicKeyBytes(issuer, profile.publicKey)),
  },
  {
    name: "attestation-key",
    title: "it hashes the public key of the attestation key in place of the end-entity certificate's",
    hint: "The attestation key signs the Evidence; what the Evidence is bound to is the key that signs CertificateVerify.",
    keys: ({ attesters, profile }) => attesters.map((attester) => publicKeyBytes(attester, profile.publicKey)),
  },
];

/** Ways to make the binding wrongly. */
export const bindingMistakes: readonly HashMistake[] = [
  ...keyMistakes.map(({ keys, title, ...rest }) => ({
    ...rest,
    title: `the binding is right, but ${title}`,
    requirements: ["expat-binding-public-key", "expat-binding-end-entity-key"],
    gives: (given: HashGiven) => keys(given).map((publicKey) => publicKey && bindingValue({ ...given.binding, publicKey })),
  })),
  {
    name: "other-label",
    title: "the exported value was made with another of the labels that the draft uses",
    hint: 'Export with the label of the profile; by default that of expat section 5.1, "Attestation".',
    requirements: ["expat-exporter-label"],
    gives: (given) => LABELS.filter((label) => label !== given.profile.exporterLabel).map((label) => exported(given, { label })),
  },
  {
    name: "exported-without-context",
    title: "the exported value was made with no exporter context",
    hint: "Give the exporter the certificate_request_context as its context.",
    requirements: ["expat-exporter-context"],
    gives: (given) => [given.context.length > 0 ? exported(given, { context: NO_BYTES }) : undefined],
  },
  {
    name: "exported-with-length-prefix",
    title: "the exporter context was the certificate_request_context with its length byte",
    hint: "The exporter context is the content of certificate_request_context, without the length before it.",
    requirements: ["expat-exporter-context"],
    gives: (given) => [exported(given, { context: concat(Uint8Array.of(given.context.length), given.context) })],
  },
  {
    name: "exported-with-hexadecimal-context",
    title: "the exporter context was the certificate_request_context as hexadecimal text",
    hint: "Give the exporter the bytes of the context.",
    requirements: ["expat-exporter-context"],
    gives: (given) => [given.context.length > 0 ? exported(given, { context: utf8(toHex(given.context)) }) : undefined],
  },
  {
    name: "exported-with-whole-request",
    title: "the exporter context was the whole request in place of its certificate_request_context",
    hint: "The exporter context is the content of certificate_request_context.",
    requirements: ["expat-exporter-context"],
    gives: (given) => [given.request && exported(given, { context: given.request.bytes })],
  },
  {
    name: "exported-length-of-hash",
    title: "the exported value is as long as the suite's hash, not as the profile says",
    hint: "Export 32 bytes whatever the suite.",
    requirements: ["expat-exporter-length"],
    gives: (given) => [exported(given, { length: hashLength[given.hash] })],
  },
  {
    name: "handshake-context-for-exported-value",
    title: "the Handshake Context of RFC 9261 stands in place of the exported value",
    hint: "Export a value of its own with the label of the attestation and the certificate_request_context.",
    requirements: ["expat-exporter-input", "expat-exporter-label"],
    gives: ({ binding, connection, sender }) => [
      bindingValue({ ...binding, exportedValue: authenticatorKeys(connection, sender).handshakeContext }),
    ],
  },
  {
    name: "made-for-earlier-context",
    title: "the Evidence is bound to the context of an earlier exchange on this connection",
    hint: "Make new Evidence for each request; its binding depends on the context.",
    requirements: ["expat-bound-to-context", "expat-evidence-not-reused"],
    gives: (given) => [...given.earlierContexts].map((context) => exported(given, { context: fromHex(context) })),
  },
  {
    name: "made-for-context-of-request",
    title: "the Evidence is bound to the context of the request, but the Certificate carries another one",
    hint: "Echo the certificate_request_context of the request in Certificate, unchanged.",
    requirements: ["rfc9261-certificate-context"],
    gives: (given) => [given.request && exported(given, { context: given.request.context })],
  },
  {
    name: "parts-swapped",
    title: "the exported value stands before the public key in the hash",
    hint: "binding = Hash(public_key ‖ exported_value), in this order.",
    requirements: ["expat-binding-value"],
    gives: ({ binding }) => [bindingValue({ ...binding, publicKey: binding.exportedValue, exportedValue: binding.publicKey })],
  },
  {
    name: "exported-value-unhashed",
    title: "the nonce is the exported value itself",
    hint: "The nonce is Hash(public_key ‖ exported_value); without the key the Evidence fits any key on this connection.",
    requirements: ["expat-binding-value"],
    gives: ({ binding }) => [binding.exportedValue],
  },
  {
    name: "exported-value-alone",
    title: "the nonce is the hash of the exported value, without the public key",
    hint: "Hash the public key before the exported value.",
    requirements: ["expat-binding-value", "expat-binding-end-entity-key"],
    gives: ({ binding }) => [bindingValue({ ...binding, publicKey: NO_BYTES })],
  },
  {
    name: "public-key-alone",
    title: "the nonce is the hash of the public key, without the exported value (it is AIK_pub_hash)",
    hint: "Hash the exported value behind the public key; AIK_pub_hash is another claim.",
    requirements: ["expat-binding-value"],
    gives: ({ binding }) => [bindingValue({ ...binding, exportedValue: NO_BYTES })],
  },
  {
    name: "not-hashed",
    title: "the nonce is public key and exported value themselves, not their hash",
    hint: "Hash both with the suite's hash.",
    requirements: ["expat-binding-value"],
    gives: ({ binding }) => [concat(binding.publicKey, binding.exportedValue)],
  },
  {
    name: "context-as-nonce",
    title: "the nonce is the certificate_request_context itself",
    hint: "The nonce is the binding, which depends on the context through the exporter.",
    requirements: ["expat-binding-value", "expat-binding-in-evidence"],
    gives: ({ context }) => [context],
  },
  {
    name: "context-hashed-along",
    title: "the certificate_request_context is hashed along with public key and exported value",
    hint: "The context goes into the exporter and nowhere else.",
    requirements: ["expat-binding-value"],
    gives: ({ binding, context }) =>
      context.length > 0
        ? [
            bindingValue({ ...binding, exportedValue: concat(binding.exportedValue, context) }),
            bindingValue({ ...binding, exportedValue: concat(context, binding.exportedValue) }),
            bindingValue({ ...binding, publicKey: concat(context, binding.publicKey) }),
          ]
        : [],
  },
  {
    name: "parts-hashed-first",
    title: "public key or exported value is hashed before both are hashed together",
    hint: "Hash the bytes of both in one go.",
    requirements: ["expat-binding-value"],
    gives({ binding, hash }) {
      const [publicKey, exportedValue] = [digest(hash, binding.publicKey), digest(hash, binding.exportedValue)];
      return [
        bindingValue({ ...binding, publicKey }),
        bindingValue({ ...binding, exportedValue }),
        bindingValue({ ...binding, publicKey, exportedValue }),
      ];
    },
  },
  ...hashingMistakes("binding", "expat-binding-hash", ({ binding }) => concat(binding.publicKey, binding.exportedValue)),
];

/** Ways to make AIK_pub_hash wrongly. */
export const aikMistakes: readonly HashMistake[] = [
  ...keyMistakes.map(({ keys, title, ...rest }) => ({
    ...rest,
    title: `AIK_pub_hash is right, but ${title}`,
    requirements: ["expat-aik-public-key", "expat-aik-hash-present"],
    gives: (given: HashGiven) => keys(given).map((publicKey) => publicKey && aikHash({ ...given.aik, publicKey })),
  })),
  {
    name: "not-hashed",
    title: "AIK_pub_hash is the public key itself, not its hash",
    hint: "Hash the public key with the suite's hash.",
    requirements: ["expat-aik-hash-algorithm"],
    gives: ({ aik, leaf }) => [aik.publicKey, leaf.subjectPublicKey, leaf.spki],
  },
  {
    name: "binding-in-its-place",
    title: "AIK_pub_hash holds the binding",
    hint: "AIK_pub_hash is Hash(public_key), without the exported value; the binding is the nonce.",
    requirements: ["expat-aik-hash-present"],
    gives: ({ binding }) => [bindingValue(binding)],
  },
  ...hashingMistakes("AIK_pub_hash", "expat-aik-hash-algorithm", ({ aik }) => aik.publicKey),
];

/** The known mistakes of the step `binding` (expat section 5.1). */
export const bindingStepMistakes: readonly Mistake<HashReceived>[] = inStep("binding", bindingMistakes, "nonce");

/** The known mistakes of the step `aik-hash` (expat section 5.2). */
export const aikHashStepMistakes: readonly Mistake<HashReceived>[] = inStep("aik-hash", aikMistakes, "aikPubHash");

/** What the steps had before them, or undefined where they were not come to. */
export function hashGiven({ facts, input }: AppraisalState): HashReceived | undefined {
  const { certificate, chain, evidence } = facts;
  const [leaf] = chain ?? [];
  if (!certificate || !chain || !leaf || !evidence) return undefined;
  const { connection, sender, profile, request, consumedContexts: earlierContexts } = input;
  const { hash } = connection;
  const context = certificate.certificateRequestContext;
  const publicKey = publicKeyBytes(leaf, profile.publicKey);
  const exportedValue = attestationExport(connection, context, profile);
  return {
    ...{ connection, sender, profile, hash, context, earlierContexts, chain, leaf },
    request: request && { bytes: request.bytes, context: request.decoded.certificateRequestContext },
    attesters: (evidence[0]?.chain ?? []).map(parseCertificate),
    binding: { hash, publicKey, exportedValue },
    aik: { hash, publicKey },
    received: evidence[0]?.claims,
  };
}

/** Wrong hashes over right content, and right hashes in a wrong form. */
function hashingMistakes(what: string, requirement: string, content: (given: HashGiven) => Bytes): HashMistake[] {
  const once = (given: HashGiven): Bytes => digest(given.hash, content(given));
  const requirements = [requirement];
  return [
    {
      name: "sha256-for-every-suite",
      title: `${what} is made with SHA-256, although the suite's hash is SHA-384`,
      hint: "Take the hash from the negotiated cipher suite, not from a constant.",
      requirements,
      gives: (given) => [given.hash === "sha256" ? undefined : digest("sha256", content(given))],
    },
    {
      name: "other-hash",
      title: `${what} is made with a hash that is not the suite's (SHA-1, SHA-384 or SHA-512)`,
      hint: "Take the hash from the negotiated cipher suite, not from the certificate or the signature scheme.",
      requirements,
      gives: (given) => ["sha1", "sha384", "sha512"].map((hash) => (hash === given.hash ? undefined : digest(hash, content(given)))),
    },
    {
      name: "hashed-twice",
      title: `${what} is hashed twice`,
      hint: "Hash once; look for a library that hashes what you hand to it.",
      requirements,
      gives: (given) => [digest(given.hash, once(given))],
    },
    {
      name: "as-text",
      title: `${what} is right but written as text, in hexadecimal or base64`,
      hint: "Put the bytes of the hash into the claim.",
      requirements,
      gives(given) {
        const right = view(once(given));
        const texts = [right.toString("hex"), right.toString("hex").toUpperCase(), right.toString("base64"), right.toString("base64url")];
        return texts.map(utf8);
      },
    },
    {
      name: "truncated",
      title: `${what} is only the start of the right hash`,
      hint: "Put the whole output of the hash into the claim.",
      requirements,
      gives: (given) =>
        [8, 16, 20, 24, 32].map((length) => (length < hashLength[given.hash] ? once(given).subarray(0, length) : undefined)),
    },
    {
      name: "padded",
      title: `${what} is the right hash filled up with zeros to 64 bytes, as hardware reports have it`,
      hint: "Put the hash alone into the claim.",
      requirements,
      gives: (given) => [concat(once(given), new Uint8Array(64 - hashLength[given.hash]))],
    },
  ];
}

function inStep(step: string, mistakes: readonly HashMistake[], claim: "nonce" | "aikPubHash"): Mistake<HashReceived>[] {
  return mistakes.map(({ name, gives, title, hint, requirements }) => ({
    id: `${step}/${name}`,
    title,
    hint,
    requirements,
    fits: (given) => isOneOf(given.received?.[claim], gives(given)),
  }));
}

function exported(given: HashGiven, { label, context, length }: { label?: string; context?: Bytes; length?: number }): Bytes {
  const { connection, profile } = given;
  const altered = { ...profile, exporterLabel: label ?? profile.exporterLabel, exporterLength: length ?? profile.exporterLength };
  return bindingValue({ ...given.binding, exportedValue: attestationExport(connection, context ?? given.context, altered) });
}

function digest(hash: string, content: Bytes): Bytes {
  return createHash(hash).update(content).digest();
}
