import { randomInt } from "node:crypto";
import type { Socket } from "node:net";
import { otherSide } from "../authenticator/secrets.ts";
import type { Cargo, Carrier } from "../carrier/carrier.ts";
import { pki } from "../pki/test-pki.ts";
import { type Channel, ChannelError } from "../tls/channel.ts";
import { type Address, dial, type Listener, listen, startTls } from "../tls/node-channel.ts";
import { type Bytes, fromHex } from "../wire/bytes.ts";
import { DecodeError } from "../wire/reader.ts";
import { IutFailure } from "./control.ts";
import {
  type Ability,
  type Answer,
  type ConnectOptions,
  type Delivery,
  type Driver,
  type IutConnection,
  NotObservableError,
  SetUpError,
} from "./driver.ts";
import type { EndpointSection, Manifest } from "./manifest.ts";
import { fillIn, Product } from "./product.ts";
import { type AcceptedResult, type Hello, type Params, splitPosition } from "./protocol.ts";
import { RpcCode, RpcError } from "./rpc-error.ts";

const DIAL_TIMEOUT_MS = 5000;
const ANSWER_TIMEOUT_MS = 10_000;
/** How long the end of a program may take to show after its connection was lost. */
const CRASH_SHOWS_MS = 20;
const WAIT_FOR_CLIENT_MS = 30_000;
const START_TIMEOUT_MS = 10_000;

/**
 * The product as deployed: it is started where its manifest says how (a server once, a client for each connection), else it is running.
 * Throws IutFailure of kind `start` where it cannot be started.
 */
export async function startEndpoint(manifest: Manifest, endpoint: EndpointSection, carrier: Carrier): Promise<Driver> {
  const { side } = splitPosition(endpoint.position);
  if (side === "client") return new EndpointDriver(manifest, endpoint, carrier, undefined, undefined);
  if (endpoint.command === undefined) {
    if (endpoint.port === undefined)
      throw new IutFailure("start", `${manifest.file}: the endpoint needs a port, or a command that starts it`);
    return new EndpointDriver(manifest, endpoint, carrier, { host: endpoint.host, port: endpoint.port }, undefined);
  }
  const address = { host: endpoint.host, port: endpoint.port ?? (await freePort(endpoint.host)) };
  const product = new Product(fillIn(endpoint.command, address), manifest.folder, manifest.environment);
  try {
    await product.ready(endpoint.ready, START_TIMEOUT_MS);
  } catch (error) {
    await product.stop();
    throw error;
  }
  return new EndpointDriver(manifest, endpoint, carrier, address, product);
}

/**
 * A port that nothing listens on, below those that systems give out by themselves (32768 and up): until the product listens on it,
 * nobody else gets it by asking for any.
 */
async function freePort(host: string): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_768);
    try {
      const listener = await listen(host, port);
      listener.close();
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    }
  }
}

class EndpointDriver implements Driver {
  /** Nothing beside one exchange with the inputs that it was started with. */
  readonly can: ReadonlySet<Ability> = new Set();
  readonly hello: Hello;
  readonly offersNeeded: boolean;
  readonly #clients = new Set<Product>();
  #lastClient: Product | undefined;

  constructor(
    readonly manifest: Manifest,
    readonly endpoint: EndpointSection,
    readonly carrier: Carrier,
    readonly address: Address | undefined,
    readonly product: Product | undefined,
  ) {
    this.offersNeeded = endpoint.supports.models.length > 0;
    const supports = { ...endpoint.supports, positions: [endpoint.position], results: [], features: [] };
    this.hello = { protocol: 1, name: `${manifest.name} (endpoint)`, version: "unknown", concurrency: 1, supports };
  }

