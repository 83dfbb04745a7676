import { createHash, type KeyObject } from "node:crypto";
import type { AppraisalState } from "../appraisal/state.ts";
import { parseCertificate } from "../authenticator/certificate.ts";
import { authenticatorKeys } from "../authenticator/secrets.ts";
import { ANY_SALT, keyFits, type SignatureAlgorithm, schemeAlgorithm, supportedSchemes, verifyWith } from "../authenticator/signature.ts";
import { type SignatureInput, signatureContent, signatureFraming } from "../authenticator/transcript.ts";
import { type Bytes, concat, utf8 } from "../wire/bytes.ts";
import type { Mistake } from "./mistake.ts";
import { type Exporting, shortHandshakeContext, transcriptMistakes } from "./transcript-mistakes.ts";

/** What the step `certificate-verify` had before it, and all keys that the authenticator speaks of. */
export interface SignatureGiven extends Exporting {
  readonly right: SignatureInput;
  readonly algorithm: SignatureAlgorithm;
  readonly key: KeyObject;
  /** The first certificate is that of a certification authority. */
  readonly issuerFirst: boolean;
  /** Keys of the other certificates of the chain. */
  readonly issuers: readonly KeyObject[];
  /** Keys of the chain in the Evidence. */
  readonly attesters: readonly KeyObject[];
}

/** The same with what was received. */
export interface SignatureReceived extends SignatureGiven {
  readonly signature: Bytes;
}

/** What an alternative signature is made with; what is left out is right. */
export interface Alternative {
  readonly content?: Bytes;
  readonly algorithm?: SignatureAlgorithm;
  readonly keys?: readonly KeyObject[];
}

/** One way to make the signature wrongly; no alternative where it cannot be made. */
export interface SignatureMistake {
  readonly name: string;
  readonly title: string;
  readonly hint: string;
  readonly requirements: readonly string[];
  alternative(given: SignatureGiven): Alternative | undefined;
}

const NO_BYTES: Bytes = new Uint8Array(0);

