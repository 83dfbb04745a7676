package exported.tls;

import exported.authenticator.Exporter;
import exported.authenticator.Hash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.crypto.CryptoHashAlgorithm;
import org.bouncycastle.tls.crypto.TlsCryptoUtils;
import org.bouncycastle.tls.crypto.TlsSecret;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/**
 * The exporter of a connection from its exporter_master_secret (RFC 8446 section 7.5).
 *
 * <p>Bouncy Castle's own, TlsContext.exportKeyingMaterial, answers while the handshake is being
 * completed and never after. The binding of Evidence is exported with a context that comes later,
 * so the secret is kept, and expanded here by Bouncy Castle's HKDF-Expand-Label.
 *
 * @param hash the hash of the connection's cipher suite
 * @param exporterMasterSecret its exporter_master_secret
 */
public record MasterSecretExporter(Hash hash, TlsSecret exporterMasterSecret) implements Exporter {
  private static final BcTlsCrypto CRYPTO = new BcTlsCrypto(new SecureRandom());

  /** Of a recorded connection, or a published vector. */
  public static Exporter of(Hash hash, byte[] exporterMasterSecret) {
    return new MasterSecretExporter(hash, CRYPTO.createSecret(exporterMasterSecret));
  }

  /** Of a connection whose handshake is just being completed: the secret is gone afterwards. */
  static MasterSecretExporter of(TlsContext context) {
    var parameters = context.getSecurityParametersConnection();
    return new MasterSecretExporter(
        Suite.of(parameters.getCipherSuite()).hash(),
        context.getCrypto().adoptSecret(parameters.getExporterMasterSecret()));
  }

  @Override
  public byte[] export(String label, byte[] context, int length) {
    int algorithm = hash == Hash.SHA256 ? CryptoHashAlgorithm.sha256 : CryptoHashAlgorithm.sha384;
    try {
      TlsSecret derived =
          TlsCryptoUtils.hkdfExpandLabel(
              exporterMasterSecret, algorithm, label, hash.digest(), hash.length());
      return TlsCryptoUtils.hkdfExpandLabel(
              derived, algorithm, "exporter", hash.digest(context), length)
          .extract();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a label beyond 249 octets, or a length beyond 2^16
    }
  }
}
