import type { Answer, ConnectOptions, Driver, IutConnection } from "../iut/driver.ts";
import type { AcceptedResult, Params } from "../iut/protocol.ts";
import { describeRefusal } from "../scenario/answers.ts";
import type { Channel } from "../tls/channel.ts";
import { type Bytes, preview } from "../wire/bytes.ts";
import { schemeName } from "../wire/code-points.ts";

/** Something that happened between the harness and an implementation, in the order in which it did. */
export type Event =
  | { readonly kind: "said"; readonly by: "harness" | "iut"; readonly connection: number | undefined; readonly text: string }
  | {
      readonly kind: "message";
      readonly by: "harness" | "iut";
      readonly connection: number;
      readonly message: "request" | "authenticator";
      readonly bytes: Bytes;
    };

/** What was seen of a script: the harness's ends of all connections, and the events. */
export interface Seen {
  readonly channels: Channel[];
  readonly events: Event[];
}

/** A driver whose connections keep their raw bytes, and which writes down what is asked and answered. Throws what `driver` throws. */
export function witnessed(driver: Driver, { channels, events }: Seen): Driver {
  const said = (by: "harness" | "iut", connection: number | undefined, text: string) =>
    void events.push({ kind: "said", by, connection, text });
  /** Writes down what comes of an answer, and passes it on. */
  const heard = async <T>(connection: number | undefined, asked: Promise<Answer<T>>, accepted: (value: T) => void): Promise<Answer<T>> => {
    try {
      const answer = await asked;
      if ("refused" in answer) said("iut", connection, describeRefusal(answer.refused));
      else accepted(answer.value);
      return answer;
    } catch (error) {
      said("iut", connection, `gives no answer: ${(error as Error).message}`);
      throw error;
    }
  };
  const watched = (connection: IutConnection, number: number): IutConnection => {
    const message = (by: "harness" | "iut", kind: "request" | "authenticator", bytes: Bytes) =>
      void events.push({ kind: "message", by, connection: number, message: kind, bytes });
    return {
      channel: connection.channel,
      deliveries: connection.deliveries,
      request(ask) {
        const { signatureSchemes, attestation, context } = ask;
        const offered = `${signatureSchemes.map(schemeName).join(", ")}, ${attestation ? "attestation" : "no attestation"}`;
        said(
          "harness",
          number,
          `asks it for a request that offers ${offered}${context ? `, with the context ${preview(context, 255)}` : ""}`,
        );
        return heard(number, connection.request(ask), (bytes) => message("iut", "request", bytes));
      },
      authenticate(ask) {
        if (ask.request) message("harness", "request", ask.request);
        const what = ask.identity ? "an authenticator" : "an empty authenticator, or a refusal";
        const attested = ask.attestation ? `, attested with ${ask.attestation.type}` : "";
        said("harness", number, `asks it for ${what}${ask.request ? "" : ", without a request"}${attested}`);
        return heard(number, connection.authenticate(ask), (bytes) => message("iut", "authenticator", bytes));
      },
      validate(ask) {
        message("harness", "authenticator", ask.authenticator);
        said("harness", number, `asks it to validate this: ${validationInWords(ask)}`);
        return heard(number, connection.validate(ask), (value) => said("iut", number, acceptanceInWords(value)));
      },
      echo: (data) => connection.echo(data),
      export: (label, context, length) => connection.export(label, context, length),
      close: () => connection.close(),
    };
  };
  return {
    hello: driver.hello,
    can: driver.can,
    offersNeeded: driver.offersNeeded,
    async connect(options: ConnectOptions): Promise<IutConnection> {
      try {
        const connection = await driver.connect({ ...options, record: true });
        const number = channels.push(connection.channel);
        said("harness", number, `connected: TLS 1.3, ${connection.channel.cipherSuite}; the harness is the ${connection.channel.side}`);
        return watched(connection, number);
      } catch (error) {
        said("iut", undefined, `no connection came about: ${(error as Error).message}`);
        throw error;
      }
    },
    context: (ask) => heard(undefined, driver.context(ask), (context) => said("iut", undefined, `the context is ${preview(context, 255)}`)),
    stop: () => driver.stop(),
    diagnostics: () => driver.diagnostics(),
  };
}

function validationInWords({ request, trust, policy, now }: Omit<Params<"validate">, "channel">): string {
  const roots = `${trust.pkix.length} PKIX, ${trust.attestation.length} attestation and ${trust.results.length} result roots`;
  const measurement = policy.measurement ? `, measurement ${preview(policy.measurement, 64)}` : "";
  return `${request ? "" : "without a request, "}attestation ${policy.attestation}${measurement}; ${roots}${now ? `; at ${now}` : ""}`;
}

function acceptanceInWords(accepted: AcceptedResult | undefined): string {
  if (accepted === undefined) return "accepted";
  const { context, chain, attested, model, type } = accepted;
  const attestation = attested ? `attested (${[model, type].filter(Boolean).join(", ")})` : "not attested";
  return `accepted: ${attestation}, context ${preview(context, 255)}, a chain of ${chain.length}`;
}
