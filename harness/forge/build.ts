import type { Bytes } from "../wire/bytes.ts";
import { authenticatorStages } from "./authenticator-stages.ts";
import type { AuthenticatorValues, BuildInput } from "./authenticator-values.ts";
import type { Mutation } from "./mutation.ts";
import { type BuildView, runStages } from "./pipeline.ts";
import { type RequestInput, type RequestValues, requestStages } from "./request-stages.ts";

/** An authenticator with the value of every stage that led to it. */
export interface BuiltAuthenticator extends BuildView<AuthenticatorValues> {
  readonly authenticator: Bytes;
}

/** A request with the value of every stage that led to it. */
export interface BuiltRequest extends BuildView<RequestValues> {
  readonly request: Bytes;
}

/** Makes an authenticator: RFC 9261 section 5.2, or section 6 where the identity is null. Throws MutationError. */
export function buildAuthenticator(input: BuildInput, mutations: readonly Mutation[] = []): BuiltAuthenticator {
  const view = runStages(authenticatorStages, input, mutations);
  return { ...view, authenticator: view.bytes("frame") };
}

/** Makes a request: RFC 9261 section 4. Throws MutationError. */
export function buildRequest(input: RequestInput, mutations: readonly Mutation[] = []): BuiltRequest {
  const view = runStages(requestStages, input, mutations);
  return { ...view, request: view.bytes("frame") };
}
