package exported.authenticator;

import org.bouncycastle.tls.HandshakeType;

/** The two ends of a connection. */
public enum Role {
  CLIENT("client", 17), // client_certificate_request, RFC 9261 section 8.3
  SERVER("server", HandshakeType.certificate_request);

  private final String word;
  private final int requestType;

  Role(String word, int requestType) {
    this.word = word;
    this.requestType = requestType;
  }

  /** The word in the exporter labels of what this end sends (RFC 9261 section 5.1). */
  public String word() {
    return word;
  }

  /** The handshake type of the requests that this end sends (RFC 9261 section 4). */
  public int requestType() {
    return requestType;
  }

  public Role peer() {
    return this == CLIENT ? SERVER : CLIENT;
  }
}
