package exported.shim;

import exported.authenticator.Session;
import exported.tls.Connection;

/**
 * One connection of the harness.
 *
 * @param connection TLS
 * @param session the exchanges on it
 */
record Channel(Connection connection, Session session) {
  static Channel of(Connection connection) {
    return new Channel(
        connection,
        new Session(connection.self(), connection.exporter(), connection.clientHello()));
  }
}
