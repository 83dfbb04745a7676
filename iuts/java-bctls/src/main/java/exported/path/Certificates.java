package exported.path;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.tls.TlsUtils;

/** X.509 certificates from their encoding. */
public final class Certificates {
  private Certificates() {}

  /**
   * A certificate in DER. The factory of the JDK also reads PEM, and stops where the certificate
   * does, so DER and the end are looked at first.
   */
  public static X509Certificate parse(byte[] der) throws CertificateException {
    try {
      TlsUtils.requireDEREncoding(Certificate.getInstance(TlsUtils.readASN1Object(der)), der);
    } catch (IOException | RuntimeException e) {
      throw new CertificateException("no certificate in DER: " + e.getMessage(), e);
    }
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (RuntimeException e) {
      throw new CertificateException("a certificate that the JDK stumbles over", e);
    }
  }

  /** All of them; one that is none is an error of all. */
  public static List<X509Certificate> parseAll(List<byte[]> encoded) throws CertificateException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (byte[] der : encoded) {
      certificates.add(parse(der));
    }
    return certificates;
  }
}
