import type { Profile } from "../attestation/profile.ts";
import { otherSide, type Side } from "../authenticator/secrets.ts";
import { familyFor, pki } from "../pki/test-pki.ts";
import { type Channel, ChannelError } from "../tls/channel.ts";
import { type Address, listen, startTls } from "../tls/node-channel.ts";
import { type Bytes, equalBytes, preview } from "../wire/bytes.ts";
import { type IutControl, IutFailure } from "./control.ts";
import {
  type Ability,
  type Answer,
  abilities,
  type ConnectOptions,
  type Delivery,
  type Driver,
  type IutConnection,
  SetUpError,
} from "./driver.ts";
import {
  type AcceptedResult,
  type Hello,
  type Identity,
  isRefused,
  type Params,
  PROTOCOL_VERSION,
  type Result,
  splitPosition,
} from "./protocol.ts";

export const HANDSHAKE_TIMEOUT_MS = 5000;
export const TRANSFER_TIMEOUT_MS = 2000;
const SERVER_NAME = "localhost";

/** Starts the conversation with an implementation behind the control protocol. Throws RpcError or IutFailure where it has none. */
export async function greet(control: IutControl, profile: Profile): Promise<ControlledDriver> {
  const hello = await control.call("hello", { protocol: PROTOCOL_VERSION, profile });
  if (hello.protocol !== PROTOCOL_VERSION) {
    throw new IutFailure("protocol", `"hello": expected protocol ${PROTOCOL_VERSION}, found ${hello.protocol}`);
  }
  return new ControlledDriver(control, hello);
}

/** What an implementation is told to connect with. */
export interface Dial {
  readonly side: Side;
  /** Those that may be negotiated. */
  readonly cipherSuites: readonly string[];
  readonly address: Address;
  readonly credentials: Credentials;
}

/** A connection that an implementation is about to open. */
export interface Dialling {
  /** The name of its channel. */
  readonly channel: string;
  readonly opening: Promise<Result<"open">>;
  readonly refused: Promise<never>;
}

/** The certificate of the server for the handshake itself, and the roots by which the client knows it. */
export interface Credentials {
  readonly identity: Identity;
  readonly trust: readonly Bytes[];
}

/** Credentials of a family of keys among the signature schemes that are given, which whoever gets them declares. */
export function handshakeCredentials(signatureSchemes: readonly number[]): Credentials {
  const family = familyFor(signatureSchemes);
  const { chain, pkcs8 } = pki(`handshake-${family}`);
  return { identity: { chain: [...chain], key: pkcs8 }, trust: [pki(`handshake-root-${family}`).certificate] };
}

/** A driver of an implementation behind the control protocol. */
export class ControlledDriver implements Driver {
  readonly offersNeeded = false;
  readonly can: ReadonlySet<Ability> = new Set(Object.keys(abilities) as Ability[]);
  #channels = 0;

  constructor(
    readonly control: IutControl,
    readonly hello: Hello,
  ) {}

  async connect({ position, cipherSuite, record, resume }: ConnectOptions): Promise<IutConnection> {
    const { side } = splitPosition(position);
    // Keys of other families than it declares are never given to the implementation, not even for the handshake.
    const credentials = handshakeCredentials(this.hello.supports.signatureSchemes);
    const listener = await listen();
    const { channel, opening, refused } = this.dial({ side, cipherSuites: [cipherSuite], address: listener.address, credentials });
    try {
      const accepted = listener.accept(HANDSHAKE_TIMEOUT_MS);
      accepted.catch(() => undefined);
      const socket = await Promise.race([accepted, refused]);
      const ours = await startTls(socket, {
        side: otherSide(side),
        cipherSuites: [cipherSuite],
        serverName: SERVER_NAME,
        handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
        record,
        resume,
        ...(side === "server" ? { trust: credentials.trust } : { identity: credentials.identity }),
      });
      const opened = await opening;
      if (isRefused(opened)) throw new SetUpError(`it refused the connection: ${describe(opened.refused)}`);
      return new ControlledConnection(this.control, channel, ours);
    } catch (error) {
      opening.catch(() => undefined);
      if (error instanceof ChannelError) throw await setUpError(error, opening);
      throw error;
    } finally {
      listener.close();
    }
  }

  /**
   * Has the implementation dial `address` and run its handshake there. `opening` is its answer; `refused` throws SetUpError as soon as it
   * answers with a refusal and never resolves: one that answers before it dials must not leave anybody waiting for the whole deadline.
   */
  dial({ side, cipherSuites, address, credentials: { identity, trust } }: Dial): Dialling {
    const channel = `c${++this.#channels}`;
    const opening = this.control.call("open", {
      channel,
      side,
      address,
      cipherSuites: [...cipherSuites],
      serverName: SERVER_NAME,
      trust: [...trust],
      ...(side === "server" && { identity }),
    });
    const refused = opening.then((result) => {
      if (isRefused(result)) throw new SetUpError(`it refused to open a connection: ${describe(result.refused)}`);
      return new Promise<never>(() => undefined);
    });
    refused.catch(() => undefined);
    return { channel, opening, refused };
  }

