package exported.attestation;

import exported.Refusal;
import exported.path.CertificationPath;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * A signed message, from COSE_Sign1 or JWS, that has not been verified yet.
 *
 * @param algorithm of its protected header
 * @param contentType of its protected header; null where there is none
 * @param chain the certificates of the signer, in DER, that of its key first
 * @param payload what is signed
 * @param signingInput the octets that the signature is over
 * @param signature the signature
 */
record Token(
    TokenAlgorithm algorithm,
    String contentType,
    List<byte[]> chain,
    byte[] payload,
    byte[] signingInput,
    byte[] signature) {

  /**
   * Verifies path and signature.
   *
   * @param roots the anchors of such signers
   * @param code what a failure is called
   */
  void verify(List<byte[]> roots, Instant now, Refusal.Code code) throws Refusal {
    X509Certificate signer;
    try {
      signer = CertificationPath.validate(chain, roots, now);
    } catch (Refusal e) {
      throw new Refusal(code, "the signer's path", e);
    }
    if (!algorithm.verify(signer.getPublicKey(), signingInput, signature)) {
      throw new Refusal(code, "the " + algorithm + " signature does not verify");
    }
  }
}
