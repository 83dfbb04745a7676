import { describe, expect, it } from "vitest";
import { pki } from "../pki/test-pki.ts";
import { dial, listen, startTls } from "../tls/node-channel.ts";
import { type Bytes, concat, fromHex } from "./bytes.ts";
import { clientHelloExtensions } from "./client-hello.ts";
import { ExtensionType } from "./code-points.ts";

/** A ClientHello of OpenSSL as it was sent, and whether the server resumed with it. */
async function helloOf(resume?: Bytes): Promise<{ hello: Bytes; session: Bytes | undefined; resumed: boolean }> {
  const { chain, pkcs8 } = pki("handshake-p256");
  const options = { cipherSuites: ["TLS_AES_128_GCM_SHA256"], serverName: "localhost", handshakeTimeoutMs: 2000 } as const;
  const listener = await listen();
  const [server, client] = await Promise.all([
    listener.accept(2000).then((socket) => startTls(socket, { ...options, side: "server", identity: { chain, key: pkcs8 }, record: true })),
    dial(listener.address, 2000).then((socket) => startTls(socket, { ...options, side: "client", resume })),
  ]);
  listener.close();
  await server.send(fromHex("00"));
  await client.receive(1, 2000);
  await server.send(fromHex("00"));
  await client.receive(1, 2000);
  const { session, resumed } = client.observed;
  await Promise.all([client.close(), server.close()]);
  const received = server.observed.raw.filter(({ direction }) => direction === "received").map(({ bytes }) => bytes);
  return { hello: concat(...received), session, resumed };
}

describe("clientHelloExtensions", () => {
  it("tells a first handshake from one that offers to resume", async () => {
    const first = await helloOf();
    expect(clientHelloExtensions(first.hello)).toContain(ExtensionType.signatureAlgorithms);
    expect(clientHelloExtensions(first.hello)).not.toContain(ExtensionType.preSharedKey);
    expect(first.resumed).toBe(false);
    const second = await helloOf(first.session);
    expect(second.resumed).toBe(true);
    expect(clientHelloExtensions(second.hello)).toContain(ExtensionType.preSharedKey);
  });

  it("reads a message that is cut into several records", async () => {
    const { hello } = await helloOf();
    const body = hello.subarray(5, 5 + Buffer.from(hello).readUInt16BE(3));
    const record = (bytes: Bytes) => concat(hello.subarray(0, 3), Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes);
    const cut = concat(record(body.subarray(0, 2)), record(body.subarray(2, 100)), record(body.subarray(100)));
    expect(clientHelloExtensions(cut)).toEqual(clientHelloExtensions(hello));
  });

  it.each([
    ["", "record.type"],
    ["1703030001ff", "22 \\(handshake\\)"],
    ["160303000402000000", "1 \\(client_hello\\)"],
    ["1603030006010000100303", "left"],
    ["1603030000", "at least 1"],
  ])("says where %j is none", (hex, expected) => {
    expect(() => clientHelloExtensions(fromHex(hex))).toThrow(new RegExp(expected));
  });
});
