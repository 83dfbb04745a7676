import { describe, expect, it } from "vitest";
import { cmwPayload } from "../attestation/payload.ts";
import { defaultProfile } from "../attestation/profile.ts";
import type { IutControl } from "../iut/control.ts";
import { greet } from "../iut/controlled.ts";
import type { Driver, IutConnection } from "../iut/driver.ts";
import { isRefused, type Method, type Params, type Result } from "../iut/protocol.ts";
import { openTls } from "../reference/open.ts";
import { Reference } from "../reference/reference.ts";
import type { Channel } from "../tls/channel.ts";
import { startTls } from "../tls/node-channel.ts";
import { decodeCertificate, decodeFrame } from "../wire/authenticator.ts";
import { type Bytes, toHex } from "../wire/bytes.ts";
import { loadLibrary } from "./load.ts";
import { plan } from "./plan.ts";
import { runInstances } from "./run.ts";

/** Cases of state and direction against implementations with one defect each: the case that asks for it fails, and says what it saw. */

type Call = <M extends Method>(method: M, params: Params<M>) => Promise<Result<M>>;

/** The reference with one method answered otherwise. */
class Defective implements IutControl {
  readonly #reference = new Reference();

  constructor(readonly answer: (right: Call, method: Method, params: Params<Method>) => Promise<Result<Method>>) {}

  call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    const right: Call = (name, other) => this.#reference.call(name, other);
    return this.answer(right, method, params) as Promise<Result<M>>;
  }

  stop(): Promise<void> {
    return this.#reference.stop();
  }

  diagnostics(): string {
    return "";
  }
}

const { cases, ledger } = loadLibrary();

/** Outcome and detail of each instance of the cases, by its id. Controls run against the same implementation. */
async function run(start: () => Promise<Driver>, ids: readonly string[]): Promise<Record<string, string>> {
  const first = await start();
  const instances = plan(cases, first.hello, first.can).filter(({ script }) => ids.includes(script.id));
  await first.stop();
  const results: Record<string, string> = {};
  const common = { start, workers: 1, ledger, profile: defaultProfile, payload: cmwPayload, seed: "test" };
  await runInstances(instances, {
    ...common,
    report: (some) => {
      for (const { instance, outcome, detail } of some) results[instance] = `${outcome} ${detail}`.trim();
    },
  });
  return results;
}

const defective = (answer: ConstructorParameters<typeof Defective>[0]) => () => greet(new Defective(answer), defaultProfile);

describe("contexts", () => {
  const MANY = "rfc9261/4-request/many-contexts";

  it("of a counter are a warning, for they should be unpredictable", async () => {
    let count = 0;
    const counting = defective((right, method, params) => {
      if (method !== "request" || "context" in params) return right(method, params);
      return right("request", { ...(params as Params<"request">), context: Buffer.from(String(1000 + count++)) });
    });
    const results = await run(counting, [MANY]);
    expect(results[`${MANY}#contexts-increment[client]`]).toMatch(
      /^warn .* continue the last difference \(big-endian, on main\): 31303030, /,
    );
    expect(results[`${MANY}#contexts-change[client]`]).toMatch(/^warn expected at least 14\.1 bits/);
    expect(results[`${MANY}#contexts-unique[client]`]).toBe("pass");
  });

  it("that the peer can foresee must not be taken twice", async () => {
    const FORESEEN = "rfc9261/9-independence/context-foreseen-by-peer";
    const counters = new Map<string, number>();
    const counting = defective(async (right, method, params) => {
      if (method !== "request") return right(method, params);
      const result = await right("request", params as Params<"request">);
      if (isRefused(result)) return result;
      const { channel } = params as Params<"request">;
      const count = (counters.get(channel) ?? 0) + 1;
      counters.set(channel, count);
      // The reference would refuse a context that it has seen; this one looks at nothing but its counter.
      const request = Uint8Array.from(result.request);
      const length = request[4] ?? 0;
      request.fill(0, 5, 5 + length);
      request[4 + length] = count;
      return { request };
    });
    expect((await run(counting, [FORESEEN]))[`${FORESEEN}[client]`]).toMatch(
      /^fail expected a context that the peer has not asked with, found 0+2, /,
    );
    expect((await run(() => greet(new Reference(), defaultProfile), [FORESEEN]))[`${FORESEEN}[client]`]).toBe("pass");
  });

  it("of a server's own authenticators must be unpredictable", async () => {
    const SPONTANEOUS = "rfc9261/5-authenticate/many-spontaneous-contexts";
    let first: Result<"authenticate"> | undefined;
    // The cheapest way to have one context always: to hand out one authenticator always.
    const repeating = defective(async (right, method, params) => {
      if (method !== "authenticate") return right(method, params);
      first ??= await right(method, params as Params<"authenticate">);
      return first;
    });
    const results = await run(repeating, [SPONTANEOUS]);
    expect(results[`${SPONTANEOUS}#contexts-unique[server]`]).toMatch(/^fail expected each context once on a connection/);
    expect(results[`${SPONTANEOUS}#contexts-repeated[server]`]).toMatch(/^fail .* 64 of 64 came again/);
    expect(results[`${SPONTANEOUS}#contexts-change[server]`]).toMatch(/^fail .* 0\.0 bits/);
  });
});

