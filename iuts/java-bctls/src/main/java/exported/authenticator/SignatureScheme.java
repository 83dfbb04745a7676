package exported.authenticator;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;
import java.util.Optional;

/**
 * The signature schemes of TLS 1.3 that this implementation signs and verifies with (RFC 8446
 * section 4.2.3). Those for TLS 1.2 alone, as RSASSA-PKCS1-v1_5 and SHA-1, are not among them, so
 * they are never chosen and never accepted (RFC 9261 section 5.2.2).
 */
public enum SignatureScheme {
  ECDSA_SECP256R1_SHA256(0x0403, "SHA256withECDSA", KeyFamily.P256, null),
  ECDSA_SECP384R1_SHA384(0x0503, "SHA384withECDSA", KeyFamily.P384, null),
  ED25519(0x0807, "Ed25519", KeyFamily.ED25519, null),
  RSA_PSS_RSAE_SHA256(0x0804, "RSASSA-PSS", KeyFamily.RSA, pss("SHA-256", 32)),
  RSA_PSS_RSAE_SHA384(0x0805, "RSASSA-PSS", KeyFamily.RSA, pss("SHA-384", 48)),
  RSA_PSS_RSAE_SHA512(0x0806, "RSASSA-PSS", KeyFamily.RSA, pss("SHA-512", 64));

  private final int code;
  private final String algorithm;
  private final KeyFamily family;
  private final AlgorithmParameterSpec parameters;

  SignatureScheme(int code, String algorithm, KeyFamily family, AlgorithmParameterSpec parameters) {
    this.code = code;
    this.algorithm = algorithm;
    this.family = family;
    this.parameters = parameters;
  }

  public int code() {
    return code;
  }

  /** The scheme of a code point; empty where it is none of TLS 1.3 that is known here. */
  public static Optional<SignatureScheme> of(int code) {
    return List.of(values()).stream().filter(scheme -> scheme.code == code).findFirst();
  }

  /** The first of the schemes that fits the key (RFC 9261 section 5.2.2). */
  public static Optional<SignatureScheme> choose(List<Integer> offered, PublicKey key) {
    return offered.stream()
        .flatMap(scheme -> of(scheme).stream())
        .filter(scheme -> scheme.fits(key))
        .findFirst();
  }

  /** Whether the scheme is for keys of this kind. */
  public boolean fits(PublicKey key) {
    return KeyFamily.of(key).filter(family::equals).isPresent();
  }

  byte[] sign(PrivateKey key, byte[] content) throws GeneralSecurityException {
    Signature signature = signature();
    signature.initSign(key);
    signature.update(content);
    return signature.sign();
  }

  /** Whether the signature is right; one that cannot be read is not. */
  boolean verify(PublicKey key, byte[] content, byte[] signed) {
    if (!family.allowsLength(signed)) {
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

  /** The salt is as long as the digest, and MGF1 has the same digest. */
  private static PSSParameterSpec pss(String digest, int length) {
    return new PSSParameterSpec(digest, "MGF1", new MGF1ParameterSpec(digest), length, 1);
  }
}
