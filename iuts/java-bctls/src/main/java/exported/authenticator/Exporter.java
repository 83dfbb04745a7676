package exported.authenticator;

/** The exporter of one TLS 1.3 connection (RFC 8446 section 7.5). */
public interface Exporter {
  /** The exported value. In TLS 1.3 an empty context and none give the same. */
  byte[] export(String label, byte[] context, int length);

  /** The hash of the connection's cipher suite. */
  Hash hash();
}
