package exported.attestation;

import static exported.Verdict.accepts;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import exported.Refusal;
import exported.Vectors;
import exported.Vectors.Vector;
import exported.authenticator.Offer;
import exported.authenticator.Session;
import exported.authenticator.SignatureScheme;
import exported.authenticator.Verified;
import exported.path.Certificates;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The published vectors about attestation, and about authenticators as a relying party sees them.
 */
class VectorsTest {
  @TestFactory
  Stream<DynamicTest> bindings() {
    return Vectors.each(
        "bindings",
        "binding",
        vector -> {
          Binding binding = binding(vector);
          boolean same =
              Arrays.equals(binding.nonce(), vector.result("binding"))
                  && Arrays.equals(binding.aikHash(), vector.result("aikPubHash"));
          assertEquals(vector.right(), same);
        });
  }

  @TestFactory
  Stream<DynamicTest> evidence() {
    return Stream.of("evidence-cwt", "evidence-jwt")
        .flatMap(topic -> Vectors.each(topic, "evidence", VectorsTest::checkEvidence));
  }

  private static void checkEvidence(Vector vector) throws Exception {
    Binding binding = binding(vector);
    boolean accepted =
        accepts(
            () ->
                Evidence.verify(
                    type(vector),
                    vector.result("evidence"),
                    vector.profile(),
                    binding,
                    vector.policy()));
    assertEquals(vector.right(), accepted);
  }

  @TestFactory
  Stream<DynamicTest> results() {
    return Vectors.each(
        "attestation-results",
        "result",
        vector -> {
          PublicKey key = endEntity(vector);
          boolean accepted =
              accepts(
                  () ->
                      AttestationResult.verify(
                          type(vector), vector.result("attestationResult"), key, vector.policy()));
          assertEquals(vector.right(), accepted);
        });
  }

  @TestFactory
  Stream<DynamicTest> cmw() {
    return Vectors.each(
        "cmw",
        "cmw",
        vector -> {
          Appraisal appraisal =
              new Appraisal(vector.profile(), binding(vector), endEntity(vector), vector.policy());
          assertEquals(vector.right(), accepts(() -> appraisal.appraise(vector.result("cmwData"))));
        });
  }

  @TestFactory
  Stream<DynamicTest> authenticators() {
    return Stream.of("authenticators", "empty-and-spontaneous", "exchanges")
        .flatMap(
            topic ->
                topic.equals("exchanges")
                    ? Vectors.each(topic, "exchange", VectorsTest::checkExchange)
                    : Vectors.each(topic, "authenticator", VectorsTest::checkAuthenticator));
  }

  private static void checkAuthenticator(Vector vector) {
    byte[] request = vector.input("request");
    assertEquals(vector.right(), accepts(() -> validate(vector, request)));
  }

  /** What is wrong with a request alone its sender sees, who is the relying party: it made it. */
  private static void checkExchange(Vector vector) {
    byte[] request = vector.result("request");
    assertEquals(vector.right(), accepts(() -> validate(vector, request)));
  }

  private static void validate(Vector vector, byte[] request) throws Refusal {
    Session session = new Session(vector.sender().peer(), vector.exporter(), clientHello(vector));
    vector
        .inputs()
        .get("consumedContexts")
        .forEach(context -> session.accept(HexFormat.of().parseHex(context.textValue())));
    Verified verified = session.verify(request, vector.result("authenticator"));
    RelyingParty.validate(
        vector.profile(), session.exporter(), verified, request != null, vector.policy());
  }

  private static Offer clientHello(Vector vector) {
    JsonNode types = vector.inputs().path("clientHello");
    return new Offer() {
      @Override
      public boolean extension(int type) {
        for (JsonNode each : types) {
          if (each.intValue() == type) {
            return true;
          }
        }
        return false;
      }

      @Override
      public List<Integer> schemes() {
        return Arrays.stream(SignatureScheme.values()).map(SignatureScheme::code).toList();
      }
    };
  }

  private static Binding binding(Vector vector) throws CertificateException {
    return Binding.of(
        vector.profile(),
        vector.exporter(),
        vector.input("certificateRequestContext"),
        endEntity(vector));
  }

  private static PublicKey endEntity(Vector vector) throws CertificateException {
    return Certificates.parse(vector.input("endEntityCertificate")).getPublicKey();
  }

  private static MediaType type(Vector vector) {
    return MediaType.named(vector.inputs().get("mediaType").textValue()).orElseThrow();
  }
}
