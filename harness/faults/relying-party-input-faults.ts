import { otherSide } from "../authenticator/secrets.ts";
import type { Fault } from "./fault.ts";

export const relyingPartyInputFaults: readonly Fault[] = [
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
