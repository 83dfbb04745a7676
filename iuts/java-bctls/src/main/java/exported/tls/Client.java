package exported.tls;

import exported.Refusal;
import exported.path.CertificationPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Vector;
import org.bouncycastle.est.jcajce.JsseDefaultHostnameAuthorizer;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.NameType;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.ServerName;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/**
 * The client of a handshake: TLS 1.3 alone, no client certificate, no early data, no resumption.
 */
final class Client extends DefaultTlsClient implements Peer {
  private final List<Suite> suites;
  private final String serverName;
  private final List<byte[]> trust;
  private final List<Integer> extensionTypes = new ArrayList<>();
  private MasterSecretExporter exporter;

  Client(BcTlsCrypto crypto, List<Suite> suites, String serverName, List<byte[]> trust) {
    super(crypto);
    this.suites = suites;
    this.serverName = serverName;
    this.trust = trust;
  }

  @Override
  public MasterSecretExporter exporter() {
    return exporter;
  }

  @Override
  public int cipherSuite() {
    return context.getSecurityParametersConnection().getCipherSuite();
  }

  @Override
  public void notifyHandshakeComplete() throws IOException {
    super.notifyHandshakeComplete();
    exporter = MasterSecretExporter.of(context);
  }

  @Override
  public ClientHello clientHello() {
    return ClientHello.of(extensionTypes, Schemes.offered());
  }

  @Override
  protected ProtocolVersion[] getSupportedVersions() {
    return ProtocolVersion.TLSv13.only();
  }

  @Override
  protected int[] getSupportedCipherSuites() {
    return suites.stream().mapToInt(Suite::code).toArray();
  }

  @Override
  protected Vector<?> getSupportedSignatureAlgorithms() {
    return Schemes.offered();
  }

  @Override
  protected Vector<?> getSNIServerNames() {
    byte[] name = serverName.getBytes(StandardCharsets.US_ASCII);
    return new Vector<>(List.of(new ServerName(NameType.host_name, name)));
  }

  @Override
  public Hashtable<?, ?> getClientExtensions() throws IOException {
    Hashtable<?, ?> extensions = super.getClientExtensions();
    extensions.keySet().forEach(type -> extensionTypes.add((Integer) type));
    return extensions;
  }

  @Override
  public TlsAuthentication getAuthentication() {
    return new TlsAuthentication() {
      @Override
      public void notifyServerCertificate(TlsServerCertificate certificate) throws IOException {
        check(certificate.getCertificate().getCertificateList());
      }

      @Override
      public TlsCredentials getClientCredentials(CertificateRequest request) {
        return null;
      }
    };
  }

  private void check(TlsCertificate[] list) throws IOException {
    List<byte[]> chain = new ArrayList<>();
    for (TlsCertificate certificate : list) {
      chain.add(certificate.getEncoded());
    }
    try {
      X509Certificate endEntity = CertificationPath.validate(chain, trust, Instant.now());
      if (!new JsseDefaultHostnameAuthorizer(null).verify(serverName, endEntity)) {
        throw new TlsFatalAlert(AlertDescription.bad_certificate, "not for " + serverName);
      }
    } catch (Refusal e) {
      throw new TlsFatalAlert(AlertDescription.bad_certificate, e);
    }
  }
}
