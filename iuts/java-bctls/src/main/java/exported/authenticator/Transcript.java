package exported.authenticator;

import java.nio.charset.StandardCharsets;

/**
 * What CertificateVerify signs and Finished is the MAC of, for one authenticator.
 *
 * @param hash the hash of the cipher suite
 * @param handshakeContext exported, as the key, under the role of the authenticator's sender
 * @param finishedKey the key of the MAC
 * @param request the whole request; of length zero where there is none
 */
record Transcript(Hash hash, byte[] handshakeContext, byte[] finishedKey, byte[] request) {
  private static final byte[] NONE = new byte[0];

  /** Exports the two values (RFC 9261 section 5.1): no context, as long as the hash. */
  static Transcript of(Exporter exporter, Role sender, byte[] requestOrNull) {
    String prefix = "EXPORTER-" + sender.word() + " authenticator ";
    Hash hash = exporter.hash();
    return new Transcript(
        hash,
        exporter.export(prefix + "handshake context", NONE, hash.length()),
        exporter.export(prefix + "finished key", NONE, hash.length()),
        requestOrNull == null ? NONE : requestOrNull);
  }

  /** The octets that CertificateVerify signs (RFC 9261 section 5.2.2). */
  byte[] signedContent(byte[] certificate) {
    byte[] title = "Exported Authenticator".getBytes(StandardCharsets.US_ASCII);
    return Handshake.bytes(
        out -> {
          out.write(" ".repeat(64).getBytes(StandardCharsets.US_ASCII));
          out.write(title);
          out.write(0);
          out.write(hash.digest(handshakeContext, request, certificate));
        });
  }

  /**
   * The verify_data of Finished (RFC 9261 section 5.2.3). An empty authenticator has a Certificate
   * with no entries in its transcript, and a CertificateVerify of length zero (section 6).
   */
  byte[] verifyData(byte[] certificate, byte[] certificateVerify) {
    return hash.hmac(
        finishedKey, hash.digest(handshakeContext, request, certificate, certificateVerify));
  }
}
