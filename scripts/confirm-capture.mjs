// Has tshark decrypt captures as the suite writes them: two recorded connections in one file, one a suite and a side each, and that of a
// failure bundle. Run behind a build. Exit 0: it shows the application data, no packet is wrong; 1: it does not, or tshark is missing
// where CI is set.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { cmwPayload } from "../dist/harness/attestation/payload.js";
import { defaultProfile } from "../dist/harness/attestation/profile.js";
import { bundleFiles } from "../dist/harness/bundle/schema.js";
import { writeBundle } from "../dist/harness/bundle/write.js";
import { editedExchange } from "../dist/harness/campaign/sentence.js";
import { captureOf } from "../dist/harness/capture/capture.js";
import { faults } from "../dist/harness/faults/catalogue.js";
import { faulty } from "../dist/harness/faults/faulty.js";
import { greet } from "../dist/harness/iut/controlled.js";
import { Reference } from "../dist/harness/reference/reference.js";
import { loadLibrary } from "../dist/harness/scenario/load.js";
import { version } from "../dist/harness/version.js";

const { status: found, stdout: versionText } = spawnSync("tshark", ["--version"], { encoding: "utf8" });
if (found !== 0) {
  console.log("capture: not run: needs tshark (scripts/install-tshark.sh)");
  process.exit(process.env.CI ? 1 : 0);
}

const folder = mkdtempSync(join(tmpdir(), "expat-capture-"));
let failed = 0;
function check(what, holds) {
  console.log(`${holds ? "ok    " : "FAILED"} ${what}`);
  if (!holds) failed++;
}

function tshark(file, ...args) {
  const { status, stdout, stderr } = spawnSync("tshark", ["-r", file, ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`tshark ${args.join(" ")}: ${stderr}`);
  return stdout;
}

const checksums = ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"];
function checkPackets(file) {
  const filter = "_ws.malformed || tcp.analysis.flags || ip.checksum.status == 0 || tcp.checksum.status == 0";
  const wrong = tshark(file, ...checksums, "-Y", filter);
  check(`${basename(file)}: no packet is malformed, lost or has a wrong checksum ${wrong}`, wrong === "");
}

/** The application data of the n-th connection in hexadecimal: that of the end that speaks first, and that of the other. */
function streamsOf(file, connection) {
  const lines = tshark(file, "-q", "-z", `follow,tls,raw,${connection}`)
    .split("\n")
    .filter((line) => /^\t?[0-9a-f]+$/.test(line));
  const of = (back) => lines.filter((line) => line.startsWith("\t") === back).map((line) => line.trim());
  return [of(false).join(""), of(true).join("")];
}

const positions = ["relying-party/client", "relying-party/server"];
const suites = ["TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];
// Longer than a TCP segment and than a TLS record, so that both are put together again.
const data = suites.map((_, index) => Buffer.alloc(20_000, `connection ${index} `));

try {
  const driver = await greet(new Reference(), defaultProfile);
  const connections = [];
  for (const [index, cipherSuite] of suites.entries()) {
    connections.push(await driver.connect({ position: positions[index], cipherSuite, record: true }));
  }
  const requests = [];
  for (const [index, connection] of connections.entries()) {
    const answer = await connection.request({ signatureSchemes: [0x0403], attestation: true });
    requests.push(Buffer.from(answer.value));
    await connection.echo(data[index]);
  }
  for (const connection of connections) await connection.close();
  await driver.stop();
  const file = join(folder, "capture.pcapng");
  writeFileSync(
    file,
    captureOf(
      connections.map(({ channel }) => channel),
      "expat-conformance",
    ),
  );

  checkPackets(file);
  const finished = tshark(file, "-Y", "tls.handshake.type == 20", "-T", "fields", "-e", "tcp.stream").trim().split("\n");
  check("both ends of both handshakes finish, decrypted", finished.length === 4);
  for (const [index, sent] of data.entries()) {
    const streams = streamsOf(file, index);
    const request = requests[index].toString("hex");
    check(
      `${suites[index]}: the request of the implementation is there`,
      streams.some((hex) => hex.includes(request)),
    );
    check(
      `${suites[index]}: ${sent.length} bytes are there in both directions`,
      streams.every((hex) => hex.includes(sent.toString("hex"))),
    );
  }

  // A failure that a campaign would find in a relying party that does not compare the binding.
  const left = faults.find(({ id }) => id === "relying-party/binding/left-out");
  const exchange = {
    position: "relying-party/client",
    suite: "sha384",
    scheme: "p256",
    format: "eat-cwt",
    request: {},
    attestation: undefined,
  };
  const sentence = editedExchange(exchange, [{ at: "binding.exportedValue", op: "flip", index: 0, reseal: true }]);
  const failure = { kind: "wrong", step: "binding/equal", expected: "a refusal", found: "acceptance" };
  const authenticators = [];
  const start = async () => {
    const broken = await greet(faulty(left), defaultProfile);
    const connect = broken.connect.bind(broken);
    broken.connect = async (options) => {
      const connection = await connect(options);
      const validate = connection.validate.bind(connection);
      connection.validate = (ask) => {
        authenticators.push(Buffer.from(ask.authenticator).toString("hex"));
        return validate(ask);
      };
      return connection;
    };
    return broken;
  };
  const record = await writeBundle(join(folder, "bundle"), {
    shrunk: { sentence, failure, confirmed: true, connections: 0 },
    cause: "relying-party/binding/equal",
    seed: "capture",
    number: 0,
    subject: { path: "reference" },
    start,
    library: loadLibrary(),
    profile: defaultProfile,
    payload: cmwPayload,
    diagnostics: "",
    suiteVersion: version,
  });
  const capture = join(folder, "bundle", bundleFiles.capture);
  checkPackets(capture);
  check("the bundle is of a failure that was seen", record.failing.length === 1);
  const shown = streamsOf(capture, 0);
  // The last one that was handed over: before it came that of the control, which is not captured.
  const [control, accepted] = [authenticators.at(0) ?? "none", authenticators.at(-1) ?? "none"];
  check(
    `the bundle's authenticator of ${accepted.length / 2} bytes is there, and that of its control is not`,
    authenticators.length === 2 && shown.some((hex) => hex.includes(accepted)) && !shown.some((hex) => hex.includes(control)),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`capture: ${failed === 0 ? "confirmed" : "not confirmed"} by ${versionText.split("\n", 1)[0]}`);
process.exitCode = failed === 0 ? 0 : 1;
