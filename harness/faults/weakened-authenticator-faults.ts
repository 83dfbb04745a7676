import { expectedContent, expectedMac } from "../appraisal/proof-steps.ts";
import type { AppraisalInput, AppraisalState } from "../appraisal/state.ts";
import type { ParsedCertificate } from "../authenticator/certificate.ts";
import { otherSide } from "../authenticator/secrets.ts";
import {
  forbiddenAlgorithm,
  keyFits,
  type SignatureAlgorithm,
  schemeAlgorithm,
  supportedSchemes,
  verifyWith,
} from "../authenticator/signature.ts";
import { equalBytes } from "../wire/bytes.ts";
import { type Fault, type Judging, leftOut } from "./fault.ts";
import {
  keeping,
  NO_BYTES,
  orWith,
  over,
  rootsIn,
  trusting,
  underSha256,
  type WeakenedRules,
  WRONG,
  weakened,
  without,
} from "./judging.ts";

const weakenedRules: readonly WeakenedRules[] = [
  // The transcript, and what proves it.
  {
    name: "transcript/unproven",
    title: "it verifies neither the signature nor the MAC",
    requirements: ["rfc9261-transcript", "rfc9261-finished-transcript", "rfc9261-other-connection-refused"],
    rules: without("certificate-verify/signature", "finished/mac"),
  },
  {
    name: "transcript/or-without-request",
    title: "it takes an authenticator over no request for an answer, too",
    requirements: ["rfc9261-transcript", "rfc9261-finished-transcript"],
    rules: forBoth(orWith(withoutRequest)),
  },
  {
    name: "transcript/without-request",
    title: "it leaves the request out of the transcript",
    requirements: ["rfc9261-transcript", "rfc9261-finished-transcript"],
    rules: forBoth(over(withoutRequest)),
  },
  {
    name: "transcript/request-without-header",
    title: "it takes the request into the transcript without its header",
    requirements: ["rfc9261-transcript"],
    rules: forBoth(over(withoutHeader)),
  },
  {
    name: "transcript/either-role",
    title: "it takes the exporter labels of either role",
    requirements: ["rfc9261-exporter-labels"],
    rules: forBoth(orWith((input) => ({ ...input, sender: otherSide(input.sender) }))),
  },
  {
    name: "transcript/sha256-always",
    title: "it hashes the transcript under SHA-256, whatever the suite",
    requirements: ["rfc9261-transcript-hash", "rfc9261-exporter-length"],
    needs: { suite: "sha384" },
    rules: { "certificate-verify/signature": over(underSha256) },
  },
  // Schemes.
  {
    name: "schemes/label-not-read",
    title: "it verifies with whatever scheme fits the key, and does not read the one that is named",
    requirements: ["rfc9261-signature-algorithm-field", "rfc9261-signature-scheme-offered", "rfc9261-signature-scheme-valid"],
    rules: {
      ...without("schemes/offered", "schemes/allowed", "schemes/fits-key"),
      "certificate-verify/signature": verifying(({ facts }, verifies) => {
        const key = facts.chain?.[0]?.publicKey;
        return supportedSchemes
          .map(schemeAlgorithm)
          .some((algorithm) => algorithm && key && keyFits(algorithm, key) && verifies(algorithm, key));
      }),
    },
  },
  {
    name: "schemes/unknown-taken",
    title: "it takes a signature under a scheme that it does not know for a right one",
    requirements: ["rfc9261-signature-scheme-valid"],
    rules: {
      ...without("schemes/offered", "schemes/allowed"),
      "certificate-verify/signature": (right) => (state) =>
        schemeAlgorithm(state.facts.certificateVerify?.algorithm ?? 0) ? right.run(state) : undefined,
    },
  },
  {
    name: "schemes/forbidden-taken",
    title: "it verifies with schemes that TLS 1.3 leaves to certificates",
    requirements: ["rfc9261-signature-pkcs1-excluded", "rfc8446-pkcs1-not-in-handshake", "rfc8446-sha1-not-in-handshake"],
    needs: { scheme: "rsa-pss-sha256" },
    rules: {
      ...without("schemes/offered", "schemes/allowed"),
      "certificate-verify/signature": verifying(({ facts }, verifies) => {
        const scheme = facts.certificateVerify?.algorithm ?? 0;
        return verifies(schemeAlgorithm(scheme) ?? forbiddenAlgorithm(scheme), facts.chain?.[0]?.publicKey);
      }),
    },
  },
  {
    name: "finished/mac-of-any-length",
    title: "it compares as much of the MAC as there is",
    requirements: ["rfc8446-finished-length", "rfc9261-finished-mac"],
    rules: {
      "parse/finished-end": leftOut,
      "parse/finished":
        () =>
        ({ read, facts }) => {
          read.verifyData = facts.finishedBytes?.subarray(4) ?? NO_BYTES;
          return undefined;
        },
      "finished/mac": () => (state) => {
        const found = state.facts.verifyData ?? NO_BYTES;
        const expected = expectedMac(state);
        const length = Math.min(found.length, expected.length);
        return equalBytes(expected.subarray(0, length), found.subarray(0, length)) ? undefined : WRONG;
      },
    },
  },
  // The chain.
  {
    name: "certificate-path/end-entity-anywhere",
    title: "it takes the certificate that is no CA for that of the end, wherever it stands",
    requirements: ["rfc8446-certificate-first"],
    rules: {
      "schemes/fits-key": leftOut,
      "certificate-path/certificates": keeping(({ read: { chain } }) => {
        chain?.sort((a, b) => Number(a.basicConstraints?.ca ?? false) - Number(b.basicConstraints?.ca ?? false));
      }),
    },
  },
  {
    name: "certificate-path/root-sent-along",
    title: "it trusts a root that is sent along",
    requirements: ["rfc9261-validate-chain", "expat-pkix-still-performed"],
    rules: { "certificate-path/path": trusting("pkix", ({ facts }) => rootsIn((facts.chain ?? []).map(({ der }) => der))) },
  },
  // Structures that are read with the wrong length.
  {
    name: "parse/signature-to-the-end",
    title: "it takes all that follows the scheme for the signature, whatever its length says",
    requirements: ["rfc9261-certificate-verify-structure"],
    rules: {
      "parse/certificate-verify-end": leftOut,
      "parse/certificate-verify": keeping(({ read, facts }) => {
        const { algorithm } = read.certificateVerify ?? {};
        if (algorithm !== undefined)
          read.certificateVerify = { algorithm, signature: facts.certificateVerifyBytes?.subarray(8) ?? NO_BYTES };
      }),
    },
  },
  {
    name: "placement/content-to-the-end",
    title: "it takes all of the extension for the CMW, whatever the inner length says",
    requirements: ["expat-extension-structure"],
    rules: {
      "placement/vector-end": leftOut,
      "placement/vector": keeping(({ read, facts }) => {
        read.cmwData = facts.attestations?.[0]?.data.subarray(2) ?? NO_BYTES;
      }),
    },
  },
];

