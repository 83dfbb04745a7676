package exported.tls;

import exported.authenticator.Offer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.SignatureScheme;

/**
 * What the ClientHello of the connection offered, which bounds authenticators without a request.
 *
 * @param extensions the types of its extensions
 * @param schemes its signature_algorithms
 */
record ClientHello(Set<Integer> extensions, List<Integer> schemes) implements Offer {

  /** Of what Bouncy Castle keeps: the keys of a table of extensions, and a vector of schemes. */
  static ClientHello of(Collection<?> types, List<?> algorithms) {
    List<Integer> schemes = new ArrayList<>();
    for (Object algorithm : algorithms) {
      schemes.add(SignatureScheme.from((SignatureAndHashAlgorithm) algorithm));
    }
    Set<Integer> extensions = Set.copyOf(types.stream().map(Integer.class::cast).toList());
    return new ClientHello(extensions, schemes);
  }

  @Override
  public boolean extension(int type) {
    return extensions.contains(type);
  }
}
