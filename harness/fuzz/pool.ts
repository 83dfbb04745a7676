import type { Answer, ConnectOptions, Driver, IutConnection } from "../iut/driver.ts";

/** After so many scripts a connection is replaced: an implementation may keep every context that it has seen. */
const SCRIPTS_PER_CONNECTION = 200;

/** What became of the connections of one script. */
export interface Usage {
  /** One of them had seen a refusal before and no acceptance since: it may be one that refuses all further. */
  readonly doubtful: boolean;
  /** One of them had been used by an earlier script. */
  readonly reused: boolean;
}

interface Pooled {
  readonly connection: IutConnection;
  scripts: number;
  refusedSinceAcceptance: boolean;
  broken: boolean;
}

/**
 * Keeps connections open from script to script, so that a case costs an exchange and not a handshake. An implementation may treat a
 * refusal as the end of the connection (expat section 7), so a connection remembers whether one has come since the last acceptance.
 */
export class ConnectionPool implements Driver {
  readonly #idle = new Map<string, Pooled[]>();
  readonly #inUse = new Set<Pooled>();
  #doubtful = false;
  #reused = false;
  /** How many connections were opened in all. */
  opened = 0;

  constructor(
    readonly driver: Driver,
    /** False: every script gets connections of its own. */
    readonly reuses: (options: ConnectOptions) => boolean,
  ) {}

  get hello() {
    return this.driver.hello;
  }
  get can() {
    return this.driver.can;
  }
  get offersNeeded() {
    return this.driver.offersNeeded;
  }

  async connect(options: ConnectOptions): Promise<IutConnection> {
    const key = `${options.position} ${options.cipherSuite}`;
    const ready = this.reuses(options) ? this.#idle.get(key)?.pop() : undefined;
    const pooled = ready ?? (await this.#open(options));
    this.#inUse.add(pooled);
    this.#reused ||= pooled.scripts > 0;
    this.#doubtful ||= pooled.refusedSinceAcceptance;
    pooled.scripts++;
    return this.#lent(pooled, key, options);
  }

  /** What the script since the last call has used. */
  usage(): Usage {
    const usage = { doubtful: this.#doubtful, reused: this.#reused };
    [this.#doubtful, this.#reused] = [false, false];
    return usage;
  }

  /** Closes all connections that are not in use. */
  async clear(): Promise<void> {
    const idle = [...this.#idle.values()].flat();
    this.#idle.clear();
    for (const { connection } of idle) await connection.close();
  }

  context(message: Parameters<Driver["context"]>[0]): ReturnType<Driver["context"]> {
    return this.driver.context(message);
  }

  async stop(): Promise<void> {
    this.#idle.clear();
    await this.driver.stop();
  }

  diagnostics(): string {
    return this.driver.diagnostics();
  }

  async #open(options: ConnectOptions): Promise<Pooled> {
    this.opened++;
    return { connection: await this.driver.connect(options), scripts: 0, refusedSinceAcceptance: false, broken: false };
  }

  #lent(pooled: Pooled, key: string, options: ConnectOptions): IutConnection {
    const { connection } = pooled;
    const watched = async <T>(asked: Promise<Answer<T>>, decides: boolean): Promise<Answer<T>> => {
      try {
        const answer = await asked;
        if ("refused" in answer) pooled.refusedSinceAcceptance = true;
        else if (decides) pooled.refusedSinceAcceptance = false;
        return answer;
      } catch (error) {
        pooled.broken = true;
        throw error;
      }
    };
    return {
      channel: connection.channel,
      // A request that is made says nothing of whether an authenticator would still be accepted.
      request: (ask) => watched(connection.request(ask), false),
      authenticate: (ask) => watched(connection.authenticate(ask), true),
      validate: (ask) => watched(connection.validate(ask), true),
      echo: (data) => connection.echo(data),
      export: (label, context, length) => connection.export(label, context, length),
      close: async () => {
        this.#inUse.delete(pooled);
        const isWorn = pooled.broken || pooled.scripts >= SCRIPTS_PER_CONNECTION || connection.channel.pending().length > 0;
        if (isWorn || !this.reuses(options)) return connection.close();
        const idle = this.#idle.get(key) ?? [];
        this.#idle.set(key, [...idle, pooled]);
      },
    };
  }
}
