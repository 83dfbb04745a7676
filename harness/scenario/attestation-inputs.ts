import type { AskedAttestation } from "../appraisal/state.ts";
import type { CmwEncoding } from "../attestation/cmw.ts";
import type { EvidenceFormat, ResultFormat, ResultStatus } from "../attestation/format.ts";
import { cmwPayload, type PayloadAdapter } from "../attestation/payload.ts";
import { parseCertificate } from "../authenticator/certificate.ts";
import type { AttestationInput, CmwForm, EvidenceInput, ResultInput } from "../forge/authenticator-values.ts";
import type { Attestation } from "../iut/protocol.ts";
import { CLAIMS } from "../pki/claims.ts";
import { type PkiEntity, pki } from "../pki/test-pki.ts";
import { type FormatName, formatsByName, type SchemeName } from "./parameters.ts";

/** What a script says of attestation: its format and wrapper, and the entities of the test PKI that sign. */
export interface AttestationChoice {
  readonly cmw: CmwEncoding;
  /** Default: the format of the instance. */
  readonly format?: FormatName | undefined;
  readonly form?: CmwForm | undefined;
  /** The format of a second item of Evidence, in a collection. */
  readonly second?: FormatName | undefined;
  /** Default: the attestation key, or the issuer, of the family of the instance. */
  readonly key?: string | undefined;
  readonly payload?: "cmw" | undefined;
  readonly result?: ResultChoice | undefined;
  /** Who signs the CMW as a whole; default: nobody. */
  readonly signer?: string | undefined;
}

/** What an Attestation Result says. Times are dates; default: issued a minute ago, expires in an hour, of the identity that is used. */
export interface ResultChoice {
  readonly status?: ResultStatus | undefined;
  readonly issuedAt?: string | undefined;
  readonly notBefore?: string | undefined;
  readonly expires?: string | null | undefined;
  /** The entity of the test PKI whose key it speaks of. */
  readonly of?: string | undefined;
}

interface Circumstances {
  readonly scheme: SchemeName;
  readonly format: FormatName;
  readonly payload: PayloadAdapter;
}

const MINUTE = 60;
const HOUR = 3600;

/** The entity that signs tokens, of the family of a scheme. COSE and JOSE know one algorithm for RSA here, PS256 (docs/iut-protocol.md). */
export function signerOf(kind: "attestation" | "result", scheme: SchemeName): string {
  return `${kind}-${scheme.startsWith("rsa-") ? "rsa-pss-sha256" : scheme}`;
}

/** What the harness attests with when it plays the attester; `payload` is what the manifest declares. */
export function forgedAttestation(choice: AttestationChoice, circumstances: Circumstances): AttestationInput {
  const { scheme } = circumstances;
  const format = formatsByName[choice.format ?? circumstances.format];
  const second = choice.second === undefined ? undefined : formatsByName[choice.second];
  return {
    message: format.model === "passport" ? resultInput(format, choice, scheme) : evidenceInput(format, choice.key, scheme),
    ...(second?.model === "background-check" && { second: evidenceInput(second, undefined, scheme) }),
    cmw: choice.cmw,
    form: choice.form ?? "record",
    ...(choice.signer !== undefined && { signer: pki(choice.signer) }),
    payload: choice.payload === "cmw" ? cmwPayload : circumstances.payload,
  };
}

function evidenceInput(format: EvidenceFormat, key: string | undefined, scheme: SchemeName): EvidenceInput {
  const signer = pki(key ?? signerOf("attestation", scheme));
  return { format, ...CLAIMS, key: signer.key, chain: signer.chain };
}

function resultInput(format: ResultFormat, { key, result = {} }: AttestationChoice, scheme: SchemeName): ResultInput {
  const issuer = pki(key ?? signerOf("result", scheme));
  const now = Math.floor(Date.now() / 1000);
  const seconds = (date: string) => Math.floor(Date.parse(date) / 1000);
  const { status = "affirming", issuedAt, notBefore, expires, of } = result;
  return {
    format,
    key: issuer.key,
    chain: issuer.chain,
    status,
    issuedAt: issuedAt === undefined ? now - MINUTE : seconds(issuedAt),
    ...(notBefore !== undefined && { notBefore: seconds(notBefore) }),
    ...(expires !== null && { expires: expires === undefined ? now + HOUR : seconds(expires) }),
    ...(of !== undefined && { publicKey: parseCertificate(pki(of).certificate).spki }),
  };
}

/** What an attester is given to attest with, over the control protocol, and what it is judged by. `identity` is what it is given to be. */
export function givenAttestation(
  choice: AttestationChoice,
  { scheme, format: formatName }: Circumstances,
  identity: PkiEntity | null,
): { readonly given: Attestation; readonly asked: AskedAttestation } {
  const { cmw, form } = choice;
  const format = formatsByName[choice.format ?? formatName];
  const { model, mediaType: type } = format;
  const wrapper = { cmw, ...(form !== undefined && { form }) };
  const asked = { ...wrapper, model, mediaType: type };
  if (model === "background-check") {
    const signer = pki(choice.key ?? signerOf("attestation", scheme));
    const given = { model, type, ...wrapper, claims: { ...CLAIMS }, key: signer.pkcs8, chain: [...signer.chain] };
    return { given, asked: { ...asked, ...CLAIMS } };
  }
  const result = issue(format, resultInput(format, choice, scheme), identity);
  return { given: { model, type, ...wrapper, result }, asked: { ...asked, result } };
}

// As a Verifier issues it, beforehand and without this connection.
function issue({ envelope, claimFields }: ResultFormat, input: ResultInput, identity: PkiEntity | null) {
  const publicKey = input.publicKey ?? parseCertificate((identity ?? pki(signerOf("result", "p256"))).certificate).spki;
  const content = envelope.compose(envelope.encodeClaims(claimFields({ ...input, publicKey })), input.key, input.chain);
  return envelope.encode(content, envelope.sign(content));
}
