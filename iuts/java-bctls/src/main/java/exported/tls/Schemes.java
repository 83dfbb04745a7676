package exported.tls;

import exported.authenticator.SignatureScheme;
import java.util.Arrays;
import java.util.Vector;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;

/** The signature schemes of the handshake: the same ones as of authenticators. */
final class Schemes {
  private Schemes() {}

  static Vector<SignatureAndHashAlgorithm> offered() {
    return new Vector<>(
        Arrays.stream(SignatureScheme.values())
            .map(SignatureScheme::code)
            .map(org.bouncycastle.tls.SignatureScheme::getSignatureAndHashAlgorithm)
            .toList());
  }
}
