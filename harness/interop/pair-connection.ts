import type { IutControl } from "../iut/control.ts";
import { TRANSFER_TIMEOUT_MS } from "../iut/controlled.ts";
import { type Answer, type Delivery, type IutConnection, SetUpError } from "../iut/driver.ts";
import { type AcceptedResult, isRefused, type Params } from "../iut/protocol.ts";
import type { Role } from "../scenario/case.ts";
import type { Channel } from "../tls/channel.ts";
import { type Bytes, equalBytes, preview } from "../wire/bytes.ts";
import type { Told } from "./told.ts";

/** One end of a connection between two implementations. */
export interface PairEnd {
  readonly role: Role;
  readonly control: IutControl;
  /** The name of the connection at this end. */
  readonly channel: string;
}

/**
 * A connection between two implementations, as a script sees one implementation that plays both roles. Requests and authenticators go from end
 * to end over their TLS connection when the receiver is asked about them; the harness sees them on the control channels only.
 */
export class PairConnection implements IutConnection {
  readonly deliveries: Delivery[] = [];

  constructor(
    readonly attester: PairEnd,
    readonly relyingParty: PairEnd,
    readonly channel: Channel,
    readonly told: Told,
    /** The cipher suite, by its name. */
    readonly negotiated: string,
  ) {}

  async request(ask: Omit<Params<"request">, "channel">): Promise<Answer<Bytes>> {
    const { control, channel } = this.relyingParty;
    this.told.asked("relying-party", "request", `for a request${ask.attestation ? " that offers attestation" : ""}`);
    const result = await control.call("request", { ...ask, channel });
    if (isRefused(result)) return this.told.refused("relying-party", result);
    this.told.made("relying-party", "request", result.request);
    return { value: result.request };
  }

  async authenticate(ask: Omit<Params<"authenticate">, "channel">): Promise<Answer<Bytes>> {
    const { control, channel } = this.attester;
    const request = ask.request && (await this.#carry(this.relyingParty, this.attester, ask.request));
    const attested = ask.attestation ? `, attested with ${ask.attestation.type}` : "";
    this.told.asked(
      "attester",
      "authenticate",
      `for ${ask.identity ? "an authenticator" : "an empty authenticator"}${request ? "" : ", without a request"}${attested}`,
    );
    const result = await control.call("authenticate", { ...ask, request, channel });
    if (isRefused(result)) return this.told.refused("attester", result);
    this.told.made("attester", "authenticator", result.authenticator);
    return { value: result.authenticator };
  }

  async validate(ask: Omit<Params<"validate">, "channel">): Promise<Answer<AcceptedResult>> {
    const { control, channel } = this.relyingParty;
    const authenticator = await this.#carry(this.attester, this.relyingParty, ask.authenticator);
    this.told.asked("relying-party", "validate", `to validate it, attestation ${ask.policy.attestation}`);
    const result = await control.call("validate", { ...ask, authenticator, channel });
    if (isRefused(result)) return this.told.refused("relying-party", result);
    this.told.accepted(result.accepted);
    return { value: result.accepted };
  }

  async echo(): Promise<void> {
    throw new SetUpError("nothing but requests and authenticators passes between two implementations");
  }

  async export(): Promise<Bytes> {
    throw new SetUpError("of two ends it is not said which one is asked for its exporter");
  }

  async close(): Promise<void> {
    // What a connection that is closed says of it is of no interest to the matrix; one that hangs or ends shows it at the next call.
    for (const { control, channel } of [this.relyingParty, this.attester]) {
      await control.call("close", { channel }).catch(() => undefined);
    }
    await this.channel.close();
  }

  async #carry(from: PairEnd, to: PairEnd, message: Bytes): Promise<Bytes> {
    if (message.length === 0) return message;
    const sending = from.control.call("send", { channel: from.channel, data: message });
    const ask = { channel: to.channel, length: message.length, timeout: TRANSFER_TIMEOUT_MS };
    const receiving = to.control.call("receive", ask, TRANSFER_TIMEOUT_MS + 1000);
    const [sent, received] = await Promise.all([sending, receiving]);
    if (isRefused(sent)) throw new SetUpError(`the ${from.role} did not send ${message.length} bytes`);
    if (isRefused(received)) throw new SetUpError(`the ${to.role} did not receive ${message.length} bytes`);
    if (!equalBytes(received.data, message)) {
      throw new SetUpError(`the ${to.role} received other bytes than were sent: ${preview(received.data)} for ${preview(message)}`);
    }
    this.deliveries.push({ bytes: received.data, as: "received" });
    return received.data;
  }
}
