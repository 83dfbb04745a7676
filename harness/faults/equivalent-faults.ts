import { appraisalSteps } from "../appraisal/appraise.ts";

const LENGTH_OF_A_CHAIN = "no text limits a chain, so that one who reads more of it is right as well; the rule spares the reader work";
const KNOWN_TO_THE_JUDGE = "what an attester was told is known to the judge alone, never to a relying party";
const MAC_LENGTH = "the rules parse/finished and parse/finished-end let no MAC of another length come as far as the comparison";
const ONE_SUBMODULE =
  "results of docs/iut-protocol.md hold one submodule; what counts where there are several is not settled there, and no check asks";

/** Faults of a relying party that nothing from outside can show as wrong, and why: another guard, an open point, or nobody who could see it. */
export const equivalentFaults: Readonly<Record<string, string>> = {
  "relying-party/path/end-entity-version-left-out":
    "RFC 8446 section 4.4.2.2 says what a sender's certificate is; nothing obliges a receiver to look (a probe records it)",
  "relying-party/path/end-entity-key-usage-left-out":
    "RFC 8446 section 4.4.2.2 says what a sender's certificate allows; nothing obliges a receiver to look (a probe records it)",
  ...Object.fromEntries(
    appraisalSteps.flatMap((step) =>
      step.rules
        .filter(({ name }) => step.name === "claims" || name.endsWith("-as-asked") || name === "as-issued")
        .map(({ name }) => [`relying-party/${step.name}/${name}-left-out`, KNOWN_TO_THE_JUDGE]),
    ),
  ),
  "relying-party/claims/left-out": KNOWN_TO_THE_JUDGE,
  "relying-party/certificate-path/length-left-out": LENGTH_OF_A_CHAIN,
  "relying-party/cmw/signed-chain-length-left-out": LENGTH_OF_A_CHAIN,
  "relying-party/evidence-signature/chain-length-left-out": LENGTH_OF_A_CHAIN,
  "relying-party/result/chain-length-left-out": LENGTH_OF_A_CHAIN,
  "relying-party/finished/mac-by-as-far-as-it-goes": MAC_LENGTH,
  "relying-party/finished/mac-by-as-far-as-expected": MAC_LENGTH,
  "relying-party/schemes/allowed-left-out":
    "the rule schemes/offered refuses what the request does not offer, and certificate-verify/signature what cannot be verified (relying-party/schemes/unknown-taken and forbidden-taken leave out both)",
  "relying-party/result-key/present-left-out": "whether a result must name the key is open (ear-key-absent; a probe records it)",
  "relying-party/result-status/overall-only": "which status counts where both have one is open (ear-status-place; a probe records it)",
  "relying-party/result-status/first-submodule-only": ONE_SUBMODULE,
  "relying-party/result-key/any": ONE_SUBMODULE,
  "relying-party/cmw/unknown-messages-skipped":
    "what becomes of an item of an unknown type beside Evidence is open (a probe records it); where nothing else is there, it is refused",
  "relying-party/validate/request-type-left-out":
    "no text has a validator look at the type of a request that it is handed; the signature and the MAC are over its bytes",
};