/** Ways to make the signature wrongly (RFC 9261 section 5.2.2). */
export const signatureAlternatives: readonly SignatureMistake[] = [
  ...transcriptMistakes.map(({ name, title, hint, requirements, change }) =>
    mistake(name, `signed, but ${title}`, hint, requirements, (given) => {
      const changed = change(given.right, given);
      return changed && { content: signatureContent({ ...given.right, ...changed }) };
    }),
  ),
  mistake(
    "sha256-for-every-suite",
    "signed over a SHA-256 transcript hash, although the suite's hash is SHA-384",
    "Take the hash from the negotiated cipher suite, not from a constant.",
    ["rfc9261-transcript-hash"],
    ({ right }) => (right.hash === "sha256" ? undefined : { content: signatureContent({ ...right, hash: "sha256" }) }),
  ),
  mistake(
    "sha256-and-32-bytes-for-every-suite",
    "signed with SHA-256 and secrets of 32 bytes throughout, although the suite's hash is SHA-384",
    "Take the hash, and with it the length of every exported secret, from the negotiated cipher suite.",
    ["rfc9261-transcript-hash", "rfc9261-exporter-length"],
    (given) =>
      given.right.hash === "sha256"
        ? undefined
        : { content: signatureContent({ ...given.right, hash: "sha256", handshakeContext: shortHandshakeContext(given) }) },
  ),
  mistake(
    "hash-of-the-scheme",
    "signed over a transcript hashed with the hash of the signature scheme in place of the suite's",
    "The signature scheme hashes the signed content; the transcript in it is hashed with the hash of the cipher suite.",
    ["rfc9261-transcript-hash"],
    ({ right, algorithm: { digest } }) =>
      digest === null || digest === right.hash ? undefined : { content: concat(framing(right), digestOf(digest, transcript(right))) },
  ),
  mistake(
    "transcript-not-hashed",
    "signed over the transcript itself in place of its hash",
    "Hash Handshake Context, request and Certificate with the suite's hash, and put the digest behind the context string.",
    ["rfc9261-signature-input"],
    ({ right }) => ({ content: concat(framing(right), transcript(right)) }),
  ),
  mistake(
    "transcript-hashed-twice",
    "signed over the hash of the transcript hash",
    "Hash the transcript once; the hashing that belongs to the signature scheme comes with signing.",
    ["rfc9261-signature-input"],
    ({ right }) => ({ content: concat(framing(right), digestOf(right.hash, digestOf(right.hash, transcript(right)))) }),
  ),
  mistake(
    "content-hashed-before-signing",
    "the content was hashed and then signed as if the digest were the content",
    "Hand the content to an API that hashes, or its digest to one that does not.",
    ["rfc9261-signature-input"],
    ({ right, algorithm }) => ({ content: digestOf(algorithm.digest ?? right.hash, signatureContent(right)) }),
  ),
  mistake(
    "padding-left-out",
    "signed without the 64 octets of padding",
    "Begin the signed content with 64 octets 0x20.",
    ["rfc9261-signature-input"],
    ({ right }) => ({ content: signatureContent({ ...right, padding: NO_BYTES }) }),
  ),
  mistake(
    "padding-of-zeros",
    "signed with a padding of 64 zero octets",
    "Pad with 64 octets 0x20, the space.",
    ["rfc9261-signature-input"],
    ({ right }) => ({ content: signatureContent({ ...right, padding: new Uint8Array(64) }) }),
  ),
  mistake(
    "separator-left-out",
    "signed without the zero octet behind the context string",
    "Put one zero octet between the context string and the transcript hash.",
    ["rfc9261-signature-input"],
    ({ right }) => ({ content: signatureContent({ ...right, separator: NO_BYTES }) }),
  ),
  mistake(
    "separator-twice",
    "signed with two zero octets behind the context string",
    "One zero octet follows the context string; the string itself is not terminated.",
    ["rfc9261-signature-input"],
    ({ right }) => ({ content: signatureContent({ ...right, separator: Uint8Array.of(0, 0) }) }),
  ),
  mistake(
    "framing-left-out",
    "signed over the transcript hash alone, without padding, context string and zero octet",
    'Sign 64 octets 0x20, "Exported Authenticator", a zero octet and the transcript hash.',
    ["rfc9261-signature-input"],
    ({ right }) => ({ content: signatureContent({ ...right, padding: NO_BYTES, contextString: NO_BYTES, separator: NO_BYTES }) }),
  ),
  contextString("server-handshake-context-string", "TLS 1.3, server CertificateVerify"),
  contextString("client-handshake-context-string", "TLS 1.3, client CertificateVerify"),
  contextString("context-string-in-lower-case", "exported authenticator"),
  contextString("context-string-without-space", "ExportedAuthenticator"),
  contextString("context-string-in-plural", "Exported Authenticators"),
  mistake(
    "signed-by-issuer-key",
    "signed with the key of another certificate of the chain",
    "Sign with the private key of the end-entity certificate, which comes first.",
    ["rfc9261-signature-input", "rfc8446-certificate-first"],
    ({ issuers, issuerFirst }) => (issuerFirst ? undefined : { keys: issuers }),
  ),
  mistake(
    "issuer-first",
    "the chain does not begin with the end-entity certificate: the signature is that of a later one",
    "Put the certificate of the key that signs first, then the one that issued it, and so on.",
    ["rfc8446-certificate-first"],
    ({ issuers, issuerFirst }) => (issuerFirst ? { keys: issuers } : undefined),
  ),
  mistake(
    "signed-by-attestation-key",
    "signed with the attestation key in place of the key of the end-entity certificate",
    "The attestation key signs Evidence only; CertificateVerify is signed with the identity key.",
    ["expat-dedicated-keys", "rfc9261-signature-input"],
    ({ attesters }) => ({ keys: attesters }),
  ),
  mistake(
    "ecdsa-not-in-der",
    "the ECDSA signature is r ‖ s as in COSE and JOSE, not DER",
    "Encode the signature as the DER SEQUENCE of r and s.",
    ["rfc8446-ecdsa-der"],
    ({ algorithm }) => (algorithm.ecdsaEncoding === "der" ? { algorithm: { ...algorithm, ecdsaEncoding: "ieee-p1363" } } : undefined),
  ),
  ...(["sha256", "sha384", "sha512"] as const).map((digest) =>
    mistake(
      `signed-with-${digest}`,
      `the signature was made with ${digest.toUpperCase().replace("SHA", "SHA-")}, not with the hash that its scheme names`,
      "The code point in CertificateVerify fixes the hash of the signature; sign with that one.",
      ["rfc9261-signature-algorithm-field"],
      ({ algorithm }) => (algorithm.digest === null || algorithm.digest === digest ? undefined : { algorithm: { ...algorithm, digest } }),
    ),
  ),
  mistake(
    "pss-salt-length",
    "the RSA-PSS signature has a salt of another length than the digest",
    "Set the length of the salt to that of the digest; many libraries default to the longest one, or to 20.",
    ["rfc8446-pss-salt"],
    ({ algorithm }) => (algorithm.padding === "pss" ? { algorithm: { ...algorithm, saltLength: ANY_SALT } } : undefined),
  ),
  mistake(
    "pkcs1-under-pss",
    "an RSASSA-PKCS1-v1_5 signature under the code point of RSA-PSS",
    "Sign with RSASSA-PSS, salt and MGF1 with the digest of the scheme.",
    ["rfc9261-signature-algorithm-field", "rfc9261-signature-pkcs1-excluded"],
    ({ algorithm }) => (algorithm.padding === "pss" ? { algorithm: { ...algorithm, padding: "pkcs1" } } : undefined),
  ),
];

