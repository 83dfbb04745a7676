import { constants } from "node:crypto";
import { createServer, connect as netConnect, type Server, type Socket } from "node:net";
import { createSecureContext, type SecureContext, TLSSocket, connect as tlsConnect } from "node:tls";
import { tlsExporter } from "../authenticator/exporter.ts";
import { toPem } from "../authenticator/pem.ts";
import type { Side } from "../authenticator/secrets.ts";
import { type Bytes, fromHex, view } from "../wire/bytes.ts";
import { type CipherSuite, cipherSuites, isCipherSuite } from "../wire/code-points.ts";
import { ByteQueue } from "./byte-queue.ts";
import { type Channel, ChannelError, type Observations, type RawSegment } from "./channel.ts";
import { recorded } from "./recorded.ts";

/** How one end runs its handshake. */
export interface TlsOptions {
  readonly side: Side;
  readonly cipherSuites: readonly CipherSuite[];
  /** The certificate chain (DER, leaf first) and key (PKCS #8 DER) of a server; a client has none. */
  readonly identity?: { readonly chain: readonly Bytes[]; readonly key: Bytes } | undefined;
  /** Roots for the server's certificate (DER); undefined: any certificate is taken (the handshake is not what is tested). */
  readonly trust?: readonly Bytes[] | undefined;
  readonly serverName: string;
  readonly handshakeTimeoutMs: number;
  /** Keep the raw bytes of the connection. */
  readonly record?: boolean;
  /** Of a client: `observed.session` of an earlier connection, which it offers to resume. */
  readonly resume?: Bytes | undefined;
  /** Of a server: false where no ticket that it sends may be resumed from (expat section 7.2). node:tls sends them all the same. */
  readonly resumable?: boolean;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A TCP port of its own for one connection. */
export interface Listener {
  readonly address: Address;
  /** The connection that comes in. Throws ChannelError after `timeoutMs`. */
  accept(timeoutMs: number): Promise<Socket>;
  close(): void;
}

/** Listens on a free loopback port. */
export async function listen(host = "127.0.0.1", port = 0): Promise<Listener> {
  const server: Server = createServer({ noDelay: true });
  let taken = false;
  const incoming = new Promise<Socket>((resolve, reject) => {
    server.on("connection", (socket) => {
      // Only the first is ours; without a listener an error of another would end the harness.
      socket.on("error", () => undefined);
      if (taken) socket.destroy();
      taken = true;
      resolve(socket);
    });
    // Whoever still waits, and the timer of the wait, must not outlive the listener.
    server.once("close", () => {
      // Each listener closes some day, and an error costs its stack.
      if (!taken) reject(new ChannelError("closed", "no connection came in before the listener was closed"));
    });
  });
  incoming.catch(() => undefined);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  let accepted = false;
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("no TCP address");
  return {
    address: { host, port: bound.port },
    accept: (timeoutMs) => {
      accepted = true;
      return withDeadline(incoming, timeoutMs, "no connection came in");
    },
    close: () => {
      server.close();
      // One that came and that nobody has asked for must not stay open.
      if (!accepted) incoming.then((socket) => socket.destroy()).catch(() => undefined);
    },
  };
}

/** Opens a TCP connection. Throws ChannelError with the reason of the system. */
export async function dial(address: Address, timeoutMs: number): Promise<Socket> {
  const socket = netConnect({ ...address, noDelay: true });
  const connected = new Promise<Socket>((resolve, reject) => {
    socket.once("connect", () => resolve(socket));
    socket.once("error", (error) => reject(new ChannelError("handshake", `${address.host}:${address.port}: ${error.message}`)));
  });
  return withDeadline(connected, timeoutMs, `${address.host}:${address.port} did not answer`).catch((error) => {
    socket.destroy();
    throw error;
  });
}

/** Runs a TLS 1.3 handshake over a TCP connection. Throws ChannelError of kind `handshake` where it fails. */
export async function startTls(socket: Socket, options: TlsOptions): Promise<Channel> {
  const raw: RawSegment[] = [];
  const secureContext = contextFor(options);
  const stream = options.record ? recorded(socket, raw) : socket;
  const tlsSocket =
    options.side === "server"
      ? new TLSSocket(stream as Socket, { isServer: true, secureContext })
      : tlsConnect({
          socket: stream as Socket,
          secureContext,
          servername: options.serverName,
          rejectUnauthorized: !!options.trust,
          ...(options.resume && { session: Buffer.from(options.resume) }),
        });
  const channel = new NodeChannel(tlsSocket, socket, options.side, raw);
  const secured = new Promise<void>((resolve, reject) => {
    const closed = () => reject(new ChannelError("handshake", "the peer closed during the TLS handshake"));
    tlsSocket.once(options.side === "server" ? "secure" : "secureConnect", () => {
      // Each connection closes some day, and an error costs its stack.
      tlsSocket.off("close", closed);
      resolve();
    });
    tlsSocket.once("error", (error) => reject(new ChannelError("handshake", `TLS handshake failed: ${error.message}`)));
    tlsSocket.once("close", closed);
  });
  try {
    await withDeadline(secured, options.handshakeTimeoutMs, "the TLS handshake did not end");
    channel.established();
    return channel;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

// A context costs as much as a handshake, and the same few are needed over and over.
const contexts = new Map<string, SecureContext>();

function contextFor({ side, cipherSuites: suites, identity, trust, resumable = true }: TlsOptions): SecureContext {
  const key = [side, resumable, suites.join(), ...(identity?.chain ?? []).map(fingerprint), "|", ...(trust ?? []).map(fingerprint)].join(
    " ",
  );
  const known = contexts.get(key);
  if (known) return known;
  const context = createSecureContext({
    minVersion: "TLSv1.3",
    maxVersion: "TLSv1.3",
    ciphers: suites.join(":"),
    // Tickets then hold a number of a session in place of the session, and node:tls keeps no sessions.
    ...(!resumable && { secureOptions: constants.SSL_OP_NO_TICKET }),
    ...(identity && { cert: identity.chain.map((der) => toPem("CERTIFICATE", der)).join(""), key: toPem("PRIVATE KEY", identity.key) }),
    ...(trust && { ca: trust.map((der) => toPem("CERTIFICATE", der)) }),
  });
  if (contexts.size > 256) contexts.clear();
  contexts.set(key, context);
  return context;
}

class NodeChannel implements Channel {
  readonly #queue = new ByteQueue();
  readonly #keyLog: string[] = [];
  readonly #exported = new Map<string, Bytes>();
  #sessionTickets = 0;
  #session: Bytes | undefined;
  #error: string | undefined;
  #cipherSuite: CipherSuite | undefined;
  #resumed = false;

  constructor(
    readonly socket: TLSSocket,
    readonly tcp: Socket,
    readonly side: Side,
    readonly raw: readonly RawSegment[],
  ) {
    socket.on("keylog", (line: Buffer) => this.#keyLog.push(line.toString("latin1").trim()));
    socket.on("session", (session: Buffer) => {
      this.#sessionTickets++;
      this.#session = session;
    });
    socket.on("data", (chunk: Buffer) => this.#queue.push(chunk));
    socket.on("end", () => this.#queue.end("the peer closed the connection"));
    socket.on("error", (error) => {
      this.#error = error.message;
      this.#queue.end(`the connection broke (${error.message})`);
    });
    socket.on("close", () => this.#queue.end("the connection is closed"));
  }

  /** Reads what the handshake agreed on. Throws ChannelError where that is not one of our suites. */
  established(): void {
    const suite = this.socket.getCipher().standardName;
    if (this.socket.getProtocol() !== "TLSv1.3" || !isCipherSuite(suite)) {
      throw new ChannelError("handshake", `expected TLS 1.3, found ${this.socket.getProtocol()} with ${suite}`);
    }
    this.#cipherSuite = suite;
    this.#resumed = this.socket.isSessionReused();
  }

  get cipherSuite(): CipherSuite {
    if (this.#cipherSuite === undefined) throw new Error("the handshake has not ended");
    return this.#cipherSuite;
  }

  get hash() {
    return cipherSuites[this.cipherSuite];
  }

  get observed(): Observations {
    const exporter = this.#keyLog.find((line) => line.startsWith("EXPORTER_SECRET "))?.split(" ")[2];
    return {
      keyLog: this.#keyLog,
      exporterMasterSecret: exporter === undefined ? undefined : fromHex(exporter),
      raw: this.raw,
      sessionTickets: this.#sessionTickets,
      session: this.#session,
      resumed: this.#resumed,
      error: this.#error,
    };
  }

  exportKeyingMaterial(label: string, context: Bytes, length: number): Bytes {
    if (this.socket.destroyed) return this.#exportFromKeyLog(label, context, length);
    if (context.length > 0) return this.socket.exportKeyingMaterial(length, label, view(context));
    // The keys of RFC 9261 have no context: they never change on a connection, and every exchange needs them.
    const key = `${length} ${label}`;
    const known = this.#exported.get(key);
    if (known) return known;
    const value = this.socket.exportKeyingMaterial(length, label, Buffer.alloc(0));
    this.#exported.set(key, value);
    return value;
  }

  // OpenSSL's connection ends with the socket; what came over it before is still to be judged.
  #exportFromKeyLog(label: string, context: Bytes, length: number): Bytes {
    const secret = this.observed.exporterMasterSecret;
    if (secret === undefined) throw new ChannelError("closed", "the connection is closed, and its exporter with it");
    return tlsExporter(this.hash, secret, label, context, length);
  }

  send(data: Bytes): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.write(data, (error) => {
        if (error) reject(new ChannelError("closed", `cannot send: ${error.message}`));
        else resolve();
      });
    });
  }

  receive(length: number, timeoutMs: number): Promise<Bytes> {
    return this.#queue.take(({ length: buffered }) => (buffered < length ? undefined : length), timeoutMs);
  }

  receiveWhole(measure: (buffered: Bytes) => number | undefined, timeoutMs: number): Promise<Bytes> {
    return this.#queue.take(measure, timeoutMs);
  }

  pending(): Bytes {
    return this.#queue.peek();
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.tcp.destroyed) return resolve();
      this.tcp.once("close", () => resolve());
      // close_notify first, then the socket: the peer sees an orderly end, and nothing lingers.
      this.socket.end(() => this.tcp.destroy());
      if (this.socket.destroyed) this.tcp.destroy();
    });
  }
}

function fingerprint(der: Bytes): string {
  return view(der).toString("base64");
}

async function withDeadline<T>(promise: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ChannelError("timeout", `${what} within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
