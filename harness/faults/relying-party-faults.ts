import { appraisalSteps } from "../appraisal/appraise.ts";
import { pathRules } from "../authenticator/path-rules.ts";
import { otherSide } from "../authenticator/secrets.ts";
import { relyingPartyParts } from "../reference/relying-party.ts";
import type { Fault } from "./fault.ts";

/** The statements that each rule of path validation keeps. */
const ofPathRule: Readonly<Record<string, readonly string[]>> = {
  signature: ["rfc5280-signature"],
  "signature-hash": ["rfc8446-md5-refused", "rfc8446-sha1-certificate-refused"],
  validity: ["rfc5280-validity"],
  ca: ["rfc5280-ca-bit", "rfc5280-issuer-version"],
  "path-length": ["rfc5280-path-length"],
  "key-cert-sign": ["rfc5280-key-cert-sign"],
  "critical-extension": ["rfc5280-critical-extension"],
  "name-constraints": ["rfc5280-name-constraints", "rfc5280-name-excluded"],
  "end-entity-version": ["rfc8446-x509v3"],
  "end-entity-key-usage": ["rfc8446-key-usage"],
};

/** Rules that a receiver may leave out: what they ask binds the sender. */
const ofTheSender: Readonly<Record<string, string>> = {
  "end-entity-version":
    "RFC 8446 section 4.4.2.2 says what a sender's certificate is; nothing obliges a receiver to look (a probe records it)",
  "end-entity-key-usage":
    "RFC 8446 section 4.4.2.2 says what a sender's certificate allows; nothing obliges a receiver to look (a probe records it)",
};

/** Faults of a relying party: in what it appraises, and in how. */
export const relyingPartyFaults: readonly Fault[] = [
  ...appraisalSteps.map(
    ({ name, title, requirements }): Fault => ({
      id: `relying-party/${name}/left-out`,
      role: "relying-party",
      title: `it does not ask: ${title}`,
      requirements,
      breaks: { without: name },
      ...(name === "claims" && { equivalent: "what an attester was told to claim is known to the judge alone, never to a relying party" }),
    }),
  ),
  ...pathRules.map(
    ({ name, section }): Fault => ({
      id: `relying-party/path/${name}-left-out`,
      role: "relying-party",
      title: `path validation leaves out the rule ${name} (${section})`,
      requirements: ofPathRule[name] ?? [],
      breaks: { withoutRule: `path/${name}` },
      equivalent: ofTheSender[name],
    }),
  ),
  ...relyingPartyParts.relyingRules.map(
    ({ name, title, requirements }): Fault => ({
      id: `relying-party/validate/${name}-left-out`,
      role: "relying-party",
      title: `it does not ask: ${title}`,
      requirements,
      breaks: { withoutRule: `relying/${name}` },
    }),
  ),
  {
    id: "relying-party/input/sender-swapped",
    role: "relying-party",
    title: "it takes its own end for the sender of the authenticator, in the labels of the exporter",
    requirements: ["rfc9261-exporter-labels"],
    breaks: { appraises: (input) => ({ ...input, sender: otherSide(input.sender) }) },
  },
  {
    id: "relying-party/input/contexts-forgotten",
    role: "relying-party",
    title: "it remembers no context of an authenticator that it has accepted",
    requirements: ["rfc9261-validate-context-reuse"],
    breaks: { appraises: (input) => ({ ...input, consumedContexts: new Set() }) },
  },
  {
    id: "relying-party/report/attested-though-not-read",
    role: "relying-party",
    title: "it reports attestation as verified wherever it stands, also where the policy is not to read it",
    requirements: ["iut-policy-none"],
    breaks: {
      reports: (accepted, { policy }) =>
        policy.attestation === "none"
          ? { ...accepted, attestation: { model: "background-check", mediaType: "application/eat+cwt" } }
          : accepted,
    },
  },
];
