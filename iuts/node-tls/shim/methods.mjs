// @ts-check
// The methods of the control protocol (docs/iut-protocol.md): they translate, and decide nothing.
import { createPrivateKey } from "node:crypto";
import { readAuthenticator } from "../authenticator/authenticator.mjs";
import { Refusal } from "../authenticator/refusal.mjs";
import { contextOfRequest } from "../authenticator/request.mjs";
import { signatureSchemes } from "../authenticator/schemes.mjs";
import { openChannel } from "./channel.mjs";
import { Parameters } from "./parameters.mjs";
import { RpcError, unsupported } from "./rpc.mjs";

/** @typedef {import("./channel.mjs").Channel} Channel */
/** @typedef {import("./rpc.mjs").Method} Method */

const CIPHER_SUITES = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];

const HELLO = {
  protocol: 1,
  name: "node-tls",
  version: "0.1.0",
  language: `JavaScript, Node ${process.versions.node}`,
  tls: "node:tls",
  concurrency: 1,
  supports: {
    positions: ["attester/server", "relying-party/client", "attester/client", "relying-party/server"],
    cipherSuites: CIPHER_SUITES,
    signatureSchemes,
    features: ["spontaneous", "empty-authenticator", "get-context", "replay-detection", "export", "foreign-request"],
  },
};

/** @returns {ReadonlyMap<string, Method>} */
export function makeMethods() {
  /** @type {Map<string, Channel>} */
  const channels = new Map();

  /** @param {Parameters} params */
  const channelOf = (params) => {
    const found = channels.get(params.text("channel"));
    if (found === undefined) throw new RpcError(-32602, `unknown channel "${params.text("channel")}"`);
    return found;
  };

  /** @type {Record<string, (params: Parameters) => unknown>} */
  const methods = {
    hello: (params) => {
      const protocol = params.integer("protocol", Number.MAX_SAFE_INTEGER);
      if (protocol !== HELLO.protocol) throw unsupported(`protocol ${protocol}`);
      return HELLO; // the profile is about attestation alone
    },

    open: async (params) => {
      const name = params.text("channel");
      if (channels.has(name)) throw new RpcError(-32602, `channel "${name}" is open`);
      const side = params.oneOf("side", ["client", "server"]);
      const address = params.object("address");
      const opened = await openChannel(
        side,
        { host: address.text("host"), port: address.integer("port", 65535) },
        {
          cipherSuites: params.listOfTexts("cipherSuites"),
          serverName: params.text("serverName"),
          identity: params.has("identity") ? identityOf(params.object("identity")) : undefined,
          trust: params.has("trust") ? params.listOfBytes("trust") : [],
        },
      );
      channels.set(name, opened);
      return { cipherSuite: opened.cipherSuite };
    },

    request: (params) => {
      const { session } = channelOf(params);
      const schemes = params.listOfIntegers("signatureSchemes", 0xffff);
      if (params.flag("attestation")) throw unsupported("attestation");
      return { request: session.request(schemes, params.optionalBytes("context")).toString("hex") };
    },

    authenticate: (params) => {
      const { session } = channelOf(params);
      if (params.has("attestation")) throw unsupported("attestation");
      const { chain, key } = params.has("identity") ? identityOf(params.object("identity")) : {};
      const identity = chain && key && { chain, key: createPrivateKey({ key, format: "der", type: "pkcs8" }) };
      return { authenticator: session.authenticate(params.optionalBytes("request"), identity).toString("hex") };
    },

    validate: (params) => {
      const { session } = channelOf(params);
      const anchors = params.object("trust").listOfBytes("pkix");
      const policy = params.object("policy").oneOf("attestation", ["required", "optional", "none"]);
      const now = params.optionalTime("now") ?? new Date();
      const request = params.optionalBytes("request");
      const authenticator = params.bytes("authenticator");
      if (policy === "required") throw new Refusal("attestation-missing", "this implementation reads no attestation");
      const { context, chain } = session.validate(request, authenticator, anchors, now);
      return { accepted: { context: context.toString("hex"), chain: chain.map((der) => der.toString("hex")), attested: false } };
    },

    context: (params) => {
      const request = params.optionalBytes("request");
      const context = request === undefined ? readAuthenticator(params.bytes("authenticator")).context : contextOfRequest(request);
      return { context: context.toString("hex") };
    },

    export: (params) => {
      const channel = channelOf(params);
      const value = channel.export(
        params.text("label"),
        params.optionalBytes("context") ?? Buffer.alloc(0),
        params.integer("length", 4096),
      );
      return { value: value.toString("hex") };
    },

    send: async (params) => {
      await channelOf(params).send(params.bytes("data"));
      return {};
    },

    receive: async (params) => {
      const timeout = params.has("timeout") ? params.integer("timeout", 2 ** 31 - 1) : 2000;
      const data = await channelOf(params).receive(params.integer("length", 2 ** 24), timeout);
      return { data: data.toString("hex") };
    },

    close: (params) => {
      channelOf(params).close();
      channels.delete(params.text("channel"));
      return {};
    },

    bye: () => ({}),
  };

  return new Map(
    Object.entries(methods).map(([name, method]) => [name, (/** @type {unknown} */ params) => method(new Parameters(params))]),
  );
}

/** @param {Parameters} identity */
function identityOf(identity) {
  return { chain: identity.listOfBytes("chain"), key: identity.bytes("key") };
}
