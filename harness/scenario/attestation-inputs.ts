import { evidenceFormats } from "../attestation/evidence-formats.ts";
import { cmwPayload, type PayloadAdapter } from "../attestation/payload.ts";
import type { AttestationInput } from "../forge/authenticator-stages.ts";
import type { Attestation } from "../iut/protocol.ts";
import { CLAIMS } from "../pki/claims.ts";
import { pki } from "../pki/test-pki.ts";

/** The media type of the Evidence that scripts speak of. */
export const EVIDENCE_TYPE = "application/eat+cwt";

/** What a script says of attestation: its wrapper, and the entity of the test PKI that signs it. */
export interface AttestationChoice {
  readonly cmw: "cbor" | "json";
  readonly key: string;
  readonly payload?: "cmw" | undefined;
}

/** What the harness attests with when it plays the attester; `payload` is what the manifest declares. */
export function forgedAttestation(choice: AttestationChoice, payload: PayloadAdapter): AttestationInput {
  const signer = pki(choice.key);
  const format = evidenceFormats.get(EVIDENCE_TYPE);
  if (format === undefined) throw new Error(`no format ${EVIDENCE_TYPE}`);
  const adapter = choice.payload === "cmw" ? cmwPayload : payload;
  return { format, cmw: choice.cmw, payload: adapter, ...CLAIMS, key: signer.key, chain: signer.chain };
}

/** What an attester is given to attest with, over the control protocol. */
export function givenAttestation({ cmw, key }: AttestationChoice): Attestation {
  const signer = pki(key);
  return { model: "background-check", type: EVIDENCE_TYPE, cmw, claims: { ...CLAIMS }, key: signer.pkcs8, chain: [...signer.chain] };
}
