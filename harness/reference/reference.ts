import { mediaTypes } from "../attestation/formats.ts";
import { defaultProfile, type Profile } from "../attestation/profile.ts";
import { supportedSchemes } from "../authenticator/signature.ts";
import type { IutControl } from "../iut/control.ts";
import { featureNames, type Method, type Params, PROTOCOL_VERSION, positions, type Result } from "../iut/protocol.ts";
import { RpcCode, RpcError } from "../iut/rpc-error.ts";
import { ChannelError } from "../tls/channel.ts";
import { version } from "../version.ts";
import { getContext } from "../wire/authenticator.ts";
import { cipherSuites } from "../wire/code-points.ts";
import { DecodeError } from "../wire/reader.ts";
import { authenticate } from "./attester.ts";
import { type Parts, rightParts } from "./parts.ts";
import { appraise, request, validate } from "./relying-party.ts";
import { ReferenceChannel, ReferenceChannels, refuse } from "./state.ts";

const RECEIVE_TIMEOUT_MS = 2000;

type Handlers = { [M in Method]: (params: Params<M>) => Result<M> | Promise<Result<M>> };

/**
 * The bundled implementation: the build stages as its attester, the appraisal steps as its relying party, over its own real sockets.
 * It serves the control protocol like any shim, in process or as a program of its own.
 */
export class Reference implements IutControl {
  readonly #parts: Parts;
  readonly #channels = new ReferenceChannels();
  #profile: Profile = defaultProfile;

  readonly #handlers: Handlers = {
    hello: ({ protocol, profile }) => {
      if (protocol !== PROTOCOL_VERSION) throw new RpcError(RpcCode.unsupported, `protocol ${protocol}`, "protocol");
      this.#profile = profile;
      return {
        protocol: PROTOCOL_VERSION,
        name: "reference",
        version,
        language: `TypeScript, Node ${process.versions.node}`,
        tls: `node:tls, OpenSSL ${process.versions.openssl}`,
        concurrency: 64,
        supports: {
          positions: [...positions],
          cipherSuites: Object.keys(cipherSuites),
          signatureSchemes: [...supportedSchemes],
          models: ["background-check", "passport"],
          evidence: mediaTypes("background-check"),
          results: mediaTypes("passport"),
          features: [...featureNames],
        },
      };
    },
    open: (params) => this.#open(params),
    request: (params) => request(this.#channels.get(params.channel), params, this.#profile, this.#parts),
    authenticate: (params) => authenticate(this.#channels.get(params.channel), params, this.#profile, this.#parts),
    validate: (params) => validate(this.#channels.get(params.channel), params, this.#profile, this.#parts),
    appraise: (params) => appraise(params, this.#profile, this.#parts),
    context: (params) => {
      try {
        return { context: getContext("request" in params ? params.request : params.authenticator) };
      } catch (error) {
        if (error instanceof DecodeError) return refuse("malformed", error.message);
        throw error;
      }
    },
    export: ({ channel, label, context, length }) => ({
      value: this.#channels.get(channel).channel.exportKeyingMaterial(label, context, length),
    }),
    send: async ({ channel, data }) => {
      await this.#channels.get(channel).channel.send(data);
      return {};
    },
    receive: async ({ channel, length, timeout = RECEIVE_TIMEOUT_MS }) => {
      try {
        return { data: await this.#channels.get(channel).channel.receive(length, timeout) };
      } catch (error) {
        if (error instanceof ChannelError) return refuse("other", error.message);
        throw error;
      }
    },
    close: async ({ channel }) => {
      await this.#channels.get(channel).channel.close();
      this.#channels.closed(channel);
      return {};
    },
    bye: async () => {
      await this.stop();
      return {};
    },
  };

  /** `parts` that are given stand in for those of the reference, to show what comes of a fault there. */
  constructor(parts: Partial<Parts> = {}) {
    this.#parts = { ...rightParts, ...parts };
  }

  async call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    return this.#handlers[method](params);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#channels.all()].map(({ channel }) => channel.close()));
  }

  diagnostics(): string {
    return "";
  }

  async #open(params: Params<"open">): Promise<Result<"open">> {
    this.#channels.reserve(params.channel);
    try {
      const opened = await this.#parts.open(params);
      this.#channels.add(params.channel, new ReferenceChannel(opened, this.#parts.remember()));
      return { cipherSuite: opened.cipherSuite };
    } catch (error) {
      if (error instanceof ChannelError) return refuse("other", error.message);
      throw error;
    }
  }
}
