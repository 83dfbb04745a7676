import { otherSide, type Side } from "../authenticator/secrets.ts";
import { type ControlledDriver, type Credentials, HANDSHAKE_TIMEOUT_MS, handshakeCredentials } from "../iut/controlled.ts";
import {
  type Ability,
  type Answer,
  abilities,
  type ConnectOptions,
  type Driver,
  type IutConnection,
  NotObservableError,
  SetUpError,
} from "../iut/driver.ts";
import { type Hello, isRefused, splitPosition } from "../iut/protocol.ts";
import { describeRefusal } from "../scenario/answers.ts";
import type { Role } from "../scenario/case.ts";
import { type Channel, ChannelError, type RawSegment } from "../tls/channel.ts";
import { listen } from "../tls/node-channel.ts";
import type { Bytes } from "../wire/bytes.ts";
import { type CipherSuite, cipherSuites } from "../wire/code-points.ts";
import { common } from "./common.ts";
import { PairConnection } from "./pair-connection.ts";
import { relay } from "./relay.ts";
import { inWords, Told } from "./told.ts";

/** What the harness sees of a connection that it is no end of. */
export interface Wire {
  readonly raw: readonly RawSegment[];
}

/**
 * An attester and a relying party as one implementation that plays both roles, so that scripts run on them as on any other. The position of a
 * connection is that of the relying party. Both processes belong to the caller, and are not stopped with it.
 */
export class PairDriver implements Driver {
  readonly offersNeeded = false;
  // The harness has no end of the connections: what it would need the exporter for cannot be judged.
  readonly can: ReadonlySet<Ability> = new Set((Object.keys(abilities) as Ability[]).filter((name) => name !== "exporter"));
  readonly hello: Hello;
  readonly wires: Wire[] = [];
  readonly told = new Told();

  constructor(
    readonly attester: ControlledDriver,
    readonly relyingParty: ControlledDriver,
  ) {
    this.hello = common(attester.hello, relyingParty.hello);
  }

  async connect({ position, cipherSuite }: ConnectOptions): Promise<IutConnection> {
    const { side } = splitPosition(position);
    try {
      return await this.#join(side, cipherSuite, [cipherSuite]);
    } catch (error) {
      if (!(error instanceof SetUpError)) throw error;
      // Of two libraries that cannot be told which suite to negotiate nobody leads the other to it: they are left to choose.
      const all = this.hello.supports.cipherSuites;
      const connection = all.length > 1 ? await this.#join(side, cipherSuite, all).catch(() => undefined) : undefined;
      if (connection === undefined) throw error;
      const { negotiated } = connection;
      if (negotiated === cipherSuite) return connection;
      await connection.close();
      throw new NotObservableError(`no common capability: neither end can be made to negotiate ${cipherSuite}; they choose ${negotiated}`);
    }
  }

  async #join(side: Side, cipherSuite: CipherSuite, allowed: readonly string[]): Promise<PairConnection> {
    const credentials = handshakeCredentials(this.hello.supports.signatureSchemes);
    const attester = await dialled("attester", otherSide(side), this.attester, allowed, credentials);
    const relyingParty = await dialled("relying-party", side, this.relyingParty, allowed, credentials);
    const both = [attester, relyingParty];
    try {
      const sockets = await Promise.race([Promise.all([attester.socket, relyingParty.socket]), attester.refused, relyingParty.refused]);
      const [ofAttester, ofRelyingParty] = sockets;
      const raw = side === "client" ? relay(ofRelyingParty, ofAttester) : relay(ofAttester, ofRelyingParty);
      this.wires.push({ raw });
      let negotiated = "";
      for (const { role, opening } of both) {
        const opened = await opening;
        if (isRefused(opened)) throw new SetUpError(`the ${inWords(role)} refused the connection: ${describeRefusal(opened.refused)}`);
        negotiated = opened.cipherSuite;
      }
      this.told.said("harness", `has joined them: TLS 1.3, ${negotiated}; the attester is the ${otherSide(side)}`);
      const close = () => sockets.forEach((socket) => void socket.destroy());
      return new PairConnection(
        { role: "attester", control: this.attester.control, channel: attester.channel },
        { role: "relying-party", control: this.relyingParty.control, channel: relyingParty.channel },
        wireChannel(side, cipherSuite, raw, close),
        this.told,
        negotiated,
      );
    } catch (error) {
      if (error instanceof ChannelError) throw new SetUpError(error.message);
      throw error;
    } finally {
      for (const { listener } of both) listener.close();
    }
  }

  context(): Promise<Answer<Bytes>> {
    throw new SetUpError("of two ends it is not said which one is asked for a context");
  }

  async stop(): Promise<void> {}

  diagnostics(): string {
    return [this.attester, this.relyingParty]
      .map((driver) => driver.diagnostics())
      .filter((text) => text !== "")
      .join("\n");
  }
}

/** Has one end dial a port of its own. */
async function dialled(role: Role, side: Side, driver: ControlledDriver, cipherSuites: readonly string[], credentials: Credentials) {
  const listener = await listen();
  const dialling = driver.dial({ side, cipherSuites, address: listener.address, credentials });
  dialling.opening.catch(() => undefined);
  const socket = listener.accept(HANDSHAKE_TIMEOUT_MS);
  socket.catch(() => undefined);
  return { role, listener, socket, ...dialling };
}

/** The harness's view of a connection whose ends are others': bytes that pass, and nothing that only an end knows. */
function wireChannel(side: Side, cipherSuite: CipherSuite, raw: readonly RawSegment[], close: () => void): Channel {
  const noEnd = (): never => {
    throw new Error("the harness is no end of this connection");
  };
  const observed = {
    keyLog: [],
    exporterMasterSecret: undefined,
    raw,
    sessionTickets: 0,
    session: undefined,
    resumed: false,
    error: undefined,
  };
  return {
    side: otherSide(side),
    cipherSuite,
    hash: cipherSuites[cipherSuite],
    observed,
    exportKeyingMaterial: noEnd,
    send: noEnd,
    receive: noEnd,
    receiveWhole: noEnd,
    pending: () => new Uint8Array(0),
    close: async () => close(),
  };
}
