// @ts-check
// Authenticator requests (RFC 9261 section 4): CertificateRequest of a server, ClientCertificateRequest of a client.
import { Refusal } from "./refusal.mjs";
import { HandshakeType, handshake, Reader, readExtensions, readHandshakes, uint, vector } from "./wire.mjs";

/** @typedef {"client" | "server"} Side */
/** @typedef {{ bytes: Buffer, context: Buffer, schemes: number[], extensions: ReadonlySet<number> }} Request */

const SIGNATURE_ALGORITHMS = 13;

/**
 * The type of the requests that this end of the connection sends.
 * @param {Side} asker
 */
const typeOf = (asker) => (asker === "client" ? HandshakeType.clientCertificateRequest : HandshakeType.certificateRequest);

/**
 * @param {Side} asker
 * @param {Buffer} context
 * @param {number[]} schemes
 */
export function makeRequest(asker, context, schemes) {
  const list = vector(2, ...schemes.map((scheme) => uint(scheme, 2)));
  const extension = Buffer.concat([uint(SIGNATURE_ALGORITHMS, 2), vector(2, list)]);
  return handshake(typeOf(asker), vector(1, context), vector(2, extension));
}

/**
 * Reads a request that `asker` has sent. Throws a Refusal where it is malformed, of the other end, or without signature_algorithms, which
 * RFC 8446 section 4.3.2 asks for. Extensions that nobody knows are ignored (RFC 9261 section 4).
 * @param {Buffer} bytes
 * @param {Side} asker
 * @returns {Request}
 */
export function readRequest(bytes, asker) {
  const [message, ...rest] = readHandshakes(bytes, "request");
  if (message === undefined || rest.length > 0) throw new Refusal("malformed", "request: expected one handshake message");
  if (message.type !== typeOf(asker))
    throw new Refusal("wrong-role", `request: type ${message.type}, expected ${typeOf(asker)} of a ${asker}`);
  const body = new Reader(message.body, "request");
  const context = body.vector(1);
  const extensions = readExtensions(body.vector(2, 2), "request");
  body.end();
  const algorithms = extensions.get(SIGNATURE_ALGORITHMS);
  if (algorithms === undefined) throw new Refusal("malformed", "request: no signature_algorithms");
  return { bytes, context, schemes: readSchemes(algorithms), extensions: new Set(extensions.keys()) };
}

/**
 * The context of a request of either end (RFC 9261 section 7.2).
 * @param {Buffer} bytes
 */
export function contextOfRequest(bytes) {
  return readRequest(bytes, bytes[0] === HandshakeType.clientCertificateRequest ? "client" : "server").context;
}

/** @param {Buffer} data SignatureSchemeList (RFC 8446 section 4.2.3) */
function readSchemes(data) {
  const reader = new Reader(data, "signature_algorithms");
  const list = new Reader(reader.vector(2, 2), "signature_algorithms");
  reader.end();
  const schemes = [];
  while (!list.atEnd) schemes.push(list.uint(2));
  return schemes;
}
