package exported.attestation;

import exported.authenticator.KeyFamily;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Optional;

/**
 * The signature algorithms of tokens, in COSE and in JOSE. ECDSA has its numbers side by side (RFC
 * 9053 section 2.1, RFC 7518 section 3.4).
 */
enum TokenAlgorithm {
  ES256(-7, "ES256", "SHA256withECDSAinP1363Format", KeyFamily.P256, null),
  ES384(-35, "ES384", "SHA384withECDSAinP1363Format", KeyFamily.P384, null),
  EDDSA(-8, "EdDSA", "Ed25519", KeyFamily.ED25519, null),
  PS256(
      -37,
      "PS256",
      "RSASSA-PSS",
      KeyFamily.RSA,
      new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));

  private final int cose;
  private final String jose;
  private final String algorithm;
  private final KeyFamily family;
  private final AlgorithmParameterSpec parameters;

  TokenAlgorithm(
      int cose,
      String jose,
      String algorithm,
      KeyFamily family,
      AlgorithmParameterSpec parameters) {
    this.cose = cose;
    this.jose = jose;
    this.algorithm = algorithm;
    this.family = family;
    this.parameters = parameters;
  }

  int cose() {
    return cose;
  }

  String jose() {
    return jose;
  }

  static Optional<TokenAlgorithm> ofCose(int code) {
    return Arrays.stream(values()).filter(each -> each.cose == code).findFirst();
  }

  static Optional<TokenAlgorithm> ofJose(String name) {
    return Arrays.stream(values()).filter(each -> each.jose.equals(name)).findFirst();
  }

  /** The algorithm of a key. */
  static Optional<TokenAlgorithm> of(PublicKey key) {
    Optional<KeyFamily> family = KeyFamily.of(key);
    return Arrays.stream(values())
        .filter(each -> family.filter(each.family::equals).isPresent())
        .findFirst();
  }

  byte[] sign(PrivateKey key, byte[] content) {
    try {
      Signature signature = signature();
      signature.initSign(key);
      signature.update(content);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // the key is not what its certificate says
    }
  }

  /** Whether the signature is right, and the key is of the algorithm. */
  boolean verify(PublicKey key, byte[] content, byte[] signed) {
    if (KeyFamily.of(key).filter(family::equals).isEmpty() || !family.allowsLength(signed)) {
      return false;
    }
    try {
      Signature signature = signature();
      signature.initVerify(key);
      signature.update(content);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private Signature signature() throws GeneralSecurityException {
    Signature signature = Signature.getInstance(algorithm);
    if (parameters != null) {
      signature.setParameter(parameters);
    }
    return signature;
  }
}
