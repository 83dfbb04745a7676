import type { AikHashInput, BindingInput } from "../attestation/binding.ts";
import { parseCertificate } from "../authenticator/certificate.ts";
import { schemeAlgorithm, signWith } from "../authenticator/signature.ts";
import { type MacInput, type SignatureInput, signatureContent } from "../authenticator/transcript.ts";
import { authenticatorMacMistakes, emptyMacMistakes, type MacMistake, macMistakes } from "../explain/finished-mistakes.ts";
import { aikMistakes, bindingMistakes, type HashGiven, type HashMistake } from "../explain/hash-mistakes.ts";
import { type SignatureMistake, signatureAlternatives } from "../explain/signature-mistakes.ts";
import type { BuildInput } from "../forge/authenticator-values.ts";
import { MutationError } from "../forge/edit.ts";
import { Deferred } from "../forge/mutation.ts";
import type { Bytes } from "../wire/bytes.ts";
import { decodeRequest } from "../wire/request.ts";
import type { Breaks, Fault, FaultEdit, Needs } from "./fault.ts";

/**
 * Faults made of the explainer's tables (harness/explain): whatever it can name in a signature, a MAC, a binding or AIK_pub_hash is
 * something that an attester can do. What a mistake gives stands there, and nowhere else.
 */
export const knownMistakeFaults: readonly Fault[] = [
  // Keys that the attester does not hold cannot sign, and a salt of any length is none: these are faults of their own (attester-faults.ts).
  ...signatureAlternatives
    .filter(({ name }) => !["signed-by-issuer-key", "issuer-first", "signed-by-attestation-key", "pss-salt-length"].includes(name))
    .map((mistake) => made("signature", mistake, { authenticator: (input) => [signed(mistake, input)] })),
  ...macMistakes.map((mistake) => made("finished", mistake, { authenticator: (input) => [maced(mistake, input)] })),
  ...authenticatorMacMistakes.map((mistake) =>
    made("finished", mistake, { authenticator: (input) => [maced(mistake, input)], when: { declines: false } }),
  ),
  ...emptyMacMistakes.map((mistake) =>
    made("empty-finished", mistake, { authenticator: (input) => [maced(mistake, input)], when: { declines: true } }),
  ),
  ...bindingMistakes
    // The first needs an earlier exchange (attester-state-faults.ts), the second a Certificate with a context of its own.
    .filter(({ name }) => !["made-for-earlier-context", "made-for-context-of-request"].includes(name))
    .map((mistake) => made("binding", mistake, { authenticator: (input) => [claimed("nonce", mistake, input)] })),
  ...aikMistakes.map((mistake) => made("aik-hash", mistake, { authenticator: (input) => [claimed("aikPubHash", mistake, input)] })),
];

function made(place: string, { name, title, requirements }: SignatureMistake | MacMistake | HashMistake, breaks: Breaks): Fault {
  return { id: `attester/${place}/${name}`, role: "attester", title, requirements, breaks, needs: needsOf(name) };
}

// Some mistakes give what is right under SHA-256, or with a key on P-256.
function needsOf(name: string): Needs | undefined {
  if (/of-32-bytes|every-suite|length-of-hash/.test(name)) return { suite: "sha384" };
  if (/^(hash-of-the-scheme|signed-with-sha256)$/.test(name)) return { scheme: "p384" };
  return /pss/.test(name) ? { scheme: "rsa-pss-sha256" } : undefined;
}

function signed({ alternative }: SignatureMistake, input: BuildInput): FaultEdit {
  const value = new Deferred((lookUp) => {
    const right = lookUp("signature-input") as SignatureInput | null;
    const algorithm = schemeAlgorithm(input.identity?.scheme ?? 0);
    if (!right || !input.identity || !algorithm) throw cannotBeMade();
    const { chain, key: privateKey } = input.identity;
    const [key, ...issuers] = chain.map((certificate) => parseCertificate(certificate).publicKey);
    if (key === undefined) throw cannotBeMade();
    const given = { ...exporting(input), right, algorithm, key, issuers, issuerFirst: false, attesters: [] };
    const other = alternative(given);
    if (other === undefined) throw cannotBeMade();
    return signWith(other.algorithm ?? algorithm, privateKey, other.content ?? signatureContent(right));
  });
  return { at: "certificate-verify.signature", op: "replace", value };
}

function maced({ gives }: MacMistake, input: BuildInput): FaultEdit {
  const value = new Deferred((lookUp) => possible(gives({ ...exporting(input), right: lookUp("mac-input") as MacInput })));
  return { at: "finished.verifyData", op: "replace", value };
}

function claimed(claim: "nonce" | "aikPubHash", { gives }: HashMistake, input: BuildInput): FaultEdit {
  const value = new Deferred((lookUp) => {
    const [binding, aik] = [lookUp("binding") as BindingInput | null, lookUp("aik-hash") as AikHashInput | null];
    const [leaf, ...issuers] = (input.identity?.chain ?? []).map(parseCertificate);
    if (!binding || !aik || leaf === undefined) throw cannotBeMade();
    const { message } = input.attestation ?? {};
    const given: HashGiven = {
      ...exporting(input),
      profile: input.profile,
      hash: input.connection.hash,
      context: input.certificateRequestContext,
      request: { bytes: input.request, context: decodeRequest(input.request).certificateRequestContext },
      earlierContexts: new Set(),
      chain: [leaf, ...issuers],
      leaf,
      attesters: message && "chain" in message ? message.chain.map(parseCertificate) : [],
      binding,
      aik,
    };
    return possible(gives(given).find((each) => each !== undefined));
  });
  return { at: `claims.${claim}.value`, op: "replace", value };
}

function exporting({ connection, sender, certificateRequestContext }: BuildInput) {
  return { connection, sender, certificateRequestContext };
}

function possible(value: Bytes | undefined): Bytes {
  if (value === undefined) throw cannotBeMade();
  return value;
}

function cannotBeMade(): MutationError {
  return new MutationError("the mistake cannot be made in this exchange");
}
