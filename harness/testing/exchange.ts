import type { AppraisalInput } from "../appraisal/state.ts";
import { eatCwt } from "../attestation/evidence-eat-cwt.ts";
import { cmwPayload } from "../attestation/payload.ts";
import { defaultProfile } from "../attestation/profile.ts";
import type { ExporterSource } from "../authenticator/secrets.ts";
import type { BuildInput } from "../forge/authenticator-values.ts";
import { type BuiltAuthenticator, buildAuthenticator, buildRequest } from "../forge/build.ts";
import type { Mutation } from "../forge/mutation.ts";
import { CLAIMS } from "../pki/claims.ts";
import { type Family, families, pki } from "../pki/test-pki.ts";
import { utf8 } from "../wire/bytes.ts";
import { decodeRequest } from "../wire/request.ts";
import { fixedConnection } from "./connection.ts";

/** An exchange without sockets: a server answers a client's request for attestation. */
export interface Exchange {
  readonly input: BuildInput;
  readonly built: BuiltAuthenticator;
  readonly appraisal: AppraisalInput;
}

/** Edits may leave out `reseal`, which is then true. */
export type Edits = readonly (Omit<Mutation, "reseal"> & { readonly reseal?: Mutation["reseal"] })[];

/** Makes the exchange, with `edits` on the authenticator, keys of `family`, the Evidence in a CMW in `cmw`. */
export function exchange(
  edits: Edits = [],
  connection: ExporterSource = fixedConnection(),
  { family = "p256", cmw = "cbor" }: { readonly family?: Family; readonly cmw?: "cbor" | "json" } = {},
): Exchange {
  const scheme = families[family];
  const { request } = buildRequest({
    sender: "client",
    profile: defaultProfile,
    certificateRequestContext: utf8("the context"),
    signatureSchemes: [scheme],
    attestation: true,
  });
  const identity = pki(`identity-${family}`);
  // COSE knows one algorithm for RSA here.
  const attesting = family.startsWith("rsa-") ? "rsa-pss-sha256" : family;
  const attester = pki(`attestation-${attesting}`);
  const input: BuildInput = {
    connection,
    sender: "server",
    profile: defaultProfile,
    request,
    certificateRequestContext: utf8("the context"),
    identity: { chain: identity.chain, key: identity.key, scheme },
    attestation: {
      message: { format: eatCwt, ...CLAIMS, key: attester.key, chain: attester.chain },
      cmw,
      form: "record",
      payload: cmwPayload,
    },
  };
  const built = buildAuthenticator(
    input,
    edits.map((edit) => ({ reseal: true, ...edit })),
  );
  const appraisal: AppraisalInput = {
    connection,
    sender: "server",
    profile: defaultProfile,
    request: { bytes: request, decoded: decodeRequest(request) },
    authenticator: built.authenticator,
    trust: {
      pkix: [pki(`identity-root-${family}`).certificate],
      attestation: [pki(`attestation-root-${attesting}`).certificate],
      results: [],
    },
    policy: { attestation: "required", measurement: CLAIMS.measurement },
    now: new Date("2026-01-01T00:00:00Z"),
    consumedContexts: new Set(),
    payload: cmwPayload,
  };
  return { input, built, appraisal };
}
