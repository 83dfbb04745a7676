import { validate } from "../appraisal/appraise.ts";
import type { Finding } from "../appraisal/finding.ts";
import type { PayloadAdapter } from "../attestation/payload.ts";
import type { Profile } from "../attestation/profile.ts";
import { otherSide } from "../authenticator/secrets.ts";
import type { Answer, ConnectOptions, Driver, IutConnection } from "../iut/driver.ts";
import { type AcceptedResult, isRefused, type Params } from "../iut/protocol.ts";
import { authenticate } from "../reference/attester.ts";
import { ReferenceChannel } from "../reference/state.ts";
import type { Channel } from "../tls/channel.ts";
import type { Bytes } from "../wire/bytes.ts";
import { DecodeError } from "../wire/reader.ts";
import { decodeRequest } from "../wire/request.ts";

/** What the second spine says of a message that was put before an implementation. */
export type Appraised = { readonly kind: "accept" } | { readonly kind: "refuse"; readonly step: string; readonly finding: Finding };

/** A message that an implementation decided on, what it decided, and what the suite's own lists say of it. */
export interface Decision {
  readonly message: "request" | "authenticator";
  readonly accepted: boolean;
  readonly appraised: Appraised;
}

/** What messages are appraised with. */
export interface Terms {
  readonly profile: Profile;
  readonly payload: PayloadAdapter;
}

/**
 * A connection whose decisions are held against the appraisal, on the same connection and with the same inputs: each goes to `decided`.
 * What an attester is asked is appraised as the reference attester would, as far as it comes before anything is built.
 */
export function appraised(connection: IutConnection, terms: Terms, decided: (decision: Decision) => void): IutConnection {
  // What the implementation remembers of the connection, as the reference would: one memory for both of its roles.
  const theirs = new ReferenceChannel(otherEnd(connection.channel));
  return {
    channel: connection.channel,
    request: (ask) => connection.request(ask),
    async authenticate(ask): Promise<Answer<Bytes>> {
      const answer = await connection.authenticate(ask);
      const declines = "refused" in answer || answer.value[0] === FINISHED;
      const mine = authenticate(theirs, { ...ask, channel: "", attestation: null }, terms.profile);
      const appraisal: Appraised = isRefused(mine)
        ? {
            kind: "refuse",
            step: "request",
            finding: { code: "malformed", expected: "a request to answer", found: mine.refused.detail ?? "" },
          }
        : { kind: "accept" };
      decided({ message: "request", accepted: !declines, appraised: appraisal });
      return answer;
    },
    async validate(ask): Promise<Answer<AcceptedResult | undefined>> {
      const verdict = appraise(connection.channel, ask, terms, theirs.consumedContexts);
      const answer = await connection.validate(ask);
      const accepted = !("refused" in answer);
      if (accepted && verdict.context) theirs.consume(verdict.context);
      decided({ message: "authenticator", accepted, appraised: verdict.appraised });
      return answer;
    },
    echo: (data) => connection.echo(data),
    export: (label, context, length) => connection.export(label, context, length),
    close: () => connection.close(),
  };
}

/** A driver whose connections are `appraised`. */
export function appraisedDriver(driver: Driver, terms: Terms, decided: (decision: Decision) => void): Driver {
  return {
    hello: driver.hello,
    can: driver.can,
    offersNeeded: driver.offersNeeded,
    connect: async (options: ConnectOptions) => appraised(await driver.connect(options), terms, decided),
    context: (message) => driver.context(message),
    stop: () => driver.stop(),
    diagnostics: () => driver.diagnostics(),
  };
}

const FINISHED = 20;

function appraise(
  channel: Channel,
  { request, authenticator, trust, policy, now }: Omit<Params<"validate">, "channel">,
  { profile, payload }: Terms,
  consumedContexts: ReadonlySet<string>,
): { readonly appraised: Appraised; readonly context?: Bytes } {
  // RFC 9261 section 5: only a server may send an authenticator that nobody asked for.
  if (request === null && channel.side === "client") {
    const finding: Finding = {
      code: "wrong-role",
      expected: "a request that it answers",
      found: "an authenticator of a client without one",
    };
    return { appraised: { kind: "refuse", step: "request", finding } };
  }
  const verdict = validate({
    connection: channel,
    sender: channel.side,
    profile,
    request: request === null ? undefined : answered(request),
    authenticator,
    trust,
    policy,
    now: now === undefined ? new Date() : new Date(now),
    consumedContexts,
    payload,
  });
  if ("accepted" in verdict) return { appraised: { kind: "accept" }, context: verdict.accepted.context };
  return { appraised: { kind: "refuse", ...verdict.refused } };
}

function answered(bytes: Bytes) {
  try {
    return { bytes, decoded: decodeRequest(bytes) };
  } catch (error) {
    if (error instanceof DecodeError) throw new Error(`a request that cannot be read is no ground for a verdict: ${error.message}`);
    throw error;
  }
}

// The exporter of a connection is the same at both ends; nothing is ever sent on this one.
function otherEnd(channel: Channel): Channel {
  const { cipherSuite, hash, observed } = channel;
  const silent = (): Promise<never> => Promise.reject(new Error("the other end is asked for its exporter alone"));
  return {
    side: otherSide(channel.side),
    cipherSuite,
    hash,
    observed,
    exportKeyingMaterial: (label, context, length) => channel.exportKeyingMaterial(label, context, length),
    send: silent,
    receive: silent,
    receiveWhole: silent,
    pending: () => new Uint8Array(0),
    close: async () => undefined,
  };
}
