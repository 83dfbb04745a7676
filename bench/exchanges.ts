import { createHash, createHmac, sign, verify } from "node:crypto";
import { judge } from "../harness/appraisal/appraise.ts";
import { cmwPayload } from "../harness/attestation/payload.ts";
import { defaultProfile } from "../harness/attestation/profile.ts";
import { parseCertificate } from "../harness/authenticator/certificate.ts";
import { buildRequest } from "../harness/forge/build.ts";
import { greet } from "../harness/iut/controlled.ts";
import type { IutConnection } from "../harness/iut/driver.ts";
import { CLAIMS } from "../harness/pki/claims.ts";
import { pki } from "../harness/pki/test-pki.ts";
import { Reference } from "../harness/reference/reference.ts";
import { givenAttestation } from "../harness/scenario/attestation-inputs.ts";
import type { Channel } from "../harness/tls/channel.ts";
import type { Bytes } from "../harness/wire/bytes.ts";
import { decodeRequest } from "../harness/wire/request.ts";
import { median, plainConnection } from "./plain.ts";

const ROUNDS = 16;
const EXCHANGES = 15;
/** Open at the same time: as many as a run has in hand on a few cores. */
const CONNECTIONS = 4;
/** Rounds before the first that counts: until the code is compiled as far as it will be. */
const WARM_UP = 12;

const identity = pki("identity-p256");
const attester = pki("attestation-p256");
const trust = { pkix: [pki("identity-root-p256").certificate], attestation: [pki("attestation-root-p256").certificate], results: [] };
let contexts = 0;

/** One exchange as a case makes it: request, authenticator over the connection, judged to the end. Returns the two messages. */
async function exchange(connection: IutConnection): Promise<{ request: Bytes; authenticator: Bytes }> {
  const certificateRequestContext = createHash("sha256").update(String(contexts++)).digest();
  const { request } = buildRequest({
    sender: "client",
    profile: defaultProfile,
    certificateRequestContext,
    signatureSchemes: [0x0403],
    attestation: true,
  });
  const { given, asked } = givenAttestation({ cmw: "cbor" }, { scheme: "p256", format: "eat-cwt", payload: cmwPayload }, identity);
  const answer = await connection.authenticate({
    request,
    identity: { chain: [...identity.chain], key: identity.pkcs8 },
    attestation: given,
  });
  if (!("value" in answer)) throw new Error(`refused: ${JSON.stringify(answer.refused)}`);
  const { results } = judge({
    connection: connection.channel,
    sender: "server",
    profile: defaultProfile,
    request: { bytes: request, decoded: decodeRequest(request) },
    authenticator: answer.value,
    trust,
    policy: { attestation: "required", measurement: CLAIMS.measurement },
    now: new Date(),
    consumedContexts: new Set(),
    payload: cmwPayload,
    asked,
  });
  const wrong = results.find(({ kind }) => kind === "finding" || kind === "blocked");
  if (wrong) throw new Error(`not right: ${JSON.stringify(wrong)}`);
  return { request, authenticator: answer.value };
}

/** The work that no harness saves: what one exchange signs, verifies, exports, hashes and moves. */
async function floor(client: Channel, server: Channel, sizes: { request: number; authenticator: number }): Promise<void> {
  const message = Buffer.alloc(sizes.authenticator, 1);
  const context = createHash("sha256").update(String(contexts++)).digest();
  const received = server.receive(sizes.request, 5000);
  await client.send(message.subarray(0, sizes.request));
  await received;
  // The attester: exporter, binding, AIK hash, Evidence signature, transcript and its signature, MAC.
  const exported = server.exportKeyingMaterial("Attestation", context, 32);
  const { spki } = parseCertificate(identity.certificate);
  createHash("sha256").update(spki).update(exported).digest();
  createHash("sha256").update(spki).digest();
  const evidence = sign("sha256", message.subarray(0, 220), { key: attester.key, dsaEncoding: "ieee-p1363" });
  const signature = sign("sha256", createHash("sha256").update(message).digest(), identity.key);
  createHmac("sha256", exported).update(createHash("sha256").update(message).digest()).digest();
  const answered = client.receive(sizes.authenticator, 5000);
  await server.send(message);
  await answered;
  // The judge: the same hashes, two verifications, the exporter.
  const again = client.exportKeyingMaterial("Attestation", context, 32);
  createHash("sha256").update(spki).update(again).digest();
  createHash("sha256").update(spki).digest();
  verify("sha256", createHash("sha256").update(message).digest(), parseCertificate(identity.certificate).publicKey, signature);
  createHmac("sha256", again).update(createHash("sha256").update(message).digest()).digest();
  const key = parseCertificate(attester.certificate).publicKey;
  if (!verify("sha256", message.subarray(0, 220), { key, dsaEncoding: "ieee-p1363" }, evidence)) throw new Error("the floor is broken");
}

async function times<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (let index = 0; index < count; index++) made.push(await make());
  return made;
}

/** Exchanges a second over all connections side by side, one at a time on each. */
async function perSecond<Connection>(open: readonly Connection[], work: (connection: Connection) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  const series = async (connection: Connection): Promise<void> => {
    for (let index = 0; index < EXCHANGES; index++) await work(connection);
  };
  await Promise.all(open.map(series));
  return (open.length * EXCHANGES * 1000) / (performance.now() - start);
}

/**
 * Exchanges with the reference on open connections, and in the same run a floor: the same signatures, verifications, exporters, hashes and
 * round trips with nothing around them. Returns the medians of its rounds. Throws Error where an exchange is not right.
 */
export async function benchExchanges() {
  const driver = await greet(new Reference(), defaultProfile);
  const connections = await times(CONNECTIONS, () =>
    driver.connect({ position: "attester/server", cipherSuite: "TLS_AES_128_GCM_SHA256", record: false }),
  );
  const plain = await times(CONNECTIONS, plainConnection);
  const [first] = connections;
  if (first === undefined) throw new Error("no connection");
  const { request, authenticator } = await exchange(first);
  const sizes = { request: request.length, authenticator: authenticator.length };

  const rounds: { exchanges: number; floor: number }[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const exchanges = await perSecond(connections, exchange);
    const floorRate = await perSecond(plain, ({ client, server }) => floor(client, server, sizes));
    if (round >= 0) rounds.push({ exchanges, floor: floorRate });
    const name = round < 0 ? "warm-up" : `round ${round + 1} of ${ROUNDS}`;
    process.stderr.write(`${name}: ${exchanges.toFixed(0)} exchanges/s, floor ${floorRate.toFixed(0)}/s\n`);
  }
  await Promise.all([...connections, ...plain.flatMap(({ client, server }) => [client, server])].map((end) => end.close()));
  await driver.stop();

  // Harness and floor of one round ran under the same conditions: the median of the ratios is the result.
  const ratios = rounds.map(({ exchanges, floor: floorRate }) => exchanges / floorRate);
  return {
    exchangesPerSecond: Math.round(median(rounds.map(({ exchanges }) => exchanges))),
    floorPerSecond: Math.round(median(rounds.map(({ floor: floorRate }) => floorRate))),
    ratio: Number(median(ratios).toFixed(3)),
    rounds: ROUNDS,
    connections: CONNECTIONS,
    exchangesPerRound: CONNECTIONS * EXCHANGES,
    bytes: sizes,
  };
}
