import type { AppraisalInput } from "../appraisal/state.ts";
import { attestationFormats } from "../attestation/formats.ts";
import { otherSide } from "../authenticator/secrets.ts";
import type { Fault } from "./fault.ts";

/** What is appraised, altered: an entry is what is wrong, the statements, and the input as the relying party takes it. */
const alteredInputs: readonly (Pick<Fault, "title" | "requirements" | "needs"> & {
  readonly name: string;
  alter(input: AppraisalInput): AppraisalInput;
})[] = [
  {
    name: "sender-swapped",
    title: "it takes its own end for the sender of the authenticator, in the labels of the exporter",
    requirements: ["rfc9261-exporter-labels"],
    alter: (input) => ({ ...input, sender: otherSide(input.sender) }),
  },
  {
    name: "contexts-forgotten",
    title: "it remembers no context of an authenticator that it has accepted",
    requirements: ["rfc9261-validate-context-reuse"],
    alter: (input) => ({ ...input, consumedContexts: new Set() }),
  },
  // The profile.
  {
    name: "exporter-label-of-section-4",
    title: "it exports with the label that the profile does not name",
    requirements: ["expat-exporter-input"],
    alter: (input) => withProfile(input, { exporterLabel: "Attestation Binding" }),
  },
  {
    name: "exporter-length",
    title: "it exports 48 bytes for the binding",
    requirements: ["expat-exporter-length"],
    alter: (input) => withProfile(input, { exporterLength: 48 }),
  },
  {
    name: "public-key-raw",
    title: "it hashes the bits of the public key alone, where the profile has SubjectPublicKeyInfo",
    requirements: ["expat-binding-end-entity-key"],
    alter: (input) => withProfile(input, { publicKey: input.profile.publicKey === "raw" ? "spki-der" : "raw" }),
  },
  {
    name: "code-point",
    title: "it knows cmw_attestation by another code point, and so finds no attestation",
    requirements: ["expat-extension-structure"],
    alter: (input) => withProfile(input, { cmwAttestation: 0xffff }),
  },
  {
    name: "nonce-elsewhere",
    title: "it looks for the binding in another claim",
    requirements: ["expat-binding-in-evidence"],
    alter: (input) => withProfile(input, { evidenceNonce: { cwt: -65540, jwt: "nonce" } }),
  },
  {
    name: "aik-hash-elsewhere",
    title: "it looks for AIK_pub_hash in another claim",
    requirements: ["expat-aik-hash-present"],
    alter: (input) => withProfile(input, { aikHashClaim: { cwt: -65541, jwt: "aik" } }),
  },
  // Time.
  {
    name: "time-of-the-clock",
    title: "it goes by its clock, whatever time it is told",
    requirements: ["rfc5280-validity"],
    alter: (input) => ({ ...input, now: new Date() }),
  },
  {
    name: "time-standing-still",
    title: "it takes it to be the first of January 2026 at all times",
    requirements: ["rfc5280-validity", "ear-expired-refused"],
    alter: (input) => ({ ...input, now: new Date("2026-01-01T00:00:00Z") }),
  },
  // Trust.
  ...(
    [
      ["pkix", "attestation", "it takes roots of attestation keys for roots of identities, too", "rfc9261-validate-chain"],
      ["attestation", "pkix", "it takes roots of identities for roots of attestation keys, too", "expat-evidence-anchor"],
      ["attestation", "results", "it takes roots of issuers of results for roots of attestation keys, too", "expat-evidence-anchor"],
      ["results", "pkix", "it takes roots of identities for roots of issuers of results, too", "iut-result-issuer-roots"],
      ["results", "attestation", "it takes roots of attestation keys for roots of issuers of results, too", "iut-result-issuer-roots"],
      ["pkix", "results", "it takes roots of issuers of results for roots of identities, too", "rfc9261-validate-chain"],
    ] as const
  ).map(([list, other, title, requirement]) => ({
    name: `${other}-roots-for-${list}`,
    title,
    requirements: [requirement],
    alter: (input: AppraisalInput) => ({
      ...input,
      trust: { ...input.trust, [list]: [...(input.trust[list] ?? []), ...(input.trust[other] ?? [])] },
    }),
  })),
  ...(["pkix", "attestation", "results"] as const).map((list) => ({
    name: `no-roots-for-${list}`,
    title: `it trusts everything where the list of trust "${list}" is empty`,
    requirements: [{ pkix: "rfc9261-validate-chain", attestation: "expat-evidence-anchor", results: "iut-result-issuer-roots" }[list]],
    alter: (input: AppraisalInput) =>
      input.trust[list]?.length === 0 ? { ...input, trust: { ...input.trust, [list]: undefined } } : input,
  })),
  // Policy.
  {
    name: "policy-never-required",
    title: "it never requires attestation",
    requirements: ["iut-policy-required"],
    alter: (input) => withPolicy(input, input.policy.attestation === "required" ? { attestation: "optional" } : {}),
  },
  {
    name: "policy-always-required",
    title: "it always requires attestation",
    requirements: ["iut-policy-optional"],
    alter: (input) => withPolicy(input, { attestation: "required" }),
  },
  {
    name: "policy-none",
    title: "it never reads attestation",
    requirements: ["expat-authenticator-validated", "iut-policy-required"],
    alter: (input) => withPolicy(input, { attestation: "none" }),
  },
  {
    name: "policy-optional-not-read",
    title: "it does not read attestation that the policy does not require",
    requirements: ["iut-policy-optional"],
    alter: (input) => withPolicy(input, input.policy.attestation === "optional" ? { attestation: "none" } : {}),
  },
  {
    name: "policy-none-read",
    title: "it reads attestation also where the policy is not to read it",
    requirements: ["iut-policy-none"],
    alter: (input) => withPolicy(input, input.policy.attestation === "none" ? { attestation: "optional" } : {}),
  },
  {
    name: "no-reference-value",
    title: "it knows no reference value of the measurement",
    requirements: ["expat-policy-evaluated"],
    alter: (input) => withPolicy(input, { measurement: undefined }),
  },
  {
    name: "signed-cmw-accepted",
    title: "it accepts a CMW that is itself signed also where the policy does not say so",
    requirements: ["iut-cmw-signed"],
    alter: (input) => withPolicy(input, { signedCmw: "accept" }),
  },
  {
    name: "signed-cmw-refused",
    title: "it refuses a CMW that is itself signed also where the policy says otherwise",
    requirements: ["iut-cmw-signed"],
    alter: (input) => withPolicy(input, { signedCmw: "refuse" }),
  },
  // Formats: what a relying party declares, it must read.
  ...(["eat-cwt", "eat-jwt", "ear-jwt", "ear-cwt"] as const).map((format) => ({
    name: `${format}-unknown`,
    title: `it declares the format ${format} and does not read it`,
    requirements: ["cmw-type"],
    needs: { format },
    alter: (input: AppraisalInput) => ({ ...input, formats: attestationFormats.filter(({ name }) => name !== format) }),
  })),
];

/** Faults of a relying party in what it takes to be given. */
export const inputFaults: readonly Fault[] = alteredInputs.map(({ name, title, requirements, needs, alter }): Fault => {
  return { id: `relying-party/input/${name}`, role: "relying-party", title, requirements, needs, breaks: { appraises: alter } };
});

function withProfile(input: AppraisalInput, other: Partial<AppraisalInput["profile"]>): AppraisalInput {
  return { ...input, profile: { ...input.profile, ...other } };
}

function withPolicy(input: AppraisalInput, other: Partial<AppraisalInput["policy"]>): AppraisalInput {
  return { ...input, policy: { ...input.policy, ...other } };
}
