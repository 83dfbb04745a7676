import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createServer } from "node:tls";
import { cmwPayload } from "../harness/attestation/payload.ts";
import { defaultProfile } from "../harness/attestation/profile.ts";
import { toPem } from "../harness/authenticator/pem.ts";
import { Player } from "../harness/campaign/player.ts";
import { editedExchange } from "../harness/campaign/sentence.ts";
import { greet } from "../harness/iut/controlled.ts";
import { Shim } from "../harness/iut/shim.ts";
import { packageRoot } from "../harness/paths.ts";
import { pki } from "../harness/pki/test-pki.ts";
import { median } from "./plain.ts";

const ROUNDS = 5;
const CASES = 60;
const WARM_UP_CASES = 400;
const CONVERSATIONS = 30;
/** What an exchange of ours moves, about; tlsfuzzer moves the same. */
const SIZES = { request: 60, reply: 1400 };

/** Names the Python that has tlsfuzzer: scripts/bench-tlsfuzzer.sh sets it. */
const PYTHON = process.env.TLSFUZZER_PYTHON;

/**
 * A TLS 1.3 handshake and one exchange in each case, one worker: ours with the reference as a program of its own behind the control protocol
 * (request, authenticator and their judgement), tlsfuzzer's with a server of node:tls in a program of its own (request, reply). Both handshakes are of
 * TLS_AES_128_GCM_SHA256, secp256r1 keys and the same certificate. Returns the medians of its rounds; of tlsfuzzer nothing where it was not run.
 */
export async function benchFreshConnections() {
  const command = [process.execPath, join(packageRoot, "dist/harness/cli/main.js"), "reference"];
  const iut = new Shim({ command, cwd: packageRoot });
  const player = new Player(() => greet(iut, defaultProfile), defaultProfile, cmwPayload, "bench");
  let cases = 0;
  const play = async (count: number): Promise<number> => {
    const start = performance.now();
    for (let index = 0; index < count; index++) {
      const sentence = editedExchange(
        { position: "attester/server", suite: "sha256", scheme: "p256", format: "eat-cwt", request: {}, attestation: { cmw: "cbor" } },
        [],
      );
      const [played] = await player.play(sentence, `bench-${cases++}`, true);
      if (played?.outcome.kind !== "agrees") throw new Error(`not right: ${JSON.stringify(played?.outcome)}`);
    }
    return (count * 1000) / (performance.now() - start);
  };
  const server = PYTHON === undefined ? undefined : await replyingServer();
  if (PYTHON === undefined)
    process.stderr.write("tlsfuzzer was not run: TLSFUZZER_PYTHON is not set (scripts/bench-tlsfuzzer.sh sets it)\n");
  await play(WARM_UP_CASES);
  const rounds: { readonly ours: number; readonly theirs: number | undefined }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const theirs = PYTHON && server ? await converse(PYTHON, server.port) : undefined;
    rounds.push({ ours: await play(CASES), theirs });
  }
  await player.stop();
  server?.stop();
  const theirs = rounds.flatMap((round) => (round.theirs === undefined ? [] : [{ ...round, theirs: round.theirs }]));
  return {
    casesPerSecond: Math.round(median(rounds.map(({ ours }) => ours))),
    ...(theirs.length > 0
      ? {
          tlsfuzzerPerSecond: Number(median(theirs.map(({ theirs: rate }) => rate)).toFixed(1)),
          timesTlsfuzzer: Number(median(theirs.map(({ ours, theirs: rate }) => ours / rate)).toFixed(1)),
        }
      : { tlsfuzzer: "not run" }),
  };
}

// In this process, while tlsfuzzer runs in another one: both ends have a core of their own, as ours have.
async function replyingServer(): Promise<{ readonly port: number; readonly stop: () => void }> {
  const { chain, pkcs8 } = pki("handshake-p256");
  const server = createServer(
    {
      cert: chain.map((der) => toPem("CERTIFICATE", der)).join(""),
      key: toPem("PRIVATE KEY", pkcs8),
      minVersion: "TLSv1.3",
      ecdhCurve: "P-256",
    },
    (socket) => {
      let arrived = 0;
      socket.setNoDelay(true);
      socket.on("error", () => socket.destroy());
      socket.on("data", (chunk: Buffer) => {
        arrived += chunk.length;
        if (arrived === SIZES.request) socket.write(Buffer.alloc(SIZES.reply, 1));
      });
    },
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  return { port: address.port, stop: () => server.close() };
}

/** tlsfuzzer's conversations a second. Throws Error with what it wrote where it fails. */
async function converse(python: string, port: number): Promise<number> {
  const script = join(packageRoot, "bench/tlsfuzzer/handshakes.py");
  const numbers = [port, CONVERSATIONS, SIZES.request, SIZES.reply].map(String);
  const child = spawn(python, [script, ...numbers], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let complained = "";
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    complained += chunk.toString();
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`${python} ${script} ended with ${code}: ${complained.slice(-2000)}`);
  return CONVERSATIONS / Number(said);
}
