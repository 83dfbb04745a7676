import type { RefusalCode } from "../appraisal/finding.ts";
import { RpcCode, RpcError } from "../iut/rpc-error.ts";
import type { Channel } from "../tls/channel.ts";
import type { Bytes } from "../wire/bytes.ts";
import { toHex } from "../wire/bytes.ts";

/** What the reference remembers of one connection. Contexts are kept as hexadecimal. */
export interface Memory {
  /** Contexts of all requests made or seen here, over both types (RFC 9261 section 4). */
  readonly requestContexts: Set<string>;
  /** Contexts of authenticators that were made or accepted here (RFC 9261 sections 5.2 and 7.4). */
  readonly consumedContexts: Set<string>;
}

/** The memory of a connection on which nothing has happened yet. */
export function freshMemory(): Memory {
  return { requestContexts: new Set(), consumedContexts: new Set() };
}

/** One connection of the reference, and what it remembers of it. */
export class ReferenceChannel {
  readonly requestContexts: Set<string>;
  readonly consumedContexts: Set<string>;

  constructor(
    readonly channel: Channel,
    { requestContexts, consumedContexts }: Memory = freshMemory(),
  ) {
    this.requestContexts = requestContexts;
    this.consumedContexts = consumedContexts;
  }

  consume(context: Bytes): void {
    this.consumedContexts.add(toHex(context));
  }
}

/** The result with which the reference rejects what it was given. */
export function refuse(code: RefusalCode, detail: string) {
  return { refused: { code, detail } };
}

/** Closed channels that are still known, with their exporters: a call may be on its way when one closes. */
const CLOSED_KEPT = 64;

/** The channels of one reference, by the names that the harness gave them. */
export class ReferenceChannels {
  readonly #channels = new Map<string, ReferenceChannel>();
  readonly #names = new Set<string>();
  readonly #closed: string[] = [];

  /** Throws RpcError (invalid params) where no channel has that name. */
  get(name: string): ReferenceChannel {
    const channel = this.#channels.get(name);
    if (channel === undefined) throw new RpcError(RpcCode.invalidParams, `no channel "${name}"`);
    return channel;
  }

  add(name: string, channel: ReferenceChannel): void {
    this.#channels.set(name, channel);
    this.#names.add(name);
  }

  /** The channel of that name is closed. A campaign opens tens of thousands: of those closed long ago only the names stay. */
  closed(name: string): void {
    if (this.#closed.includes(name)) return;
    this.#closed.push(name);
    const oldest = this.#closed.length > CLOSED_KEPT ? this.#closed.shift() : undefined;
    if (oldest !== undefined) this.#channels.delete(oldest);
  }

  /** Throws RpcError where the name was used before: a channel name is never used twice. */
  reserve(name: string): void {
    if (this.#names.has(name)) throw new RpcError(RpcCode.invalidParams, `channel "${name}" exists already`);
  }

  all(): Iterable<ReferenceChannel> {
    return this.#channels.values();
  }
}
