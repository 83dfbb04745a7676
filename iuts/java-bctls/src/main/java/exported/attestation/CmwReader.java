package exported.attestation;

import exported.Refusal;
import java.net.URI;
import java.net.URISyntaxException;

/** Tells the forms of CMW apart by their first octet (draft-ietf-rats-msg-wrap section 3.4). */
final class CmwReader {
  /** How deep collections may stand in one another. */
  static final int DEPTH = 8;

  private static final String COLLECTION_TYPE = "__cmwc_t";

  private CmwReader() {}

  /** Reads a CMW that is not signed; what is none, or holds an unknown message, is refused. */
  static Cmw read(byte[] data) throws Refusal {
    int first = data.length == 0 ? 0 : data[0];
    return first == '[' || first == '{' ? JsonCmw.read(data) : CborCmw.read(data);
  }

  static boolean isCollectionType(String label) {
    return label.equals(COLLECTION_TYPE);
  }

  /** The type of a collection is an absolute URI or an absolute OID (section 3.3). */
  static void checkCollectionType(String type) throws Refusal {
    if (type.matches("[0-2](\\.(0|[1-9][0-9]*))+")) {
      return;
    }
    try {
      URI uri = new URI(type);
      if (uri.isAbsolute() && uri.getRawFragment() == null) {
        return;
      }
    } catch (URISyntaxException e) {
      throw new Refusal(Refusal.Code.CMW, "__cmwc_t", e);
    }
    throw Cmw.refusal("__cmwc_t is neither an absolute URI nor an absolute OID");
  }

  /** The indicator is one of 1 to 2^32-1 (section 3.1). */
  static long checkIndicator(long indicator) throws Refusal {
    if (indicator < 1 || indicator > 0xffff_ffffL) {
      throw Cmw.refusal("an indicator of " + indicator);
    }
    return indicator;
  }

  static MediaType mediaType(String text) throws Refusal {
    return MediaType.named(text).orElseThrow(() -> Cmw.refusal("media type \"" + text + "\""));
  }
}
