import { createHash } from "node:crypto";
import type { Profile } from "../attestation/profile.ts";
import { otherSide } from "../authenticator/secrets.ts";
import { type Ability, type Answer, abilities, type ConnectOptions, type Driver, type IutConnection } from "../iut/driver.ts";
import { type AcceptedResult, type Hello, isRefused, type Params, type Refusal, splitPosition } from "../iut/protocol.ts";
import { authenticate } from "../reference/attester.ts";
import { request, validate } from "../reference/relying-party.ts";
import { ReferenceChannel, refuse } from "../reference/state.ts";
import { getContext } from "../wire/authenticator.ts";
import { type Bytes, utf8 } from "../wire/bytes.ts";
import { DecodeError } from "../wire/reader.ts";
import { exampleChannel } from "./connection.ts";

/**
 * The reference as an implementation under test without sockets, for examples: its connections are made up (connection.ts), and the
 * contexts that it chooses are the same each time. It remembers what it refused last.
 */
export class LocalDriver implements Driver {
  readonly offersNeeded = false;
  readonly can: ReadonlySet<Ability> = new Set(Object.keys(abilities) as Ability[]);
  /** The last refusal, with the words of the reference. */
  refused: Refusal | undefined;
  #connections = 0;

  constructor(
    readonly hello: Hello,
    readonly profile: Profile,
  ) {}

  async connect({ position, cipherSuite }: ConnectOptions): Promise<IutConnection> {
    const name = `connection ${++this.#connections}`;
    const { side } = splitPosition(position);
    const theirs = new ReferenceChannel(exampleChannel(name, side, cipherSuite));
    const remember = <T extends object>(result: T): T => {
      if (isRefused(result)) this.refused = result.refused;
      return result;
    };
    const nextContext = (): Bytes =>
      createHash("sha256")
        .update(utf8(`${name} ${theirs.requestContexts.size}`))
        .digest();
    const { profile } = this;
    return {
      channel: exampleChannel(name, otherSide(side), cipherSuite),
      deliveries: [],
      async request(ask): Promise<Answer<Bytes>> {
        const result = remember(request(theirs, { ...ask, channel: name, context: ask.context ?? nextContext() }, profile));
        return isRefused(result) ? result : { value: result.request };
      },
      async authenticate(ask): Promise<Answer<Bytes>> {
        const result = remember(authenticate(theirs, { ...ask, channel: name }, profile));
        return isRefused(result) ? result : { value: result.authenticator };
      },
      async validate(ask): Promise<Answer<AcceptedResult>> {
        const result = remember(validate(theirs, { ...ask, channel: name }, profile));
        return isRefused(result) ? result : { value: result.accepted };
      },
      echo: async () => undefined,
      export: async (label, context, length) => theirs.channel.exportKeyingMaterial(label, context, length),
      close: async () => undefined,
    };
  }

  async context(message: Params<"context">): Promise<Answer<Bytes>> {
    try {
      return { value: getContext("request" in message ? message.request : message.authenticator) };
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const result = refuse("malformed", error.message);
      this.refused = result.refused;
      return result;
    }
  }

  async stop(): Promise<void> {}

  diagnostics(): string {
    return "";
  }
}
