// A product in the field, made of the reference's parts: `node endpoint.mjs <fault> <position> <host> <port>`. It frames nothing (carrier
// `bare`), runs one exchange on each connection, and as a relying party says "welcome" to whom it accepts.
import { createServer } from "node:net";
import { defaultProfile } from "../../../dist/harness/attestation/profile.js";
import { CLAIMS } from "../../../dist/harness/pki/claims.js";
import { pki } from "../../../dist/harness/pki/test-pki.js";
import { authenticate } from "../../../dist/harness/reference/attester.js";
import { request, validate } from "../../../dist/harness/reference/relying-party.js";
import { ReferenceChannel } from "../../../dist/harness/reference/state.js";
import { dial, startTls } from "../../../dist/harness/tls/node-channel.js";
import { cipherSuites } from "../../../dist/harness/wire/code-points.js";
import { delimit } from "../../../dist/harness/wire/handshake.js";
import { callWitness } from "./witness.mjs";

const [fault, position, host, port] = process.argv.slice(2);
const [role, side] = position.split("/");
await callWitness();
const WAIT_MS = 10_000;

if (fault === "ends") {
  process.stderr.write("no licence found\n");
  process.exit(3);
}

const exchange = { attester, "relying-party": relyingParty }[role];
if (side === "client") await serve(await dial({ host, port: Number(port) }, WAIT_MS));
else createServer((socket) => void serve(socket)).listen(Number(port), host, () => process.stdout.write(`listening on ${port}\n`));

async function serve(socket) {
  const { chain, pkcs8: key } = pki("handshake-p256");
  const identity = side === "server" ? { chain, key } : undefined;
  try {
    const channel = await startTls(socket, {
      side,
      cipherSuites: Object.keys(cipherSuites),
      identity,
      serverName: "localhost",
      handshakeTimeoutMs: WAIT_MS,
    });
    await exchange(new ReferenceChannel(channel));
    await channel.close();
  } catch {
    // The peer closed, or sent what is no message.
    socket.destroy();
  }
  // A client that stays is ended by who started it.
  if (fault === "stays") setInterval(() => undefined, 1 << 30);
}

async function attester(connection) {
  const { channel } = connection;
  const asked = await channel.receiveWhole(delimit, WAIT_MS);
  const identity = pki("identity-p256");
  const signer = pki("attestation-p256");
  const attestation = {
    model: "background-check",
    type: "application/eat+cwt",
    cmw: "cbor",
    claims: CLAIMS,
    key: signer.pkcs8,
    chain: signer.chain,
  };
  const params = { channel: "", request: asked, identity: { chain: identity.chain, key: identity.pkcs8 }, attestation };
  const { authenticator } = authenticate(connection, params, defaultProfile);
  if (authenticator === undefined) return;
  if (fault === "flips-a-bit") authenticator[authenticator.length - 1] ^= 1;
  await channel.send(fault === "sends-text" ? Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n") : authenticator);
  await channel.closed(WAIT_MS);
}

async function relyingParty(connection) {
  const { channel } = connection;
  const asked = request(connection, { channel: "", signatureSchemes: [0x0403], attestation: false }, defaultProfile).request;
  await channel.send(asked);
  const authenticator = await channel.receiveWhole(delimit, WAIT_MS);
  const trust = { pkix: [pki("identity-root-p256").certificate], attestation: [], results: [] };
  const verdict = validate(
    connection,
    { channel: "", request: asked, authenticator, trust, policy: { attestation: "none" } },
    defaultProfile,
  );
  if (fault === "refuses-everything" || ("refused" in verdict && fault !== "accepts-everything")) return;
  await channel.send(Buffer.from("welcome"));
  await channel.closed(WAIT_MS);
}
