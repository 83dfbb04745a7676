import { appraisalSteps } from "../appraisal/appraise.ts";
import { type EmptyAppraisal, emptySteps } from "../appraisal/empty-steps.ts";
import { firstFinding, type RefusalCode, type Refused, runAll, type StepResult } from "../appraisal/finding.ts";
import { type RequestAppraisal, requestSteps } from "../appraisal/request-steps.ts";
import { type AppraisalState, beginAppraisal } from "../appraisal/state.ts";
import type { PayloadAdapter } from "../attestation/payload.ts";
import type { Profile } from "../attestation/profile.ts";
import { otherSide } from "../authenticator/secrets.ts";
import type { Answer, ConnectOptions, Driver, IutConnection } from "../iut/driver.ts";
import { type AcceptedResult, isRefused, type Params, type Refusal } from "../iut/protocol.ts";
import { authenticate } from "../reference/attester.ts";
import { type RelyingPartyParts, relyingPartyParts, validate } from "../reference/relying-party.ts";
import { ReferenceChannel } from "../reference/state.ts";
import { contextOf } from "../scenario/received.ts";
import type { Channel } from "../tls/channel.ts";
import { type Bytes, toHex } from "../wire/bytes.ts";
import { DecodeError } from "../wire/reader.ts";
import { decodeRequest } from "../wire/request.ts";

/**
 * What the second spine says of a message that was put before an implementation. `aside`: what is found where an implementation carries
 * something else than a CMW, as its payload adapter knows; the steps behind it are asked all the same.
 */
export type Appraised = { readonly kind: "accept"; readonly aside?: Refused } | ({ readonly kind: "refuse" } & Refused);

/** The finding that decides about a message, if there is one. */
export function findingIn(appraised: Appraised | undefined): Refused | undefined {
  return appraised?.kind === "refuse" ? appraised : appraised?.aside;
}

/** A message that an implementation decided on, what it decided, and what the suite's own lists say of it. */
export interface Decision {
  readonly message: "request" | "authenticator";
  readonly accepted: boolean;
  /** Holds until something else is decided on the connection. Of a sequence only the last appraisal is needed, and each costs much. */
  readonly appraise: () => Appraised;
}

/** What is wrong with a message that an implementation made: the step and rule, and what was found. */
export interface WrongMessage {
  readonly kind: "wrong";
  readonly step: string;
  readonly expected: string;
  readonly found: string;
}

/** Who is told of what an implementation does. */
export interface Witness {
  readonly decided: (decision: Decision) => void;
  /** A request, or an empty authenticator; whole authenticators are judged by the script. */
  readonly made: (wrong: WrongMessage) => void;
}

/** What messages are appraised with. */
export interface Terms {
  readonly profile: Profile;
  readonly payload: PayloadAdapter;
}

/**
 * A connection whose decisions are held against the appraisal, on the same connection and with the same inputs: each goes to the witness.
 * What an attester is asked is appraised as the reference attester would, as far as it comes before anything is built; and every request
 * of a relying party by the steps for requests, as what is wrong with it would else come out as a wrong answer of ours; and an attester that
 * declines by the steps for empty authenticators.
 */
export function appraised(connection: IutConnection, terms: Terms, { decided, made }: Witness): IutConnection {
  // What the implementation remembers of the connection, as the reference would: one memory for both of its roles.
  const theirs = new ReferenceChannel(otherEnd(connection.channel));
  // What was accepted last counts as consumed only for what is decided after it.
  let accepted: Bytes | undefined;
  let appraise: (() => Appraised) | undefined;
  const goOn = (): void => {
    if (accepted) theirs.consume(accepted);
    accepted = undefined;
    appraise = undefined;
  };
  return {
    channel: connection.channel,
    deliveries: connection.deliveries,
    async request(ask): Promise<Answer<Bytes>> {
      const answer = await connection.request(ask);
      if ("refused" in answer) return answer;
      const wrong = requestFinding(theirs, answer.value, ask, terms.profile);
      if (wrong) made(wrong);
      return answer;
    },
    async authenticate(ask): Promise<Answer<Bytes>> {
      goOn();
      const answer = await connection.authenticate(ask);
      const wrong = "value" in answer ? emptyFinding(theirs, ask.request, answer.value) : undefined;
      if (wrong) made(wrong);
      const declines = "refused" in answer || answer.value[0] === FINISHED;
      const mine = authenticate(theirs, { ...ask, channel: "", attestation: null }, terms.profile);
      const appraisal: Appraised = isRefused(mine) ? refusal(mine, "answering") : { kind: "accept" };
      decided({ message: "request", accepted: !declines, appraise: () => appraisal });
      return answer;
    },
    async validate(ask): Promise<Answer<AcceptedResult | undefined>> {
      goOn();
      const answer = await connection.validate(ask);
      const isAccepted = !("refused" in answer);
      if (isAccepted) accepted = contextOf(ask.authenticator);
      let appraisal: Appraised | undefined;
      appraise = () => {
        appraisal ??= appraisalOf(theirs, ask, terms);
        return appraisal;
      };
      decided({ message: "authenticator", accepted: isAccepted, appraise });
      return answer;
    },
    echo: (data) => connection.echo(data),
    export: (label, context, length) => connection.export(label, context, length),
    close() {
      // The exporter goes with the connection.
      appraise?.();
      return connection.close();
    },
  };
}

