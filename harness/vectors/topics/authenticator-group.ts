import { otherSide, type Side } from "../../authenticator/secrets.ts";
import { buildRequest } from "../../forge/build.ts";
import { type Family, families } from "../../pki/test-pki.ts";
import { fromHex, toHex } from "../../wire/bytes.ts";
import type { Inputs } from "../kinds.ts";
import type { GroupDefinition, VectorDefinition } from "../topic.ts";
import { connection, identity, NO_ATTESTATION, NOW, PROFILE, type SuiteName, trust } from "./inputs.ts";

interface Circumstances {
  readonly suite: SuiteName;
  readonly family: Family;
  readonly sender: Side;
  /** Of the request; of a spontaneous authenticator, its own. */
  readonly context: string;
  /** False: a spontaneous authenticator. */
  readonly requested?: boolean;
  /** Of the connection. */
  readonly name: string;
}

/** A request for an authenticator of `sender`, without an offer of attestation. */
export function requestTo(sender: Side, context: string, signatureSchemes: readonly number[]): string {
  const input = { sender: otherSide(sender), profile: PROFILE, certificateRequestContext: fromHex(context), signatureSchemes };
  return toHex(buildRequest({ ...input, attestation: false }).request);
}

/** The extensions of a ClientHello as clients send them: those that a spontaneous authenticator may hold. */
const CLIENT_HELLO = [0, 5, 10, 13, 18, 43, 45, 51];

/** A group of authenticators without attestation. */
export function authenticatorGroup(
  id: string,
  title: string,
  { suite, family, sender, context, requested = true, name }: Circumstances,
  vectors: readonly VectorDefinition<"authenticator">[],
): GroupDefinition<"authenticator"> {
  const inputs: Inputs<"authenticator"> = {
    connection: connection(suite, name),
    sender,
    profile: PROFILE,
    trust: trust(family),
    policy: NO_ATTESTATION,
    now: NOW,
    consumedContexts: [],
    request: requested ? requestTo(sender, context, [families[family]]) : null,
    clientHello: requested ? null : CLIENT_HELLO,
  };
  const source = { certificateRequestContext: context, identity: identity(family), attestation: null };
  return { id, title, kind: "authenticator", inputs, source, vectors };
}
