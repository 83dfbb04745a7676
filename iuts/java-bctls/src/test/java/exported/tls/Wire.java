package exported.tls;

import exported.Parties;
import exported.authenticator.Identity;
import exported.authenticator.Role;
import exported.authenticator.Session;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A connection between two ends of this implementation, which both dial: bytes are relayed. */
public record Wire(Connection client, Connection server) implements AutoCloseable {

  public static Wire of(Suite suite) throws Exception {
    return of(suite, "handshake-p256", "localhost");
  }

  static Wire of(Suite suite, String identity, String serverName) throws Exception {
    Identity handshake = Parties.identity(identity);
    List<byte[]> trust = List.of(Parties.certificate("handshake-root-p256"));
    try (ServerSocket forClient = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket forServer = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Connection> server =
          run(() -> Connection.serve(address(forServer), List.of(suite), handshake));
      CompletableFuture<Connection> client =
          run(
              () ->
                  Connection.dial(
                      address(forClient),
                      List.of(suite),
                      new Connection.ClientSide(serverName, trust)));
      Socket left = forClient.accept();
      Socket right = forServer.accept();
      pump(left, right);
      pump(right, left);
      return new Wire(client.get(), server.get());
    }
  }

  private static InetSocketAddress address(ServerSocket socket) {
    return new InetSocketAddress(socket.getInetAddress(), socket.getLocalPort());
  }

  /** Something that connects. */
  private interface Connect {
    Connection connect() throws IOException;
  }

  private static CompletableFuture<Connection> run(Connect connect) {
    CompletableFuture<Connection> future = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                future.complete(connect.connect());
              } catch (IOException | RuntimeException e) {
                future.completeExceptionally(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return future;
  }

  private static void pump(Socket from, Socket to) {
    Thread thread =
        new Thread(
            () -> {
              try (InputStream in = from.getInputStream();
                  OutputStream out = to.getOutputStream()) {
                in.transferTo(out);
              } catch (IOException e) {
                System.err.println("relay: " + e.getMessage()); // one end has closed
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  /** A session of one end. */
  public Session session(Role role) {
    Connection connection = role == Role.CLIENT ? client : server;
    return new Session(role, connection.exporter(), connection.clientHello());
  }

  @Override
  public void close() throws IOException {
    client.close();
    server.close();
  }
}