describe("what has to be refused", () => {
  const NEGATIVES = [
    "rfc9261/9-independence/answer-to-other-request",
    "rfc9261/9-independence/context-of-other-request",
    "rfc9261/9-independence/replayed-after-another",
    "rfc9261/9-independence/own-authenticator-returned",
    "rfc9261/9-independence/own-authenticator-returned-for-same-context",
    "expat/3.4-directions/own-evidence-returned",
    "expat/7.4-freshness/evidence-for-other-request",
    "expat/7.4-freshness/left-out-the-second-time",
  ];

  it("fails where it is accepted", async () => {
    const accepting = defective(async (right, method, params) => {
      const result = await right(method, params);
      if (method !== "validate" || !isRefused(result)) return result;
      const frame = decodeFrame((params as Params<"validate">).authenticator);
      if (frame.kind === "empty") return result;
      const { certificateRequestContext: context, entries } = decodeCertificate(frame.certificate);
      return { accepted: { context, chain: entries.map(({ certData }) => certData), attested: false } };
    });
    const results = await run(accepting, NEGATIVES);
    expect(Object.keys(results)).toHaveLength(2 * NEGATIVES.length);
    for (const [instance, result] of Object.entries(results)) {
      expect(result, instance).toBe(`${instance.includes("replayed") ? "warn" : "fail"} expected a refusal, found acceptance`);
    }
  });

  it("fails where the attester does it", async () => {
    const BEFORE = "rfc9261/9-independence/context-validated-before";
    let made: Result<"authenticate"> | undefined;
    const obliging = defective(async (right, method, params) => {
      const result = await right(method, params);
      if (method !== "authenticate") return result;
      if (!isRefused(result)) made = result as Result<"authenticate">;
      return isRefused(result) && made ? made : result;
    });
    const results = await run(obliging, [BEFORE]);
    expect(results[`${BEFORE}[client]`]).toMatch(/^warn expected a refusal, or an empty authenticator, found an authenticator of/);
  });
});

describe("what has to go on", () => {
  // Once in a connection, and never again.
  const once = (limited: Method) =>
    defective((right, method, params) => {
      const { channel } = params as { channel: string };
      if (method !== limited || !used.has(`${limited} ${channel}`)) {
        used.add(`${method} ${channel}`);
        return right(method, params);
      }
      return Promise.resolve({ refused: { code: "other", detail: "the connection is used up" } });
    });
  const used = new Set<string>();

  it.each<[Method, string]>([
    ["authenticate", "rfc9261/9-independence/answers-in-other-order"],
    ["authenticate", "expat/7.4-freshness/attests-in-other-order"],
    ["validate", "rfc9261/9-independence/accepts-new-exchange-after-refusal"],
    ["validate", "expat/7.4-freshness/accepts-in-other-order"],
    ["validate", "expat/7.4-freshness/accepts-after-refused-exchange"],
  ])("a second %s: %s", async (method, id) => {
    used.clear();
    const results = await run(once(method), [id]);
    expect(results[`${id}[server]`]).toMatch(/^fail .* found refused \(other: the connection is used up\)/);
  });

  it.each(["3.4-directions/attests-then-verifies", "3.4-directions/verifies-then-attests", "3.4-directions/requests-cross"])(
    "the other direction: expat/%s",
    async (name) => {
      const roles = new Map<string, Method>();
      const oneRole = defective(async (right, method, params) => {
        const { channel } = params as { channel: string };
        if (method !== "authenticate" && method !== "validate") return right(method, params);
        const role = roles.get(channel) ?? method;
        roles.set(channel, role);
        return role === method ? right(method, params) : { refused: { code: "wrong-role", detail: "one direction is enough" } };
      });
      expect((await run(oneRole, [`expat/${name}`]))[`expat/${name}[client]`]).toMatch(/^fail .* one direction is enough/);
    },
  );

  it("a memory of contexts that spans connections", async () => {
    const seen = new Map<string, string>();
    const sharing = defective(async (right, method, params) => {
      const { context, channel } = params as { context?: Bytes; channel: string };
      if (method !== "request" || !context) return right(method, params);
      const key = Buffer.from(context).toString("hex");
      if (seen.has(key) && seen.get(key) !== channel) return { refused: { code: "context-reused" } };
      seen.set(key, channel);
      return right(method, params);
    });
    const id = "rfc9261/9-independence/asks-on-two-connections";
    expect((await run(sharing, [id]))[`${id}[server]`]).toBe("fail expected a request, found refused (context-reused)");
  });

  it("application data", async () => {
    const spoiled = new Set<string>();
    const spoiling = defective(async (right, method, params) => {
      const { channel } = params as { channel: string };
      const { data } = params as { data?: Bytes };
      if (method === "authenticate") spoiled.add(channel);
      // The authenticator itself still goes through, the data behind it do not.
      if (method === "send" && data && spoiled.has(channel) && data.length === 200) {
        return right("send", { channel, data: data.map((octet) => octet ^ 1) });
      }
      return right(method, params);
    });
    const id = "rfc9261/9-independence/data-after-authenticating";
    expect((await run(spoiling, [id]))[`${id}[server]`]).toMatch(
      /^fail expected 200 bytes of application data there and back, found it sent other/,
    );
  });
});

