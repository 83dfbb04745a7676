package exported;

import com.fasterxml.jackson.databind.JsonNode;
import exported.authenticator.Identity;
import exported.path.Certificates;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Entities of the test PKI of the suite. */
public final class Parties {
  private static final JsonNode PKI = Vectors.read("pki/test-pki.json");

  private Parties() {}

  public static byte[] certificate(String name) {
    return bytes(PKI.get(name).get("certificate"));
  }

  /** An entity with its chain, without the root. */
  public static Identity identity(String name) throws GeneralSecurityException {
    List<byte[]> chain = new ArrayList<>();
    for (String each = name; !issuer(each).equals(each); each = issuer(each)) {
      chain.add(certificate(each));
    }
    PublicKey publicKey = Certificates.parse(chain.get(0)).getPublicKey();
    KeyFactory factory = KeyFactory.getInstance(publicKey.getAlgorithm());
    byte[] key = bytes(PKI.get(name).get("key"));
    return new Identity(chain, publicKey, factory.generatePrivate(new PKCS8EncodedKeySpec(key)));
  }

  private static String issuer(String name) {
    return PKI.get(name).get("issuer").textValue();
  }

  private static byte[] bytes(JsonNode node) {
    return Base64.getDecoder().decode(node.textValue());
  }
}
