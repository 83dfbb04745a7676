import { expectedContent } from "../appraisal/proof-steps.ts";
import type { AppraisalState } from "../appraisal/state.ts";
import type { OpenedToken } from "../attestation/token.ts";
import { schemeAlgorithm, verifyWith } from "../authenticator/signature.ts";
import { type Bytes, concat } from "../wire/bytes.ts";
import type { Fault, Judging } from "./fault.ts";
import { NO_BYTES, type WeakenedRules, WRONG, weakened } from "./judging.ts";

/** An Ed25519 signature has this many octets (RFC 8032 section 5.1.6), and so has one of ECDSA over P-256 in a token. */
const OCTETS = 64;

const weakenedRules: readonly WeakenedRules[] = [
  {
    name: "certificate-verify/ed25519-of-any-length",
    title: "of an Ed25519 signature it reads the first 64 octets, and passes over what follows",
    requirements: ["rfc8446-eddsa-pure", "rfc8446-signature-verified"],
    needs: { scheme: "ed25519" },
    rules: { "certificate-verify/signature": ofCertificateVerify((signature) => signature.subarray(0, OCTETS)) },
  },
  {
    name: "certificate-verify/ecdsa-length-in-ber",
    title: "it takes an ECDSA signature whose length is in the long form of BER",
    requirements: ["rfc8446-ecdsa-der"],
    rules: {
      "certificate-verify/signature": ofCertificateVerify((signature) =>
        signature[1] === 0x81 ? concat(signature.subarray(0, 1), signature.subarray(2)) : signature,
      ),
    },
  },
  {
    name: "certificate-verify/ecdsa-integers-in-ber",
    title: "it takes an ECDSA signature whose numbers have leading zeros",
    requirements: ["rfc8446-ecdsa-der"],
    rules: { "certificate-verify/signature": ofCertificateVerify(withoutPadding) },
  },
  {
    name: "certificate-verify/ecdsa-of-any-length",
    title: "it passes over what follows the structure of an ECDSA signature",
    requirements: ["rfc8446-ecdsa-der"],
    rules: { "certificate-verify/signature": ofCertificateVerify((signature) => signature.subarray(0, 2 + (signature[1] ?? 0))) },
  },
  ...(["p256", "ed25519"] as const).flatMap((scheme) => {
    const cut = cutter(scheme);
    return [
      {
        name: `evidence-signature/${scheme}-of-any-length`,
        title: `of the signature of Evidence (${scheme}) it reads the first 64 octets, and passes over what follows`,
        requirements: ["expat-evidence-anchor"],
        needs: { scheme },
        rules: {
          "evidence-signature/signature": overCut(({ facts }) => ({
            facts: { ...facts, evidence: (facts.evidence ?? []).map(cut) },
          })),
        },
      },
      {
        name: `result/${scheme}-of-any-length`,
        title: `of the signature of a result (${scheme}) it reads the first 64 octets, and passes over what follows`,
        requirements: ["expat-result-signed"],
        needs: { scheme },
        rules: { "result/signature": overCut(({ facts }) => ({ facts: { ...facts, results: (facts.results ?? []).map(cut) } })) },
      },
      {
        name: `cmw/${scheme}-of-any-length`,
        title: `of the signature of a signed CMW (${scheme}) it reads the first 64 octets, and passes over what follows`,
        requirements: ["iut-cmw-signed"],
        needs: { scheme },
        rules: {
          "cmw/signed-signature": overCut(({ read }) => ({ read: { ...read, ...cutSigned(read, cut) } })),
        },
      },
    ];
  }),
];

/** Faults of a relying party that takes signatures of other octets than the algorithm makes. */
export const signatureFaults: readonly Fault[] = weakenedRules.map(weakened);

/** The signature of CertificateVerify, verified as it is or as it reads to one who is less exact. */
function ofCertificateVerify(reading: (signature: Bytes) => Bytes): Judging {
  return (right) => (state) => {
    if (right.run(state) === undefined) return undefined;
    const { certificateVerify, chain } = state.facts;
    const algorithm = schemeAlgorithm(certificateVerify?.algorithm ?? 0);
    const key = chain?.[0]?.publicKey;
    const signature = reading(certificateVerify?.signature ?? NO_BYTES);
    return algorithm && key && verifyWith(algorithm, key, expectedContent(state), signature) ? undefined : WRONG;
  };
}

/** The same rule over a state in which signatures of tokens are cut. */
function overCut(cut: (state: AppraisalState) => Partial<AppraisalState>): Judging {
  return (right) => (state) => right.run({ ...state, ...cut(state) });
}

// Signatures of this scheme's algorithm, cut to the length that they have; those of others stay whole.
function cutter(scheme: "p256" | "ed25519"): <Token extends OpenedToken>(token: Token) => Token {
  const isOfScheme = ({ algorithm }: OpenedToken) =>
    scheme === "ed25519" ? algorithm?.keyType === "ed25519" : algorithm?.curve === "prime256v1";
  return (token) => (isOfScheme(token) ? { ...token, signature: token.signature.subarray(0, OCTETS) } : token);
}

function cutSigned(
  { signedCmw }: AppraisalState["read"],
  cut: (token: OpenedToken) => OpenedToken,
): Pick<AppraisalState["read"], "signedCmw"> {
  return signedCmw?.token ? { signedCmw: { ...signedCmw, token: cut(signedCmw.token) } } : {};
}

// The two numbers of a short Ecdsa-Sig-Value, each without the zeros that DER leaves out; what is none stays as it is.
function withoutPadding(signature: Bytes): Bytes {
  const numbers: Bytes[] = [];
  let at = 2;
  while (signature[at] === 0x02) {
    const end = at + 2 + (signature[at + 1] ?? 0);
    let digits = signature.subarray(at + 2, end);
    while (digits.length > 1 && digits[0] === 0 && (digits[1] ?? 0) < 0x80) digits = digits.subarray(1);
    numbers.push(concat(Uint8Array.of(0x02, digits.length), digits));
    at = end;
  }
  const content = concat(...numbers);
  return concat(Uint8Array.of(0x30, content.length), content, signature.subarray(at));
}
