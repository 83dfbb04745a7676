package exported.authenticator;

import exported.Refusal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.tls.ExtensionType;
import org.bouncycastle.tls.TlsUtils;

/**
 * An authenticator request (RFC 9261 section 4): CertificateRequest or ClientCertificateRequest.
 *
 * @param type the handshake type
 * @param context the certificate_request_context
 * @param extensions type to data
 * @param schemes the code points of signature_algorithms
 * @param encoded the message as it came, which is what is signed
 */
public record AuthenticatorRequest(
    int type,
    byte[] context,
    Map<Integer, byte[]> extensions,
    List<Integer> schemes,
    byte[] encoded)
    implements Offer {

  /** Reads a request, whoever it is from; what is malformed is refused. */
  public static AuthenticatorRequest parse(byte[] encoded) throws Refusal {
    List<Handshake> messages = Handshake.split(encoded);
    if (messages.size() != 1) {
      throw new Refusal(Refusal.Code.MALFORMED, messages.size() + " messages in a request");
    }
    Handshake message = messages.get(0);
    if (message.type() != Role.CLIENT.requestType()
        && message.type() != Role.SERVER.requestType()) {
      throw new Refusal(Refusal.Code.MALFORMED, "no request: handshake type " + message.type());
    }
    return Handshake.read(
        "request",
        message.body(),
        in -> {
          byte[] context = TlsUtils.readOpaque8(in);
          Map<Integer, byte[]> extensions = Extensions.read(in);
          return new AuthenticatorRequest(
              message.type(), context, extensions, readSchemes(extensions), encoded);
        });
  }

  /** The request of this end with signature_algorithms and the extensions given. */
  static AuthenticatorRequest make(
      Role sender, byte[] context, List<Integer> schemes, Map<Integer, byte[]> more) {
    Map<Integer, byte[]> extensions = new LinkedHashMap<>();
    int[] codes = schemes.stream().mapToInt(Integer::intValue).toArray();
    extensions.put(
        ExtensionType.signature_algorithms,
        Handshake.bytes(out -> TlsUtils.writeUint16ArrayWithUint16Length(codes, out)));
    extensions.putAll(more);
    byte[] body =
        Handshake.bytes(
            out -> {
              TlsUtils.writeOpaque8(context, out);
              out.write(Extensions.encode(extensions));
            });
    byte[] encoded = Handshake.of(sender.requestType(), body).encoded();
    return new AuthenticatorRequest(sender.requestType(), context, extensions, schemes, encoded);
  }

  @Override
  public boolean extension(int extensionType) {
    return extensions.containsKey(extensionType);
  }

  /** signature_algorithms, which must be there (RFC 8446 section 4.3.2): 2..2^16-2 octets. */
  private static List<Integer> readSchemes(Map<Integer, byte[]> extensions) throws Refusal {
    byte[] data = extensions.get(ExtensionType.signature_algorithms);
    if (data == null) {
      throw new Refusal(Refusal.Code.MALFORMED, "a request without signature_algorithms");
    }
    byte[] list =
        Handshake.read(
            "signature_algorithms", data, in -> TlsUtils.readOpaque16(Handshake.bounded(in, 2)));
    if (list.length == 0 || list.length % 2 != 0) {
      throw new Refusal(
          Refusal.Code.MALFORMED, "signature_algorithms of " + list.length + " octets");
    }
    List<Integer> schemes = new ArrayList<>();
    for (int at = 0; at < list.length; at += 2) {
      schemes.add(TlsUtils.readUint16(list, at));
    }
    return schemes;
  }
}
