import type { Policy, TrustAnchors } from "../appraisal/state.ts";
import type { Mutation } from "../forge/mutation.ts";
import type { IutConnection } from "../iut/driver.ts";
import { CLAIMS } from "../pki/claims.ts";
import { type PkiEntity, pki, roots } from "../pki/test-pki.ts";
import type { Bytes } from "../wire/bytes.ts";
import type { AttestationChoice } from "./attestation-inputs.ts";
import type { AuthenticatorMessage, RequestMessage } from "./messages.ts";
import { schemeOf } from "./parameters.ts";
import type { AuthenticateStep, RequestStep, ValidateStep } from "./schema.ts";
import type { ScriptRun } from "./script-run.ts";
import { resolveBytes, resolveMutation } from "./values.ts";

/** What a step of the script says, with the defaults of its case filled in: the same for both ends, whoever carries it out. */

/** What is asked for in a request, and where. */
export interface RequestInputs {
  readonly on: string;
  readonly connection: IutConnection;
  readonly signatureSchemes: number[];
  readonly attestation: boolean;
  readonly context: Bytes | undefined;
}

/** What an authenticator is made for, and of. */
export interface AuthenticateInputs {
  readonly on: string;
  readonly connection: IutConnection;
  readonly request: RequestMessage | undefined;
  /** null: decline. */
  readonly identity: PkiEntity | null;
  readonly attestation: AttestationChoice | null;
}

/** What is validated, and by what. */
export interface ValidateInputs {
  readonly on: string;
  readonly connection: IutConnection;
  readonly request: RequestMessage | undefined;
  readonly authenticator: AuthenticatorMessage;
  readonly trust: { readonly [List in keyof TrustAnchors]: Bytes[] };
  readonly policy: { readonly attestation: "required" | "optional" | "none"; readonly measurement: Bytes | undefined } & Pick<
    Policy,
    "signedCmw"
  >;
}

/** Inputs of a `request` step. Throws MutationError where a value of it does not fit, and what the driver throws. */
export async function requestInputs(run: ScriptRun, step: RequestStep): Promise<RequestInputs> {
  const { on = "main" } = step;
  const attestation = step.attestation ?? (run.script.attested || (step.by === "harness" && run.driver.offersNeeded));
  const connection = await run.connect(on);
  const signatureSchemes = (step.signatureSchemes ?? [run.context.scheme]).map((name) => schemeOf[name]);
  const context = step.context === undefined ? undefined : resolveBytes(step.context, run);
  return { on, connection, signatureSchemes, attestation, context };
}

/** Inputs of an `authenticate` step. Throws MutationError where it names what there is not, and what the driver throws. */
export async function authenticateInputs(run: ScriptRun, step: AuthenticateStep): Promise<AuthenticateInputs> {
  const request = run.messages.request(step.request);
  const on = step.on ?? request?.on ?? "main";
  const connection = await run.connect(on);
  const identity = step.identity === null ? null : pki(step.identity ?? `identity-${run.context.scheme}`);
  const attestation: AttestationChoice | null =
    step.attestation === undefined ? (run.script.attested ? { cmw: "cbor" } : null) : step.attestation;
  return { on, connection, request, identity, attestation };
}

/** Inputs of a `validate` step. Throws MutationError where it names what there is not, and what the driver throws. */
export async function validateInputs(run: ScriptRun, step: ValidateStep): Promise<ValidateInputs> {
  const authenticator = run.messages.authenticator(step.authenticator);
  const request = step.request === undefined ? authenticator.request : run.messages.request(step.request);
  const on = step.on ?? request?.on ?? authenticator.on;
  const connection = await run.connect(on);
  const { attested } = run.script;
  const certificates = (names: readonly string[] | undefined) => names?.map((name) => pki(name).certificate);
  const trust = {
    pkix: certificates(step.trust?.pkix) ?? roots("identity"),
    attestation: certificates(step.trust?.attestation) ?? roots("attestation"),
    results: certificates(step.trust?.results) ?? roots("result"),
  };
  const { measurement, signedCmw } = step.policy ?? {};
  const policy = {
    attestation: step.policy?.attestation ?? (attested ? ("required" as const) : ("none" as const)),
    measurement: measurement === undefined ? (attested ? CLAIMS.measurement : undefined) : resolveBytes(measurement, run),
    ...(signedCmw && { signedCmw }),
  };
  return { on, connection, request, authenticator, trust, policy };
}

/** The edits of a step with their values. Throws MutationError where a form is wrong. */
export function resolveEdits(edits: readonly Mutation[] | undefined, run: ScriptRun): Mutation[] {
  return (edits ?? []).map((mutation) => resolveMutation(mutation, run));
}
