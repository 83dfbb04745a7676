import { evidenceFormats } from "../attestation/evidence-formats.ts";
import { cmwPayload, type PayloadAdapter } from "../attestation/payload.ts";
import type { AttestationInput } from "../forge/authenticator-stages.ts";
import type { Attestation } from "../iut/protocol.ts";
import { CLAIMS } from "../pki/claims.ts";
import { pki } from "../pki/test-pki.ts";
import type { SchemeName } from "./parameters.ts";

/** The media type of the Evidence that scripts speak of. */
export const EVIDENCE_TYPE = "application/eat+cwt";

/** What a script says of attestation: its wrapper, and the entity of the test PKI that signs it. */
export interface AttestationChoice {
  readonly cmw: "cbor" | "json";
  /** Default: the attestation key of the family of the instance. */
  readonly key?: string | undefined;
  readonly payload?: "cmw" | undefined;
}

interface Circumstances {
  readonly scheme: SchemeName;
  readonly payload: PayloadAdapter;
}

/** The attestation key of the family of a scheme. COSE knows one algorithm for RSA here, PS256 (docs/iut-protocol.md). */
export function attestationKeyOf(scheme: SchemeName): string {
  return `attestation-${scheme.startsWith("rsa-") ? "rsa-pss-sha256" : scheme}`;
}

/** What the harness attests with when it plays the attester; `payload` is what the manifest declares. */
export function forgedAttestation(choice: AttestationChoice, { scheme, payload }: Circumstances): AttestationInput {
  const signer = pki(choice.key ?? attestationKeyOf(scheme));
  const format = evidenceFormats.get(EVIDENCE_TYPE);
  if (format === undefined) throw new Error(`no format ${EVIDENCE_TYPE}`);
  const adapter = choice.payload === "cmw" ? cmwPayload : payload;
  return { format, cmw: choice.cmw, payload: adapter, ...CLAIMS, key: signer.key, chain: signer.chain };
}

/** What an attester is given to attest with, over the control protocol. */
export function givenAttestation({ cmw, key }: AttestationChoice, { scheme }: Circumstances): Attestation {
  const signer = pki(key ?? attestationKeyOf(scheme));
  return { model: "background-check", type: EVIDENCE_TYPE, cmw, claims: { ...CLAIMS }, key: signer.pkcs8, chain: [...signer.chain] };
}
