package exported.tls;

/** What a connection needs of either end once the handshake is done. */
interface Peer {
  MasterSecretExporter exporter();

  ClientHello clientHello();

  int cipherSuite();
}