/** A driver whose connections are `appraised`. */
export function appraisedDriver(driver: Driver, terms: Terms, witness: Witness): Driver {
  return {
    hello: driver.hello,
    can: driver.can,
    offersNeeded: driver.offersNeeded,
    connect: async (options: ConnectOptions) => appraised(await driver.connect(options), terms, witness),
    context: (message) => driver.context(message),
    stop: () => driver.stop(),
    diagnostics: () => driver.diagnostics(),
  };
}

const FINISHED = 20;

// RFC 9261 section 4. The contexts of both types of request are one space, so those that the harness asked with count as well.
function requestFinding(
  theirs: ReferenceChannel,
  request: Bytes,
  { signatureSchemes, attestation, context }: Parameters<IutConnection["request"]>[0],
  profile: Profile,
): WrongMessage | undefined {
  const state: RequestAppraisal = {
    sender: theirs.channel.side,
    profile,
    request,
    asked: { signatureSchemes, attestation, context: context ?? undefined },
    earlierContexts: new Set(theirs.requestContexts),
  };
  const wrong = firstWrong(runAll(requestSteps, state), "request-");
  if (state.decoded) theirs.requestContexts.add(toHex(state.decoded.certificateRequestContext));
  return wrong;
}

// RFC 9261 section 6. Without a request, and where its context cannot be read, there is nothing that the MAC could be compared with.
function emptyFinding({ channel }: ReferenceChannel, request: Bytes | null, authenticator: Bytes): WrongMessage | undefined {
  if (authenticator[0] !== FINISHED || request === null) return undefined;
  try {
    const { certificateRequestContext } = decodeRequest(request);
    const state: EmptyAppraisal = { connection: channel, sender: channel.side, request, certificateRequestContext, authenticator };
    return firstWrong(runAll(emptySteps, state), "");
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function firstWrong(results: readonly StepResult[], prefix: string): WrongMessage | undefined {
  const result = results.find(({ kind }) => kind === "finding");
  if (result?.kind !== "finding") return undefined;
  const { expected, found } = result.finding;
  return { kind: "wrong", step: `${prefix}${result.step}/${result.rule}`, expected, found };
}

/** What the reference relying party says; an acceptance is not yet remembered. */
function appraisalOf(theirs: ReferenceChannel, ask: Omit<Params<"validate">, "channel">, { profile, payload }: Terms): Appraised {
  let found: Refused | undefined;
  let aside: Refused | undefined;
  const parts: RelyingPartyParts = {
    ...relyingPartyParts,
    appraise(input) {
      const verdict = relyingPartyParts.appraise({ ...input, payload });
      if (!("refused" in verdict)) return verdict;
      if (payload.decode && verdict.refused.step === CMW) {
        aside = verdict.refused;
        const behind = firstFinding(pastCmw, beginAppraisal({ ...input, payload }));
        if (behind === undefined) return { accepted: { context: new Uint8Array(0), chain: [], attestation: undefined } };
        found = behind;
        return { refused: behind };
      }
      found = verdict.refused;
      return verdict;
    },
  };
  // Sees what they remember, and takes nothing of what it accepts itself.
  const { channel, requestContexts, consumedContexts } = theirs;
  const trial: ReferenceChannel = { channel, requestContexts, consumedContexts, consume: () => undefined };
  const verdict = validate(trial, { ...ask, channel: "" }, profile, parts);
  return isRefused(verdict) ? refusal(verdict, "relying", found) : { kind: "accept", ...(aside && { aside }) };
}

const CMW = "cmw";

// What the step establishes stays; what it finds is set aside.
const pastCmw = appraisalSteps.map((step) =>
  step.name === CMW
    ? {
        ...step,
        rules: step.rules.map((rule) => ({
          ...rule,
          run(state: AppraisalState) {
            rule.run(state);
            return undefined;
          },
        })),
      }
    : step,
);

// The reference refuses with no other codes than those of a finding.
function refusal({ refused }: { readonly refused: Refusal }, step: string, found?: Refused): Appraised {
  if (found) return { kind: "refuse", ...found };
  const { code = "other", detail = "" } = refused;
  return {
    kind: "refuse",
    step,
    rule: code,
    finding: { code: code as RefusalCode, expected: "what the reference goes on with", found: detail },
  };
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
