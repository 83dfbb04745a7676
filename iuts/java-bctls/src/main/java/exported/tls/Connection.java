package exported.tls;

import exported.authenticator.Exporter;
import exported.authenticator.Identity;
import exported.authenticator.Offer;
import exported.authenticator.Role;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.SecureRandom;
import java.util.List;
import org.bouncycastle.tls.TlsClientProtocol;
import org.bouncycastle.tls.TlsProtocol;
import org.bouncycastle.tls.TlsServerProtocol;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/** One TLS 1.3 connection of Bouncy Castle, over a TCP connection that this end has opened. */
public final class Connection implements AutoCloseable {
  private static final int HANDSHAKE_MILLISECONDS = 8000;
  private static final BcTlsCrypto CRYPTO = new BcTlsCrypto(new SecureRandom());

  private final Role self;
  private final Socket socket;
  private final TlsProtocol protocol;
  private final Peer peer;
  private final Suite suite;
  private final Inbox inbox;

  private Connection(Role self, Socket socket, TlsProtocol protocol, Peer peer) {
    this.self = self;
    this.socket = socket;
    this.protocol = protocol;
    this.peer = peer;
    this.suite = Suite.of(peer.cipherSuite());
    this.inbox = new Inbox(protocol.getInputStream());
  }

  /** What {@link #dial} needs of a client. */
  public record ClientSide(String serverName, List<byte[]> trust) {}

  /** Dials, and runs the handshake as its client. */
  public static Connection dial(
      InetSocketAddress address, List<Suite> suites, ClientSide clientSide) throws IOException {
    Client client = new Client(CRYPTO, suites, clientSide.serverName(), clientSide.trust());
    return open(
        Role.CLIENT,
        address,
        client,
        socket -> {
          TlsClientProtocol protocol =
              new TlsClientProtocol(socket.getInputStream(), socket.getOutputStream());
          protocol.connect(client);
          return protocol;
        });
  }

  /** Dials all the same, and runs the handshake as its server. */
  public static Connection serve(InetSocketAddress address, List<Suite> suites, Identity identity)
      throws IOException {
    Server server = new Server(CRYPTO, suites, identity);
    return open(
        Role.SERVER,
        address,
        server,
        socket -> {
          TlsServerProtocol protocol =
              new TlsServerProtocol(socket.getInputStream(), socket.getOutputStream());
          protocol.accept(server);
          return protocol;
        });
  }

  @FunctionalInterface
  private interface HandshakeRun {
    TlsProtocol over(Socket socket) throws IOException;
  }

  private static Connection open(
      Role self, InetSocketAddress address, Peer peer, HandshakeRun handshake) throws IOException {
    Socket socket = new Socket();
    try {
      socket.connect(address, HANDSHAKE_MILLISECONDS);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(HANDSHAKE_MILLISECONDS);
      TlsProtocol protocol = handshake.over(socket);
      socket.setSoTimeout(0);
      return new Connection(self, socket, protocol, peer);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  public Role self() {
    return self;
  }

  public Suite suite() {
    return suite;
  }

  /** What the ClientHello of this connection offered. */
  public Offer clientHello() {
    return peer.clientHello();
  }

  public Exporter exporter() {
    return peer.exporter();
  }

  /** Writes application data. */
  public void send(byte[] data) throws IOException {
    protocol.writeApplicationData(data, 0, data.length);
  }

  /** Application data of exactly that length; null where they did not come in time. */
  public byte[] receive(int length, long milliseconds) throws InterruptedException {
    return inbox.take(length, milliseconds);
  }

  @Override
  public void close() throws IOException {
    try {
      protocol.close();
    } finally {
      socket.close();
    }
  }
}
