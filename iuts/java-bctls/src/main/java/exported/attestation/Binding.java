package exported.attestation;

import exported.authenticator.Exporter;
import java.security.PublicKey;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/**
 * What ties Evidence to connection, request and key.
 *
 * @param nonce Hash(public_key || exported_value), the nonce of the Evidence (expat section 5.1)
 * @param aikHash AIK_pub_hash = Hash(public_key) (section 5.2)
 */
public record Binding(byte[] nonce, byte[] aikHash) {

  /** The binding of an authenticator with that context and that end-entity key. */
  public static Binding of(Profile profile, Exporter exporter, byte[] context, PublicKey key) {
    byte[] exported = exporter.export(profile.exporterLabel(), context, profile.exporterLength());
    byte[] encoded = key.getEncoded();
    byte[] octets =
        profile.rawPublicKey()
            ? SubjectPublicKeyInfo.getInstance(encoded).getPublicKeyData().getBytes()
            : encoded;
    return new Binding(exporter.hash().digest(octets, exported), exporter.hash().digest(octets));
  }
}