  async context(message: Params<"context">): Promise<Answer<Bytes>> {
    const result = await this.control.call("context", message);
    return isRefused(result) ? result : { value: result.context };
  }

  async appraise(recording: Params<"appraise">): Promise<Answer<AcceptedResult>> {
    const result = await this.control.call("appraise", recording);
    return isRefused(result) ? result : { value: result.accepted };
  }

  stop(): Promise<void> {
    return this.control.stop();
  }

  diagnostics(): string {
    return this.control.diagnostics();
  }
}

/** One connection with an implementation behind the control protocol: messages move over `channel`, the harness's end of it. */
export class ControlledConnection implements IutConnection {
  readonly deliveries: Delivery[] = [];

  constructor(
    readonly control: IutControl,
    readonly name: string,
    readonly channel: Channel,
  ) {}

  async request(ask: Omit<Params<"request">, "channel">): Promise<Answer<Bytes>> {
    const result = await this.control.call("request", { ...ask, channel: this.name });
    if (isRefused(result)) return result;
    return { value: await this.#fromIut(result.request) };
  }

  async authenticate(ask: Omit<Params<"authenticate">, "channel">): Promise<Answer<Bytes>> {
    const request = ask.request && (await this.#toIut(ask.request));
    const result = await this.control.call("authenticate", { ...ask, request, channel: this.name });
    if (isRefused(result)) return result;
    return { value: await this.#fromIut(result.authenticator) };
  }

  async validate(ask: Omit<Params<"validate">, "channel">): Promise<Answer<AcceptedResult>> {
    const authenticator = await this.#toIut(ask.authenticator);
    const result = await this.control.call("validate", { ...ask, authenticator, channel: this.name });
    return isRefused(result) ? result : { value: result.accepted };
  }

  async echo(data: Bytes): Promise<void> {
    await this.#fromIut(await this.#toIut(data));
  }

  async export(label: string, context: Bytes, length: number): Promise<Bytes> {
    const { value } = await this.control.call("export", { channel: this.name, label, context, length });
    return value;
  }

  async close(): Promise<void> {
    try {
      await this.control.call("close", { channel: this.name });
    } catch (error) {
      // A hang or a crash is a result; an error in answer to `close` changes nothing any more.
      if (error instanceof IutFailure) throw error;
    } finally {
      await this.channel.close();
    }
  }

  // The bytes that are judged are the bytes on the wire: they are moved over the connection, not over the control channel.
  async #toIut(message: Bytes): Promise<Bytes> {
    if (message.length === 0) return message;
    const ask = { channel: this.name, length: message.length, timeout: TRANSFER_TIMEOUT_MS };
    const receiving = this.control.call("receive", ask, TRANSFER_TIMEOUT_MS + 1000);
    const [received] = await Promise.all([receiving, this.channel.send(message)]);
    if (isRefused(received)) throw new SetUpError(`it did not receive ${message.length} bytes: ${describe(received.refused)}`);
    if (!equalBytes(received.data, message)) {
      throw new SetUpError(`it received other bytes than were sent: ${preview(received.data)} for ${preview(message)}`);
    }
    this.deliveries.push({ bytes: received.data, as: "received" });
    return received.data;
  }

  async #fromIut(message: Bytes): Promise<Bytes> {
    if (message.length === 0) return message;
    const sending = this.control.call("send", { channel: this.name, data: message });
    const [received, sent] = await Promise.all([this.channel.receive(message.length, TRANSFER_TIMEOUT_MS), sending]);
    if (isRefused(sent)) throw new SetUpError(`it did not send: ${describe(sent.refused)}`);
    if (!equalBytes(received, message)) {
      throw new SetUpError(`it sent other bytes than it had made: ${preview(received)} for ${preview(message)}`);
    }
    return received;
  }
}

/** Why no connection came about, in the words of both ends. Throws IutFailure where the implementation never answered `open`. */
async function setUpError(ours: ChannelError, opening: Promise<object>): Promise<SetUpError> {
  const theirs = await opening.then(
    (result) => (isRefused(result) ? describe(result.refused) : undefined),
    (reason: Error) => {
      if (reason instanceof IutFailure) throw reason;
      return reason.message;
    },
  );
  return new SetUpError(theirs ? `${ours.message}; it says: ${theirs}` : ours.message);
}

function describe({ code, detail }: { code?: string | undefined; detail?: string | undefined }): string {
  return [code, detail].filter((part) => part !== undefined && part !== "").join(": ") || "no reason given";
}
