package exported.authenticator;

import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bouncycastle.tls.HandshakeType;
import org.bouncycastle.tls.TlsUtils;

/** Makes authenticators (RFC 9261 sections 5.2 and 6). */
final class Authenticators {
  private static final byte[] NONE = new byte[0];

  private Authenticators() {}

  /**
   * Certificate, CertificateVerify and Finished.
   *
   * @param leafExtensions the extensions of the first entry, which were offered
   */
  static byte[] make(
      Transcript transcript,
      byte[] context,
      Identity identity,
      SignatureScheme scheme,
      Map<Integer, byte[]> leafExtensions) {
    List<CertificateMessage.Entry> entries = new ArrayList<>();
    for (byte[] certificate : identity.chain()) {
      Map<Integer, byte[]> extensions = entries.isEmpty() ? leafExtensions : Map.of();
      entries.add(new CertificateMessage.Entry(certificate, extensions));
    }
    byte[] certificate = new CertificateMessage(context, entries).encode();
    byte[] signature;
    try {
      signature = scheme.sign(identity.key(), transcript.signedContent(certificate));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // the key is not what its certificate says
    }
    byte[] body =
        Handshake.bytes(
            out -> {
              TlsUtils.writeUint16(scheme.code(), out);
              TlsUtils.writeOpaque16(signature, out);
            });
    byte[] verify = Handshake.of(HandshakeType.certificate_verify, body).encoded();
    byte[] finished = finished(transcript, certificate, verify);
    return Handshake.bytes(
        out -> {
          out.write(certificate);
          out.write(verify);
          out.write(finished);
        });
  }

  /** An empty authenticator: the Finished alone, over a Certificate that is not sent. */
  static byte[] decline(Transcript transcript, byte[] context) {
    return finished(transcript, new CertificateMessage(context, List.of()).encode(), NONE);
  }

  private static byte[] finished(Transcript transcript, byte[] certificate, byte[] verify) {
    byte[] verifyData = transcript.verifyData(certificate, verify);
    return Handshake.of(HandshakeType.finished, verifyData).encoded();
  }
}
