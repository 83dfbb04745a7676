import { sameName } from "../authenticator/distinguished-name.ts";
import { nameOf, signedBy } from "../authenticator/path-rules.ts";
import { finding, type Step } from "./finding.ts";
import { type AppraisalState, fact, needs } from "./state.ts";

/** What only binds the one that sends an authenticator: the judge asks it, and a relying party does not refuse for it. */
export const senderSteps: readonly Step<AppraisalState>[] = [
  {
    name: "certificate-order",
    title: "Each certificate after the first has issued the one before it",
    why: "Many relying parties take the chain as it comes, and a certificate out of its place ends their path.",
    applies: needs("chain"),
    rules: [
      {
        name: "issuer-next",
        title: "Each certificate after the first has issued the one before it",
        requirements: ["rfc8446-certificate-order"],
        run(state) {
          const chain = fact(state, "chain");
          for (const [index, issuer] of chain.slice(1).entries()) {
            const subject = chain[index];
            if (subject === undefined) continue;
            const issued = sameName(subject.issuer, issuer.subject) && signedBy(subject, issuer);
            if (!issued) return finding("pkix", `the issuer of "${nameOf(subject)}" in entry ${index + 1}`, `"${nameOf(issuer)}"`);
          }
          return undefined;
        },
      },
    ],
  },
];
