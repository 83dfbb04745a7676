package exported.tls;

import exported.authenticator.Identity;
import exported.authenticator.SignatureScheme;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateEntry;
import org.bouncycastle.tls.DefaultTlsServer;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.bc.BcDefaultTlsCredentialedSigner;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/**
 * The server of a handshake: TLS 1.3 alone. It asks for no client certificate, and sends no
 * NewSessionTicket, which expat section 7.2 wants of an attested connection.
 */
final class Server extends DefaultTlsServer implements Peer {
  private final BcTlsCrypto bcCrypto;
  private final List<Suite> suites;
  private final Identity identity;
  private ClientHello clientHello;
  private MasterSecretExporter exporter;

  Server(BcTlsCrypto crypto, List<Suite> suites, Identity identity) {
    super(crypto);
    this.bcCrypto = crypto;
    this.suites = suites;
    this.identity = identity;
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
    return clientHello;
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
  @SuppressWarnings("rawtypes")
  public void processClientExtensions(Hashtable extensions) throws IOException {
    super.processClientExtensions(extensions);
    List<?> schemes = context.getSecurityParametersHandshake().getClientSigAlgs();
    clientHello = ClientHello.of(extensions.keySet(), schemes == null ? List.of() : schemes);
  }

  @Override
  public TlsCredentials getCredentials() throws IOException {
    SignatureScheme scheme =
        SignatureScheme.choose(clientHello.schemes(), identity.publicKey())
            .orElseThrow(() -> new TlsFatalAlert(AlertDescription.handshake_failure));
    List<CertificateEntry> entries = new ArrayList<>();
    for (byte[] certificate : identity.chain()) {
      entries.add(new CertificateEntry(bcCrypto.createCertificate(certificate), null));
    }
    Certificate certificate =
        new Certificate(new byte[0], entries.toArray(new CertificateEntry[0]));
    AsymmetricKeyParameter key = PrivateKeyFactory.createKey(identity.key().getEncoded());
    return new BcDefaultTlsCredentialedSigner(
        new TlsCryptoParameters(context),
        bcCrypto,
        key,
        certificate,
        org.bouncycastle.tls.SignatureScheme.getSignatureAndHashAlgorithm(scheme.code()));
  }
}
