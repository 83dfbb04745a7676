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

  private boolean is(AlgorithmIdentifier identifier) {
    ASN1Encodable parameters = identifier.getParameters();
    return identifier.getAlgorithm().equals(algorithm)
        && (curve == null || curve.equals(parameters));
  }
}
