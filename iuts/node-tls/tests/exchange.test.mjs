// @ts-check
// Two ends that dial each other through a listener that joins them: the bytes of one are those of the other.
import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, test } from "node:test";
import { Refusal } from "../authenticator/refusal.mjs";
import { openChannel } from "../shim/channel.mjs";
import { entity } from "./published.mjs";

/** @typedef {import("../shim/channel.mjs").Channel} Channel */

/** @type {(() => void)[]} */
const cleanUp = [];
afterEach(() => {
  for (const step of cleanUp.splice(0)) step();
});

/** @param {string} cipherSuite @returns {Promise<{ client: Channel, server: Channel }>} */
async function connection(cipherSuite = "TLS_AES_128_GCM_SHA256") {
  /** @type {import("node:net").Socket | undefined} */
  let waiting;
  const listener = createServer((socket) => {
    socket.on("error", () => undefined);
    cleanUp.push(() => socket.destroy());
    if (waiting) waiting.pipe(socket).pipe(waiting);
    waiting = socket;
  }).listen(0, "127.0.0.1");
  cleanUp.push(() => listener.close());
  await once(listener, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (listener.address());
  const { certificate, key } = entity("handshake-p256");
  const settings = {
    cipherSuites: [cipherSuite],
    serverName: "localhost",
    identity: { chain: [certificate], key },
    trust: [entity("handshake-root-p256").certificate],
  };
  const address = { host: "127.0.0.1", port };
  const [client, server] = await Promise.all([openChannel("client", address, settings), openChannel("server", address, settings)]);
  cleanUp.push(
    () => client.close(),
    () => server.close(),
  );
  return { client, server };
}

/** @param {string} family */
const identity = (family) => ({
  chain: [entity(`identity-${family}`).certificate, entity(`identity-intermediate-${family}`).certificate],
  key: createPrivateKey({ key: entity(`identity-${family}`).key, format: "der", type: "pkcs8" }),
});
/** @param {string} family */
const roots = (family) => [entity(`identity-root-${family}`).certificate];
const now = new Date("2026-01-01T00:00:00Z");

for (const [suite, family, scheme] of /** @type {const} */ ([
  ["TLS_AES_128_GCM_SHA256", "p256", 0x0403],
  ["TLS_AES_256_GCM_SHA384", "p384", 0x0503],
  ["TLS_CHACHA20_POLY1305_SHA256", "ed25519", 0x0807],
  ["TLS_AES_256_GCM_SHA384", "rsa-pss-sha512", 0x0806],
])) {
  test(`${suite}, ${family}: each end asks the other, and none accepts what is not for it`, async () => {
    const { client, server } = await connection(suite);
    assert.equal(client.cipherSuite, suite);
    for (const [asker, answerer] of [
      [client, server],
      [server, client],
    ]) {
      assert.ok(asker && answerer);
      const request = asker.session.request([scheme], undefined);
      const authenticator = answerer.session.authenticate(request, identity(family));
      const altered = Buffer.from(authenticator);
      altered.writeUInt8(altered.readUInt8(altered.length - 1) ^ 1, altered.length - 1);
      assert.throws(() => asker.session.validate(request, altered, roots(family), now), /Finished/);
      assert.throws(() => answerer.session.validate(request, authenticator, roots(family), now), Refusal);
      assert.equal(asker.session.validate(request, authenticator, roots(family), now).chain.length, 2);
      assert.throws(() => asker.session.validate(request, authenticator, roots(family), now), /consumed/);
      assert.throws(() => answerer.session.authenticate(request, identity(family)), /was made/);
    }
  });
}

test("a server authenticates itself unasked, a client does not, and the ClientHello bounds the scheme", async () => {
  const { client, server } = await connection();
  const authenticator = server.session.authenticate(undefined, identity("ed25519"));
  client.session.validate(undefined, authenticator, roots("ed25519"), now);
  assert.throws(() => client.session.authenticate(undefined, identity("ed25519")), /only a server/);
  assert.throws(() => server.session.validate(undefined, authenticator, roots("ed25519"), now), /only a server/);
});

test("where no scheme fits, or nobody is to be shown, the answer is empty; a context comes once", async () => {
  const { client, server } = await connection();
  for (const shown of [identity("p384"), undefined]) {
    const request = client.session.request([0x0403], undefined);
    const empty = server.session.authenticate(request, shown);
    assert.equal(empty.length, 4 + 32);
    assert.throws(() => client.session.validate(request, empty, roots("p384"), now), /declined/);
  }
  const context = Buffer.from("given");
  server.session.authenticate(client.session.request([0x0403], context), undefined);
  assert.throws(() => client.session.request([0x0403], context), /was used/);
  assert.throws(() => server.session.request([0x0403], context), /was used/);
});

test("bytes stay queued beyond what is asked for, at a timeout, and behind the end", async () => {
  const { client, server } = await connection();
  await client.send(Buffer.from("onetwo"));
  assert.equal((await server.receive(3, 2000)).toString(), "one");
  await assert.rejects(server.receive(4, 20), /3 of 4 bytes/);
  client.close();
  await assert.rejects(server.receive(4, 2000), /closed/);
  assert.equal((await server.receive(3, 2000)).toString(), "two");
});

test("a server that is not trusted, or no TLS at all, is a refusal", async () => {
  const listener = createServer((socket) => socket.end("no TLS")).listen(0, "127.0.0.1");
  cleanUp.push(() => listener.close());
  await once(listener, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (listener.address());
  const { certificate, key } = entity("handshake-p256");
  const settings = {
    cipherSuites: ["TLS_AES_128_GCM_SHA256"],
    serverName: "localhost",
    identity: { chain: [certificate], key },
    trust: [],
  };
  for (const side of /** @type {const} */ (["client", "server"])) {
    await assert.rejects(openChannel(side, { host: "127.0.0.1", port }, settings), Refusal);
  }
});

test("settings that cannot be used are an error of the shim, and nothing is dialled", async () => {
  const { certificate, key } = entity("handshake-p256");
  const settings = {
    cipherSuites: ["TLS_AES_128_GCM_SHA256"],
    serverName: "localhost",
    identity: { chain: [certificate], key },
    trust: [],
  };
  const address = { host: "127.0.0.1", port: 1 };
  const garbage = Buffer.from("garbage");
  await assert.rejects(openChannel("server", address, { ...settings, identity: undefined }), /needs an identity/);
  await assert.rejects(
    openChannel("server", address, { ...settings, identity: { chain: [garbage], key } }),
    (error) => !(error instanceof Refusal),
  );
});

test("a peer that breaks off within the handshake is a refusal", async () => {
  const listener = createServer((socket) => socket.once("data", () => socket.resetAndDestroy())).listen(0, "127.0.0.1");
  cleanUp.push(() => listener.close());
  await once(listener, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (listener.address());
  const settings = { cipherSuites: ["TLS_AES_128_GCM_SHA256"], serverName: "localhost", identity: undefined, trust: [] };
  await assert.rejects(openChannel("client", { host: "127.0.0.1", port }, settings), Refusal);
});
