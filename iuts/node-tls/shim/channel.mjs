// @ts-check
// A connection of TLS 1.3. The shim dials in both roles; as server it is the server of the handshake on what it has dialled.
import { connect as dial } from "node:net";
import { connect, createSecureContext, createServer } from "node:tls";
import { Refusal } from "../authenticator/refusal.mjs";
import { handshakeAlgorithms, offeredByClientHello, signatureSchemes } from "../authenticator/schemes.mjs";
import { hashOfSuite } from "../authenticator/secrets.mjs";
import { Session } from "../authenticator/session.mjs";
import { Inbox } from "./stream.mjs";

/** @typedef {import("node:tls").TLSSocket} TLSSocket */
/** @typedef {{ host: string, port: number }} Address */
/** @typedef {{ cipherSuites: string[], serverName: string, identity: { chain: Buffer[], key: Buffer } | undefined, trust: Buffer[] }} Settings */

const HANDSHAKE_MS = 5000;

/**
 * @param {string} label
 * @param {Buffer} der
 */
const pem = (label, der) => `-----BEGIN ${label}-----\n${der.toString("base64")}\n-----END ${label}-----\n`;

export class Channel {
  #socket;
  #inbox;

  /**
   * @param {"client" | "server"} side
   * @param {TLSSocket} socket behind its handshake: as server, the Finished of the client is verified (RFC 9261 section 7)
   */
  constructor(side, socket) {
    this.#socket = socket;
    this.#inbox = new Inbox(socket);
    this.cipherSuite = socket.getCipher().standardName;
    const schemes = side === "client" ? signatureSchemes : offeredByClientHello(socket.getSharedSigalgs());
    // node:tls does not show the ClientHello. The own one holds neither of the two extensions that may stand in a Certificate (RFC 8446
    // section 4.2): status_request, which `requestOCSP` would add, and signed_certificate_timestamp.
    const clientHello = { schemes, extensions: new Set() };
    this.session = new Session(side, (...input) => this.export(...input), hashOfSuite(this.cipherSuite), clientHello);
  }

  /**
   * RFC 8446 section 7.5.
   * @param {string} label
   * @param {Buffer} context
   * @param {number} length
   */
  export(label, context, length) {
    return this.#socket.exportKeyingMaterial(length, label, context);
  }

  /** @param {Buffer} data */
  send(data) {
    return new Promise((resolve, reject) => {
      this.#socket.write(data, (error) => (error ? reject(new Refusal("other", error.message)) : resolve(undefined)));
    });
  }

  /**
   * @param {number} length
   * @param {number} timeout
   */
  receive(length, timeout) {
    return this.#inbox.take(length, timeout);
  }

  close() {
    this.#socket.destroySoon();
  }
}

/**
 * Resolves to the channel; rejects with a Refusal where no handshake comes about, and with another error where the settings cannot be used.
 * @param {"client" | "server"} side
 * @param {Address} address
 * @param {Settings} settings
 * @returns {Promise<Channel>}
 */
export async function openChannel(side, { host, port }, settings) {
  const handshake = (side === "client" ? asClient : asServer)(settings); // may throw, and then nothing is dialled
  const socket = dial({ host, port, noDelay: true });
  const timer = setTimeout(() => socket.destroy(new Error(`no handshake within ${HANDSHAKE_MS} ms`)), HANDSHAKE_MS);
  try {
    return new Channel(side, await handshake(socket));
  } catch (error) {
    socket.destroy();
    throw new Refusal("other", error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(timer);
  }
}

/** @typedef {(socket: import("node:net").Socket) => Promise<TLSSocket>} Handshake */

/** @param {string[]} cipherSuites */
const common = (cipherSuites) =>
  /** @type {const} */ ({
    minVersion: "TLSv1.3",
    maxVersion: "TLSv1.3",
    ciphers: cipherSuites.join(":"),
    sigalgs: handshakeAlgorithms,
  });

// The listeners for errors below stay: an error that comes later, and that nobody listens to, would end the process.

/**
 * @param {Settings} settings
 * @returns {Handshake}
 */
function asClient({ cipherSuites, serverName, trust }) {
  const ca = trust.map((der) => pem("CERTIFICATE", der)); // an empty list trusts nobody
  const secureContext = createSecureContext({ ca, ...common(cipherSuites) });
  return (socket) =>
    new Promise((resolve, reject) => {
      const tls = connect({ socket, secureContext, servername: serverName });
      tls.once("secureConnect", () => resolve(tls));
      tls.on("error", reject);
      tls.once("close", () => reject(new Error("the peer closed within the handshake")));
      socket.on("error", reject);
    });
}

/**
 * @param {Settings} settings
 * @returns {Handshake}
 */
function asServer({ cipherSuites, identity }) {
  if (identity === undefined) throw new Error("a server needs an identity");
  const cert = identity.chain.map((der) => pem("CERTIFICATE", der)).join("");
  const server = createServer({ cert, key: pem("PRIVATE KEY", identity.key), ...common(cipherSuites) });
  return (socket) =>
    new Promise((resolve, reject) => {
      server.once("secureConnection", resolve);
      server.once("tlsClientError", reject);
      socket.on("error", reject);
      socket.once("close", () => reject(new Error("the peer closed within the handshake")));
      socket.once("connect", () => server.emit("connection", socket));
    });
}
