import type { Answer, ConnectOptions, Driver, IutConnection } from "../iut/driver.ts";

/** After so many scripts a connection is replaced: an implementation may keep every context that it has seen. */
const SCRIPTS_PER_CONNECTION = 200;

/** What the connections of one script have been through. */
export interface Usage<Script> {
  /** One of them had been used by an earlier script. */
  readonly reused: boolean;
  /** One of them had seen a refusal and no acceptance since: it may be one that refuses all further. */
  readonly doubtful: boolean;
  /** Earlier scripts whose refusal counts for nothing, if it is: their connection was lost before it accepted anything again. */
  readonly orphans: readonly Script[];
}

interface Pooled<Script> {
  readonly connection: IutConnection;
  scripts: number;
  refusedSinceAcceptance: boolean;
  broken: boolean;
  /** Scripts that saw refusals on it while it was doubtful; an acceptance proves them right. */
  unproven: Script[];
}

/**
 * Keeps connections open from script to script, so that a case costs an exchange and not a handshake. An implementation may treat a
 * refusal as the end of the connection (expat section 7), so a connection remembers whether one has come since the last acceptance.
 */
export class ConnectionPool<Script> implements Driver {
  readonly #idle = new Map<string, Pooled<Script>[]>();
  readonly #inUse = new Set<Pooled<Script>>();
  #doubtful = false;
  #reused = false;
  #orphans: Script[] = [];
  /** How many connections were opened in all. */
  opened = 0;

  /** True: the script that is about to run gets connections that nobody had before, nor gets afterwards. */
  fresh = false;

  constructor(readonly driver: Driver) {}

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
    const isOwn = this.fresh || options.record || options.resume !== undefined;
    const pooled = (isOwn ? undefined : this.#idle.get(key)?.pop()) ?? (await this.#open(options));
    this.#inUse.add(pooled);
    this.#reused ||= pooled.scripts > 0;
    this.#doubtful ||= pooled.refusedSinceAcceptance;
    pooled.scripts++;
    return this.#lent(pooled, isOwn ? undefined : key);
  }

  /** The script that is about to run: the refusals that it sees on a doubtful connection are remembered under it. */
  script: Script | undefined;

  /** What the scripts since the last call have used and lost. */
  usage(): Usage<Script> {
    const usage = { doubtful: this.#doubtful, reused: this.#reused, orphans: this.#orphans };
    [this.#doubtful, this.#reused, this.#orphans] = [false, false, []];
    return usage;
  }

  /**
   * The connections that no acceptance has followed the refusals on, each with the last script that saw one there. Before a script is handed
   * out its connection is made the next that a script like it is lent.
   */
  *doubts(): Iterable<Script> {
    for (const [key, doubted] of this.#doubted()) {
      const script = doubted.unproven.at(-1);
      const idle = this.#idle.get(key) ?? [];
      if (script === undefined || !idle.includes(doubted)) continue;
      this.#idle.set(key, [...idle.filter((pooled) => pooled !== doubted), doubted]);
      yield script;
    }
  }

  /** Closes the connections that are still in doubt: their scripts are orphans. */
  async endDoubted(): Promise<void> {
    for (const [key, doubted] of this.#doubted()) {
      this.#idle.set(
        key,
        (this.#idle.get(key) ?? []).filter((pooled) => pooled !== doubted),
      );
      await this.#end(doubted);
    }
  }

  /** All connections are lost with the process behind them; scripts that nothing has proven are orphans. */
  forsake(): void {
    for (const { unproven } of [...[...this.#idle.values()].flat(), ...this.#inUse]) this.#orphans.push(...unproven);
    this.#idle.clear();
    this.#inUse.clear();
  }

  #doubted(): [string, Pooled<Script>][] {
    const all = [...this.#idle].flatMap(([key, idle]) => idle.map((pooled): [string, Pooled<Script>] => [key, pooled]));
    return all.filter(([, { unproven }]) => unproven.length > 0);
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

  async #open(options: ConnectOptions): Promise<Pooled<Script>> {
    this.opened++;
    return { connection: await this.driver.connect(options), scripts: 0, refusedSinceAcceptance: false, broken: false, unproven: [] };
  }

  #end({ connection, unproven }: Pooled<Script>): Promise<void> {
    this.#orphans.push(...unproven);
    return connection.close();
  }

  #lent(pooled: Pooled<Script>, key: string | undefined): IutConnection {
    const { connection } = pooled;
    const watched = async <T>(asked: Promise<Answer<T>>, decides: boolean): Promise<Answer<T>> => {
      try {
        const answer = await asked;
        if ("refused" in answer) {
          const { script } = this;
          // On a connection of its own a script has nobody's refusals to fear but its own.
          const isDoubtful = key !== undefined && pooled.refusedSinceAcceptance;
          if (isDoubtful && script !== undefined && !pooled.unproven.includes(script)) pooled.unproven.push(script);
          pooled.refusedSinceAcceptance = true;
        } else if (decides) {
          pooled.refusedSinceAcceptance = false;
          pooled.unproven = [];
        }
        return answer;
      } catch (error) {
        pooled.broken = true;
        throw error;
      }
    };
    return {
      channel: connection.channel,
      deliveries: connection.deliveries,
      // A request that is made says nothing of whether an authenticator would still be accepted.
      request: (ask) => watched(connection.request(ask), false),
      authenticate: (ask) => watched(connection.authenticate(ask), true),
      validate: (ask) => watched(connection.validate(ask), true),
      echo: (data) => connection.echo(data),
      export: (label, context, length) => connection.export(label, context, length),
      close: async () => {
        this.#inUse.delete(pooled);
        // One that is in doubt is kept until an acceptance, or the end of the part, has decided.
        const isOld = pooled.scripts >= SCRIPTS_PER_CONNECTION && pooled.unproven.length === 0;
        const isWorn = pooled.broken || isOld || connection.channel.pending().length > 0;
        if (isWorn || key === undefined) return this.#end(pooled);
        const idle = this.#idle.get(key);
        if (idle) idle.push(pooled);
        else this.#idle.set(key, [pooled]);
      },
    };
  }
}
