import type { ExporterSource, Side } from "../authenticator/secrets.ts";
import type { Bytes } from "../wire/bytes.ts";
import type { CipherSuite } from "../wire/code-points.ts";

/** One established TLS 1.3 connection, seen from the harness's end. */
export interface Channel extends ExporterSource {
  /** The end that the harness plays. */
  readonly side: Side;
  readonly cipherSuite: CipherSuite;
  /** What the connection gave away: its secrets, its raw bytes, what the peer did beside the exchange. */
  readonly observed: Observations;
  /** Writes application data; resolves when the socket took it. Throws ChannelError where the connection is gone. */
  send(data: Bytes): Promise<void>;
  /** Exactly `length` bytes of application data. Throws ChannelError after `timeoutMs`, or where the peer closes before. */
  receive(length: number, timeoutMs: number): Promise<Bytes>;
  /**
   * The next bytes of application data up to a border: `measure` is asked, each time more have come, how many bytes of those buffered
   * belong together (undefined: not all here yet). What `measure` throws is thrown. Throws ChannelError as `receive` does.
   */
  receiveWhole(measure: (buffered: Bytes) => number | undefined, timeoutMs: number): Promise<Bytes>;
  /** Application data that has arrived and that nobody has asked for yet. */
  pending(): Bytes;
  /** Closes both directions. Safe to call twice. */
  close(): Promise<void>;
}

/** What was seen of a connection. */
export interface Observations {
  /** Lines of the NSS key log format, for decrypting a capture. */
  readonly keyLog: readonly string[];
  /** exporter_master_secret (RFC 8446 section 7.1), from the key log. */
  readonly exporterMasterSecret: Bytes | undefined;
  /** Raw bytes of the TCP connection in order, where the channel was opened with `record`. */
  readonly raw: readonly RawSegment[];
  /**
   * Of a client: NewSessionTicket messages that have come so far. node:tls shows the last of those that come before its handshake has
   * ended, so of several there it may be one.
   */
  readonly sessionTickets: number;
  /** Of a client: what it needs to resume (`TlsOptions.resume`), from the last ticket; undefined where none has come. */
  readonly session: Bytes | undefined;
  /** True where the handshake resumed an earlier session (RFC 8446 section 2.2). */
  readonly resumed: boolean;
  /** What the peer or OpenSSL said when the connection broke. */
  readonly error: string | undefined;
}

/** Bytes that passed a TCP connection in one piece. */
export interface RawSegment {
  readonly direction: "sent" | "received";
  /** When they passed, in milliseconds since 1970, with a fraction. */
  readonly at: number;
  readonly bytes: Bytes;
}

/** The connection did not do what was asked: `closed` by the peer, or nothing came before the deadline. */
export class ChannelError extends Error {
  override readonly name = "ChannelError";
  constructor(
    readonly kind: "closed" | "timeout" | "handshake",
    message: string,
  ) {
    super(message);
  }
}
