package exported.attestation;

import exported.Refusal;
import exported.authenticator.AuthenticatorRequest;
import exported.authenticator.Offer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.bouncycastle.tls.TlsUtils;

/** The extension cmw_attestation (expat section 3). */
public final class CmwExtension {
  private static final int LENGTH_BYTES = 2;

  /** The block of extensions, without the header of this one and its inner length. */
  private static final int LARGEST_DATA = 65535 - 4 - LENGTH_BYTES;

  private CmwExtension() {}

  /** What a request offers with: an empty extension. */
  public static byte[] offer() {
    return new byte[0];
  }

  /** Whether a request offers attestation. Where there was no request, nothing does. */
  public static boolean isOffered(int type, Offer offer) throws Refusal {
    if (!(offer instanceof AuthenticatorRequest request) || !request.extension(type)) {
      return false;
    }
    if (request.extensions().get(type).length > 0) {
      throw new Refusal(Refusal.Code.MALFORMED, "an offer of attestation that is not empty");
    }
    return true;
  }

  /** The extension data of a CMW; what does not fit into a CertificateEntry is refused. */
  static byte[] encode(byte[] cmwData) throws Refusal {
    if (cmwData.length > LARGEST_DATA) {
      throw new Refusal(Refusal.Code.OTHER, "a CMW of " + cmwData.length + " octets");
    }
    try {
      return TlsUtils.encodeOpaque16(cmwData);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The cmw_data of an authenticator, null where there is none. What cannot be read, or stands in
   * another entry than the first, is refused, also by one that will not look into it.
   *
   * @param entries the extensions of each CertificateEntry
   */
  static byte[] find(int type, List<Map<Integer, byte[]>> entries) throws Refusal {
    for (Map<Integer, byte[]> entry : entries.subList(1, entries.size())) {
      if (entry.containsKey(type)) {
        throw new Refusal(Refusal.Code.MALFORMED, "cmw_attestation behind the first entry");
      }
    }
    byte[] data = entries.get(0).get(type);
    return data == null ? null : decode(data);
  }

  private static byte[] decode(byte[] data) throws Refusal {
    try {
      ByteArrayInputStream in = new ByteArrayInputStream(data);
      int length = TlsUtils.readUint16(in);
      if (length == 0 || length != data.length - LENGTH_BYTES) {
        throw new Refusal(
            Refusal.Code.MALFORMED,
            "cmw_data says " + length + " octets, of " + (data.length - LENGTH_BYTES));
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new Refusal(Refusal.Code.MALFORMED, "cmw_attestation", e);
    }
  }
}