/** The known mistakes of the step `certificate-verify`. */
export const signatureMistakes: readonly Mistake<SignatureReceived>[] = signatureAlternatives.map(({ name, alternative, ...rest }) => ({
  id: `certificate-verify/${name}`,
  ...rest,
  fits(given) {
    const other = alternative(given);
    if (other === undefined) return false;
    const { content = signatureContent(given.right), algorithm = given.algorithm, keys = [given.key] } = other;
    return keys.some((key) => algorithmsOf(algorithm, key).some((fitting) => verifyWith(fitting, key, content, given.signature)));
  },
}));

/** What the step had before it, or undefined where it was not come to. */
export function signatureGiven({ input, facts }: AppraisalState): SignatureReceived | undefined {
  const { certificateVerify, certificate, certificateBytes, chain } = facts;
  const key = chain?.[0]?.publicKey;
  const algorithm = certificateVerify && schemeAlgorithm(certificateVerify.algorithm);
  if (!certificateVerify || !certificate || !certificateBytes || !key || !algorithm) return undefined;
  const { connection, sender, request } = input;
  const { hash, handshakeContext } = authenticatorKeys(connection, sender);
  const transcript = { hash, handshakeContext, request: request?.bytes ?? NO_BYTES, certificate: certificateBytes };
  return {
    connection,
    sender,
    certificateRequestContext: certificate.certificateRequestContext,
    right: { ...signatureFraming, ...transcript },
    algorithm,
    signature: certificateVerify.signature,
    key,
    issuerFirst: chain[0]?.x509.ca === true,
    issuers: chain.slice(1).map(({ publicKey }) => publicKey),
    attesters: (facts.evidence?.[0]?.chain ?? []).map((certificate) => parseCertificate(certificate).publicKey),
  };
}

function mistake(
  name: string,
  title: string,
  hint: string,
  requirements: readonly string[],
  alternative: SignatureMistake["alternative"],
): SignatureMistake {
  return { name, title, hint, requirements, alternative };
}

// A wrong key may be of another type than the scheme demands: whoever signed with it used an algorithm that it has.
function algorithmsOf(algorithm: SignatureAlgorithm, key: KeyObject): readonly SignatureAlgorithm[] {
  if (keyFits(algorithm, key)) return [algorithm];
  return supportedSchemes.flatMap((scheme) => {
    const candidate = schemeAlgorithm(scheme);
    return candidate && keyFits(candidate, key) ? [candidate] : [];
  });
}

function contextString(name: string, text: string): SignatureMistake {
  return mistake(
    name,
    `signed with the context string "${text}"`,
    'The context string is "Exported Authenticator", byte for byte.',
    ["rfc9261-signature-input"],
    ({ right }) => ({ content: signatureContent({ ...right, contextString: utf8(text) }) }),
  );
}

function framing({ padding, contextString, separator }: SignatureInput): Bytes {
  return concat(padding, contextString, separator);
}

function transcript({ handshakeContext, request, certificate }: SignatureInput): Bytes {
  return concat(handshakeContext, request, certificate);
}

function digestOf(hash: string, content: Bytes): Bytes {
  return createHash(hash).update(content).digest();
}
