package exported.path;

import exported.Refusal;
import java.security.GeneralSecurityException;
import java.security.Security;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Certification paths (RFC 5280 section 6) by the PKIX provider of the JDK. */
public final class CertificationPath {
  private static final int DIGITAL_SIGNATURE = 0;

  static {
    // The JDK takes SHA-1 for certificates below anchors of one's own. TLS 1.3 does not (RFC 8446
    // section 4.4.2.4). It is read once, when the first path is built.
    Security.setProperty(
        "jdk.certpath.disabledAlgorithms",
        "MD2, MD5, SHA1, RSA keySize < 1024, DSA keySize < 1024, EC keySize < 224");
  }

  private CertificationPath() {}

  /**
   * Finds a path from the first certificate to one of the roots, over what came along, in any
   * order. Nothing is fetched, and no revocation is looked at.
   *
   * @param chain the certificates as they came, the end-entity certificate first
   * @param roots the trust anchors; none trusts nothing
   * @param at the time that counts
   * @return the end-entity certificate
   */
  public static X509Certificate validate(List<byte[]> chain, List<byte[]> roots, Instant at)
      throws Refusal {
    try {
      List<X509Certificate> certificates = Certificates.parseAll(chain);
      X509Certificate endEntity = certificates.get(0);
      checkEndEntity(endEntity);
      Set<TrustAnchor> anchors = new HashSet<>();
      for (X509Certificate root : Certificates.parseAll(roots)) {
        anchors.add(new TrustAnchor(root, null));
      }
      if (anchors.isEmpty()) {
        throw new Refusal(Refusal.Code.PKIX, "there is no trust anchor");
      }
      X509CertSelector target = new X509CertSelector();
      target.setCertificate(endEntity);
      PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
      parameters.addCertStore(
          CertStore.getInstance("Collection", new CollectionCertStoreParameters(certificates)));
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(at));
      CertPathBuilder.getInstance("PKIX").build(parameters);
      return endEntity;
    } catch (GeneralSecurityException e) {
      throw new Refusal(Refusal.Code.PKIX, "no path to a trust anchor", e);
    }
  }

  /** What TLS asks of the certificate that signs (RFC 8446 section 4.4.2.2). */
  private static void checkEndEntity(X509Certificate certificate) throws CertificateException {
    if (certificate.getVersion() != 3) {
      throw new CertificateException("a certificate of version " + certificate.getVersion());
    }
    boolean[] usage = certificate.getKeyUsage();
    if (usage != null && !usage[DIGITAL_SIGNATURE]) {
      throw new CertificateException("the key usage does not allow digital signatures");
    }
  }
}