describe("a result that serves several exchanges", () => {
  it("fails where the attester has spent it after the first one", async () => {
    const id = "expat/4-passport/attests-again";
    const given = new Set<string>();
    const spending = defective(async (right, method, params) => {
      if (method === "authenticate") {
        const { attestation } = params as Params<"authenticate">;
        const result = attestation?.model === "passport" ? toHex(attestation.result) : "";
        if (given.has(result)) return { refused: { code: "other", detail: "that result is spent" } };
        given.add(result);
      }
      return right(method, params);
    });
    expect((await run(spending, [id]))[`${id}[server]`]).toMatch(/^fail .*that result is spent/);
  });
});

describe("tickets and resumption", () => {
  const resuming = () => {
    let last: Channel | undefined;
    const handshake: typeof startTls = async (socket, options) => {
      const resume = options.side === "client" ? last?.observed.session : undefined;
      last = await startTls(socket, { ...options, resume });
      return last;
    };
    return greet(new Reference({ open: (params) => openTls(params, handshake) }), defaultProfile);
  };

  it.each(["attester", "relying-party"])("a client that resumes as %s fails", async (role) => {
    const id = `expat/7.2-connection/${role}-does-not-resume`;
    expect((await run(resuming, [id]))[`${id}[client]`]).toBe(
      "fail expected a full handshake, offered by the client without resumption, found pre_shared_key in the ClientHello",
    );
  });

  it("a server that resumes is observed", async () => {
    const id = "expat/7.2-connection/attester-is-resumed";
    const willing = () =>
      greet(
        new Reference({ open: (params) => openTls(params, (socket, options) => startTls(socket, { ...options, resumable: true })) }),
        defaultProfile,
      );
    expect((await run(willing, [id]))[`${id}[server]`]).toBe("observed sets the connection up with a resumed session");
    const reference = () => greet(new Reference(), defaultProfile);
    expect((await run(reference, [id]))[`${id}[server]`]).toBe("observed sets the connection up with a full handshake");
  });

  it("a ticket behind the request for attestation fails, one of the handshake does not", async () => {
    const id = "expat/7.2-connection/no-ticket-once-required";
    const outcomeWithTicketAfter = async (messages: number) => {
      const results = await run(async () => ticketAfter(await greet(new Reference(), defaultProfile), messages), [id]);
      return results[`${id}[server]`];
    };
    expect(await outcomeWithTicketAfter(0)).toBe("pass");
    expect(await outcomeWithTicketAfter(2)).toBe("pass");
    expect(await outcomeWithTicketAfter(3)).toBe("fail expected no NewSessionTicket after second, found a NewSessionTicket");
  });
});

/** A driver whose server sends one ticket on top of those of the handshake, after so many requests: node:tls cannot be made to. */
function ticketAfter(driver: Driver, messages: number): Driver {
  const connect: Driver["connect"] = async (options) => {
    const connection = await driver.connect(options);
    let requests = 0;
    const channel = new Proxy(connection.channel, {
      get(target, name) {
        if (name !== "observed") {
          const value = Reflect.get(target, name, target);
          return typeof value === "function" ? value.bind(target) : value;
        }
        // Those of the handshake are set apart, for when node:tls shows them is its own affair.
        return { ...target.observed, sessionTickets: requests >= messages ? 1 : 0 };
      },
    });
    return overriding(connection, {
      channel,
      request: async (ask) => {
        requests++;
        return connection.request(ask);
      },
    });
  };
  return overriding(driver, { connect });
}

function overriding<T extends Driver | IutConnection>(target: T, changes: Partial<T>): T {
  return new Proxy(target, {
    get(whole, name) {
      if (name in changes) return Reflect.get(changes, name);
      const value = Reflect.get(whole, name, whole);
      return typeof value === "function" ? value.bind(whole) : value;
    },
  });
}
