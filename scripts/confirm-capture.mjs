// Has tshark decrypt captures as the suite writes them: two recorded connections in one file, one a suite and a side each. Run behind a
// build. Exit 0: it shows the application data of both, no packet is wrong; 1: it does not, or tshark is missing where CI is set.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultProfile } from "../dist/harness/attestation/profile.js";
import { captureOf } from "../dist/harness/capture/capture.js";
import { greet } from "../dist/harness/iut/controlled.js";
import { Reference } from "../dist/harness/reference/reference.js";

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

  const tshark = (...args) => {
    const { status, stdout, stderr } = spawnSync("tshark", ["-r", file, ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
    if (status !== 0) throw new Error(`tshark ${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  const checked = ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"];
  const wrong = tshark(...checked, "-Y", "_ws.malformed || tcp.analysis.flags || ip.checksum.status == 0 || tcp.checksum.status == 0");
  check(`no packet is malformed, lost or has a wrong checksum ${wrong}`, wrong === "");
  const shaken = tshark("-Y", "tls.handshake.type == 20", "-T", "fields", "-e", "tcp.stream").trim().split("\n");
  check("both ends of both handshakes finish, decrypted", shaken.length === 4);
  for (const [index, sent] of data.entries()) {
    const followed = tshark("-q", "-z", `follow,tls,raw,${index}`);
    const lines = followed.split("\n").filter((line) => /^\t?[0-9a-f]+$/.test(line));
    const streams = [false, true].map((back) =>
      lines
        .filter((line) => line.startsWith("\t") === back)
        .map((line) => line.trim())
        .join(""),
    );
    check(
      `${suites[index]}: the request of the implementation is there`,
      streams.some((hex) => hex.includes(requests[index].toString("hex"))),
    );
    check(
      `${suites[index]}: ${sent.length} bytes are there in both directions`,
      streams.every((hex) => hex.includes(sent.toString("hex"))),
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`capture: ${failed === 0 ? "confirmed" : "not confirmed"} by ${versionText.split("\n", 1)[0]}`);
process.exitCode = failed === 0 ? 0 : 1;
