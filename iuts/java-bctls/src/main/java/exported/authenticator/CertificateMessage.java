package exported.authenticator;

import exported.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bouncycastle.tls.HandshakeType;
import org.bouncycastle.tls.TlsUtils;

/**
 * The Certificate message of an authenticator (RFC 8446 section 4.4.2, RFC 9261 section 5.2.1).
 *
 * @param context the certificate_request_context
 * @param entries the chain, the end-entity certificate first
 */
record CertificateMessage(byte[] context, List<Entry> entries) {

  /** A CertificateEntry: a certificate in DER, and its extensions. */
  record Entry(byte[] certificate, Map<Integer, byte[]> extensions) {}

  static CertificateMessage parse(byte[] body) throws Refusal {
    return Handshake.read(
        "Certificate",
        body,
        in -> {
          byte[] context = TlsUtils.readOpaque8(in);
          byte[] list = TlsUtils.readOpaque24(Handshake.bounded(in, 3));
          return new CertificateMessage(context, parseList(list));
        });
  }

  private static List<Entry> parseList(byte[] list) throws Refusal {
    return Handshake.read(
        "certificate_list",
        list,
        in -> {
          List<Entry> entries = new ArrayList<>();
          while (in.available() > 0) {
            byte[] certificate = TlsUtils.readOpaque24(Handshake.bounded(in, 3), 1);
            entries.add(new Entry(certificate, Extensions.read(in)));
          }
          return entries;
        });
  }

  /** The whole handshake message. */
  byte[] encode() {
    byte[] list =
        Handshake.bytes(
            out -> {
              for (Entry entry : entries) {
                TlsUtils.writeOpaque24(entry.certificate(), out);
                out.write(Extensions.encode(entry.extensions()));
              }
            });
    byte[] body =
        Handshake.bytes(
            out -> {
              TlsUtils.writeOpaque8(context, out);
              TlsUtils.writeOpaque24(list, out);
            });
    return Handshake.of(HandshakeType.certificate, body).encoded();
  }
}
