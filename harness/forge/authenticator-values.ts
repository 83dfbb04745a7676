import type { KeyObject } from "node:crypto";
import type { AikHashInput, BindingInput } from "../attestation/binding.ts";
import type { Cmw, CmwEncoding } from "../attestation/cmw.ts";
import type { EvidenceFormat, ResultClaims, ResultFormat } from "../attestation/format.ts";
import type { PayloadAdapter } from "../attestation/payload.ts";
import type { Profile } from "../attestation/profile.ts";
import type { Field, TokenContent } from "../attestation/token.ts";
import type { ExporterSource, Side } from "../authenticator/secrets.ts";
import type { Sign, SigningDeviation } from "../authenticator/signature.ts";
import type { MacInput, SignatureInput } from "../authenticator/transcript.ts";
import type { CertificateMessage, CertificateVerifyMessage } from "../wire/authenticator.ts";
import type { Bytes } from "../wire/bytes.ts";
import type { AuthenticatorHash } from "../wire/code-points.ts";
import type { Encoded } from "../wire/writer.ts";
import type { Stage } from "./pipeline.ts";

/** What an attester is given to make an authenticator. */
export interface BuildInput {
  readonly connection: ExporterSource;
  /** The end of the connection that sends the authenticator. */
  readonly sender: Side;
  readonly profile: Profile;
  /** The whole request message; zero-length for a spontaneous authenticator. */
  readonly request: Bytes;
  readonly certificateRequestContext: Bytes;
  /** null declines: an empty authenticator (RFC 9261 section 6). */
  readonly identity: { readonly chain: readonly Bytes[]; readonly key: KeyObject; readonly scheme: number } | null;
  readonly attestation: AttestationInput | null;
  /** How signatures are made; default: by node:crypto, which draws at random where the algorithm does. */
  readonly sign?: Sign | undefined;
}

/** What is attested, and how it is carried. */
export interface AttestationInput {
  /** Evidence to be made, a result to be issued, or one that was issued already. */
  readonly message: EvidenceInput | ResultInput | IssuedResult;
  /** A further item of Evidence, for a collection of two. */
  readonly second?: EvidenceInput | undefined;
  readonly cmw: CmwEncoding;
  readonly form: CmwForm;
  /** Who signs the whole CMW (draft-ietf-rats-msg-wrap section 4); undefined: nobody. */
  readonly signer?: Signer | undefined;
  readonly payload: PayloadAdapter;
}

export type CmwForm = "record" | "tag" | "collection";

/** A key with its chain, leaf first. */
export interface Signer {
  readonly key: KeyObject;
  readonly chain: readonly Bytes[];
}

export interface EvidenceInput extends Signer {
  readonly format: EvidenceFormat;
  readonly ueid: Bytes;
  readonly measurement: Bytes;
}

/** A result that the Verifier issues for this authenticator; `publicKey` undefined: the key of the end-entity certificate. */
export interface ResultInput extends Signer, Omit<ResultClaims, "publicKey"> {
  readonly format: ResultFormat;
  readonly publicKey?: Bytes | undefined;
}

/** A result as the Verifier issued it; who carries it need not read it. */
export interface IssuedResult {
  readonly mediaType: string;
  readonly issued: Bytes;
}

/** The value of every stage. A stage that does not apply (no attestation, no identity) is null. */
export interface AuthenticatorValues {
  secrets: { hash: AuthenticatorHash; handshakeContext: Bytes; finishedKey: Bytes; exportedValue: Bytes };
  binding: BindingInput | null;
  "aik-hash": AikHashInput | null;
  claims: readonly Field[] | null;
  evidence: TokenContent | null;
  "evidence-signature": { signature: Bytes } | null;
  "second-claims": readonly Field[] | null;
  "second-evidence": TokenContent | null;
  "second-evidence-signature": { signature: Bytes } | null;
  "result-claims": readonly Field[] | null;
  result: TokenContent | null;
  "result-signature": { signature: Bytes } | null;
  cmw: Cmw | null;
  "signed-cmw": TokenContent | null;
  "cmw-signature": { signature: Bytes } | null;
  extension: { type: number; cmwData: Bytes } | null;
  certificate: CertificateMessage & { handshakeType: number };
  "signature-input": (SignatureInput & SigningDeviation & { scheme: number; key: KeyObject }) | null;
  "certificate-verify": (CertificateVerifyMessage & { handshakeType: number }) | null;
  "mac-input": MacInput;
  finished: { handshakeType: number; verifyData: Bytes };
  frame: { messages: readonly { name: string; bytes: Bytes }[] };
}

export const NO_BYTES: Bytes = new Uint8Array(0);

/** A stage, checked against the type of its own value; the list holds them all. */
export function stage<Name extends keyof AuthenticatorValues>(
  definition: Stage<AuthenticatorValues, BuildInput, Name>,
): Stage<AuthenticatorValues, BuildInput> {
  return definition as unknown as Stage<AuthenticatorValues, BuildInput>;
}

/** Bytes in which no field has a name. */
export function plain(bytes: Bytes): Encoded {
  return { bytes, spans: [] };
}
