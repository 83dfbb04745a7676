import type { Channel } from "../tls/channel.ts";
import type { Bytes } from "../wire/bytes.ts";
import type { CipherSuite } from "../wire/code-points.ts";
import type { AcceptedResult, Attestation, Hello, Identity, Params, Position, Refusal } from "./protocol.ts";

/** What the implementation decided: something made or accepted, or a refusal. */
export type Answer<T> = { readonly value: T } | { readonly refused: Refusal };

/**
 * What a script may need of a driver beyond moving messages. A shim can do all of it; an endpoint is the product as deployed and can do
 * little, and what it cannot is reported by name.
 */
export const abilities = {
  "choose-identity": "give the attester another identity, or none",
  "choose-attestation": "tell the attester what to attest, or not to",
  "choose-request": "tell the relying party what to ask for",
  "choose-policy": "give the relying party other anchors, another policy or another time",
  spontaneous: "have an authenticator made or validated without a request",
  "get-context": "ask for the context of a message",
  "both-roles": "play attester and relying party on one connection",
  "several-exchanges": "run more than one exchange on a connection",
  "application-data": "send and receive application data beside the exchange",
  exporter: "have the harness at the other end of the connection, which then knows its exporter",
} as const;

export type Ability = keyof typeof abilities;

/** How it is known that bytes came: the implementation says that it received them, or they were written to a connection that stood. */
export type Delivered = "received" | "written" | "unknown" | "control-channel";

/** A message that was moved to the implementation, without what its carrier adds. */
export interface Delivery {
  readonly bytes: Bytes;
  readonly as: Delivered;
}

/** One connection with the implementation, and the operations of RFC 9261 section 7 at its end. */
export interface IutConnection {
  /** The harness's end. */
  readonly channel: Channel;
  /** What was moved to the implementation so far, in order. */
  readonly deliveries: readonly Delivery[];
  /** Has the implementation ask; the request arrives over the channel. */
  request(ask: Omit<Params<"request">, "channel">): Promise<Answer<Bytes>>;
  /** Hands it a request over the channel (null: none, spontaneous) and returns the authenticator that came back over the channel. */
  authenticate(ask: {
    readonly request: Bytes | null;
    readonly identity: Identity | null;
    readonly attestation: Attestation | null;
  }): Promise<Answer<Bytes>>;
  /** Sends it an authenticator over the channel and returns its verdict; undefined where it accepts and does not tell what. */
  validate(ask: Omit<Params<"validate">, "channel">): Promise<Answer<AcceptedResult | undefined>>;
  /** Sends `data` over the channel and has it sent back; for the doctor. Throws SetUpError where other bytes come back, or none. */
  echo(data: Bytes): Promise<void>;
  /** An exporter value of its end; only to explain a failure. */
  export(label: string, context: Bytes, length: number): Promise<Bytes>;
  close(): Promise<void>;
}

/** An implementation under test, ready to be connected with. One driver is one process or one product. */
export interface Driver {
  readonly hello: Hello;
  /** Abilities that it has. */
  readonly can: ReadonlySet<Ability>;
  /**
   * True of an endpoint that attests: what a script hands over does not reach it, it attests with what it was started with. One that
   * answers only when it is offered to attest is within its rights (open point offer-declined), so it is always offered.
   */
  readonly offersNeeded: boolean;
  connect(options: ConnectOptions): Promise<IutConnection>;
  /** "get context" (RFC 9261 section 7.2). */
  context(message: { readonly request: Bytes } | { readonly authenticator: Bytes }): Promise<Answer<Bytes>>;
  /** Judges a recorded authenticator without a connection; asked where `hello` declares the feature "appraise". */
  appraise?(recording: Params<"appraise">): Promise<Answer<AcceptedResult>>;
  /** Ends the implementation; resolves when nothing of it is left. */
  stop(): Promise<void>;
  /** The tail of what it wrote to stderr. */
  diagnostics(): string;
}

export interface ConnectOptions {
  readonly position: Position;
  readonly cipherSuite: CipherSuite;
  /** Keep the raw bytes of the connection. */
  readonly record: boolean;
  /** Where the harness is the client: what an earlier connection with the implementation left behind, which it offers to resume. */
  readonly resume?: Bytes | undefined;
}

/** What a script does cannot be seen by, or seen of, this implementation: nothing is judged. The message names what. */
export class NotObservableError extends Error {
  override readonly name = "NotObservableError";
}

/** A connection with the implementation could not be set up: `reason` says what it did. */
export class SetUpError extends Error {
  override readonly name = "SetUpError";
}
