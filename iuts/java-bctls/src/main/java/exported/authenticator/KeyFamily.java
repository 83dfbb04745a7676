package exported.authenticator;

import java.security.PublicKey;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** The kinds of keys that signature algorithms are tied to; of ECDSA the curve counts as well. */
public enum KeyFamily {
  P256(X9ObjectIdentifiers.id_ecPublicKey, SECObjectIdentifiers.secp256r1),
  P384(X9ObjectIdentifiers.id_ecPublicKey, SECObjectIdentifiers.secp384r1),
  ED25519(EdECObjectIdentifiers.id_Ed25519, null),
  RSA(PKCSObjectIdentifiers.rsaEncryption, null);

  private static final int ED25519_SIGNATURE = 64;

  private final ASN1ObjectIdentifier algorithm;
  private final ASN1ObjectIdentifier curve;

  KeyFamily(ASN1ObjectIdentifier algorithm, ASN1ObjectIdentifier curve) {
    this.algorithm = algorithm;
    this.curve = curve;
  }

  /** The family of a key; empty where it is none of these. */
  public static Optional<KeyFamily> of(PublicKey key) {
    AlgorithmIdentifier identifier =
        SubjectPublicKeyInfo.getInstance(key.getEncoded()).getAlgorithm();
    return Arrays.stream(values()).filter(family -> family.is(identifier)).findFirst();
  }

  /**
   * Whether a signature can be one of such a key by its length. The JDK passes over zeros behind
   * one of Ed25519, which is 64 octets long (RFC 8032 section 5.1.7); the others it reads strictly.
   */
  public boolean allowsLength(byte[] signature) {
    return this != ED25519 || signature.length == ED25519_SIGNATURE;
  }

  private boolean is(AlgorithmIdentifier identifier) {
    ASN1Encodable parameters = identifier.getParameters();
    return identifier.getAlgorithm().equals(algorithm)
        && (curve == null || curve.equals(parameters));
  }
}
