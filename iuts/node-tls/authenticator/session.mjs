// @ts-check
// The operations of RFC 9261 section 7 on one connection, and what has to be remembered between them.
import { randomBytes } from "node:crypto";
import { validatePath } from "../path/path.mjs";
import { makeAuthenticator, makeEmptyAuthenticator, readAuthenticator, verifyAuthenticator } from "./authenticator.mjs";
import { Refusal } from "./refusal.mjs";
import { makeRequest, readRequest } from "./request.mjs";
import { chooseScheme } from "./schemes.mjs";
import { Secrets } from "./secrets.mjs";

/** @typedef {import("./request.mjs").Side} Side */
/** @typedef {{ schemes: readonly number[], extensions: ReadonlySet<number> }} Asked what a request, or else the ClientHello, leaves room for */

const CONTEXT_LENGTH = 32;
const NO_REQUEST = Buffer.alloc(0);

// Extensions that RFC 8446 section 4.2 defines, and not for Certificate: in an entry they are refused, also where the request holds them.
const NOT_IN_CERTIFICATE = new Set([0, 1, 10, 13, 14, 15, 16, 19, 20, 21, 41, 42, 43, 44, 45, 47, 48, 49, 50, 51]);

export class Session {
  /** @type {Side} */ #side;
  /** @type {Side} */ #peer;
  #own;
  #peers;
  #clientHello;
  // Contexts are unique on a connection, over the requests of both ends (RFC 9261 section 4).
  /** @type {Set<string>} */ #asked = new Set();
  /** @type {Set<string>} */ #askedByPeer = new Set();
  // An authenticator was made or accepted for them.
  /** @type {Set<string>} */ #consumed = new Set();

  /**
   * @param {Side} side
   * @param {import("./secrets.mjs").Exporter} exporter
   * @param {import("./secrets.mjs").Hash} hash of the cipher suite
   * @param {Asked} clientHello bounds what no request asks for (section 5.2)
   */
  constructor(side, exporter, hash, clientHello) {
    this.#side = side;
    this.#peer = side === "client" ? "server" : "client";
    this.#own = new Secrets(exporter, hash, this.#side);
    this.#peers = new Secrets(exporter, hash, this.#peer);
    this.#clientHello = clientHello;
  }

  /**
   * Section 7.1, "request".
   * @param {number[]} schemes
   * @param {Buffer | undefined} given a context of the application's own choice
   */
  request(schemes, given) {
    const context = given ?? randomBytes(CONTEXT_LENGTH);
    const name = context.toString("hex");
    if (context.length > 255) throw new Refusal("other", "a context has at most 255 octets");
    if (this.#asked.has(name) || this.#askedByPeer.has(name) || this.#consumed.has(name)) {
      throw new Refusal("context-reused", "the context was used on this connection");
    }
    this.#asked.add(name);
    return makeRequest(this.#side, context, schemes);
  }

  /**
   * Section 7.3, "authenticate". With no identity, or none that fits what is asked for, the answer is an empty authenticator (section 6).
   * @param {Buffer | undefined} bytes the request; none for a spontaneous authenticator
   * @param {import("./authenticator.mjs").Identity | undefined} identity
   */
  authenticate(bytes, identity) {
    if (bytes === undefined) return this.#spontaneous(identity);
    const request = readRequest(bytes, this.#peer);
    const name = request.context.toString("hex");
    if (this.#asked.has(name)) throw new Refusal("context-reused", "this end has asked with the same context");
    if (this.#consumed.has(name)) throw new Refusal("context-reused", "an authenticator was made for the context");
    this.#askedByPeer.add(name);
    const scheme = identity && chooseScheme(request.schemes, identity.key);
    const made =
      identity === undefined || scheme === undefined
        ? makeEmptyAuthenticator(this.#own, request)
        : makeAuthenticator(this.#own, request.bytes, request.context, identity, scheme);
    this.#consumed.add(name);
    return made;
  }

  /** @param {import("./authenticator.mjs").Identity | undefined} identity */
  #spontaneous(identity) {
    if (this.#side === "client") throw new Refusal("wrong-role", "only a server authenticates itself without a request");
    const scheme = identity && chooseScheme(this.#clientHello.schemes, identity.key);
    // Section 6 has an empty authenticator answer a request; without one there is nothing to decline.
    if (identity === undefined || scheme === undefined)
      throw new Refusal("no-common-scheme", "the ClientHello offers no scheme of the key");
    const context = randomBytes(CONTEXT_LENGTH);
    this.#consumed.add(context.toString("hex"));
    return makeAuthenticator(this.#own, NO_REQUEST, context, identity, scheme);
  }

  /**
   * Section 7.4, "validate". Returns context and chain as they came, or throws a Refusal; only an accepted authenticator consumes its context.
   * @param {Buffer | undefined} requestBytes a request of this end; none for a spontaneous authenticator
   * @param {Buffer} bytes
   * @param {Buffer[]} anchors
   * @param {Date} now
   */
  validate(requestBytes, bytes, anchors, now) {
    if (requestBytes === undefined && this.#side === "server") {
      throw new Refusal("wrong-role", "only a server authenticates itself without a request");
    }
    const request = requestBytes && readRequest(requestBytes, this.#side);
    const authenticator = readAuthenticator(bytes);
    const { context, chain, extensions, scheme } = authenticator;
    if (request && !context.equals(request.context)) throw new Refusal("context-mismatch", "the context is not that of the request");
    const name = context.toString("hex");
    if (this.#consumed.has(name)) throw new Refusal("context-reused", "the context was consumed before");
    const asked = request ?? this.#clientHello;
    for (const type of extensions) {
      if (!asked.extensions.has(type) || NOT_IN_CERTIFICATE.has(type)) {
        throw new Refusal("unsolicited-extension", `extension ${type} was not asked for`);
      }
    }
    if (!asked.schemes.includes(scheme)) throw new Refusal("scheme-not-offered", `scheme ${scheme} was not offered`);
    const key = validatePath(chain, anchors, now, this.#peer);
    verifyAuthenticator(authenticator, this.#peers, request?.bytes ?? NO_REQUEST, key);
    this.#consumed.add(name);
    return { context, chain };
  }
}