  async connect({ position, cipherSuite, record, resume }: ConnectOptions): Promise<IutConnection> {
    const { side } = splitPosition(position);
    const handshake = pki("handshake-p256");
    const listener = this.address ? undefined : await listen(this.endpoint.host, this.endpoint.port ?? 0);
    const client = listener && this.#startClient(listener.address);
    try {
      const socket = this.address ? await dial(this.address, DIAL_TIMEOUT_MS) : await incoming(listener as Listener, client);
      const channel = await startTls(socket, {
        side: otherSide(side),
        cipherSuites: [cipherSuite],
        serverName: "localhost",
        handshakeTimeoutMs: DIAL_TIMEOUT_MS,
        record,
        resume,
        ...(side === "client" && { identity: { chain: handshake.chain, key: handshake.pkcs8 } }),
      });
      return new EndpointConnection(channel, this.carrier, this.endpoint, this.product, async () => client && this.#end(client));
    } catch (error) {
      if (client) await this.#end(client);
      if (error instanceof ChannelError) throw new SetUpError(error.message);
      throw error;
    } finally {
      listener?.close();
    }
  }

  async context(): Promise<never> {
    throw new RpcError(RpcCode.unsupported, "an endpoint has no get-context", "get-context");
  }

  async stop(): Promise<void> {
    await Promise.all([this.product, ...this.#clients].map((product) => product?.stop()));
  }

  diagnostics(): string {
    return this.product?.diagnostics() ?? this.#lastClient?.diagnostics() ?? "";
  }

  // A client dials us: it is started for one connection and ended with it, or somebody starts it by hand.
  #startClient(address: Address): Product | undefined {
    if (this.endpoint.command === undefined) return undefined;
    const client = new Product(fillIn(this.endpoint.command, address), this.manifest.folder, this.manifest.environment);
    this.#clients.add(client);
    this.#lastClient = client;
    return client;
  }

  async #end(client: Product): Promise<void> {
    await client.stop();
    this.#clients.delete(client);
  }
}

/** The connection of a client; a program that ends before it dials is not waited for. */
async function incoming(listener: Listener, client: Product | undefined): Promise<Socket> {
  const accepted = listener.accept(WAIT_FOR_CLIENT_MS);
  if (client === undefined) return accepted;
  const ended = client.ended();
  ended.catch(() => undefined);
  return Promise.race([accepted, ended]);
}

class EndpointConnection implements IutConnection {
  readonly deliveries: Delivery[] = [];

  constructor(
    readonly channel: Channel,
    readonly carrier: Carrier,
    readonly endpoint: EndpointSection,
    /** A server that we started; one client is started for each connection, and may end with it. */
    readonly product: Product | undefined,
    readonly ended: () => Promise<void>,
  ) {}

  async request(): Promise<Answer<Bytes>> {
    return this.#receive("request");
  }

  async authenticate({ request }: { readonly request: Bytes | null }): Promise<Answer<Bytes>> {
    if (request) await this.#deliver(request, this.#framed("request", request));
    return this.#receive("authenticator");
  }

  async validate({ authenticator }: Omit<Params<"validate">, "channel">): Promise<Answer<AcceptedResult | undefined>> {
    const { accepts, probe } = this.endpoint;
    if (accepts === undefined) throw new RpcError(RpcCode.unsupported, "the manifest does not say how acceptance shows", "accepts");
    const frame = this.#framed("authenticator", authenticator);
    // What it said before is no answer to this.
    const earlier = this.channel.pending().length;
    if (earlier > 0) await this.channel.receive(earlier, ANSWER_TIMEOUT_MS);
    await this.#deliver(authenticator, accepts === "open" && probe ? Buffer.concat([frame, fromHex(probe)]) : frame);
    // Only a sign of life counts: silence is neither acceptance nor refusal, and closing is refusal.
    const answer = await this.#answer(() => this.channel.receiveWhole((buffered) => buffered.length || undefined, ANSWER_TIMEOUT_MS));
    if ("refused" in answer) return answer;
    return { value: undefined };
  }

  async echo(): Promise<never> {
    throw new RpcError(RpcCode.unsupported, "an endpoint has no send and receive", "send");
  }

  async export(): Promise<never> {
    throw new RpcError(RpcCode.unsupported, "an endpoint has no export", "export");
  }

  async close(): Promise<void> {
    await this.channel.close();
    await this.ended();
  }

  #framed(cargo: Cargo, message: Bytes): Bytes {
    if (this.carrier.showsEnd(message)) return this.carrier.wrap(cargo, message);
    throw new NotObservableError(`not observable at an endpoint: where a message ends, with the carrier ${this.carrier.name}`);
  }

  async #deliver(bytes: Bytes, frame: Bytes): Promise<void> {
    try {
      await this.channel.send(frame);
      this.deliveries.push({ bytes, as: "written" });
    } catch (error) {
      // An end that refuses may close before we have sent everything; what it did shows when we read.
      if (!(error instanceof ChannelError)) throw error;
      this.deliveries.push({ bytes, as: "unknown" });
    }
  }

  async #receive(cargo: Cargo): Promise<Answer<Bytes>> {
    try {
      const frame = await this.#answer(() => this.channel.receiveWhole(this.carrier.measure, ANSWER_TIMEOUT_MS));
      return "refused" in frame ? frame : { value: this.carrier.unwrap(cargo, frame.value) };
    } catch (error) {
      // What is no frame is judged as it came: the appraisal says what is wrong with it.
      if (error instanceof DecodeError) return { value: this.channel.pending() };
      throw error;
    }
  }

  async #answer(receive: () => Promise<Bytes>): Promise<Answer<Bytes>> {
    try {
      return { value: await receive() };
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      if (error.kind === "timeout") throw new IutFailure("hang", `the endpoint neither answered nor closed: ${error.message}`);
      // Closing is refusal; a program that is gone has crashed.
      await this.product?.stillRuns(CRASH_SHOWS_MS);
      return { refused: { code: "other", detail: error.message } };
    }
  }
}
