package exported.authenticator;

import java.util.List;

/** What bounds an authenticator: its request, or, where there is none, the ClientHello. */
public interface Offer {
  /** Whether an extension of this type was offered. */
  boolean extension(int type);

  /** The code points of the signature schemes that were offered, in the order of preference. */
  List<Integer> schemes();
}