/** Faults of a relying party that judges an authenticator, and not all of it, or not by what it should. */
export const weakenedAuthenticatorFaults: readonly Fault[] = weakenedRules.map(weakened);

function forBoth(judging: Judging): Readonly<Record<string, Judging>> {
  return { "certificate-verify/signature": judging, "finished/mac": judging };
}

function withoutRequest(input: AppraisalInput): AppraisalInput {
  return { ...input, request: undefined };
}

function withoutHeader(input: AppraisalInput): AppraisalInput {
  const { request } = input;
  return { ...input, request: request && { ...request, bytes: request.bytes.subarray(4) } };
}

type Verifies = (algorithm: SignatureAlgorithm | undefined, key: ParsedCertificate["publicKey"] | undefined) => boolean;

// A rule that asks for another algorithm or key than the right one, over the same content.
function verifying(accepts: (state: AppraisalState, verifies: Verifies) => boolean): Judging {
  return () => (state) => {
    const signature = state.facts.certificateVerify?.signature ?? NO_BYTES;
    const content = expectedContent(state);
    const verifies: Verifies = (algorithm, key) =>
      algorithm !== undefined && key !== undefined && verifyWith(algorithm, key, content, signature);
    return accepts(state, verifies) ? undefined : WRONG;
  };
}
