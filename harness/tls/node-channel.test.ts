import { describe, expect, it } from "vitest";
import { tlsExporter } from "../authenticator/exporter.ts";
import { supportedSchemes } from "../authenticator/signature.ts";
import { pki } from "../pki/test-pki.ts";
import { channelPair } from "../testing/channel-pair.ts";
import { utf8 } from "../wire/bytes.ts";
import { clientHelloExtensions } from "../wire/client-hello.ts";
import { type CipherSuite, cipherSuites, ExtensionType } from "../wire/code-points.ts";
import { ChannelError } from "./channel.ts";
import { dial, listen, startTls } from "./node-channel.ts";

describe("node-channel", () => {
  it.each(Object.keys(cipherSuites) as CipherSuite[])(
    "exports the same on both ends, and as RFC 8446 section 7.5 says, under %s",
    async (suite) => {
      const { server, client } = await channelPair(suite);
      const context = utf8("a context");
      const value = client.exportKeyingMaterial("Attestation", context, 32);
      expect(server.exportKeyingMaterial("Attestation", context, 32)).toEqual(value);
      expect(client.cipherSuite).toBe(suite);
      for (const { hash, observed } of [client, server]) {
        const secret = observed.exporterMasterSecret;
        expect(secret?.length).toBe(hash === "sha256" ? 32 : 48);
        expect(tlsExporter(hash, secret ?? utf8(""), "Attestation", context, 32)).toEqual(value);
      }
      await Promise.all([client.close(), server.close()]);
    },
  );

  it("hands out bytes in whole pieces, and says who closed", async () => {
    const { server, client } = await channelPair("TLS_AES_128_GCM_SHA256", true);
    await client.send(utf8("abc"));
    await client.send(utf8("def"));
    expect(await server.receive(4, 1000)).toEqual(Buffer.from("abcd"));
    await expect(server.receive(3, 20)).rejects.toMatchObject({ kind: "timeout" });
    await client.close();
    await expect(server.receive(3, 1000)).rejects.toThrow(ChannelError);
    await expect(server.receive(3, 1000)).rejects.toMatchObject({ kind: "closed" });
    expect(server.observed.raw.filter(({ direction }) => direction === "received").length).toBeGreaterThan(1);
    await server.close();
  });

  // What an authenticator without a request is measured by (RFC 9261 section 5.2): the judge reads the types, and trusts in these schemes.
  it("sends a ClientHello that can be read, offers every scheme of the suite, and none of the extensions of a Certificate", async () => {
    const { server, client } = await channelPair("TLS_AES_128_GCM_SHA256", true);
    const received = server.observed.raw.filter(({ direction }) => direction === "received");
    const hello = Buffer.concat(received.map(({ bytes }) => bytes));
    const types = clientHelloExtensions(hello);
    expect(types).toContain(ExtensionType.signatureAlgorithms);
    for (const absent of [ExtensionType.statusRequest, ExtensionType.signedCertificateTimestamp, 0xff00])
      expect(types).not.toContain(absent);
    const start = hello.findIndex(
      (_, at) => hello.readUInt16BE(at) === 13 && hello.readUInt16BE(at + 2) === hello.readUInt16BE(at + 4) + 2,
    );
    const list = hello.subarray(start + 6, start + 6 + hello.readUInt16BE(start + 4));
    const offered = Array.from({ length: list.length / 2 }, (_, index) => list.readUInt16BE(2 * index));
    expect(offered).toEqual(expect.arrayContaining([...supportedSchemes]));
    await Promise.all([client.close(), server.close()]);
  });

  it("refuses a peer with no suite in common, by name", async () => {
    const listener = await listen();
    const [accepted, dialled] = await Promise.all([listener.accept(5000), dial(listener.address, 5000)]);
    listener.close();
    const { chain, pkcs8: key } = pki("handshake-p256");
    const common = { serverName: "localhost", handshakeTimeoutMs: 5000 };
    const ends = await Promise.allSettled([
      startTls(accepted, { ...common, side: "server", cipherSuites: ["TLS_AES_128_GCM_SHA256"], identity: { chain, key } }),
      startTls(dialled, { ...common, side: "client", cipherSuites: ["TLS_AES_256_GCM_SHA384"] }),
    ]);
    for (const end of ends) expect(end).toMatchObject({ status: "rejected", reason: { kind: "handshake" } });
  });
});
