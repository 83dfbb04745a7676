import { createHash } from "node:crypto";
import { tlsExporter } from "../authenticator/exporter.ts";
import { otherSide, type Side } from "../authenticator/secrets.ts";
import type { IutControl } from "../iut/control.ts";
import { ControlledConnection } from "../iut/controlled.ts";
import { type Ability, type Answer, abilities, type ConnectOptions, type Driver, type IutConnection, SetUpError } from "../iut/driver.ts";
import { type Hello, isRefused, type Params, splitPosition } from "../iut/protocol.ts";
import { ByteQueue } from "../tls/byte-queue.ts";
import { type Channel, ChannelError } from "../tls/channel.ts";
import { type Bytes, utf8 } from "../wire/bytes.ts";
import { type CipherSuite, cipherSuites } from "../wire/code-points.ts";

/**
 * Connections between the harness and an implementation in the same process, without sockets and without a handshake: bytes move from one
 * queue to the other, and both ends export (RFC 8446 section 7.5) from a secret made of the connection's number. What is said of TLS itself
 * (tickets, resumption) cannot be seen on them.
 */
export class MemoryNetwork {
  readonly #waiting = new Map<number, Channel>();
  #connections = 0;

  /** The harness's end of a new connection, and the port under which the other end is waiting for `open`. */
  listen(cipherSuite: CipherSuite, iut: Side): { port: number; channel: Channel } {
    const port = ++this.#connections;
    const [ours, theirs] = [new ByteQueue(), new ByteQueue()];
    const secret = createHash("sha384")
      .update(utf8(`connection ${port}`))
      .digest();
    this.#waiting.set(port, new MemoryChannel(iut, cipherSuite, secret, theirs, ours));
    return { port, channel: new MemoryChannel(otherSide(iut), cipherSuite, secret, ours, theirs) };
  }

  /** The part of the reference (`open`) that takes the other end. Throws ChannelError where none is waiting. */
  async open({ address }: Params<"open">): Promise<Channel> {
    const channel = this.#waiting.get(address.port);
    if (channel === undefined) throw new ChannelError("handshake", `nobody listens on ${address.host}:${address.port}`);
    this.#waiting.delete(address.port);
    return channel;
  }
}

class MemoryChannel implements Channel {
  readonly hash;
  readonly observed;

  constructor(
    readonly side: Side,
    readonly cipherSuite: CipherSuite,
    readonly secret: Bytes,
    readonly incoming: ByteQueue,
    readonly outgoing: ByteQueue,
  ) {
    this.hash = cipherSuites[cipherSuite];
    const nothing = { keyLog: [], raw: [], sessionTickets: 0, session: undefined, resumed: false, error: undefined };
    this.observed = { ...nothing, exporterMasterSecret: secret };
  }

  exportKeyingMaterial(label: string, context: Bytes, length: number): Bytes {
    return tlsExporter(this.hash, this.secret, label, context, length);
  }

  async send(data: Bytes): Promise<void> {
    if (this.outgoing.ended) throw new ChannelError("closed", "the connection is closed");
    this.outgoing.push(data);
  }

  receive(length: number, timeoutMs: number): Promise<Bytes> {
    return this.incoming.take(() => length, timeoutMs);
  }

  receiveWhole(measure: (buffered: Bytes) => number | undefined, timeoutMs: number): Promise<Bytes> {
    return this.incoming.take(measure, timeoutMs);
  }

  pending(): Bytes {
    return this.incoming.peek();
  }

  async close(): Promise<void> {
    this.incoming.end("the connection was closed");
    this.outgoing.end("the peer closed the connection");
  }
}

/** Drives an implementation over a memory network. */
export class MemoryDriver implements Driver {
  readonly offersNeeded = false;
  readonly can: ReadonlySet<Ability> = new Set(Object.keys(abilities) as Ability[]);
  #channels = 0;

  constructor(
    readonly control: IutControl,
    readonly hello: Hello,
    readonly network: MemoryNetwork,
  ) {}

  async connect({ position, cipherSuite }: ConnectOptions): Promise<IutConnection> {
    const { side } = splitPosition(position);
    const { port, channel } = this.network.listen(cipherSuite, side);
    const name = `c${++this.#channels}`;
    const address = { host: "memory", port };
    const opened = await this.control.call("open", {
      channel: name,
      side,
      address,
      cipherSuites: [cipherSuite],
      serverName: "localhost",
      trust: [],
    });
    if (isRefused(opened)) throw new SetUpError(`it refused the connection: ${opened.refused.detail}`);
    return new ControlledConnection(this.control, name, channel);
  }

  async context(message: Params<"context">): Promise<Answer<Bytes>> {
    const result = await this.control.call("context", message);
    return isRefused(result) ? result : { value: result.context };
  }

  stop(): Promise<void> {
    return this.control.stop();
  }

  diagnostics(): string {
    return this.control.diagnostics();
  }
}
