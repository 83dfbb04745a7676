import type { Profile } from "../attestation/profile.ts";
import type { Side } from "../authenticator/secrets.ts";
import { type Bytes, concat } from "../wire/bytes.ts";
import { ExtensionType } from "../wire/code-points.ts";
import { type Extension, encodeSignatureSchemes } from "../wire/extensions.ts";
import { type AuthenticatorRequest, encodeRequest, requestType } from "../wire/request.ts";
import type { Stage } from "./pipeline.ts";

/** What a relying party is given to make a request. */
export interface RequestInput {
  /** The end of the connection that asks. */
  readonly sender: Side;
  readonly profile: Profile;
  readonly certificateRequestContext: Bytes;
  readonly signatureSchemes: readonly number[];
  /** True offers cmw_attestation (expat section 3.1). */
  readonly attestation: boolean;
}

/** The value of every stage of a request. */
export interface RequestValues {
  context: { certificateRequestContext: Bytes };
  extensions: { list: readonly (Extension & { name: string })[] };
  message: AuthenticatorRequest;
  frame: { messages: readonly Bytes[] };
}

/** The build of a request: RFC 9261 section 4, and the offer of expat section 3.1. */
export const requestStages: readonly Stage<RequestValues, RequestInput>[] = [
  stage({ name: "context", build: (_, { certificateRequestContext }) => ({ certificateRequestContext }) }),
  stage({
    name: "extensions",
    build(_, { signatureSchemes, attestation, profile }) {
      const schemes = {
        name: "signatureAlgorithms",
        type: ExtensionType.signatureAlgorithms,
        data: encodeSignatureSchemes(signatureSchemes),
      };
      // The offer is the extension with no data at all, not even a length (expat section 3.1).
      const offer = { name: "cmwAttestation", type: profile.cmwAttestation, data: new Uint8Array(0) };
      return { list: attestation ? [schemes, offer] : [schemes] };
    },
  }),
  stage({
    name: "message",
    build: ({ values }, { sender }) => ({
      handshakeType: requestType(sender),
      certificateRequestContext: values.context.certificateRequestContext,
      extensions: values.extensions.list,
    }),
    encode: encodeRequest,
  }),
  stage({
    name: "frame",
    build: (view) => ({ messages: [view.bytes("message")] }),
    encode: ({ messages }) => ({ bytes: concat(...messages), spans: [] }),
  }),
];

function stage<Name extends keyof RequestValues>(definition: Stage<RequestValues, RequestInput, Name>): Stage<RequestValues, RequestInput> {
  return definition as unknown as Stage<RequestValues, RequestInput>;
}
