package exported.authenticator;

import exported.Refusal;
import exported.path.Certificates;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bouncycastle.tls.HandshakeType;
import org.bouncycastle.tls.TlsUtils;

/** Verifies authenticators as far as RFC 9261 goes without trust anchors (sections 5.2 and 7.4). */
final class Verification {
  private Verification() {}

  /** The Certificate message of an authenticator that is well-formed; an empty one is refused. */
  static CertificateMessage certificateOf(byte[] authenticator) throws Refusal {
    return CertificateMessage.parse(messages(authenticator).get(0).body());
  }

  /**
   * Verifies an authenticator.
   *
   * @param contextOrNull the context of the request; null where there was none
   * @param offer the request, or the ClientHello where there was none
   */
  static Verified verify(
      Transcript transcript, byte[] contextOrNull, Offer offer, byte[] authenticator)
      throws Refusal {
    List<Handshake> messages = messages(authenticator);
    Handshake first = messages.get(0);
    Handshake second = messages.get(1);
    CertificateMessage certificate = CertificateMessage.parse(first.body());
    if (contextOrNull != null && !MessageDigest.isEqual(contextOrNull, certificate.context())) {
      throw new Refusal(Refusal.Code.CONTEXT_MISMATCH, "the context is not that of the request");
    }
    if (certificate.entries().isEmpty()) {
      throw new Refusal(Refusal.Code.MALFORMED, "a Certificate without entries");
    }
    for (CertificateMessage.Entry entry : certificate.entries()) {
      Extensions.checkEntry(entry.extensions(), offer);
    }
    X509Certificate endEntity = endEntity(certificate);
    checkSignature(second.body(), offer, endEntity, transcript.signedContent(first.encoded()));
    byte[] expected = transcript.verifyData(first.encoded(), second.encoded());
    // In constant time, as section 7.4 has it.
    if (!MessageDigest.isEqual(expected, messages.get(2).body())) {
      throw new Refusal(Refusal.Code.FINISHED_MISMATCH, "the MAC does not fit");
    }
    List<byte[]> chain = new ArrayList<>();
    List<Map<Integer, byte[]>> extensions = new ArrayList<>();
    for (CertificateMessage.Entry entry : certificate.entries()) {
      chain.add(entry.certificate());
      extensions.add(entry.extensions());
    }
    return new Verified(certificate.context(), chain, endEntity, extensions);
  }

  /** The three messages in their order, and nothing else. */
  private static List<Handshake> messages(byte[] authenticator) throws Refusal {
    List<Handshake> messages = Handshake.split(authenticator);
    List<Integer> types = messages.stream().map(Handshake::type).toList();
    if (types.equals(List.of((int) HandshakeType.finished))) {
      throw new Refusal(Refusal.Code.EMPTY_AUTHENTICATOR, "the peer declined (section 6)");
    }
    List<Integer> expected =
        List.of(
            (int) HandshakeType.certificate,
            (int) HandshakeType.certificate_verify,
            (int) HandshakeType.finished);
    if (!types.equals(expected)) {
      throw new Refusal(Refusal.Code.MALFORMED, "messages of the types " + types);
    }
    return messages;
  }

  private static X509Certificate endEntity(CertificateMessage certificate) throws Refusal {
    try {
      return Certificates.parse(certificate.entries().get(0).certificate());
    } catch (CertificateException e) {
      throw new Refusal(Refusal.Code.PKIX, "the end-entity certificate", e);
    }
  }

  private static void checkSignature(
      byte[] body, Offer offer, X509Certificate endEntity, byte[] content) throws Refusal {
    Handshake.read(
        "CertificateVerify",
        body,
        in -> {
          int code = TlsUtils.readUint16(in);
          byte[] signature = TlsUtils.readOpaque16(Handshake.bounded(in, 2));
          SignatureScheme scheme =
              SignatureScheme.of(code)
                  .filter(known -> offer.schemes().contains(known.code()))
                  .orElseThrow(
                      () ->
                          new Refusal(
                              Refusal.Code.SCHEME_NOT_OFFERED,
                              "scheme " + code + " is unknown or was not offered"));
          if (!scheme.fits(endEntity.getPublicKey())
              || !scheme.verify(endEntity.getPublicKey(), content, signature)) {
            throw new Refusal(Refusal.Code.SIGNATURE_MISMATCH, "the signature does not verify");
          }
          return scheme;
        });
  }
}
