import { appraisalSteps } from "../appraisal/appraise.ts";
import { pathRules } from "../authenticator/path-rules.ts";
import { relyingPartyParts } from "../reference/relying-party.ts";
import { comparisonFaults } from "./comparison-faults.ts";
import { equivalentFaults } from "./equivalent-faults.ts";
import { type Fault, leftOut } from "./fault.ts";
import { inputFaults } from "./input-faults.ts";
import { memoryFaults } from "./memory-faults.ts";
import { signatureFaults } from "./signature-faults.ts";
import { weakenedAttestationFaults } from "./weakened-attestation-faults.ts";
import { weakenedAuthenticatorFaults } from "./weakened-authenticator-faults.ts";

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

/** Each step of the appraisal whose rules are all left out, where it has more than one. */
const stepsLeftOut = appraisalSteps
  .filter(({ rules }) => rules.length > 1)
  .map(
    ({ name, title, rules }): Fault => ({
      id: `relying-party/${name}/left-out`,
      role: "relying-party",
      title: `it does not ask: ${title}`,
      requirements: requirementsOf(rules),
      breaks: { rules: Object.fromEntries(rules.map((rule) => [`${name}/${rule.name}`, leftOut])) },
    }),
  );

/** Each rule of the appraisal left out. */
const rulesLeftOut = appraisalSteps.flatMap((step) =>
  step.rules.map(
    (rule): Fault => ({
      id: `relying-party/${step.name}/${rule.name}-left-out`,
      role: "relying-party",
      title: `it does not ask: ${rule.title}`,
      requirements: rule.requirements,
      breaks: { rules: { [`${step.name}/${rule.name}`]: leftOut } },
    }),
  ),
);

/** Each rule of path validation left out, and each of what is asked before an authenticator is appraised. */
const otherRulesLeftOut: readonly Fault[] = [
  ...pathRules.map(
    ({ name, section }): Fault => ({
      id: `relying-party/path/${name}-left-out`,
      role: "relying-party",
      title: `path validation leaves out the rule ${name} (${section})`,
      requirements: ofPathRule[name] ?? [],
      breaks: { withoutRule: `path/${name}` },
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
];

const all: readonly Fault[] = [
  ...stepsLeftOut,
  ...rulesLeftOut,
  ...otherRulesLeftOut,
  ...comparisonFaults,
  ...weakenedAuthenticatorFaults,
  ...weakenedAttestationFaults,
  ...signatureFaults,
  ...inputFaults,
  ...memoryFaults,
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

/**
 * Faults of a relying party. What is left out is made from the lists of steps and rules, so that a new rule is a new fault; what is weakened
 * or altered is written as data. Where a second guard makes a fault invisible, it is listed with the reason (equivalent-faults.ts).
 */
export const relyingPartyFaults: readonly Fault[] = all.map((fault) => ({ ...fault, equivalent: equivalentFaults[fault.id] }));

function requirementsOf(rules: readonly { readonly requirements: readonly string[] }[]): string[] {
  return [...new Set(rules.flatMap(({ requirements }) => requirements))];
}
