import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { afterAll, describe, expect, it } from "vitest";
import { pki } from "../pki/test-pki.ts";
import { cli, fakeCommand, manifest } from "../testing/cli.ts";

const CHECK = "rfc9261/5-authenticate/unknown-extension";

const opened: (Server | Socket)[] = [];
afterAll(() => {
  for (const each of opened) {
    if ("destroy" in each) each.destroy();
    else each.close();
  }
});

/** A product that is running, in this process; returns its address. */
async function listening(server: Server): Promise<string> {
  server.on("connection", (socket: Socket) => {
    opened.push(socket);
    socket.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  opened.push(server);
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function tls12(): Server {
  const pem = (label: string, der: Uint8Array) =>
    `-----BEGIN ${label}-----\n${Buffer.from(der).toString("base64")}\n-----END ${label}-----\n`;
  const { chain, pkcs8 } = pki("handshake-p256");
  const cert = chain.map((der) => pem("CERTIFICATE", der)).join("");
  return createTlsServer({ cert, key: pem("PRIVATE KEY", pkcs8), maxVersion: "TLSv1.2" }).on("tlsClientError", () => undefined);
}

describe.concurrent("an endpoint with which there is no TLS 1.3 ends the program with exit code 2", () => {
  it.each([
    ["resets the connection", () => createServer((socket) => socket.resetAndDestroy()), /TLS handshake|ECONNRESET/],
    ["speaks TLS 1.2 only", tls12, /TLS handshake failed: .*protocol version/],
    [
      "speaks no TLS",
      () => createServer((socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n")),
      /TLS handshake failed: .*(wrong version number|packet length)/,
    ],
    ["accepts and is silent", () => createServer(), /the TLS handshake did not end within \d+ ms/],
  ])("one that %s", async (_, make, says) => {
    const { code, stderr } = await cli(["run", "--endpoint", await listening(make()), "--only", CHECK]);
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/an error of the harness itself/);
    expect(code).toBe(2);
  });

  it("one that is not there", async () => {
    const server = createServer();
    const address = await listening(server);
    server.close();
    await once(server, "close");
    const { code, stderr } = await cli(["run", "--endpoint", address, "--only", CHECK]);
    expect(stderr).toMatch(/refused/i);
    expect(stderr).toContain(address);
    expect(code).toBe(2);
  });
});

describe.concurrent("a product that cannot be started ends the program with exit code 2, its command and its last words", () => {
  const supports = { cipherSuites: ["TLS_AES_128_GCM_SHA256"], signatureSchemes: [1027] };
  const ends = fakeCommand("endpoint.mjs", "ends", "attester/server", "{host}", "{port}");
  it.each([
    [
      "a server that ends",
      { position: "attester/server", command: ends, ready: "listening", supports },
      /endpoint\.mjs ends .*: it ended with exit code 3; its last words: no licence found\n/,
    ],
    [
      "a client that ends before it dials",
      { position: "attester/client", command: ends, supports },
      /endpoint\.mjs ends .*: it ended with exit code 3; its last words/,
    ],
    ["a client that is missing", { position: "attester/client", command: ["./nowhere"], supports }, /"\.\/nowhere": no such program/],
    [
      "a server that is missing",
      { position: "attester/server", command: ["./nowhere"], ready: "x", supports },
      /"\.\/nowhere": no such program/,
    ],
    [
      "a server that does not say when it is ready",
      { position: "attester/server", command: ends, supports },
      /`ready`, the text that says that it listens/,
    ],
    ["no port and no command", { position: "attester/server", supports }, /the endpoint needs a port, or a command that starts it/],
  ])("%s", async (_, endpoint, says) => {
    const { code, stderr } = await cli(["run", "--iut", manifest({ name: "product", endpoint }), "--only", "rfc9261/5-authenticate/*"]);
    expect(stderr).toMatch(says);
    expect(code).toBe(2);
  });
});
