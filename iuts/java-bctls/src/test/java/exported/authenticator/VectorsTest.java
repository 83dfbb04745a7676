package exported.authenticator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import exported.Vectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The published vectors about RFC 9261 without attestation. */
class VectorsTest {
  @TestFactory
  Stream<DynamicTest> exporter() {
    return Vectors.each(
        "exporter",
        "exporter",
        vector -> {
          Transcript transcript = Transcript.of(vector.exporter(), vector.sender(), null);
          boolean same =
              Arrays.equals(transcript.handshakeContext(), vector.result("handshakeContext"))
                  && Arrays.equals(transcript.finishedKey(), vector.result("finishedKey"))
                  && Arrays.equals(exportedValue(vector), vector.result("exportedValue"));
          assertEquals(vector.right(), same);
        });
  }

  private static byte[] exportedValue(Vectors.Vector vector) {
    return vector
        .exporter()
        .export(
            vector.profile().exporterLabel(),
            vector.input("certificateRequestContext"),
            vector.profile().exporterLength());
  }

  @TestFactory
  Stream<DynamicTest> empty() {
    return Vectors.each(
        "empty-and-spontaneous",
        "empty",
        vector -> {
          byte[] request = vector.input("request");
          byte[] context = AuthenticatorRequest.parse(request).context();
          byte[] made =
              Authenticators.decline(
                  Transcript.of(vector.exporter(), vector.sender(), request), context);
          assertEquals(vector.right(), Arrays.equals(made, vector.result("authenticator")));
        });
  }

  @TestFactory
  Stream<DynamicTest> requestsThatAreRight() {
    return Vectors.each(
        "requests",
        "request",
        vector -> {
          if (vector.right()) {
            AuthenticatorRequest request = AuthenticatorRequest.parse(vector.result("request"));
            assertEquals(vector.sender().requestType(), request.type());
            JsonNode asked = vector.inputs().get("asked");
            List<Integer> schemes = new ArrayList<>();
            asked.get("signatureSchemes").forEach(scheme -> schemes.add(scheme.intValue()));
            assertTrue(request.schemes().containsAll(schemes)); // it may offer more
            assertEquals(
                asked.get("attestation").booleanValue(),
                request.extension(vector.profile().cmwAttestation()));
          }
        });
  }

  /** Three values from fizz; the request stands in its transcripts without a header. */
  @TestFactory
  Stream<DynamicTest> fizz() {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode vector : Vectors.read("vectors/foreign/fizz.json").get("vectors")) {
      if (vector.get("kind").textValue().equals("finished")) {
        tests.add(
            DynamicTest.dynamicTest(vector.get("id").textValue(), () -> checkFinished(vector)));
      }
    }
    assertEquals(3, tests.size());
    return tests.stream();
  }

  private static void checkFinished(JsonNode vector) {
    JsonNode inputs = vector.get("inputs");
    byte[] verify = Vectors.bytes(inputs, "certificateVerify");
    Transcript transcript =
        new Transcript(
            Hash.SHA256,
            Vectors.bytes(inputs, "handshakeContext"),
            Vectors.bytes(inputs, "finishedKey"),
            Vectors.bytes(inputs, "request"));
    assertArrayEquals(
        Vectors.bytes(vector.get("output"), "verifyData"),
        transcript.verifyData(
            Vectors.bytes(inputs, "certificate"), verify == null ? new byte[0] : verify));
  }
}
