package exported.authenticator;

import exported.Refusal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.tls.ExtensionType;
import org.bouncycastle.tls.TlsUtils;

/** Blocks of extensions (RFC 8446 section 4.2): type to data, in their order. */
final class Extensions {
  /** Extensions that RFC 8446 section 4.2 defines, and not for the Certificate message. */
  private static final Set<Integer> NOT_IN_CERTIFICATE =
      Set.of(
          ExtensionType.server_name,
          ExtensionType.max_fragment_length,
          ExtensionType.supported_groups,
          ExtensionType.signature_algorithms,
          ExtensionType.use_srtp,
          ExtensionType.heartbeat,
          ExtensionType.application_layer_protocol_negotiation,
          ExtensionType.client_certificate_type,
          ExtensionType.server_certificate_type,
          ExtensionType.padding,
          ExtensionType.pre_shared_key,
          ExtensionType.early_data,
          ExtensionType.supported_versions,
          ExtensionType.cookie,
          ExtensionType.psk_key_exchange_modes,
          ExtensionType.certificate_authorities,
          ExtensionType.oid_filters,
          ExtensionType.post_handshake_auth,
          ExtensionType.signature_algorithms_cert,
          ExtensionType.key_share);

  private Extensions() {}

  /** Reads a block with its length. A type that comes twice is refused. */
  static Map<Integer, byte[]> read(ByteArrayInputStream in) throws IOException, Refusal {
    byte[] block = TlsUtils.readOpaque16(Handshake.bounded(in, 2));
    return Handshake.read(
        "extensions",
        block,
        from -> {
          Map<Integer, byte[]> extensions = new LinkedHashMap<>();
          while (from.available() > 0) {
            int type = TlsUtils.readUint16(from);
            byte[] data = TlsUtils.readOpaque16(Handshake.bounded(from, 2));
            if (extensions.put(type, data) != null) {
              throw new Refusal(Refusal.Code.MALFORMED, "extension " + type + " twice");
            }
          }
          return extensions;
        });
  }

  /** The block with its length. */
  static byte[] encode(Map<Integer, byte[]> extensions) {
    byte[] block =
        Handshake.bytes(
            out -> {
              for (Map.Entry<Integer, byte[]> extension : extensions.entrySet()) {
                TlsUtils.writeUint16(extension.getKey(), out);
                TlsUtils.writeOpaque16(extension.getValue(), out);
              }
            });
    return Handshake.bytes(out -> TlsUtils.writeOpaque16(block, out));
  }

  /**
   * Refuses an extension of a CertificateEntry that was not offered (RFC 9261 section 5.2.1), or
   * that is known and has no place there (RFC 8446 section 4.2).
   */
  static void checkEntry(Map<Integer, byte[]> extensions, Offer offer) throws Refusal {
    for (int type : extensions.keySet()) {
      if (!offer.extension(type)) {
        throw new Refusal(
            Refusal.Code.UNSOLICITED_EXTENSION, "extension " + type + " was not asked for");
      }
      if (NOT_IN_CERTIFICATE.contains(type)) {
        throw new Refusal(Refusal.Code.MALFORMED, "extension " + type + " in a Certificate");
      }
    }
  }
}
